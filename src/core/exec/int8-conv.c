/* QConv and QMatMul on the integer kernels. A product of matrices is a convolution of 1 × 1 over as many pixels as the
 * left one has rows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-constants.h"
#include "core/exec/int8/fx-int16-conv.h"
#include "core/ops/q-conv.h"
#include "core/ops/q-mat-mul.h"

#include <string.h>

typedef struct
{
  FxInt8Kernel base;
  FxInt8Conv *conv;  /* of s8 activations, … */
  FxInt16Conv *wide; /* … of s16 */
} Conv;

static void
conv_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Conv *conv = (const Conv *)kernel;

  if (conv->wide != NULL)
    fx_int16_conv_run (conv->wide, inputs[0], output);
  else
    fx_int8_conv_run (conv->conv, inputs[0], output);
}

static void
conv_clear (FxInt8Kernel *kernel)
{
  fx_int8_conv_free (((Conv *)kernel)->conv);
  fx_int16_conv_free (((Conv *)kernel)->wide);
}

typedef struct
{
  const FxKernelRequest *request;
  FxInt8Window window;
  const gint8 *weights;
  const FxInt8Constants *constants;
  gint32 zero_point;
  const char *name;
} Source;

static gboolean
make_narrow (Conv *conv, const Source *source, GError **error)
{
  FxInt8ConvParams params = { .window = source->window,
                              .weights = source->weights,
                              .bias = fx_int8_constants_bias (source->constants),
                              .requants = source->constants->factors,
                              .input_zero_point = source->zero_point,
                              .output = fx_int8_output (&source->constants->result) };

  conv->conv = fx_int8_conv_new (&params, NULL, error);
  return conv->conv != NULL;
}

static gboolean
make_wide (Conv *conv, const Source *source, GError **error)
{
  FxInt16ConvParams params = { .window = source->window,
                               .weights = source->weights,
                               .bias = fx_int8_constants_bias (source->constants),
                               .requants = source->constants->factors,
                               .output = fx_int8_output (&source->constants->result) };

  conv->wide = fx_int16_conv_new (&params, NULL, error);
  return conv->wide != NULL;
}

static Conv *
make (const Source *source, GError **error)
{
  const FxKernelRequest *request = source->request;
  Conv *conv = fx_int8_kernel_new (sizeof *conv, request, source->name, conv_run, conv_clear);
  gboolean wide = request->inputs[0].dtype == FX_DTYPE_INT16;

  for (guint i = 1; i < request->n_inputs; i++)
    conv->base.base.packed[i] = 1;
  conv->base.base.packed_bytes = fx_shape_elements (&request->inputs[1].shape);
  if (wide ? make_wide (conv, source, error) : make_narrow (conv, source, error))
    return conv;
  fx_kernel_free (&conv->base.base);
  return NULL;
}

FxKernel *
fx_int8_prepare_conv (const FxKernelRequest *request, GError **error)
{
  const FxQConvParams *params = request->params;
  const FxOperand *x = &request->inputs[FX_Q_CONV_X], *w = &request->inputs[FX_Q_CONV_W];
  g_auto (FxInt8Constants) constants = { 0 };
  Source source
      = { .request = request, .constants = &constants, .zero_point = (gint32)params->x.zero_point, .name = "conv" };
  FxWindow window;
  Conv *conv;

  if (w->constant == NULL || !fx_conv_resolve (&params->conv, &x->shape, &w->shape, &window, error)
      || !fx_int8_window (&x->shape, &window, w->shape.dims[0], params->conv.group, &source.window)
      || !fx_int8_constants_read (&constants, request, &params->y, (double)params->x.scale, (gsize)w->shape.dims[0],
                                  error))
    return fx_int8_decline (error);
  source.weights = g_bytes_get_data (fx_tensor_bytes (w->constant), NULL);
  if (params->conv.group > 1 && params->conv.group == x->shape.dims[1] && w->shape.dims[0] == x->shape.dims[1])
    source.name = "depthwise conv";
  conv = make (&source, error);
  if (conv == NULL)
    return fx_int8_decline (error);
  fx_int8_kernel_input_last (conv, request, 0);
  fx_int8_kernel_output_last (conv, request);
  return &conv->base.base;
}

/* b [k, n] as the weights of n channels. */
static gint8 *
transpose (const gint8 *b, gsize k, gsize n)
{
  gint8 *weights = g_new (gint8, k * n);

  for (gsize i = 0; i < k; i++)
    for (gsize j = 0; j < n; j++)
      weights[j * k + i] = b[i * n + j];
  return weights;
}

