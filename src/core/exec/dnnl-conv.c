/* Conv and ConvTranspose on oneDNN: constant weights packed once, bias and post-ops fused.
 *
 * The direct algorithm only: Winograd's results differ in more than the last bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/conv.h"

#include <string.h>

typedef struct
{
  dnnl_dims_t stride, dilation, pad_begin, pad_end;
  dnnl_memory_desc_t src, weights, plain_weights, bias, dst;
  gboolean has_bias;
} Geometry;

/* The bias operand; NULL if there is none. Behind the node's own operands there may be that of a fused sum. */
static const FxOperand *
bias_of (const FxKernelRequest *request)
{
  return request->node->n_inputs > 2 && request->inputs[2].dtype != FX_DTYPE_UNDEFINED ? &request->inputs[2] : NULL;
}

/* Whether the operands are f32 with constant weights and bias, none of them empty. */
static gboolean
operands_fit (const FxKernelRequest *request)
{
  const FxOperand *x = &request->inputs[0], *w = &request->inputs[1], *bias = bias_of (request);

  if (x->dtype != FX_DTYPE_FLOAT || w->dtype != FX_DTYPE_FLOAT || w->constant == NULL || x->constant != NULL)
    return FALSE;
  return bias == NULL || (bias->dtype == FX_DTYPE_FLOAT && bias->constant != NULL);
}

/* The weights as oneDNN orders their axes: [groups,] outputs, inputs, kernel… . A transposed convolution has inputs
 * before outputs in memory. */
static gboolean
describe_weights (const FxShape *w, gint64 group, gboolean transposed, Geometry *geometry)
{
  FxShape shape = FX_SHAPE_SCALAR;
  dnnl_dims_t dims, strides;
  gint64 size[2], stride = 1;
  int at = 0;

  if (w->rank > 2 + FX_MAX_SPATIAL)
    return FALSE;
  if (group > 1)
    shape.dims[at++] = group;
  size[0] = transposed ? w->dims[1] : w->dims[0] / group;
  size[1] = transposed ? w->dims[0] / group : w->dims[1];
  shape.dims[at] = size[0];
  shape.dims[at + 1] = size[1];
  for (int i = 2; i < w->rank; i++)
    shape.dims[at + i] = w->dims[i];
  shape.rank = at + w->rank;
  if (!fx_dnnl_any_desc (&shape, &geometry->weights))
    return FALSE;

  for (int i = shape.rank - 1; i >= at + 2; i--)
    {
      strides[i] = stride;
      stride *= shape.dims[i];
    }
  strides[at] = transposed ? stride : stride * size[1];
  strides[at + 1] = transposed ? stride * size[0] : stride;
  if (group > 1)
    strides[0] = stride * size[0] * size[1];
  memcpy (dims, shape.dims, (gsize)shape.rank * sizeof *dims);
  return dnnl_memory_desc_init_by_strides (&geometry->plain_weights, shape.rank, dims, dnnl_f32, strides)
         == dnnl_success;
}

static gboolean
describe (const FxKernelRequest *request, const FxWindow *window, gint64 group, gboolean transposed, Geometry *geometry)
{
  geometry->has_bias = bias_of (request) != NULL;
  for (int i = 0; i < window->spatial_rank; i++)
    {
      geometry->stride[i] = window->stride[i];
      geometry->dilation[i] = window->dilation[i] - 1;
      geometry->pad_begin[i] = window->pad_begin[i];
      geometry->pad_end[i] = window->pad_end[i];
    }
  return fx_dnnl_any_desc (&request->inputs[0].shape, &geometry->src)
         && fx_dnnl_any_desc (&request->shape, &geometry->dst)
         && describe_weights (&request->inputs[1].shape, group, transposed, geometry)
         && (!geometry->has_bias || fx_dnnl_plain_desc (&FX_SHAPE (request->shape.dims[1]), &geometry->bias));
}

static FxKernel *
finish (FxDnnlKernel *kernel, const FxKernelRequest *request, const Geometry *geometry, GError **error)
{
  const dnnl_memory_desc_t *dst;
  gboolean ok;

  if (kernel == NULL)
    return NULL;
  dst = fx_dnnl_kernel_desc (kernel, dnnl_query_dst_md, 0);
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, fx_dnnl_kernel_desc (kernel, dnnl_query_src_md, 0));
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, dst);
  ok = fx_dnnl_add_packed (kernel, DNNL_ARG_WEIGHTS, 1, request->inputs[1].constant, &geometry->plain_weights,
                           fx_dnnl_kernel_desc (kernel, dnnl_query_weights_md, 0), error);
  if (ok && geometry->has_bias)
    ok = fx_dnnl_add_packed (kernel, DNNL_ARG_BIAS, 2, request->inputs[2].constant, &geometry->bias, &geometry->bias,
                             error);
  for (guint i = 0; i < request->n_posts; i++)
    if (request->posts[i].is_sum)
      fx_dnnl_sum_in_place (kernel, dst);
  if (!ok)
    {
      fx_kernel_free (fx_dnnl_kernel_base (kernel));
      return NULL;
    }
  return fx_dnnl_kernel_base (kernel);
}

FxKernel *
fx_dnnl_conv (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxConvParams *params = request->params;
  dnnl_convolution_desc_t desc;
  Geometry g = { 0 };
  FxWindow window;

  if (!operands_fit (request)
      || !fx_conv_resolve (params, &request->inputs[0].shape, &request->inputs[1].shape, &window, NULL)
      || !describe (request, &window, params->group, FALSE, &g)
      || dnnl_dilated_convolution_forward_desc_init (&desc, dnnl_forward_inference, dnnl_convolution_direct, &g.src,
                                                     &g.weights, g.has_bias ? &g.bias : NULL, &g.dst, g.stride,
                                                     g.dilation, g.pad_begin, g.pad_end)
             != dnnl_success)
    return NULL;
  return finish (fx_dnnl_kernel_new (backend, request, &desc, "conv", error), request, &g, error);
}

FxKernel *
fx_dnnl_conv_transpose (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxConvTransposeParams *params = request->params;
  dnnl_deconvolution_desc_t desc;
  Geometry g = { 0 };
  FxWindow window;

  if (!operands_fit (request)
      || !fx_conv_transpose_resolve (params, &request->inputs[0].shape, &request->inputs[1].shape, &window, NULL)
      || !describe (request, &window, params->group, TRUE, &g))
    return NULL;

  /* oneDNN has no output padding: a smaller (maybe negative) end padding is the same */
  for (int i = 0; i < window.spatial_rank; i++)
    g.pad_end[i] = (window.in[i] - 1) * window.stride[i] + (window.kernel[i] - 1) * window.dilation[i] + 1
                   - window.pad_begin[i] - window.out[i];
  if (dnnl_dilated_deconvolution_forward_desc_init (&desc, dnnl_forward_inference, dnnl_deconvolution_direct, &g.src,
                                                    &g.weights, g.has_bias ? &g.bias : NULL, &g.dst, g.stride,
                                                    g.dilation, g.pad_begin, g.pad_end)
      != dnnl_success)
    return NULL;
  return finish (fx_dnnl_kernel_new (backend, request, &desc, "deconv", error), request, &g, error);
}
