/* Factors and scales whose products stay away from the middle between two steps: by exact arithmetic, and by what a
 * runtime does in single precision.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-tie-free.h"

#include "core/passes/fx-passes.h"
#include "small-graph.h"

#include <float.h>
#include <math.h>

#define LARGEST 300.0 /* steps; more saturates */
#define ERROR 1.5e-5  /* of single precision, for so many steps */

/* How far a number is from the middle between two integers. */
static double
from_tie (double x)
{
  return fabs (x - floor (x) - 0.5);
}

static double
random_factor (GRand *rand, double least, double most)
{
  return exp2 (g_rand_double_range (rand, log2 (least), log2 (most)));
}

/* ---- factors ---- */

static void
test_factor (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 3000; i++)
    {
      double factor = random_factor (rand, 0x1p-14, 0x1p6), found = fx_tie_free_factor (factor);
      double most = MIN (LARGEST / factor, (double)G_MAXINT32);
      double least = 0.5 / (2.0 + 1.0 / FX_TIE_FREE_CHANGE + 1.0 / factor);

      g_assert_cmpfloat (fabs (found / factor - 1.0), <=, FX_TIE_FREE_CHANGE);
      for (guint k = 0; k < 1000; k++)
        g_assert_cmpfloat (from_tie (found * (double)(gint32)g_rand_double_range (rand, -most, most)), >=,
                           least - 1e-9);
    }
}

/* The smallest numbers that do. */
static void
test_known_factors (void)
{
  g_assert_cmpfloat (fx_tie_free_factor (1.0), ==, 1.0);
  g_assert_cmpfloat (fx_tie_free_factor (3.0), ==, 3.0);
  g_assert_cmpfloat (fx_tie_free_factor (1.0 / 3.0), ==, 1.0 / 3.0);
  g_assert_cmpfloat (fx_tie_free_factor (2.0 / 49.0), ==, 2.0 / 49.0);
  g_assert_cmpfloat (fx_tie_free_factor (0.5), ==, 512.0 / 1025.0);
  g_assert_cmpfloat (fx_tie_free_factor (1.5), ==, 514.0 / 343.0);
}

