/* The most likely factors of prices: logarithms of factors are normally distributed around 0, those of measured times
 * around those of estimated ones. Solved by steps of Gauss and Newton, each at most as long as it helps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-refit.h"

#include "core/fx-error.h"

#include <math.h>
#include <string.h>

/* Standard deviations of natural logarithms. A board differs from the one that prices were fitted on in its clocks and
 * its memory, so that a part of it is half or twice as fast; kinds of one part differ less. An estimate with the best
 * prices misses by a tenth (docs/target-model.md). */
#define PART_SPREAD 0.5
#define KIND_SPREAD 0.2
#define TIME_SPREAD 0.1
#define CLOCK_SPREAD 0.02 /* of one measured time; what is left of two of them is known worse */

#define N_UNKNOWNS (FX_N_COST_PARTS + FX_N_COSTS)
#define MOST_STEPS 100
#define MOST_HALVINGS 30
#define SMALL_STEP 1e-9

/* Logarithms of factors: of parts, then of kinds. */
typedef struct
{
  double x[N_UNKNOWNS];
} Factors;

/* One thing that was measured: a sum over some parts. */
typedef struct
{
  const FxCostReport *cost;
  gboolean parts[FX_N_COST_PARTS];
  double ms, weight; /* 1 / variance of its logarithm */
} Observation;

typedef struct
{
  const FxMachine *machine;
  const GArray *observations; /* of Observation */
} Problem;

double
fx_machine_price (const FxMachine *machine, const FxCostReport *cost, double *bpu_ms)
{
  double parts[FX_N_COST_PARTS] = { 0 };

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    parts[fx_cost_rows[kind].part] += cost->amounts[kind] * machine->prices[kind];
  if (bpu_ms != NULL)
    *bpu_ms = parts[FX_COST_PART_BPU] + parts[FX_COST_PART_MEMORY];
  return parts[FX_COST_PART_BPU] + parts[FX_COST_PART_MEMORY] + parts[FX_COST_PART_CPU];
}

static double
factor_of (const Factors *factors, int kind)
{
  return exp (factors->x[fx_cost_rows[kind].part] + factors->x[FX_N_COST_PARTS + kind]);
}

static double
prior_weight (guint unknown)
{
  double spread = unknown < FX_N_COST_PARTS ? PART_SPREAD : KIND_SPREAD;

  return 1 / (spread * spread);
}

/* The estimate, and how its logarithm follows each unknown (may be NULL). */
static double
estimate (const Problem *problem, const Observation *observation, const Factors *factors, double *slopes)
{
  double sum = 0, ms[FX_N_COSTS] = { 0 };

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    if (observation->parts[fx_cost_rows[kind].part])
      sum += ms[kind] = observation->cost->amounts[kind] * problem->machine->prices[kind] * factor_of (factors, kind);
  if (slopes != NULL)
    memset (slopes, 0, N_UNKNOWNS * sizeof *slopes);
  for (int kind = 0; kind < FX_N_COSTS && slopes != NULL; kind++)
    {
      slopes[fx_cost_rows[kind].part] += ms[kind] / sum;
      slopes[FX_N_COST_PARTS + kind] = ms[kind] / sum;
    }
  return sum;
}

/* How unlikely the factors are: what is made small. */
static double
badness (const Problem *problem, const Factors *factors)
{
  double sum = 0;

  for (guint i = 0; i < problem->observations->len; i++)
    {
      const Observation *observation = &g_array_index (problem->observations, Observation, i);
      double miss = log (observation->ms / estimate (problem, observation, factors, NULL));

      sum += observation->weight * miss * miss;
    }
  for (guint j = 0; j < N_UNKNOWNS; j++)
    sum += prior_weight (j) * factors->x[j] * factors->x[j];
  return sum;
}

/* Solves a·x = b in place (Cholesky); a is symmetric and positive definite. */
static void
solve (double a[N_UNKNOWNS][N_UNKNOWNS], double b[N_UNKNOWNS])
{
  for (guint i = 0; i < N_UNKNOWNS; i++)
    for (guint j = 0; j <= i; j++)
      {
        double sum = a[i][j];

        for (guint k = 0; k < j; k++)
          sum -= a[i][k] * a[j][k];
        a[i][j] = i == j ? sqrt (sum) : sum / a[j][j];
      }
  for (guint i = 0; i < N_UNKNOWNS; i++)
    {
      for (guint k = 0; k < i; k++)
        b[i] -= a[i][k] * b[k];
      b[i] /= a[i][i];
    }
  for (guint i = N_UNKNOWNS; i-- > 0;)
    {
      for (guint k = i + 1; k < N_UNKNOWNS; k++)
        b[i] -= a[k][i] * b[k];
      b[i] /= a[i][i];
    }
}