/* ---- with two computed operands ---- */

typedef struct
{
  FxInt8Kernel base;
  FxMatMul matmul;
  FxInt8ConvParams params; /* of one pair of matrices, without weights */
  FxRequant *factors;
  gsize y_bytes;
} Product;

static void
product_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Product *product = (const Product *)kernel;
  const FxMatMul *matmul = &product->matmul;
  const gint8 *a = inputs[0], *b = inputs[1];

  for (gsize batch = 0; batch < matmul->n_batches; batch++)
    {
      gsize left, right;
      g_autofree gint8 *weights = NULL;
      g_autoptr (FxInt8Conv) conv = NULL;
      FxInt8ConvParams params = product->params;

      fx_matmul_batch (matmul, batch, &left, &right);
      params.weights = weights = transpose (b + right * matmul->k * matmul->n, matmul->k, matmul->n);
      conv = fx_int8_conv_new (&params, NULL, NULL); /* was made once for the worst weights */
      fx_int8_conv_run (conv, a + left * matmul->m * matmul->k,
                        (char *)output + batch * matmul->m * matmul->n * product->y_bytes);
    }
}

static void
product_clear (FxInt8Kernel *kernel)
{
  g_free (((Product *)kernel)->factors);
}

static FxKernel *
prepare_product (const FxKernelRequest *request, const Source *source, FxInt8Constants *constants,
                 const FxMatMul *matmul, GError **error)
{
  g_autofree gint8 *worst = g_malloc (matmul->k * matmul->n);
  g_autoptr (FxInt8Conv) probe = NULL;
  Product *product;
  FxInt8ConvParams params = { .window = source->window,
                              .weights = worst,
                              .requants = source->constants->factors,
                              .input_zero_point = source->zero_point,
                              .output = fx_int8_output (&source->constants->result) };

  memset (worst, G_MININT8, matmul->k * matmul->n);
  probe = fx_int8_conv_new (&params, NULL, error);
  if (probe == NULL)
    return fx_int8_decline (error);
  product = fx_int8_kernel_new (sizeof *product, request, "matmul", product_run, product_clear);
  product->matmul = *matmul;
  product->params = params;
  product->params.weights = NULL;
  product->params.requants = product->factors = g_steal_pointer (&constants->factors);
  product->y_bytes = fx_dtype_size (request->dtype);
  product->base.base.packed[FX_Q_MAT_MUL_B_SCALE] = 1;
  return &product->base.base;
}

FxKernel *
fx_int8_prepare_mat_mul (const FxKernelRequest *request, GError **error)
{
  const FxQMatMulParams *params = request->params;
  const FxOperand *a = &request->inputs[FX_Q_MAT_MUL_A], *b = &request->inputs[FX_Q_MAT_MUL_B];
  g_auto (FxInt8Constants) constants = { 0 };
  Source source
      = { .request = request, .constants = &constants, .zero_point = (gint32)params->a.zero_point, .name = "matmul" };
  g_autofree gint8 *weights = NULL;
  FxMatMul matmul;
  gsize rows;
  Conv *conv;

  if (b->dtype != FX_DTYPE_INT8 || params->b_zero_point != 0)
    return NULL;
  fx_matmul_init (&matmul, &a->shape, &b->shape);
  rows = b->constant != NULL && b->shape.rank <= 2 ? fx_shape_elements (&a->shape) / matmul.k : matmul.m;
  source.window = (FxInt8Window){ .batch = 1,
                                  .in_height = 1,
                                  .in_width = (gint64)rows,
                                  .in_channels = (gint64)matmul.k,
                                  .out_channels = (gint64)matmul.n,
                                  .kernel_height = 1,
                                  .kernel_width = 1,
                                  .stride_height = 1,
                                  .stride_width = 1,
                                  .dilation_height = 1,
                                  .dilation_width = 1,
                                  .group = 1 };
  if (!fx_int8_constants_read (&constants, request, &params->y, (double)params->a.scale, matmul.n, error))
    return fx_int8_decline (error);
  if (b->constant == NULL || b->shape.rank > 2)
    return a->dtype == FX_DTYPE_INT8 && constants.bias == NULL
               ? prepare_product (request, &source, &constants, &matmul, error)
               : NULL;
  source.weights = weights = transpose (g_bytes_get_data (fx_tensor_bytes (b->constant), NULL), matmul.k, matmul.n);
  conv = make (&source, error);
  return conv != NULL ? &conv->base.base : fx_int8_decline (error);
}
