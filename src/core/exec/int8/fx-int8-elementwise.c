/* Add and Mul on arrays of the same size, on the caller's thread; tables.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-isa.h"

/* Products that are made at once: they stay in the first-level cache. */
#define CHUNK 1024
#define LARGEST_PRODUCT (255 * 255)
#define PARALLEL_FROM 65536

static const FxInt8Isa *
isa_or_default (const FxInt8Isa *isa)
{
  return isa != NULL ? isa : fx_int8_isa_default ();
}

static gboolean
check_zero_points (gint32 a, gint32 b, GError **error)
{
  return fx_int8_zero_point_check (a, TRUE, error) && fx_int8_zero_point_check (b, TRUE, error);
}

gboolean
fx_int8_add_init (FxInt8Add *add, const FxInt8AddParams *params, GError **error)
{
  if (!check_zero_points (params->a_zero_point, params->b_zero_point, error)
      || !fx_int8_output_check (&params->output, TRUE, error))
    return FALSE;
  add->factors = params->factors;
  add->a_zero_point = params->a_zero_point;
  add->b_zero_point = params->b_zero_point;
  add->zero_point = params->output.zero_point;
  add->low = params->output.low;
  add->high = params->output.high;
  return TRUE;
}

void
fx_int8_add_run (const FxInt8Add *add, const FxInt8Isa *isa, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  isa_or_default (isa)->add (add, a, b, y, n);
}

void
fx_int8_scale_init (FxInt8Scale *scale, const FxRequant *factor, gint64 largest, const FxInt8Output *output)
{
  for (guint i = 0; i < FX_INT8_PADDING; i++)
    {
      scale->multiplier[i] = factor->multiplier;
      scale->shift[i] = factor->shift;
      scale->limit[i] = fx_int8_limit (factor->shift);
    }
  scale->limited = factor->shift < 31;
  scale->simple = fx_int8_is_simple (factor, largest);
  scale->zero_point = output->zero_point;
  scale->low = output->low;
  scale->high = output->high;
}

/* A line is rows of as many columns as the factor is repeated for. */
void
fx_int8_scale_run (const FxInt8Scale *scale, const FxInt8Isa *isa, gint32 *sums, gsize n, gint8 *y)
{
  const gsize width = FX_INT8_PADDING, rows = n / width, rest = n % width;
  const FxInt8Columns columns = { .multiplier = scale->multiplier,
                                  .shift = scale->shift,
                                  .limit = scale->limited ? scale->limit : NULL,
                                  .simple = scale->simple,
                                  .zero_point = scale->zero_point,
                                  .low = scale->low,
                                  .high = scale->high };

  isa = isa_or_default (isa);
  isa->requantize_s8 (&columns, width, sums, width, (guint)rows, y, width);
  if (rest == 0)
    return;
  for (gsize j = n; j < (rows + 1) * width; j++)
    sums[j] = 0;
  isa->requantize_s8 (&columns, (guint)rest, sums + rows * width, width, 1, y + rows * width, width);
}

gboolean
fx_int8_mul_init (FxInt8Mul *mul, const FxInt8MulParams *params, GError **error)
{
  if (!check_zero_points (params->a_zero_point, params->b_zero_point, error)
      || !fx_int8_output_check (&params->output, TRUE, error))
    return FALSE;
  mul->factor = params->factor;
  mul->a_zero_point = params->a_zero_point;
  mul->b_zero_point = params->b_zero_point;
  mul->zero_point = params->output.zero_point;
  mul->low = params->output.low;
  mul->high = params->output.high;
  fx_int8_scale_init (&mul->scale, &mul->factor, LARGEST_PRODUCT, &params->output);
  return TRUE;
}

void
fx_int8_mul_run (const FxInt8Mul *mul, const FxInt8Isa *isa, const gint8 *a, const gint8 *b, gint8 *y, gsize n)
{
  isa = isa_or_default (isa);
  for (gsize i = 0; i < n; i += CHUNK)
    {
      gint32 products[CHUNK];
      gsize part = MIN (CHUNK, n - i);

      isa->multiply (products, a + i, mul->a_zero_point, b + i, mul->b_zero_point, part);
      fx_int8_scale_run (&mul->scale, isa, products, part, y + i);
    }
}

void
fx_int8_lookup_run (const gint8 table[256], const gint8 *x, gint8 *y, gsize n)
{
  const gint8 *zero = table + 128;

#pragma omp parallel for schedule(static) if (n >= PARALLEL_FROM)
  for (gsize i = 0; i < n; i++)
    y[i] = zero[x[i]];
}
