/* Integer kernels: each instruction set that this CPU has against the reference, bit by bit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-threads.h"
#include "core/exec/int8/fx-int16-conv.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/exec/int8/fx-int8-reference.h"
#include "core/fx-error.h"

#include <math.h>
#include <string.h>

#define CONV_CASES 150
#define ELEMENTWISE_CASES 200

static GRand *
new_rand (void)
{
  guint32 seed = g_test_rand_int ();

  g_test_message ("seed %u", seed);
  return g_rand_new_with_seed (seed);
}

static gint32
pick (GRand *rand, gint32 from, gint32 to)
{
  return g_rand_int_range (rand, from, to + 1);
}

/* Often the extremes, where products and sums are largest. */
static void
fill (GRand *rand, gint8 *values, gsize n)
{
  int kind = pick (rand, 0, 3);

  for (gsize i = 0; i < n; i++)
    values[i] = (gint8)(kind == 0 ? -128 : kind == 1 ? (g_rand_boolean (rand) ? -128 : 127) : pick (rand, -128, 127));
}

/* A convolution with everything that it points to. */
typedef struct
{
  FxInt8ConvParams params;
  gint8 *weights, *x;
  gint32 *bias;
  FxRequant *requants;
  gsize n_outputs;
} Case;

static void
case_clear (Case *c)
{
  g_free (c->weights);
  g_free (c->x);
  g_free (c->bias);
  g_free (c->requants);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* A factor that brings most sums into range, sometimes one that saturates or vanishes. */
static FxRequant
random_requant (GRand *rand, gsize depth)
{
  FxRequant requant;
  double scale = g_rand_double_range (rand, 0.2, 3) / (100.0 * sqrt ((double)depth));

  switch (pick (rand, 0, 9))
    {
    case 0: scale *= 0x1p9; break;
    case 1: scale *= 0x1p18; break;
    case 2: scale *= 0x1p-25; break;
    case 3: scale = 1.0 / (1 << pick (rand, 1, 12)); break; /* ties */
    default: break;
    }
  g_assert_true (fx_requant_from_scale (scale, &requant, NULL));
  return requant;
}

static void
random_output (GRand *rand, FxInt8Output *output)
{
  static const FxDType types[] = { FX_DTYPE_INT8, FX_DTYPE_INT8, FX_DTYPE_INT16, FX_DTYPE_INT32 };
  FxDType dtype = types[pick (rand, 0, 3)];

  *output = (FxInt8Output){ .dtype = dtype, .low = G_MININT8, .high = G_MAXINT8 };
  if (dtype == FX_DTYPE_INT16)
    {
      output->low = g_rand_boolean (rand) ? 0 : G_MININT16;
      output->high = pick (rand, 0, 2) == 0 ? pick (rand, 1, 3000) : G_MAXINT16;
      return;
    }
  output->zero_point = g_rand_boolean (rand) ? 0 : pick (rand, -128, 127);
  if (g_rand_boolean (rand))
    output->low = output->zero_point;
  if (pick (rand, 0, 2) == 0)
    output->high = pick (rand, output->low, 127);
}

static void
random_kernel (GRand *rand, FxInt8Window *w)
{
  w->kernel_height = pick (rand, 1, 4);
  w->kernel_width = pick (rand, 1, 4);
  if (pick (rand, 0, 2) == 0)
    w->kernel_height = w->kernel_width = 1;
  w->stride_height = pick (rand, 1, 3);
  w->stride_width = pick (rand, 1, 3);
  w->dilation_height = pick (rand, 0, 3) == 0 ? pick (rand, 1, 3) : 1;
  w->dilation_width = pick (rand, 0, 3) == 0 ? pick (rand, 1, 3) : 1;
  if (g_rand_boolean (rand))
    {
      w->pad_top = pick (rand, 0, 4);
      w->pad_left = pick (rand, 0, 4);
      w->pad_bottom = pick (rand, 0, 4);
      w->pad_right = pick (rand, 0, 4);
    }
  w->in_height = pick (rand, 1, 14) + (w->kernel_height - 1) * w->dilation_height;
  w->in_width = pick (rand, 1, 14) + (w->kernel_width - 1) * w->dilation_width;
}

/* Every channel has its own window; often one of 3 × 3, on lines longer than what is worked on at once. */
static void
make_depthwise (GRand *rand, FxInt8Window *w)
{
  w->group = w->in_channels = w->out_channels = pick (rand, 2, 70);
  if (pick (rand, 0, 2) == 0)
    return;
  w->kernel_height = w->kernel_width = 3;
  w->stride_width = pick (rand, 1, 2);
  w->dilation_width = 1;
  w->in_height = MAX (w->in_height, 2 * w->dilation_height + 1);
  w->in_width = pick (rand, 3, 90);
}

static void
random_window (GRand *rand, FxInt8Window *w)
{
  *w = (FxInt8Window){ .batch = pick (rand, 1, 2), .group = 1 };
  random_kernel (rand, w);
  switch (pick (rand, 0, 3))
    {
    case 0: make_depthwise (rand, w); break;
    case 1:
      w->group = pick (rand, 2, 4);
      w->in_channels = w->group * pick (rand, 1, 9);
      w->out_channels = w->group * pick (rand, 1, 20);
      break;
    case 2: /* several slices of the depth */
      w->in_height = MIN (w->in_height, 6);
      w->in_width = MIN (w->in_width, 6);
      w->kernel_height = w->kernel_width = w->dilation_height = w->dilation_width = 1;
      w->in_channels = pick (rand, 500, 1300);
      w->out_channels = pick (rand, 1, 40);
      break;
    default:
      w->in_channels = pick (rand, 1, 40);
      w->out_channels = pick (rand, 1, 140);
      break;
    }
  g_assert_true (fx_int8_window_check (w, NULL));
}

static void
random_case (GRand *rand, Case *c)
{
  FxInt8ConvParams *p = &c->params;
  FxInt8Window *w = &p->window;
  gsize depth, n_weights, n_inputs;

  random_window (rand, w);
  depth = (gsize)(w->in_channels / w->group * w->kernel_height * w->kernel_width);
  n_weights = depth * (gsize)w->out_channels;
  n_inputs = (gsize)(w->batch * w->in_height * w->in_width * w->in_channels);
  c->n_outputs = (gsize)(w->batch * w->out_height * w->out_width * w->out_channels);
  p->weights = c->weights = g_malloc (n_weights);
  fill (rand, c->weights, n_weights);
  c->x = g_malloc (n_inputs);
  fill (rand, c->x, n_inputs);
  if (g_rand_boolean (rand))
    p->bias = c->bias = g_new (gint32, w->out_channels);
  p->requants = c->requants = g_new (FxRequant, w->out_channels);
  for (gint64 i = 0; i < w->out_channels; i++)
    {
      c->requants[i] = random_requant (rand, depth);
      if (c->bias != NULL)
        c->bias[i] = pick (rand, -100000, 100000);
    }
  p->input_zero_point = g_rand_boolean (rand) ? 0 : pick (rand, -128, 127);
  random_output (rand, &p->output);
}

/* Runs the case into an array with a guard behind it, and compares. */
static void
check_conv (const Case *c, const FxInt8Isa *isa, const void *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxInt8Conv) conv = fx_int8_conv_new (&c->params, isa, &error);
  gsize size = c->n_outputs * fx_dtype_size (c->params.output.dtype);
  g_autofree char *found = g_malloc (size + 64);

  g_assert_no_error (error);
  memset (found, 0x5a, size + 64);
  fx_int8_conv_run (conv, c->x, found);
  if (memcmp (found, wanted, size) != 0)
    {
      const FxInt8Window *w = fx_int8_conv_window (conv);

      g_test_message ("%s: in %dx%dx%dx%d out %d kernel %dx%d stride %dx%d dilation %dx%d group %d zero point %d, %s",
                      isa->name, (int)w->batch, (int)w->in_height, (int)w->in_width, (int)w->in_channels,
                      (int)w->out_channels, (int)w->kernel_height, (int)w->kernel_width, (int)w->stride_height,
                      (int)w->stride_width, (int)w->dilation_height, (int)w->dilation_width, (int)w->group,
                      c->params.input_zero_point, fx_dtype_name (c->params.output.dtype));
    }
  g_assert_cmpmem (found, size, wanted, size);
  for (gsize i = size; i < size + 64; i++)
    g_assert_cmpint (found[i], ==, 0x5a);
}

