/* QAdd and QMul: operands of one shape, or one of them a number for each channel (or for everything).
 *
 * s8 runs on the integer kernels; with s16 among operands or result, in plain loops over short pieces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/ops/q-add.h"
#include "core/ops/q-mul.h"

#include <string.h>

/* Elements that are worked on at once: they stay in the first-level cache. */
#define PIECE 1024
#define PARALLEL_FROM 32768

typedef struct _Binary Binary;

struct _Binary
{
  FxInt8Kernel base;
  const FxInt8Isa *isa;
  void (*piece) (const Binary *binary, const void *a, const void *b, void *y, gsize n);
  FxDType a, b, y;

  /* The result is `batch` times `rows` rows of `row` elements; operand `small` repeats one row within a batch. */
  int small; /* 0, 1, or -1: both are whole */
  gsize batch, rows, row;
  gboolean small_has_batch;
  gsize repeat; /* rows in a piece */

  FxInt8Add add;
  FxInt8Mul mul;
};

/* ---- pieces ---- */

static void
add_s8 (const Binary *binary, const void *a, const void *b, void *y, gsize n)
{
  fx_int8_add_run (&binary->add, binary->isa, a, b, y, n);
}

static void
mul_s8 (const Binary *binary, const void *a, const void *b, void *y, gsize n)
{
  fx_int8_mul_run (&binary->mul, binary->isa, a, b, y, n);
}

static void
load (gint32 *to, FxDType dtype, const void *from, gint32 zero_point, gsize n)
{
  if (dtype == FX_DTYPE_INT8)
    for (gsize i = 0; i < n; i++)
      to[i] = ((const gint8 *)from)[i] - zero_point;
  else
    for (gsize i = 0; i < n; i++)
      to[i] = ((const gint16 *)from)[i];
}

static void
store (FxDType dtype, void *to, const gint32 *from, gsize n)
{
  if (dtype == FX_DTYPE_INT8)
    for (gsize i = 0; i < n; i++)
      ((gint8 *)to)[i] = (gint8)from[i];
  else
    for (gsize i = 0; i < n; i++)
      ((gint16 *)to)[i] = (gint16)from[i];
}

static void
add_wide (const Binary *binary, const void *a, const void *b, void *y, gsize n)
{
  const FxInt8Add *add = &binary->add;
  const gint64 a_multiplier = add->factors.a_multiplier, b_multiplier = add->factors.b_multiplier;
  gint32 left[PIECE], right[PIECE];

  load (left, binary->a, a, add->a_zero_point, n);
  load (right, binary->b, b, add->b_zero_point, n);
  for (gsize i = 0; i < n; i++)
    {
      gint64 sum = fx_round_shift (left[i] * a_multiplier + right[i] * b_multiplier, add->factors.shift);

      left[i] = (gint32)fx_saturate (sum + add->zero_point, add->low, add->high);
    }
  store (binary->y, y, left, n);
}

static void
mul_wide (const Binary *binary, const void *a, const void *b, void *y, gsize n)
{
  const FxInt8Mul *mul = &binary->mul;
  gint32 left[PIECE], right[PIECE];

  load (left, binary->a, a, mul->a_zero_point, n);
  load (right, binary->b, b, mul->b_zero_point, n);
  for (gsize i = 0; i < n; i++)
    left[i]
        = (gint32)fx_saturate (fx_requantize (left[i] * right[i], &mul->factor) + mul->zero_point, mul->low, mul->high);
  store (binary->y, y, left, n);
}

/* ---- the whole ---- */

static const char *
at (const void *data, FxDType dtype, gsize element)
{
  return (const char *)data + element * fx_dtype_size (dtype);
}

static void
run_whole (const Binary *binary, const void *a, const void *b, void *y)
{
  const gsize n = binary->row;

#pragma omp parallel for schedule(static) if (n >= PARALLEL_FROM)
  for (gsize i = 0; i < n; i += PIECE)
    binary->piece (binary, at (a, binary->a, i), at (b, binary->b, i), (void *)at (y, binary->y, i),
                   MIN (PIECE, n - i));
}

static void
run_rows (const Binary *binary, const void *const *x, void *y, void *repeated)
{
  const FxDType types[] = { binary->a, binary->b };
  const FxDType small = types[binary->small], whole = types[1 - binary->small];
  const gsize row_bytes = binary->row * fx_dtype_size (small), length = binary->rows * binary->row;
  const gsize step = binary->repeat * binary->row;

  for (gsize n = 0; n < binary->batch; n++)
    {
      const void *row = at (x[binary->small], small, binary->small_has_batch ? n * binary->row : 0);

      for (gsize r = 0; r < binary->repeat; r++)
        memcpy ((char *)repeated + r * row_bytes, row, row_bytes);
#pragma omp parallel for schedule(static) if (length >= PARALLEL_FROM)
      for (gsize i = 0; i < length; i += step)
        for (gsize k = i; k < MIN (i + step, length); k += PIECE)
          {
            gsize count = MIN (MIN (PIECE, i + step - k), length - k);
            const void *big = at (x[1 - binary->small], whole, n * length + k), *part = at (repeated, small, k - i);

            binary->piece (binary, binary->small == 0 ? part : big, binary->small == 0 ? big : part,
                           (void *)at (y, binary->y, n * length + k), count);
          }
    }
}

