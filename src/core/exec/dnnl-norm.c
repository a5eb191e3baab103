/* Softmax, LogSoftmax and LRN on oneDNN.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/graph/fx-graph.h"

/* Seen as [outer, axis, inner]: from opset 13 along one axis, before that over all from `axis` on. */
FxKernel *
fx_dnnl_softmax (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxShape *x = &request->inputs[0].shape;
  gboolean one_axis = request->node->version >= 13;
  dnnl_memory_desc_t md;
  FxDnnlKernel *kernel;
  FxKernel *base;
  FxShape seen;
  dnnl_status_t status;
  int axis;

  if (request->inputs[0].dtype != FX_DTYPE_FLOAT || x->rank < 1
      || !fx_shape_axis (x, fx_node_int (request->node, "axis", one_axis ? -1 : 1), &axis, NULL))
    return NULL;
  seen = one_axis ? FX_SHAPE ((gint64)fx_shape_product (x, 0, axis), x->dims[axis],
                              (gint64)fx_shape_product (x, axis + 1, x->rank))
                  : FX_SHAPE ((gint64)fx_shape_product (x, 0, axis), (gint64)fx_shape_product (x, axis, x->rank), 1);
  if (!fx_dnnl_plain_desc (&seen, &md))
    return NULL;
  if (fx_node_is (request->node, "LogSoftmax"))
    {
      dnnl_logsoftmax_desc_t desc;

      status = dnnl_logsoftmax_forward_desc_init (&desc, dnnl_forward_inference, &md, 1);
      kernel = status == dnnl_success ? fx_dnnl_kernel_new (backend, request, &desc, "logsoftmax", error) : NULL;
    }
  else
    {
      dnnl_softmax_desc_t desc;

      status = dnnl_softmax_forward_desc_init (&desc, dnnl_forward_inference, &md, 1);
      kernel = status == dnnl_success ? fx_dnnl_kernel_new (backend, request, &desc, "softmax", error) : NULL;
    }
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &md);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &md);
  base = fx_dnnl_kernel_base (kernel);
  base->over_input = 0;
  return base;
}

FxKernel *
fx_dnnl_lrn (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxNode *node = request->node;
  gint64 size = fx_node_int (node, "size", 0);
  dnnl_memory_desc_t md;
  dnnl_lrn_desc_t desc;
  FxDnnlKernel *kernel;

  /* of an even window the library and the specification choose different halves */
  if (request->inputs[0].dtype != FX_DTYPE_FLOAT || size < 1 || size % 2 == 0 || size > G_MAXINT16
      || !fx_dnnl_operand_desc (&request->inputs[0].shape, request->inputs[0].layout, &md)
      || dnnl_lrn_forward_desc_init (&desc, dnnl_forward_inference, dnnl_lrn_across_channels, &md, size,
                                     fx_node_float (node, "alpha", 1e-4f), fx_node_float (node, "beta", 0.75f),
                                     fx_node_float (node, "bias", 1.0f))
             != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "lrn", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &md);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, fx_dnnl_kernel_desc (kernel, dnnl_query_dst_md, 0));
  return fx_dnnl_kernel_base (kernel);
}
