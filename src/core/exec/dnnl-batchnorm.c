/* BatchNormalization on oneDNN, for the ones that no convolution took in, in the layout that their operand has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/batch-normalization.h"

/* The operands of the node and what they are to the primitive. */
static const int args[] = { DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE };

static gboolean
operands_fit (const FxKernelRequest *request)
{
  const FxBatchNormParams *params = request->params;
  const FxShape *x = &request->inputs[0].shape;

  if (request->inputs[0].dtype != FX_DTYPE_FLOAT || x->rank < 2 || x->rank > 5 || request->node->n_inputs < 5
      || fx_batch_norm_is_training (params, request->node->version, request->node->n_outputs)
      || (request->node->version < 9 && params->spatial == 0))
    return FALSE;
  for (guint i = 1; i < 5; i++)
    if (request->inputs[i].constant == NULL || request->inputs[i].dtype != FX_DTYPE_FLOAT
        || fx_tensor_elements (request->inputs[i].constant) != (gsize)x->dims[1])
      return FALSE;
  return TRUE;
}

FxKernel *
fx_dnnl_batch_norm (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxBatchNormParams *params = request->params;
  const FxShape *x = &request->inputs[0].shape;
  dnnl_batch_normalization_desc_t desc;
  dnnl_memory_desc_t md, vector;
  FxDnnlKernel *kernel;
  FxKernel *base;

  if (!operands_fit (request) || !fx_dnnl_operand_desc (x, request->inputs[0].layout, &md)
      || !fx_dnnl_plain_desc (&FX_SHAPE (x->dims[1]), &vector)
      || dnnl_batch_normalization_forward_desc_init (&desc, dnnl_forward_inference, &md, params->epsilon,
                                                     dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift)
             != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "batch normalization", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &md);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &md);
  base = fx_dnnl_kernel_base (kernel);
  base->over_input = 0;
  for (guint i = 0; i < G_N_ELEMENTS (args); i++)
    if (!fx_dnnl_add_packed (kernel, args[i], i + 1, request->inputs[i + 1].constant, &vector, &vector, error))
      {
        fx_kernel_free (base);
        return NULL;
      }
  return base;
}