static gboolean
skip_unsupported (const FxInt8Isa *isa)
{
  if (isa->supported ())
    return FALSE;
  g_test_skip ("this CPU lacks the instruction set");
  return TRUE;
}

static void
test_conv (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  g_autoptr (GRand) rand = NULL;

  if (skip_unsupported (isa))
    return;
  rand = new_rand ();
  for (guint i = 0; i < CONV_CASES; i++)
    {
      g_auto (Case) c = { 0 };
      g_autofree char *wanted = NULL;

      random_case (rand, &c);
      wanted = g_malloc (c.n_outputs * sizeof (gint32));
      fx_int8_conv_reference (&c.params, c.x, wanted);
      check_conv (&c, isa, wanted);
    }
}

/* The weights and window of an 8-bit case with wide activations, which are often the most negative ones. */
static void
check_wide_conv (GRand *rand, const Case *c, const FxInt8Isa *isa)
{
  const FxInt8Window *w = &c->params.window;
  gsize n_inputs = (gsize)(w->batch * w->in_height * w->in_width * w->in_channels);
  g_autofree gint16 *x = g_new (gint16, n_inputs), *wanted = g_new (gint16, c->n_outputs);
  g_autofree gint16 *found = g_new (gint16, c->n_outputs);
  g_autofree gint64 *bias = g_new (gint64, w->out_channels);
  g_autofree FxRequant *requants = g_new (FxRequant, w->out_channels);
  gboolean lowest = g_rand_boolean (rand);
  FxInt16ConvParams params = { .window = *w,
                               .weights = c->weights,
                               .bias = g_rand_boolean (rand) ? bias : NULL,
                               .requants = requants,
                               .output = { FX_DTYPE_INT16, 0, G_MININT16, G_MAXINT16 } };
  g_autoptr (FxInt16Conv) conv = NULL;
  gsize size = c->n_outputs * sizeof (gint16);

  if (pick (rand, 0, 3) == 0)
    {
      params.output = (FxInt8Output){ FX_DTYPE_INT8, -5, -5, 100 };
      size = c->n_outputs;
    }
  for (gsize i = 0; i < n_inputs; i++)
    x[i] = (gint16)(lowest ? G_MININT16 : pick (rand, G_MININT16, G_MAXINT16));
  for (gint64 i = 0; i < w->out_channels; i++)
    {
      bias[i] = (gint64)pick (rand, G_MININT32, G_MAXINT32 - 1) * ((gint64)1 << pick (rand, 0, 29));
      g_assert_true (
          fx_requant_from_scale (ldexp (1 + g_rand_double (rand), pick (rand, -18, -6)), &requants[i], NULL));
    }
  fx_int16_conv_reference (&params, x, wanted);
  conv = fx_int16_conv_new (&params, isa, NULL);
  fx_int16_conv_run (conv, x, found);
  g_assert_cmpmem (found, size, wanted, size);
}

