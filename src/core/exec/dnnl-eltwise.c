/* Activations on oneDNN, alone or fused, in the layout that their operand has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"

gboolean
fx_dnnl_activation (const FxActivation *activation, dnnl_alg_kind_t *alg, float *alpha, float *beta)
{
  static const dnnl_alg_kind_t algorithms[] = {
    [FX_ACTIVATION_RELU] = dnnl_eltwise_relu,
    [FX_ACTIVATION_CLIP] = dnnl_eltwise_clip,
    [FX_ACTIVATION_ELU] = dnnl_eltwise_elu,
    [FX_ACTIVATION_SIGMOID] = dnnl_eltwise_logistic,
    [FX_ACTIVATION_TANH] = dnnl_eltwise_tanh,
    [FX_ACTIVATION_SWISH] = dnnl_eltwise_swish,
    [FX_ACTIVATION_HARDSWISH] = dnnl_eltwise_hardswish,
    [FX_ACTIVATION_ABS] = dnnl_eltwise_abs,
    [FX_ACTIVATION_SQRT] = dnnl_eltwise_sqrt,
    [FX_ACTIVATION_EXP] = dnnl_eltwise_exp,
    [FX_ACTIVATION_LINEAR] = dnnl_eltwise_linear,
    [FX_ACTIVATION_SOFTPLUS] = dnnl_eltwise_soft_relu,
  };

  if (activation->kind == FX_ACTIVATION_NONE || activation->kind >= G_N_ELEMENTS (algorithms))
    return FALSE;
  *alg = algorithms[activation->kind];
  *alpha = activation->alpha;
  *beta = activation->beta;
  return TRUE;
}

/* The activation is posts[0] of the request: what follows it is left to others. */
FxKernel *
fx_dnnl_eltwise (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  FxKernelRequest alone = *request;
  dnnl_eltwise_desc_t desc;
  dnnl_memory_desc_t md;
  dnnl_alg_kind_t alg;
  float alpha, beta;
  FxDnnlKernel *kernel;
  FxKernel *base;

  alone.n_posts = 0;
  if (request->n_posts != 1 || request->inputs[0].dtype != FX_DTYPE_FLOAT
      || !fx_dnnl_activation (&request->posts[0].activation, &alg, &alpha, &beta)
      || !fx_dnnl_operand_desc (&request->inputs[0].shape, request->inputs[0].layout, &md)
      || dnnl_eltwise_forward_desc_init (&desc, dnnl_forward_inference, alg, &md, alpha, beta) != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, &alone, &desc, "eltwise", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &md);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &md);
  base = fx_dnnl_kernel_base (kernel);
  base->over_input = 0;
  return base;
}
