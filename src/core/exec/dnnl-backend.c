/* oneDNN 2.x as a backend: which family prepares which operator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/exec/dnnl-layout.h"
#include "core/graph/fx-tensor.h"

#define EXACT_POSTS                                                                                                    \
  (1u << FX_ACTIVATION_RELU | 1u << FX_ACTIVATION_CLIP | 1u << FX_ACTIVATION_ELU | 1u << FX_ACTIVATION_SIGMOID         \
   | 1u << FX_ACTIVATION_TANH | 1u << FX_ACTIVATION_SWISH | 1u << FX_ACTIVATION_HARDSWISH | 1u << FX_ACTIVATION_ABS    \
   | 1u << FX_ACTIVATION_SQRT | 1u << FX_ACTIVATION_LINEAR)

static const struct
{
  const char *op_type;
  FxDnnlPrepare prepare;
  guint32 posts;
  gboolean sum;
} families[] = {
  { "Conv", fx_dnnl_conv, EXACT_POSTS, TRUE },
  { "ConvTranspose", fx_dnnl_conv_transpose, EXACT_POSTS, FALSE },
  { "Gemm", fx_dnnl_gemm, EXACT_POSTS, FALSE },
  { "MatMul", fx_dnnl_matmul, EXACT_POSTS, FALSE },
  { "MaxPool", fx_dnnl_pool, 0, FALSE },
  { "AveragePool", fx_dnnl_pool, 0, FALSE },
  { "GlobalMaxPool", fx_dnnl_global_pool, 0, FALSE },
  { "GlobalAveragePool", fx_dnnl_global_pool, 0, FALSE },
  { "Add", fx_dnnl_binary, EXACT_POSTS, FALSE },
  { "Sub", fx_dnnl_binary, EXACT_POSTS, FALSE },
  { "Mul", fx_dnnl_binary, EXACT_POSTS, FALSE },
  { "Div", fx_dnnl_binary, EXACT_POSTS, FALSE },
  { "Sum", fx_dnnl_binary, EXACT_POSTS, FALSE },
  { "Concat", fx_dnnl_concat, 0, FALSE },
  { "Softmax", fx_dnnl_softmax, 0, FALSE },
  { "LogSoftmax", fx_dnnl_softmax, 0, FALSE },
  { "BatchNormalization", fx_dnnl_batch_norm, 1u << FX_ACTIVATION_RELU, FALSE },
  { "LRN", fx_dnnl_lrn, 0, FALSE },
};

static FxBackend *
backend_new (GError **error)
{
  FxDnnl *dnnl = g_new0 (FxDnnl, 1);

  dnnl->base.funcs = &fx_backend_dnnl;
  if (!fx_dnnl_check (dnnl_engine_create (&dnnl->engine, dnnl_cpu, 0), "creating the engine", error))
    {
      g_free (dnnl);
      return NULL;
    }
  return &dnnl->base;
}

static void
backend_free (FxBackend *backend)
{
  FxDnnl *dnnl = (FxDnnl *)backend;

  dnnl_engine_destroy (dnnl->engine);
  g_free (dnnl);
}

static guint32
backend_posts (G_GNUC_UNUSED FxBackend *backend, const FxNode *node, gboolean *sum)
{
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (fx_node_is (node, families[i].op_type))
      {
        *sum = families[i].sum;
        return families[i].posts;
      }
  *sum = FALSE;
  return 0;
}

static FxKernel *
backend_prepare (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  /* the library takes no empty tensors, and its types other than f32 are of no use here */
  if (request->dtype != FX_DTYPE_FLOAT || fx_shape_elements (&request->shape) == 0)
    return NULL;
  for (guint i = 0; i < request->n_inputs; i++)
    if (request->inputs[i].dtype != FX_DTYPE_UNDEFINED && fx_shape_elements (&request->inputs[i].shape) == 0)
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (fx_node_is (request->node, families[i].op_type))
      return families[i].prepare (backend, request, error);
  return fx_dnnl_eltwise (backend, request, error);
}

static gpointer
context_new (FxBackend *backend, GError **error)
{
  dnnl_stream_t stream = NULL;

  fx_dnnl_check (dnnl_stream_create (&stream, ((FxDnnl *)backend)->engine, dnnl_stream_default_flags),
                 "creating a stream", error);
  return stream;
}

static void
context_free (gpointer context)
{
  dnnl_stream_destroy (context);
}

const FxBackendFuncs fx_backend_dnnl = {
  .name = "dnnl",
  .new = backend_new,
  .free = backend_free,
  .posts = backend_posts,
  .prepare = backend_prepare,
  .reorder = fx_dnnl_reorder,
  .layout_free = fx_dnnl_layout_free,
  .layout_equal = fx_dnnl_layout_equal,
  .layout_bytes = fx_dnnl_layout_bytes,
  .layout_slice = fx_dnnl_layout_slice,
  .layout_block = fx_dnnl_layout_block,
  .context_new = context_new,
  .context_free = context_free,
};