static void
test_wide_conv (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  g_autoptr (GRand) rand = NULL;

  if (skip_unsupported (isa))
    return;
  rand = new_rand ();
  for (guint i = 0; i < CONV_CASES; i++)
    {
      g_auto (Case) c = { 0 };

      random_case (rand, &c);
      check_wide_conv (rand, &c, isa);
    }
}

/* Every product is the largest there is: depth just within 32 bits, one more is refused. */
static void
test_largest_sums (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  const gint64 depth = 131071;
  g_autofree gint8 *values = NULL;
  gint32 sum;
  FxInt8ConvParams params = { .window = { 1, 1, 1, depth, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0 },
                              .output = { .dtype = FX_DTYPE_INT32 } };
  g_autoptr (FxInt8Conv) conv = NULL;
  g_autoptr (GError) error = NULL;

  if (skip_unsupported (isa))
    return;
  values = g_malloc (depth + 1);
  memset (values, -128, depth + 1);
  params.weights = values;
  conv = fx_int8_conv_new (&params, isa, NULL);
  fx_int8_conv_run (conv, values, &sum);
  g_assert_cmpint (sum, ==, depth * 128 * 128);
  params.window.in_channels++;
  g_assert_null (fx_int8_conv_new (&params, isa, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
}

/* Factors of all kinds, or of the simple kind, and what sums they stand. */
static gint64
random_columns (GRand *rand, FxInt8Columns *columns, gint32 *multiplier, gint32 *shift, gint32 *limit)
{
  gint64 largest = columns->simple ? (gint64)1 << pick (rand, 8, 31) : (gint64)1 << 31;
  gboolean small = FALSE;

  for (guint i = 0; i < 64; i++)
    {
      FxRequant requant;

      do
        {
          requant.multiplier = pick (rand, 1 << 30, G_MAXINT32 - 1);
          if (pick (rand, 0, 3) == 0)
            requant.multiplier = g_rand_boolean (rand) ? 1 << 30 : 3 << 29;
          requant.shift = pick (rand, g_rand_boolean (rand) ? FX_REQUANT_MIN_SHIFT : 31, FX_REQUANT_MAX_SHIFT);
        }
      while (columns->simple && !fx_int8_is_simple (&requant, largest));
      multiplier[i] = requant.multiplier;
      shift[i] = requant.shift;
      limit[i] = fx_int8_limit (shift[i]);
      small = small || shift[i] < 31;
    }
  columns->multiplier = multiplier;
  columns->shift = shift;
  columns->limit = small ? limit : NULL;
  return largest;
}

static void
random_sums (GRand *rand, gint32 *sums, guint n, gint64 largest)
{
  for (guint i = 0; i < n; i++)
    {
      gint64 sum = (gint32)g_rand_int (rand) >> pick (rand, 0, 31);

      if (pick (rand, 0, 7) == 0)
        sum = g_rand_boolean (rand) ? -largest : largest;
      if (pick (rand, 0, 7) == 0)
        sum = (gint64)1 << pick (rand, 0, 30);
      sums[i] = (gint32)CLAMP (sum, MAX (-largest, G_MININT32), MIN (largest, G_MAXINT32));
    }
}

/* Requantization of all kinds of sums, the ends of the range among them. */
static void
check_requantize (GRand *rand, const FxInt8Isa *isa, guint n, guint rows)
{
  gint32 sums[4 * 64 + 64], multiplier[64], shift[64], limit[64];
  FxInt8Columns columns
      = { .simple = g_rand_boolean (rand), .zero_point = pick (rand, -128, 127), .low = -128, .high = 127 };
  gint64 largest = random_columns (rand, &columns, multiplier, shift, limit);
  gint8 y[4 * 64];
  gint16 wide[4 * 64];

  random_sums (rand, sums, G_N_ELEMENTS (sums), largest);
  isa->requantize_s8 (&columns, n, sums, 64, rows, y, n);
  for (guint i = 0; i < n * rows; i++)
    {
      FxRequant requant = { multiplier[i % n], shift[i % n] };

      g_assert_cmpint (y[i], ==, fx_requantize_s8 (sums[i / n * 64 + i % n], &requant, columns.zero_point, -128, 127));
    }
  columns.zero_point = 0;
  columns.low = -30000;
  columns.high = 32767;
  isa->requantize_s16 (&columns, n, sums, 64, rows, wide, n);
  for (guint i = 0; i < n * rows; i++)
    {
      FxRequant requant = { multiplier[i % n], shift[i % n] };

      g_assert_cmpint (wide[i], ==, fx_requantize_s16 (sums[i / n * 64 + i % n], &requant, 0, -30000, 32767));
    }
}

static void
test_requantize (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  g_autoptr (GRand) rand = NULL;

  if (skip_unsupported (isa))
    return;
  rand = new_rand ();
  for (guint i = 0; i < 3000; i++)
    check_requantize (rand, isa, (guint)pick (rand, 1, 64), (guint)pick (rand, 1, 4));
}

static void
random_bounds (GRand *rand, FxInt8Output *output)
{
  do
    random_output (rand, output);
  while (output->dtype != FX_DTYPE_INT8);
}

static void
check_elementwise (GRand *rand, const FxInt8Isa *isa)
{
  gsize n = (gsize)(pick (rand, 0, 5) == 0 ? pick (rand, 4000, 70000) : pick (rand, 1, 300));
  g_autofree gint8 *a = g_malloc (n), *b = g_malloc (n), *wanted = g_malloc (n), *found = g_malloc (n);
  double a_scale = g_rand_double_range (rand, 1e-4, 2), b_scale = g_rand_double_range (rand, 1e-4, 2);
  gboolean negate_b = pick (rand, 0, 1) == 0;
  FxInt8AddParams add_params = { .a_zero_point = pick (rand, -128, 127), .b_zero_point = pick (rand, -128, 127) };
  double scale = g_rand_double_range (rand, 1e-5, 1);
  FxInt8MulParams mul_params = { .a_zero_point = pick (rand, -128, 127), .b_zero_point = pick (rand, -128, 127) };
  FxInt8Add add;
  FxInt8Mul mul;

  if (pick (rand, 0, 3) == 0)
    a_scale = b_scale = 0.5, scale = 0x1p-7;
  if (pick (rand, 0, 9) == 0)
    a_scale *= 8e3, scale *= 1e4;
  g_assert_true (fx_requant_pair_from_scales (a_scale, b_scale, &add_params.factors, NULL));
  if (negate_b)
    add_params.factors.b_multiplier = -add_params.factors.b_multiplier;
  g_assert_true (fx_requant_from_scale (scale, &mul_params.factor, NULL));
  random_bounds (rand, &add_params.output);
  random_bounds (rand, &mul_params.output);
  fill (rand, a, n);
  fill (rand, b, n);
  g_assert_true (fx_int8_add_init (&add, &add_params, NULL));
  fx_int8_add_reference (&add, a, b, wanted, n);
  fx_int8_add_run (&add, isa, a, b, found, n);
  g_assert_cmpmem (found, n, wanted, n);
  g_assert_true (fx_int8_mul_init (&mul, &mul_params, NULL));
  fx_int8_mul_reference (&mul, a, b, wanted, n);
  fx_int8_mul_run (&mul, isa, a, b, a, n); /* in place */
  g_assert_cmpmem (a, n, wanted, n);
}

static void
test_elementwise (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  g_autoptr (GRand) rand = NULL;

  if (skip_unsupported (isa))
    return;
  rand = new_rand ();
  for (guint i = 0; i < ELEMENTWISE_CASES; i++)
    check_elementwise (rand, isa);
}

static void
check_pool (GRand *rand, const FxInt8Isa *isa)
{
  FxInt8Pool pool = { .window = { .batch = pick (rand, 1, 2), .group = 1 } };
  FxInt8Window *w = &pool.window;
  g_autofree gint8 *x = NULL, *wanted = NULL, *found = NULL;
  gsize n, n_outputs;

  random_kernel (rand, w);
  w->in_channels = w->out_channels = pick (rand, 1, 70);
  w->pad_top = MIN (w->pad_top, w->kernel_height - 1);
  w->pad_left = MIN (w->pad_left, w->kernel_width - 1);
  w->pad_bottom = MIN (w->pad_bottom, w->kernel_height - 1);
  w->pad_right = MIN (w->pad_right, w->kernel_width - 1);
  pool.scale = g_rand_boolean (rand) ? 1 : g_rand_double_range (rand, 0.01, 3);
  pool.count_padding = g_rand_boolean (rand);
  pool.input_zero_point = pick (rand, -128, 127);
  random_bounds (rand, &pool.output);
  if (!fx_int8_max_pool_init (&pool, NULL))
    return; /* a dilated window that steps over the image */
  g_assert_true (fx_int8_average_pool_init (&pool, NULL));
  n = (gsize)(w->batch * w->in_height * w->in_width * w->in_channels);
  n_outputs = (gsize)(w->batch * w->out_height * w->out_width * w->out_channels);
  x = g_malloc (n);
  wanted = g_malloc (n_outputs);
  found = g_malloc (n_outputs);
  fill (rand, x, n);
  fx_int8_max_pool_reference (&pool, x, wanted);
  fx_int8_max_pool_run (&pool, isa, x, found);
  g_assert_cmpmem (found, n_outputs, wanted, n_outputs);
  fx_int8_average_pool_reference (&pool, x, wanted);
  fx_int8_average_pool_run (&pool, isa, x, found);
  g_assert_cmpmem (found, n_outputs, wanted, n_outputs);
}

static void
test_pool (gconstpointer data)
{
  const FxInt8Isa *isa = data;
  g_autoptr (GRand) rand = NULL;

  if (skip_unsupported (isa))
    return;
  rand = new_rand ();
  for (guint i = 0; i < ELEMENTWISE_CASES; i++)
    check_pool (rand, isa);
}

/* Worked out by hand: x = {1, 2, 3}, zero point 1, weights {2, -1, 3}; the reference itself must be right. */
static void
test_reference_by_hand (void)
{
  static const gint8 x[] = { 1, 2, 3 }, weights[] = { 2, -1, 3 };
  static const gint32 bias[] = { 10 };
  FxRequant requant;
  gint32 sums[3];
  gint8 y[3];
  /* one line, kernel 1 x 3, a pixel of padding at both ends */
  FxInt8ConvParams params = { .window = { .batch = 1,
                                          .in_height = 1,
                                          .in_width = 3,
                                          .in_channels = 1,
                                          .out_channels = 1,
                                          .kernel_height = 1,
                                          .kernel_width = 3,
                                          .stride_height = 1,
                                          .stride_width = 1,
                                          .dilation_height = 1,
                                          .dilation_width = 1,
                                          .pad_left = 1,
                                          .pad_right = 1,
                                          .group = 1 },
                              .weights = weights,
                              .bias = bias,
                              .requants = &requant,
                              .input_zero_point = 1,
                              .output = { .dtype = FX_DTYPE_INT32 } };

  g_assert_true (fx_int8_window_check (&params.window, NULL));
  g_assert_true (fx_requant_from_scale (0.5, &requant, NULL));
  fx_int8_conv_reference (&params, x, sums);
  g_assert_cmpint (sums[0], ==, 10 + 3 * 1);         /* padding, 0, 1 */
  g_assert_cmpint (sums[1], ==, 10 + 0 - 1 + 3 * 2); /* 0, 1, 2 */
  g_assert_cmpint (sums[2], ==, 10 + 2 * 1 - 2);     /* 1, 2, padding */
  params.output = (FxInt8Output){ .dtype = FX_DTYPE_INT8, .zero_point = -3, .low = -3, .high = 4 };
  fx_int8_conv_reference (&params, x, y);
  g_assert_cmpint (y[0], ==, 3); /* 6.5 → 6 */
  g_assert_cmpint (y[1], ==, 4); /* 7.5 → 8, clamped */
  g_assert_cmpint (y[2], ==, 2);
}

static void
test_add_is_close_to_real (void)
{
  FxInt8AddParams params = { .a_zero_point = 3,
                             .b_zero_point = -100,
                             .output = { .dtype = FX_DTYPE_INT8, .zero_point = 5, .low = -128, .high = 127 } };
  FxInt8Add add;

  g_assert_true (fx_requant_pair_from_scales (0.37, 0.0021, &params.factors, NULL));
  g_assert_true (fx_int8_add_init (&add, &params, NULL));
  for (int a = -128; a < 128; a++)
    for (int b = -128; b < 128; b++)
      {
        gint8 x = (gint8)a, z = (gint8)b, y;
        double real = 0.37 * (a - 3) + 0.0021 * (b + 100) + 5;

        fx_int8_add_reference (&add, &x, &z, &y, 1);
        g_assert_cmpfloat (ABS (CLAMP (real, -128, 127) - y), <, 0.5001);
      }
}

static void
test_lookup (void)
{
  gint8 table[256], x[256];

  for (int i = 0; i < 256; i++)
    {
      table[i] = (gint8)(127 - i);
      x[i] = (gint8)(i - 128);
    }
  fx_int8_lookup_run (table, x, x, 256);
  for (int i = 0; i < 256; i++)
    g_assert_cmpint (x[i], ==, 127 - i);
}

static void
test_threads (void)
{
  g_autoptr (GRand) rand = new_rand ();

  for (guint i = 0; i < 40; i++)
    {
      g_auto (Case) c = { 0 };
      g_autofree char *wanted = NULL;

      random_case (rand, &c);
      wanted = g_malloc (c.n_outputs * sizeof (gint32));
      fx_int8_conv_reference (&c.params, c.x, wanted);
      for (guint n = 1; n <= 5; n += 2)
        {
          int before = fx_threads_enter (n);

          check_conv (&c, fx_int8_isa_default (), wanted);
          fx_threads_leave (before);
        }
    }
}

static void
expect_refusal (const FxInt8ConvParams *params, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_int8_conv_new (params, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_refusals (void)
{
  static const gint8 weights[64];
  FxRequant requants[2] = { { 1 << 30, 31 }, { 1 << 30, 31 } };
  const FxInt8ConvParams good = { .window = { 1, 4, 4, 4, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0, 0 },
                                  .weights = weights,
                                  .requants = requants,
                                  .output = { FX_DTYPE_INT8, 0, -128, 127 } };
  g_autoptr (FxInt8Conv) conv = fx_int8_conv_new (&good, NULL, NULL);
  gint32 bias[2] = { 0, G_MININT32 };
  FxInt8ConvParams bad;

  g_assert_nonnull (conv);
  bad = good, bad.window.in_height = 0, expect_refusal (&bad, "input height is 0");
  bad = good, bad.window.stride_width = -1, expect_refusal (&bad, "horizontal stride is -1");
  bad = good, bad.window.kernel_width = G_MAXINT64, expect_refusal (&bad, "kernel width");
  bad = good, bad.window.dilation_height = 9, expect_refusal (&bad, "height of the window is 10");
  bad = good, bad.window.group = 3, expect_refusal (&bad, "group = 3 does not divide 4 input");
  bad = good, bad.window.batch = bad.window.in_height = bad.window.in_width = G_MAXINT32;
  expect_refusal (&bad, "more elements than memory");
  bad = good, bad.input_zero_point = 128, expect_refusal (&bad, "zero point is 128");
  bad = good, bad.output.zero_point = -129, expect_refusal (&bad, "zero point is -129");
  bad = good, bad.output.high = 128, expect_refusal (&bad, "bounds are -128 … 128");
  bad = good, bad.output.low = 5, bad.output.high = 4, expect_refusal (&bad, "bounds are 5 … 4");
  bad = good, bad.output.dtype = FX_DTYPE_FLOAT, expect_refusal (&bad, "type is f32");
  bad = good, bad.bias = bias, expect_refusal (&bad, "output channel 1 may reach 2147483648");
  requants[1].shift = 63;
  expect_refusal (&good, "not in its normal form");
}

static void
test_choice (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_int8_isa_choose ("scalar", NULL) == &fx_int8_scalar);
  g_assert_null (fx_int8_isa_choose ("mmx", &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_setenv ("FX_ISA", "scalar", TRUE);
  g_assert_true (fx_int8_isa_choose (NULL, NULL) == &fx_int8_scalar);
  g_assert_true (fx_int8_isa_default () == &fx_int8_scalar);
  g_setenv ("FX_ISA", "mmx", TRUE);
  g_assert_true (fx_int8_isa_default ()->supported ());
  g_unsetenv ("FX_ISA");
}

static void
add_for_each_isa (const char *name, GTestDataFunc test)
{
  for (guint i = 0; fx_int8_isas[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/int8/%s/%s", name, fx_int8_isas[i]->name);

      g_test_add_data_func (path, fx_int8_isas[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/int8/reference-by-hand", test_reference_by_hand);
  g_test_add_func ("/int8/add-is-close-to-real", test_add_is_close_to_real);
  g_test_add_func ("/int8/lookup", test_lookup);
  add_for_each_isa ("requantize", test_requantize);
  add_for_each_isa ("conv", test_conv);
  add_for_each_isa ("wide-conv", test_wide_conv);
  add_for_each_isa ("largest-sums", test_largest_sums);
  add_for_each_isa ("elementwise", test_elementwise);
  add_for_each_isa ("pool", test_pool);
  g_test_add_func ("/int8/threads", test_threads);
  g_test_add_func ("/int8/refusals", test_refusals);
  g_test_add_func ("/int8/choice", test_choice);
  return g_test_run ();
}