static void
test_no_factors (void)
{
  static const double factors[] = { 0.0, -0.5, 1e-12, 1e6, INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    g_assert_cmpfloat (fx_tie_free_factor (factors[i]), ==, factors[i]);
  g_assert_true (isnan (fx_tie_free_factor (NAN)));
}

/* ---- weights ---- */

/* How many of some sums come to another integer in single precision, as ONNX Runtime computes QLinearConv. */
static guint
count_differences (const FxValueQuant *x, const FxValueQuant *y, float weights, GRand *rand)
{
  float factor = x->scale * weights / y->scale;
  double exact = (double)x->scale * (double)weights / (double)y->scale, most = LARGEST / exact;
  guint n = 0;

  for (guint k = 0; k < 2000; k++)
    {
      gint32 sum = (gint32)g_rand_double_range (rand, -most, most);

      n += rint (exact * sum) != (double)rintf (factor * (float)sum);
    }
  return n;
}

static void
test_weights (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  guint before = 0, after = 0;

  for (guint i = 0; i < 1000; i++)
    {
      FxValueQuant x = { .bits = 8, .scale = (float)random_factor (rand, 1e-3, 10) };
      FxValueQuant y = { .bits = 8, .scale = (float)random_factor (rand, 1e-3, 10) };
      float scale = (float)random_factor (rand, 1e-3, 0.1) * y.scale / x.scale, moved = scale;

      before += count_differences (&x, &y, scale, rand);
      fx_tie_free_weights (&x, &y, &moved, 1);
      g_assert_cmpfloat (fabs ((double)moved / (double)scale - 1.0), <=,
                         FX_TIE_FREE_CHANGE + 2.0 * (double)FLT_EPSILON);
      after += count_differences (&x, &y, moved, rand);
    }
  g_test_message ("of 2000000 sums %u came to another integer, with other scales %u", before, after);
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (after, ==, 0);
}

/* Sums that leave as they are, and 16 bits, of which single precision knows no more. */
static void
test_other_bits (void)
{
  static const guint bits[][2] = { { 8, 32 }, { 16, 8 }, { 8, 16 } };

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    {
      FxValueQuant x = { .bits = bits[i][0], .scale = 0.3f }, y = { .bits = bits[i][1], .scale = 1.0f };
      float scale = 0.1f;

      fx_tie_free_weights (&x, &y, &scale, 1);
      g_assert_cmpfloat (scale, ==, 0.1f);
    }
}

/* ---- values ---- */

typedef struct
{
  FxGraph *graph;
  FxQuantPlan *plan;
  FxId *leaders;
  guint8 *fixed;
  FxValueQuant *values, *old;
} Setup;

static Setup
setup_new (const char *text)
{
  Setup setup = { .graph = small_graph_new (text, fx_passes_run_board) };
  guint n = fx_graph_n_values (setup.graph);
  g_autofree guint8 *allowed = g_new (guint8, fx_graph_n_nodes (setup.graph) + 1);

  for (FxId i = 0; i < fx_graph_n_nodes (setup.graph); i++)
    allowed[i] = TRUE;
  setup.plan = fx_quant_plan_new (setup.graph, allowed);
  setup.leaders = g_new (FxId, n + 1);
  setup.fixed = g_new0 (guint8, n + 1);
  setup.values = g_new0 (FxValueQuant, n + 1);
  setup.old = g_new0 (FxValueQuant, n + 1);
  for (FxId i = 0; i < n; i++)
    setup.leaders[i] = i;
  return setup;
}

static void
setup_free (Setup *setup)
{
  fx_quant_plan_free (setup->plan);
  fx_graph_free (setup->graph);
  g_free (setup->leaders);
  g_free (setup->fixed);
  g_free (setup->values);
  g_free (setup->old);
}

/* Ranges by chance, and what becomes of them. */
static void
move (Setup *setup, GRand *rand)
{
  for (FxId i = 0; i < fx_graph_n_values (setup->graph); i++)
    {
      FxRange range = { -random_factor (rand, 0.5, 5), random_factor (rand, 0.5, 5) };

      setup->values[i] = (FxValueQuant){ .bits = 8, .integer = TRUE };
      fx_value_quant_set_range (&setup->values[i], &range, TRUE);
      setup->old[i] = setup->values[i];
    }
  fx_tie_free_scales (setup->graph, setup->plan, setup->leaders, setup->fixed, setup->values);
  for (FxId i = 0; i < fx_graph_n_values (setup->graph); i++)
    {
      const FxValueQuant *old = &setup->old[i], *new = &setup->values[i];

      g_assert_cmpfloat (fabs ((double)new->scale / (double)old->scale - 1.0), <=,
                         FX_TIE_FREE_CHANGE + 2.0 * (double)FLT_EPSILON);
      g_assert_cmpfloat (fabs (new->range.high / old->range.high - (double)new->scale / (double)old->scale), <, 1e-12);
      g_assert_cmpint (new->zero_point, ==, old->zero_point);
    }
}

static double
scale_of (const Setup *setup, const char *name)
{
  return (double)setup->values[fx_graph_find_value (setup->graph, name)].scale;
}

static gboolean
is_moved (const Setup *setup, const char *name)
{
  FxId id = fx_graph_find_value (setup->graph, name);

  return setup->values[id].scale != setup->old[id].scale;
}

/* The nearest that any sum of a × A + b × B comes to a tie, of those that do not saturate. */
static double
nearest_tie (double a, double b)
{
  double nearest = 0.5;

  for (int i = -255; i <= 255; i++)
    for (int k = -255; k <= 255; k++)
      if (fabs (i * a + k * b) <= LARGEST)
        nearest = MIN (nearest, from_tie (i * a + k * b));
  return nearest;
}

/* A chain of sums as in a residual network: every scale is in several of them. */
static void
test_sums (void)
{
  Setup setup = setup_new ("input %x f32[1,2,4,4]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\n"
                           "%a f32[*] = Conv(%x, %w)\n%b f32[*] = Conv(%x, %w)\n%s f32[*] = Add(%a, %b)\n"
                           "%r f32[*] = Relu(%s)\n%c f32[*] = Conv(%r, %w)\n%t f32[*] = Sub(%r, %c)\n"
                           "%y f32[*] = Conv(%t, %w)\noutput %y\n");
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < 20; i++)
    {
      move (&setup, rand);
      g_assert_cmpfloat (nearest_tie (scale_of (&setup, "a") / scale_of (&setup, "r"),
                                      scale_of (&setup, "b") / scale_of (&setup, "r")),
                         >, ERROR);
      g_assert_cmpfloat (nearest_tie (scale_of (&setup, "r") / scale_of (&setup, "t"),
                                      scale_of (&setup, "c") / scale_of (&setup, "t")),
                         >, ERROR);
    }
  setup_free (&setup);
}