/* Where the problem would be solved if logarithms of estimates followed the factors in straight lines. */
static void
find_step (const Problem *problem, const Factors *factors, double step[N_UNKNOWNS])
{
  double a[N_UNKNOWNS][N_UNKNOWNS] = { 0 }, slopes[N_UNKNOWNS];

  for (guint j = 0; j < N_UNKNOWNS; j++)
    {
      a[j][j] = prior_weight (j);
      step[j] = -prior_weight (j) * factors->x[j];
    }
  for (guint i = 0; i < problem->observations->len; i++)
    {
      const Observation *observation = &g_array_index (problem->observations, Observation, i);
      double miss = log (observation->ms / estimate (problem, observation, factors, slopes));

      for (guint j = 0; j < N_UNKNOWNS; j++)
        {
          step[j] += observation->weight * slopes[j] * miss;
          for (guint k = 0; k < N_UNKNOWNS; k++)
            a[j][k] += observation->weight * slopes[j] * slopes[k];
        }
    }
  solve (a, step);
}

/* FALSE when there is nothing more to gain. */
static gboolean
improve (const Problem *problem, Factors *factors)
{
  double step[N_UNKNOWNS], before = badness (problem, factors), longest = 0;

  find_step (problem, factors, step);
  for (guint j = 0; j < N_UNKNOWNS; j++)
    longest = MAX (longest, fabs (step[j]));
  for (guint halving = 0; halving < MOST_HALVINGS && longest > SMALL_STEP; halving++, longest /= 2)
    {
      Factors next;

      for (guint j = 0; j < N_UNKNOWNS; j++)
        next.x[j] = factors->x[j] + ldexp (step[j], -(int)halving);
      if (badness (problem, &next) < before)
        {
          *factors = next;
          return TRUE;
        }
    }
  return FALSE;
}

static void
observe (GArray *observations, const FxMeasured *measured, gboolean bpu, gboolean cpu, double ms)
{
  Observation observation = { .cost = measured->cost, .ms = ms };
  double spread = hypot (TIME_SPREAD, CLOCK_SPREAD * measured->ms / ms);

  observation.parts[FX_COST_PART_BPU] = observation.parts[FX_COST_PART_MEMORY] = bpu;
  observation.parts[FX_COST_PART_CPU] = cpu;
  observation.weight = 1 / (spread * spread);
  g_array_append_val (observations, observation);
}

static gboolean
add (GArray *observations, const FxMachine *machine, const FxMeasured *measured, guint number, GError **error)
{
  double bpu_ms, ms = fx_machine_price (machine, measured->cost, &bpu_ms);
  gboolean split = measured->bpu_ms > 0 && bpu_ms > 0 && ms > bpu_ms;

  if (!(measured->ms > 0 && measured->ms <= FX_MACHINE_MOST_MS))
    return fx_fail (error, FX_ERROR_BAD_DATA, "measurement %u: %g ms is no time of a frame", number, measured->ms);
  if (!(measured->bpu_ms >= 0 && measured->bpu_ms < measured->ms))
    return fx_fail (error, FX_ERROR_BAD_DATA, "measurement %u: %g ms on the BPU of %g ms in all", number,
                    measured->bpu_ms, measured->ms);
  if (!(ms > 0 && isfinite (ms)))
    return fx_fail (error, FX_ERROR_BAD_DATA, "measurement %u: the model costs %g ms at the given prices", number, ms);
  if (split)
    {
      observe (observations, measured, TRUE, FALSE, measured->bpu_ms);
      observe (observations, measured, FALSE, TRUE, measured->ms - measured->bpu_ms);
    }
  else
    observe (observations, measured, TRUE, TRUE, measured->ms);
  return TRUE;
}

gboolean
fx_machine_refit (FxMachine *machine, const FxMeasured *measured, guint n, GError **error)
{
  g_autoptr (GArray) observations = g_array_new (FALSE, FALSE, sizeof (Observation));
  const Problem problem = { machine, observations };
  Factors factors = { { 0 } };

  for (guint i = 0; i < n; i++)
    if (!add (observations, machine, &measured[i], i + 1, error))
      return FALSE;
  for (guint step = 0; step < MOST_STEPS && improve (&problem, &factors); step++)
    ;
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    machine->prices[kind] = MIN (machine->prices[kind] * factor_of (&factors, kind), FX_MACHINE_MOST_MS);
  return TRUE;
}