static void
run (const FxInt8Kernel *kernel, void *const *inputs, void *output, void *scratch)
{
  const Binary *binary = (const Binary *)kernel;
  const void *x[] = { inputs[0], inputs[1] };

  if (binary->small < 0)
    run_whole (binary, x[0], x[1], output);
  else
    run_rows (binary, x, output, scratch);
}

/* Which operand is repeated and how; FALSE for broadcasts of other kinds. Sets *last where channels must run last. */
static gboolean
find_rows (const FxKernelRequest *request, Binary *binary, gboolean *last)
{
  const FxShape *y = &request->shape, *small;
  gsize n = fx_shape_elements (y);
  int lead;

  binary->batch = binary->rows = 1;
  binary->row = n;
  binary->small = -1;
  *last = fx_int8_is_last (request);
  if (fx_shape_equal (&request->inputs[0].shape, y) && fx_shape_equal (&request->inputs[1].shape, y))
    return TRUE;
  binary->small = fx_shape_equal (&request->inputs[0].shape, y) ? 1 : 0;
  if (!fx_shape_equal (&request->inputs[1 - binary->small].shape, y))
    return FALSE;
  small = &request->inputs[binary->small].shape;
  lead = y->rank - small->rank;

  binary->row = fx_shape_elements (small);
  if (binary->row == 1)
    {
      binary->rows = n;
      return TRUE;
    }
  /* a number for each channel, [N or 1, C, 1…] */
  if (y->rank >= 3 && lead <= 1 && fx_shape_product (small, 2 - lead, small->rank) == 1
      && small->dims[1 - lead] == y->dims[1] && fx_shape_product (y, 2, y->rank) > 1)
    {
      FxInt8Image image = fx_int8_image (y);

      *last = TRUE;
      binary->small_has_batch = lead == 0 && small->dims[0] > 1;
      binary->batch = image.batch;
      binary->rows = image.pixels;
      binary->row = image.channels;
      return TRUE;
    }
  /* the innermost axes */
  for (int i = 0; i < small->rank; i++)
    if (small->dims[i] != y->dims[i + lead] && fx_shape_product (small, 0, i + 1) != 1)
      return FALSE;
  *last = FALSE;
  binary->rows = n / binary->row;
  return TRUE;
}

static FxKernel *
finish (const FxKernelRequest *request, const Binary *filled, const char *name)
{
  Binary *binary;
  Binary shape = *filled;
  gboolean last;

  if (!find_rows (request, &shape, &last))
    return NULL;
  binary = fx_int8_kernel_new (sizeof *binary, request, name, run, NULL);
  shape.base = binary->base;
  *binary = shape;
  binary->isa = fx_int8_isa_default ();
  binary->repeat = MAX (PIECE / binary->row, 1);
  if (binary->small >= 0)
    binary->base.base.scratch_bytes = binary->repeat * binary->row * sizeof (gint16);
  for (guint i = 0; last && i < 2; i++)
    fx_int8_kernel_input_last (binary, request, i);
  if (last)
    fx_int8_kernel_output_last (binary, request);
  for (guint i = 0; i < 2; i++)
    if ((int)i != binary->small && request->inputs[i].dtype == request->dtype)
      binary->base.base.over_input = (int)i;
  return &binary->base.base;
}

static gboolean
is_narrow (const FxKernelRequest *request)
{
  return request->dtype == FX_DTYPE_INT8 && request->inputs[0].dtype == FX_DTYPE_INT8
         && request->inputs[1].dtype == FX_DTYPE_INT8;
}

/* What both share. */
static gboolean
fill (Binary *binary, const FxKernelRequest *request, const FxQOut *y, FxInt8Output *output, GError **error)
{
  FxQResult result;

  binary->a = request->inputs[0].dtype;
  binary->b = request->inputs[1].dtype;
  binary->y = request->dtype;
  if (!fx_q_result (y, FALSE, &result, error))
    return FALSE;
  *output = fx_int8_output (&result);
  return TRUE;
}

FxKernel *
fx_int8_prepare_add (const FxKernelRequest *request, GError **error)
{
  const FxQAddParams *params = request->params;
  Binary binary = { .piece = is_narrow (request) ? add_s8 : add_wide };
  FxInt8AddParams add = { .a_zero_point = (gint32)params->a.zero_point, .b_zero_point = (gint32)params->b.zero_point };

  if (!fill (&binary, request, &params->y, &add.output, error) || !fx_q_add_factors (params, &add.factors, error)
      || !fx_int8_add_init (&binary.add, &add, error))
    return fx_int8_decline (error);
  return finish (request, &binary, "add");
}

FxKernel *
fx_int8_prepare_mul (const FxKernelRequest *request, GError **error)
{
  const FxQMulParams *params = request->params;
  Binary binary = { .piece = is_narrow (request) ? mul_s8 : mul_wide };
  FxInt8MulParams mul = { .a_zero_point = (gint32)params->a.zero_point, .b_zero_point = (gint32)params->b.zero_point };

  if (!fill (&binary, request, &params->y, &mul.output, error) || !fx_q_mul_factor (params, &mul.factor, error)
      || !fx_int8_mul_init (&binary.mul, &mul, error))
    return fx_int8_decline (error);
  return finish (request, &binary, "mul");
}
