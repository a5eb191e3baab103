/* QuantizeLinear and DequantizeLinear at the borders of the integer network: floats are row-major there, integers
 * channels last, and one pass does both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/graph/fx-tensor.h"

#define PIECE 512 /* pixels that are converted at once */

typedef struct
{
  FxInt8Kernel base;
  const FxInt8Isa *isa;
  FxInt8Image image; /* one channel: nothing to transpose */
  FxDType dtype;     /* of the integers */
  float scale;
  gint32 zero_point;
} Convert;

/* A single scale and zero point, constant. */
static gboolean
read_scale (const FxKernelRequest *request, Convert *convert)
{
  const FxTensor *scale = request->inputs[1].constant;
  const FxTensor *zero = request->n_inputs > 2 ? request->inputs[2].constant : NULL;

  if (scale == NULL || fx_tensor_dtype (scale) != FX_DTYPE_FLOAT || fx_tensor_elements (scale) != 1
      || (request->n_inputs > 2 && request->inputs[2].dtype != FX_DTYPE_UNDEFINED
          && (zero == NULL || fx_tensor_elements (zero) != 1)))
    return FALSE;
  convert->scale = (float)fx_tensor_get_double (scale, 0);
  convert->zero_point = zero != NULL ? (gint32)fx_tensor_get_int64 (zero, 0) : 0;
  return TRUE;
}

static Convert *
convert_new (const FxKernelRequest *request, const char *name, FxDType dtype, gboolean last,
             void (*run) (const FxInt8Kernel *, void *const *, void *, void *))
{
  Convert fields = { .dtype = dtype };
  Convert *convert;

  if (!fx_dtype_in (dtype, FX_TYPES_Q) || !read_scale (request, &fields))
    return NULL;
  convert = fx_int8_kernel_new (sizeof *convert, request, name, run, NULL);
  fields.base = convert->base;
  *convert = fields;
  convert->isa = fx_int8_isa_default ();
  convert->image = (FxInt8Image){ 1, fx_shape_elements (&request->shape), 1 };
  if (last)
    convert->image = fx_int8_image (&request->shape);
  for (guint i = 1; i < request->n_inputs; i++)
    convert->base.base.packed[i] = 1;
  return convert;
}

/* Pixels [first, first + n) of one channel. */
static void
scatter (const Convert *convert, const gint16 *from, void *to, gsize n)
{
  const gsize step = convert->image.channels;

  if (convert->dtype == FX_DTYPE_INT8)
    for (gsize i = 0; i < n; i++)
      ((gint8 *)to)[i * step] = (gint8)from[i];
  else
    for (gsize i = 0; i < n; i++)
      ((gint16 *)to)[i * step] = from[i];
}

static void
quantize_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Convert *convert = (const Convert *)kernel;
  const gsize pixels = convert->image.pixels, channels = convert->image.channels;
  const gsize pieces = (pixels + PIECE - 1) / PIECE, size = fx_dtype_size (convert->dtype);
  const gint32 low = convert->dtype == FX_DTYPE_INT8 ? G_MININT8 : G_MININT16;
  const gint32 high = convert->dtype == FX_DTYPE_INT8 ? G_MAXINT8 : G_MAXINT16;

#pragma omp parallel for schedule(static)
  for (gsize i = 0; i < convert->image.batch * pieces; i++)
    {
      gsize batch = i / pieces, first = i % pieces * PIECE, n = MIN (PIECE, pixels - first);
      gint16 integers[PIECE];

      for (gsize c = 0; c < channels; c++)
        {
          const float *x = (const float *)inputs[0] + (batch * channels + c) * pixels + first;

          convert->isa->quantize (integers, x, n, convert->scale, convert->zero_point, low, high);
          scatter (convert, integers, (char *)output + ((batch * pixels + first) * channels + c) * size, n);
        }
    }
}

FxKernel *
fx_int8_prepare_quantize (const FxKernelRequest *request, G_GNUC_UNUSED GError **error)
{
  Convert *convert;

  if (request->inputs[0].dtype != FX_DTYPE_FLOAT)
    return NULL;
  convert = convert_new (request, "quantize", request->dtype, request->shape.rank >= 3 && request->shape.rank <= 5,
                         quantize_run);
  if (convert == NULL)
    return NULL;
  fx_int8_kernel_output_last (convert, request);
  return &convert->base.base;
}

static void
dequantize_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Convert *convert = (const Convert *)kernel;
  const gsize pixels = convert->image.pixels, channels = convert->image.channels;
  const gint32 zero_point = convert->zero_point;

#pragma omp parallel for schedule(static) if (convert->image.batch * channels > 1)
  for (gsize i = 0; i < convert->image.batch * channels; i++)
    {
      gsize first = i / channels * pixels * channels + i % channels;
      float *y = (float *)output + i * pixels;

      if (convert->dtype == FX_DTYPE_INT8)
        for (gsize p = 0; p < pixels; p++)
          y[p] = (float)(((const gint8 *)inputs[0])[first + p * channels] - zero_point) * convert->scale;
      else
        for (gsize p = 0; p < pixels; p++)
          y[p] = (float)(((const gint16 *)inputs[0])[first + p * channels] - zero_point) * convert->scale;
    }
}

FxKernel *
fx_int8_prepare_dequantize (const FxKernelRequest *request, G_GNUC_UNUSED GError **error)
{
  gboolean last = fx_int8_is_last (request);
  Convert *convert = convert_new (request, "dequantize", request->inputs[0].dtype, last, dequantize_run);

  if (convert == NULL || request->dtype != FX_DTYPE_FLOAT)
    return NULL;
  if (last)
    fx_int8_kernel_input_last (convert, request, 0);
  return &convert->base.base;
}
