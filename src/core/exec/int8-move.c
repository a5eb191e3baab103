/* Changes of layout, and the Concat of channels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/ops/concat.h"

#include <string.h>

#define BLOCK 64 /* rows and columns that are transposed at once */
#define PARALLEL_FROM 65536

/* ---- reorder ---- */

typedef struct
{
  FxInt8Kernel base;
  gsize batch, rows, columns, element_bytes; /* `batch` matrices are transposed … */
  gsize bytes;                               /* … or, where rows is 0, that many copied */
} Reorder;

#define DEFINE_TRANSPOSE(T)                                                                                            \
  static void transpose_##T (const T *x, T *y, gsize rows, gsize columns, gsize first, gsize end)                      \
  {                                                                                                                    \
    for (gsize c = 0; c < columns; c += BLOCK)                                                                         \
      for (gsize r = first; r < end; r++)                                                                              \
        for (gsize k = c; k < MIN (c + BLOCK, columns); k++)                                                           \
          y[k * rows + r] = x[r * columns + k];                                                                        \
  }

DEFINE_TRANSPOSE (guint8)
DEFINE_TRANSPOSE (guint16)
DEFINE_TRANSPOSE (guint32)

static void
reorder_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Reorder *reorder = (const Reorder *)kernel;
  const gsize rows = reorder->rows, columns = reorder->columns;
  const gsize blocks = (rows + BLOCK - 1) / BLOCK, matrix = rows * columns * reorder->element_bytes;

  if (rows == 0)
    {
      memcpy (output, inputs[0], reorder->bytes);
      return;
    }
#pragma omp parallel for schedule(static) if (reorder->batch * matrix >= PARALLEL_FROM)
  for (gsize i = 0; i < reorder->batch * blocks; i++)
    {
      const char *x = (const char *)inputs[0] + i / blocks * matrix;
      char *y = (char *)output + i / blocks * matrix;
      gsize first = i % blocks * BLOCK, end = MIN (first + BLOCK, rows);

      switch (reorder->element_bytes)
        {
        case 1: transpose_guint8 ((const guint8 *)x, (guint8 *)y, rows, columns, first, end); break;
        case 2: transpose_guint16 ((const guint16 *)x, (guint16 *)y, rows, columns, first, end); break;
        default: transpose_guint32 ((const guint32 *)x, (guint32 *)y, rows, columns, first, end); break;
        }
    }
}

FxKernel *
fx_int8_reorder (G_GNUC_UNUSED FxBackend *backend, FxDType dtype, const FxShape *shape, const FxLayout *from,
                 const FxLayout *to, G_GNUC_UNUSED GError **error)
{
  FxInt8Image image;
  Reorder *reorder;

  if (!fx_dtype_in (dtype, FX_TYPES_Q | FX_TYPE_BIT (INT32)) || (from != NULL && from->funcs != &fx_backend_int8)
      || (to != NULL && to->funcs != &fx_backend_int8))
    return NULL;
  reorder = fx_int8_kernel_new (sizeof *reorder, NULL, "reorder", reorder_run, NULL);
  reorder->base.base.input_layouts[0] = fx_layout_ref ((FxLayout *)from);
  reorder->base.base.output_layout = fx_layout_ref ((FxLayout *)to);
  reorder->element_bytes = fx_dtype_size (dtype);
  reorder->bytes = fx_shape_elements (shape) * reorder->element_bytes;
  if ((from == NULL) == (to == NULL))
    return &reorder->base.base;
  image = fx_int8_image (shape);
  reorder->batch = image.batch;
  reorder->rows = from == NULL ? image.channels : image.pixels;
  reorder->columns = from == NULL ? image.pixels : image.channels;
  return &reorder->base.base;
}

/* ---- Concat ---- */

typedef struct
{
  FxInt8Kernel base;
  guint n;
  gsize pixels, row;      /* of all images; bytes of all channels */
  gsize *offset, *length; /* [n] bytes of each operand's channels in a row */
} Concat;

static void
concat_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Concat *concat = (const Concat *)kernel;

#pragma omp parallel for schedule(static) if (concat->pixels * concat->row >= PARALLEL_FROM)
  for (gsize p = 0; p < concat->pixels; p++)
    for (guint i = 0; i < concat->n; i++)
      memcpy ((char *)output + p * concat->row + concat->offset[i], (const char *)inputs[i] + p * concat->length[i],
              concat->length[i]);
}

static void
concat_clear (FxInt8Kernel *kernel)
{
  g_free (((Concat *)kernel)->offset);
  g_free (((Concat *)kernel)->length);
}

FxKernel *
fx_int8_prepare_concat (const FxKernelRequest *request, G_GNUC_UNUSED GError **error)
{
  const FxConcatParams *params = request->params;
  guint n = request->n_inputs, n_last = 0;
  FxInt8Image image;
  Concat *concat;
  gsize at = 0;
  int axis;

  for (guint i = 0; i < n; i++)
    n_last += request->inputs[i].layout != NULL;
  /* row-major operands are joined by the operator's own kernel */
  if (n_last == 0 || !fx_shape_axis (&request->shape, params->axis, &axis, NULL) || axis != 1)
    return NULL;
  concat = fx_int8_kernel_new (sizeof *concat, request, "concat", concat_run, concat_clear);
  image = fx_int8_image (&request->shape);
  concat->n = n;
  concat->pixels = image.batch * image.pixels;
  concat->row = image.channels * fx_dtype_size (request->dtype);
  concat->offset = g_new (gsize, n);
  concat->length = g_new (gsize, n);
  for (guint i = 0; i < n; i++)
    {
      concat->offset[i] = at;
      concat->length[i] = (gsize)request->inputs[i].shape.dims[1] * fx_dtype_size (request->dtype);
      at += concat->length[i];
      fx_int8_kernel_input_last (concat, request, i);
    }
  fx_int8_kernel_output_last (concat, request);
  return &concat->base.base;
}