/* The scale of an input says what pixels mean, and a range may be what the user wants: the others go by it. */
static void
test_fixed (void)
{
  static const char text[] = "input %x f32[1,2,4,4]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\n"
                             "%a f32[*] = Conv(%x, %w)\n%s f32[*] = Add(%a, %x)\n%m f32[*] = Mul(%s, %a)\noutput %m\n";
  Setup setup = setup_new (text);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < 20; i++)
    {
      move (&setup, rand);
      g_assert_false (is_moved (&setup, "x"));
      g_assert_cmpfloat (nearest_tie (scale_of (&setup, "a") / scale_of (&setup, "s"),
                                      scale_of (&setup, "x") / scale_of (&setup, "s")),
                         >, ERROR);
      g_assert_true (is_moved (&setup, "m"));
    }
  setup.fixed[fx_graph_find_value (setup.graph, "m")] = TRUE;
  setup.fixed[fx_graph_find_value (setup.graph, "s")] = TRUE;
  move (&setup, rand);
  g_assert_false (is_moved (&setup, "m"));
  g_assert_false (is_moved (&setup, "s"));
  setup_free (&setup);
}

/* Whatever a sum of so many elements may be. */
static void
check_sums (double factor, guint count)
{
  for (int sum = -255 * (int)count; sum <= 255 * (int)count; sum++)
    if (fabs (sum * factor) <= LARGEST)
      g_assert_cmpfloat (from_tie (sum * factor), >, ERROR);
}

static void
test_means (void)
{
  static const struct
  {
    const char *node;
    guint counts[3];
  } cases[] = {
    { "GlobalAveragePool(%a)", { 16 } },
    { "ReduceMean(%a) {axes=[2]}", { 4 } },
    { "ReduceSum(%a) {axes=[2]}", { 1 } },
    { "AveragePool(%a) {kernel_shape=[2,2]}", { 4 } },
    { "AveragePool(%a) {kernel_shape=[3,3],pads=[1,1,1,1]}", { 9, 6, 4 } },
    { "AveragePool(%a) {kernel_shape=[3,3],pads=[1,1,1,1],count_include_pad=1}", { 9 } },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("input %%x f32[1,2,4,4]\nconst %%w f32[2,2,1,1] = [1,0.5,-0.25,1]\n"
                                               "%%a f32[*] = Conv(%%x, %%w)\n%%y f32[*] = %s\noutput %%y\n",
                                               cases[i].node);
      Setup setup = setup_new (text);

      move (&setup, rand);
      for (guint k = 0; k < G_N_ELEMENTS (cases[i].counts) && cases[i].counts[k] > 0; k++)
        check_sums (scale_of (&setup, "a") / scale_of (&setup, "y") / cases[i].counts[k], cases[i].counts[k]);
      setup_free (&setup);
    }
}

/* Products of two values, alone and summed. */
static void
test_products (void)
{
  static const char *const nodes[] = { "Mul(%x, %z)", "MatMul(%x, %z)" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("input %%x f32[4,4]\ninput %%z f32[4,4]\n%%y f32[*] = %s\noutput %%y\n", nodes[i]);
      Setup setup = setup_new (text);

      move (&setup, rand);
      check_sums (scale_of (&setup, "x") * scale_of (&setup, "z") / scale_of (&setup, "y"), 1000);
      setup_free (&setup);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tie-free/factor", test_factor);
  g_test_add_func ("/tie-free/known-factors", test_known_factors);
  g_test_add_func ("/tie-free/no-factors", test_no_factors);
  g_test_add_func ("/tie-free/weights", test_weights);
  g_test_add_func ("/tie-free/other-bits", test_other_bits);
  g_test_add_func ("/tie-free/sums", test_sums);
  g_test_add_func ("/tie-free/fixed", test_fixed);
  g_test_add_func ("/tie-free/means", test_means);
  g_test_add_func ("/tie-free/products", test_products);
  return g_test_run ();
}
