/* Concat on oneDNN, for operands in blocked layouts; plain ones are joined by the operator's own kernel.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/ops/concat.h"

FxKernel *
fx_dnnl_concat (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxConcatParams *params = request->params;
  guint n = request->n_inputs;
  g_autofree dnnl_memory_desc_t *sources = g_new0 (dnnl_memory_desc_t, n);
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_attr_t attr;
  dnnl_status_t status;
  FxDnnlKernel *kernel;
  guint n_blocked = 0;
  int axis;

  if (!fx_shape_axis (&request->shape, params->axis, &axis, NULL))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      if (request->inputs[i].dtype != FX_DTYPE_FLOAT
          || !fx_dnnl_operand_desc (&request->inputs[i].shape, request->inputs[i].layout, &sources[i]))
        return NULL;
      n_blocked += request->inputs[i].layout != NULL;
    }
  /* one plain operand among blocked ones would cost a reorder of all the others: so let everything be plain */
  if (n_blocked < n || (attr = fx_dnnl_attr_new (NULL)) == NULL)
    return NULL;
  status = dnnl_concat_primitive_desc_create (&pd, NULL, (int)n, axis, sources, attr, ((FxDnnl *)backend)->engine);
  dnnl_primitive_attr_destroy (attr);
  if (status != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new_from_pd (backend, request, pd, "concat", error);
  if (kernel == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    fx_dnnl_add_input (kernel, DNNL_ARG_MULTIPLE_SRC + (int)i, i, &sources[i]);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, fx_dnnl_kernel_desc (kernel, dnnl_query_dst_md, 0));
  return fx_dnnl_kernel_base (kernel);
}
