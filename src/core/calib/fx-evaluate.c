/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-evaluate.h"

#include "core/fx-error.h"

#include <math.h>

/* TRUE if score a at index i comes before score b at index k. */
static gboolean
comes_before (float a, gsize i, float b, gsize k)
{
  if (isnan (a) || isnan (b))
    return isnan (a) == isnan (b) ? i < k : isnan (b);
  return a > b || (a == b && i < k);
}

gsize
fx_evaluate_rank (const float *scores, gsize n, gsize label)
{
  gsize rank = 0;

  for (gsize i = 0; i < n; i++)
    rank += comes_before (scores[i], i, scores[label], label);
  return rank;
}

gsize
fx_evaluate_best (const float *scores, gsize n)
{
  gsize best = 0;

  for (gsize i = 1; i < n; i++)
    if (comes_before (scores[i], i, scores[best], best))
      best = i;
  return best;
}

static gboolean
check_scores (const FxArray *scores, GError **error)
{
  if (scores->dtype != FX_DTYPE_FLOAT)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the scores are %s, wanted f32", fx_dtype_name (scores->dtype));
  if (fx_array_elements (scores) == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the output has no elements");
  return TRUE;
}

gboolean
fx_evaluation_add (FxEvaluation *evaluation, const FxArray *scores, int label, GError **error)
{
  gsize rank, n;

  if (!check_scores (scores, error))
    return FALSE;
  n = fx_array_elements (scores);
  if (label < 0 || (gsize)label >= n)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the label is class %d, the output has classes 0 to %zu", label, n - 1);
  rank = fx_evaluate_rank (scores->data, n, label);
  evaluation->n++;
  evaluation->top1 += rank < 1;
  evaluation->top5 += rank < 5;
  return TRUE;
}

gboolean
fx_evaluation_compare (FxEvaluation *evaluation, const FxArray *scores, const FxArray *reference, GError **error)
{
  gsize n;

  if (!check_scores (scores, error) || !check_scores (reference, error))
    return FALSE;
  n = fx_array_elements (scores);
  if (n != fx_array_elements (reference))
    return fx_fail (error, FX_ERROR_BAD_DATA, "one output has %zu classes, the other %zu", n,
                    fx_array_elements (reference));
  evaluation->n_compared++;
  evaluation->agree1 += fx_evaluate_best (scores->data, n) == fx_evaluate_best (reference->data, n);
  return TRUE;
}

void
fx_evaluation_merge (FxEvaluation *into, const FxEvaluation *from)
{
  into->n += from->n;
  into->top1 += from->top1;
  into->top5 += from->top5;
  into->n_compared += from->n_compared;
  into->agree1 += from->agree1;
}

double
fx_evaluation_percent (guint count, guint n)
{
  return n > 0 ? 100.0 * count / n : 0.0;
}
