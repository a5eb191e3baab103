/* Prices refitted to measurements: what one of them changes, what many find, and what is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-refit.h"
#include "core/fx-error.h"

#include <math.h>

/* As in fx-refit.c: variances of logarithms. */
#define PART (0.5 * 0.5)
#define KIND (0.2 * 0.2)
#define TIME (0.1 * 0.1)

static FxMachine
flat_machine (double price)
{
  FxMachine machine = { .basis = "" };

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    machine.prices[kind] = price;
  return machine;
}

static void
assert_no_error_refit (FxMachine *machine, const FxMeasured *measured, guint n)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_machine_refit (machine, measured, n, &error));
  g_assert_no_error (error);
}

static void
test_price (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 2, [FX_COST_WEIGHTS] = 3, [FX_COST_FRAME] = 1 } };
  FxMachine machine = flat_machine (0.5);
  double bpu_ms;

  g_assert_cmpfloat_with_epsilon (fx_machine_price (&machine, &cost, &bpu_ms), 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (bpu_ms, 2.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (fx_machine_price (&machine, &cost, NULL), 3, 1e-12);
}

/* One kind of work, twice as slow: both its factors and the time's own uncertainty share what is missing as their
 * variances say. Others of the part take over what the part has, other parts stay. */
static void
test_one (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 4 } };
  const FxMeasured measured = { .cost = &cost, .ms = 8 };
  FxMachine machine = flat_machine (1);
  /* the clock adds a little to the variance of the time */
  double all = PART + KIND + TIME + 0.02 * 0.02;

  assert_no_error_refit (&machine, &measured, 1);
  g_assert_cmpfloat_with_epsilon (machine.prices[FX_COST_DENSE], pow (2, (PART + KIND) / all), 1e-6);
  g_assert_cmpfloat_with_epsilon (machine.prices[FX_COST_DEPTHWISE], pow (2, PART / all), 1e-6);
  g_assert_cmpfloat_with_epsilon (machine.prices[FX_COST_WEIGHTS], 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (machine.prices[FX_COST_CPU_SIMPLE], 1, 1e-9);
}

/* What is as estimated changes nothing. */
static void
test_same (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 4, [FX_COST_OUTPUTS] = 3 } };
  const FxMeasured measured[] = { { .cost = &cost, .ms = 7 }, { .cost = &cost, .ms = 7, .bpu_ms = 4 } };
  FxMachine machine = flat_machine (1);

  assert_no_error_refit (&machine, measured, G_N_ELEMENTS (measured));
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    g_assert_cmpfloat_with_epsilon (machine.prices[kind], 1, 1e-9);
}

/* A BPU as fast as estimated and a CPU half as fast: told apart only by the time of the BPU. */
static void
test_split (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 4, [FX_COST_OUTPUTS] = 4 } };
  const FxMeasured whole = { .cost = &cost, .ms = 12 }, split = { .cost = &cost, .ms = 12, .bpu_ms = 4 };
  FxMachine of_whole = flat_machine (1), of_split = flat_machine (1);

  assert_no_error_refit (&of_whole, &whole, 1);
  g_assert_cmpfloat_with_epsilon (of_whole.prices[FX_COST_DENSE], of_whole.prices[FX_COST_OUTPUTS], 1e-6);
  g_assert_cmpfloat (of_whole.prices[FX_COST_DENSE], >, 1.4);
  assert_no_error_refit (&of_split, &split, 1);
  g_assert_cmpfloat_with_epsilon (of_split.prices[FX_COST_DENSE], 1, 1e-6);
  g_assert_cmpfloat (of_split.prices[FX_COST_OUTPUTS], >, 1.9);
  g_assert_cmpfloat (of_split.prices[FX_COST_OUTPUTS], <, 2);
}

/* Many models find prices that differ from kind to kind. */
static void
test_many (void)
{
  enum
  {
    N = 300
  };
  g_autofree FxCostReport *costs = g_new0 (FxCostReport, N);
  g_autofree FxMeasured *measured = g_new0 (FxMeasured, N);
  FxMachine machine = flat_machine (1), right = flat_machine (1);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    right.prices[kind] = g_rand_double_range (random, 0.6, 1.6);
  for (guint i = 0; i < N; i++)
    {
      for (guint k = 0; k < 4; k++)
        costs[i].amounts[g_rand_int_range (random, 0, FX_N_COSTS)] += g_rand_double_range (random, 0.1, 1);
      measured[i].cost = &costs[i];
      measured[i].ms = fx_machine_price (&right, &costs[i], NULL);
    }
  assert_no_error_refit (&machine, measured, N);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    g_assert_cmpfloat_with_epsilon (machine.prices[kind] / right.prices[kind], 1, 0.05);
}

/* However far away, prices stay numbers that a file of prices may have; those of 0 stay 0. */
static void
test_extremes (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 1, [FX_COST_TABLES] = 1 } };
  const double times[] = { 1e-300, 1e-9, FX_MACHINE_MOST_MS };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      const FxMeasured measured = { .cost = &cost, .ms = times[i] };
      FxMachine machine = flat_machine (100);

      machine.prices[FX_COST_TABLES] = 0;
      assert_no_error_refit (&machine, &measured, 1);
      for (int kind = 0; kind < FX_N_COSTS; kind++)
        g_assert_true (machine.prices[kind] >= 0 && machine.prices[kind] <= FX_MACHINE_MOST_MS);
      g_assert_cmpfloat (machine.prices[FX_COST_TABLES], ==, 0);
    }
}

static void
test_refused (void)
{
  FxCostReport cost = { .amounts = { [FX_COST_DENSE] = 1 } }, nothing = { .macs = 0 };
  const struct
  {
    FxMeasured measured;
    const char *message;
  } cases[] = {
    { { &cost, 0, 0 }, "measurement 2: 0 ms is no time of a frame" },
    { { &cost, -1, 0 }, "measurement 2: -1 ms is no time of a frame" },
    { { &cost, NAN, 0 }, "measurement 2: nan ms is no time of a frame" },
    { { &cost, INFINITY, 0 }, "measurement 2: inf ms is no time of a frame" },
    { { &cost, 1, 1 }, "measurement 2: 1 ms on the BPU of 1 ms in all" },
    { { &cost, 1, -1 }, "measurement 2: -1 ms on the BPU of 1 ms in all" },
    { { &cost, 1, NAN }, "measurement 2: nan ms on the BPU of 1 ms in all" },
    { { &nothing, 1, 0 }, "measurement 2: the model costs 0 ms at the given prices" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const FxMeasured measured[] = { { .cost = &cost, .ms = 3 }, cases[i].measured };
      FxMachine machine = flat_machine (1);
      g_autoptr (GError) error = NULL;

      g_assert_false (fx_machine_refit (&machine, measured, 2, &error));
      g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
      g_assert_cmpstr (error->message, ==, cases[i].message);
      g_assert_cmpfloat (machine.prices[FX_COST_DENSE], ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refit/price", test_price);
  g_test_add_func ("/refit/one", test_one);
  g_test_add_func ("/refit/same", test_same);
  g_test_add_func ("/refit/split", test_split);
  g_test_add_func ("/refit/many", test_many);
  g_test_add_func ("/refit/extremes", test_extremes);
  g_test_add_func ("/refit/refused", test_refused);
  return g_test_run ();
}
