/* MaxPool, AveragePool and the global pools on oneDNN, in the layout that their operand has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/graph/fx-graph.h"
#include "core/ops/pool.h"

static FxKernel *
pool (FxBackend *backend, const FxKernelRequest *request, dnnl_alg_kind_t alg, const FxWindow *window, GError **error)
{
  dnnl_dims_t kernel_size, stride, dilation, begin, end;
  dnnl_memory_desc_t src, dst;
  dnnl_pooling_v2_desc_t desc;
  FxDnnlKernel *kernel;
  FxKernel *own;

  for (int i = 0; i < window->spatial_rank; i++)
    {
      gint64 span = (window->kernel[i] - 1) * window->dilation[i] + 1;
      gint64 covered = (window->out[i] - 1) * window->stride[i] + span - window->in[i] - window->pad_begin[i];

      /* Windows that reach past the padding (ceil_mode) would count what lies there. */
      if (alg == dnnl_pooling_avg_include_padding && covered > window->pad_end[i])
        return NULL;
      /* A window that lies in the padding has no largest element. */
      if (window->pad_begin[i] >= span || covered >= span)
        return NULL;
      kernel_size[i] = window->kernel[i];
      stride[i] = window->stride[i];
      dilation[i] = window->dilation[i] - 1;
      begin[i] = window->pad_begin[i];
      end[i] = covered;
    }
  if (!fx_dnnl_operand_desc (&request->inputs[0].shape, request->inputs[0].layout, &src))
    return NULL;
  own = alg == dnnl_pooling_max ? fx_dnnl_max_pool (request, window, &src) : NULL;
  if (own != NULL)
    return own;
  if (!fx_dnnl_any_desc (&request->shape, &dst)
      || dnnl_pooling_v2_forward_desc_init (&desc, dnnl_forward_inference, alg, &src, &dst, stride, kernel_size,
                                            dilation, begin, end)
             != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "pool", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &src);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, fx_dnnl_kernel_desc (kernel, dnnl_query_dst_md, 0));
  return fx_dnnl_kernel_base (kernel);
}

FxKernel *
fx_dnnl_pool (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxPoolParams *params = request->params;
  const FxNode *node = request->node;
  dnnl_alg_kind_t alg = dnnl_pooling_max;
  FxWindow window;

  if (request->inputs[0].dtype != FX_DTYPE_FLOAT || (node->n_outputs > 1 && node->outputs[1] != FX_NONE)
      || !fx_window_resolve (&params->window, &request->inputs[0].shape, NULL, params->ceil_mode != 0, &window, NULL))
    return NULL;
  if (fx_node_is (node, "AveragePool"))
    alg = params->count_include_pad ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
  return pool (backend, request, alg, &window, error);
}

FxKernel *
fx_dnnl_global_pool (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxShape *x = &request->inputs[0].shape;
  FxWindow window = { .spatial_rank = x->rank - 2 };

  if (request->inputs[0].dtype != FX_DTYPE_FLOAT || x->rank < 3 || x->rank > 2 + FX_MAX_SPATIAL)
    return NULL;
  for (int i = 0; i < window.spatial_rank; i++)
    {
      window.in[i] = window.kernel[i] = x->dims[i + 2];
      window.out[i] = window.stride[i] = window.dilation[i] = 1;
    }
  return pool (backend, request,
               fx_node_is (request->node, "GlobalMaxPool") ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
               &window, error);
}
