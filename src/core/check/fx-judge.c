/* Judging a node by the limits of one row of a target.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-private.h"
#include "core/fx-i18n.h"

#include <string.h>

/* Rows that refer to rows. */
#define MAX_DEPTH 4

typedef struct
{
  const FxLimitSubject *subject;
  gboolean caffe; /* names are those of the Caffe table */
  gboolean shape_only;
  gboolean has_rank; /* some limit was about the rank: the general one does not count */
  GPtrArray *reasons;
  FxVerdict verdict;
} Judgement;

static void judge_list (Judgement *judgement, const GPtrArray *limits, guint depth);

static FxVerdict
worse (FxVerdict a, FxVerdict b)
{
  if (a == FX_VERDICT_BROKEN || b == FX_VERDICT_BROKEN)
    return FX_VERDICT_BROKEN;
  return a == FX_VERDICT_UNKNOWN ? a : b;
}

static gboolean
is_kind (const FxLimit *limit, const char *name)
{
  return strcmp (limit->kind_name, name) == 0;
}

/* Of a row that another one refers to for shapes only. */
static gboolean
is_about_shapes (const FxLimit *limit)
{
  static const char *const kinds[]
      = { "batch",         "broadcast", "channel_max", "dim_range", "formula", "layout", "matmul_batch_broadcast",
          "merge_to_rank", "rank",      "shape_forms", "size",      NULL };

  return g_strv_contains (kinds, limit->kind_name);
}

static void
explain (Judgement *judgement, const FxLimit *limit, FxVerdict verdict, const char *found, const char *allowed)
{
  g_autofree char *sentence
      = limit->kind != NULL && limit->kind->describe != NULL ? limit->kind->describe (limit) : NULL;
  g_autofree char *text
      = sentence != NULL
            ? g_strdup_printf (verdict == FX_VERDICT_UNKNOWN ? _ ("%s (cannot be told)") : "%s", sentence)
            : g_strdup_printf (_ ("a limit of kind \"%s\", which this version does not know"), limit->kind_name);

  fx_reasons_add (judgement->reasons, text, found, allowed, limit->ambiguous ? fx_translate (limit->note) : NULL);
}

/* Whether the limit holds for the node, or does not concern it. */
static FxVerdict
judge (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  FxVerdict applies = fx_limit_applies (limit, subject);
  FxVerdict verdict;

  if (applies == FX_VERDICT_BROKEN)
    return FX_VERDICT_HOLDS;
  verdict = limit->kind != NULL ? limit->kind->judge (limit, subject, found, allowed) : FX_VERDICT_UNKNOWN;
  return verdict == FX_VERDICT_BROKEN && applies == FX_VERDICT_UNKNOWN ? FX_VERDICT_UNKNOWN : verdict;
}

static void
judge_one (Judgement *judgement, const FxLimit *limit)
{
  g_autofree char *found = NULL, *allowed = NULL;
  FxVerdict verdict = judge (limit, judgement->subject, &found, &allowed);

  if (verdict != FX_VERDICT_HOLDS)
    explain (judgement, limit, verdict, found, allowed);
  judgement->verdict = worse (judgement->verdict, verdict);
}

/* Limits that say so, and those that have an exception among them: "one axis" and "H and W together". */
static gboolean
is_alternative (const FxLimit *limit, const GPtrArray *limits)
{
  if (limit->any_of)
    return TRUE;
  for (guint i = 0; i < limits->len; i++)
    {
      const FxLimit *other = limits->pdata[i];

      if (strcmp (other->rule, "also_allowed") == 0 && is_kind (other, limit->kind_name))
        return TRUE;
    }
  return FALSE;
}

/* Alternatives: the limits of one kind that say so; judged where the first of them stands. */
static void
judge_alternatives (Judgement *judgement, const GPtrArray *limits, guint first)
{
  const FxLimit *head = limits->pdata[first];
  FxVerdict best = FX_VERDICT_BROKEN;
  gboolean concerned = FALSE;
  guint n_reasons = judgement->reasons->len;

  for (guint i = 0; i < limits->len; i++)
    {
      const FxLimit *limit = limits->pdata[i];
      g_autofree char *found = NULL, *allowed = NULL;
      FxVerdict verdict;

      if (!is_alternative (limit, limits) || limit->info || !is_kind (limit, head->kind_name))
        continue;
      if (i < first)
        return;
      if (fx_limit_applies (limit, judgement->subject) == FX_VERDICT_BROKEN)
        continue;
      concerned = TRUE;
      verdict = judge (limit, judgement->subject, &found, &allowed);
      if (verdict != FX_VERDICT_HOLDS)
        explain (judgement, limit, verdict, found, allowed);
      if (verdict == FX_VERDICT_HOLDS || best == FX_VERDICT_BROKEN)
        best = verdict;
    }
  if (!concerned)
    return;
  if (best == FX_VERDICT_HOLDS)
    g_ptr_array_set_size (judgement->reasons, (int)n_reasons);
  judgement->verdict = worse (judgement->verdict, best);
}

static void
judge_reference (Judgement *judgement, const FxLimit *limit, guint depth)
{
  const char *name = fx_limit_string (limit->fields, "op"), *aspect = fx_limit_string (limit->fields, "aspect");
  const FxTarget *target = judgement->subject->target;
  Judgement inner = *judgement;
  FxVerdict applies = fx_limit_applies (limit, judgement->subject);
  const FxTargetOp *row;

  if (applies == FX_VERDICT_BROKEN || name == NULL)
    return;
  inner.caffe = judgement->caffe && !g_str_has_prefix (name, "onnx:");
  name += g_str_has_prefix (name, "onnx:") ? strlen ("onnx:") : 0;
  row = inner.caffe ? fx_target_find_caffe (target, name) : fx_target_find (target, name);
  if (row == NULL || depth >= MAX_DEPTH)
    {
      judgement->verdict = worse (judgement->verdict, FX_VERDICT_UNKNOWN);
      explain (judgement, limit, FX_VERDICT_UNKNOWN, NULL, NULL);
      return;
    }
  inner.shape_only = judgement->shape_only || g_strcmp0 (aspect, "shape") == 0;
  inner.verdict = FX_VERDICT_HOLDS;
  judge_list (&inner, row->bpu.limits, depth + 1);
  judgement->has_rank = inner.has_rank;
  if (inner.verdict == FX_VERDICT_BROKEN && applies == FX_VERDICT_UNKNOWN)
    inner.verdict = FX_VERDICT_UNKNOWN;
  judgement->verdict = worse (judgement->verdict, inner.verdict);
}

static void
judge_list (Judgement *judgement, const GPtrArray *limits, guint depth)
{
  for (guint i = 0; i < limits->len; i++)
    {
      const FxLimit *limit = limits->pdata[i];

      judgement->has_rank = judgement->has_rank || is_kind (limit, "rank");
      /* whether a node needs to be forced onto the BPU is not a matter of fitting */
      if (limit->info || is_kind (limit, "requires_override"))
        continue;
      if (is_kind (limit, "same_as"))
        judge_reference (judgement, limit, depth);
      else if (judgement->shape_only && !is_about_shapes (limit))
        continue;
      else if (is_alternative (limit, limits))
        judge_alternatives (judgement, limits, i);
      else
        judge_one (judgement, limit);
    }
}

/* What holds for every operator on the BPU. */
static void
judge_general (Judgement *judgement)
{
  const GPtrArray *general = judgement->subject->target->general;

  for (guint i = 0; i < general->len; i++)
    {
      const FxLimit *limit = general->pdata[i];

      if (limit->info || is_kind (limit, "model")
          || g_strcmp0 (fx_limit_string (limit->fields, "applies_to"), "bpu_ops") != 0
          || (is_kind (limit, "rank") && judgement->has_rank))
        continue;
      judge_one (judgement, limit);
    }
}

FxVerdict
fx_judge_device (const FxTargetOp *row, const FxDeviceRules *rules, gboolean caffe, const FxLimitSubject *subject,
                 GPtrArray *reasons)
{
  Judgement judgement = { .subject = subject, .caffe = caffe, .reasons = reasons, .verdict = FX_VERDICT_HOLDS };

  judge_list (&judgement, rules->limits, 0);
  if (rules == &row->bpu)
    judge_general (&judgement);
  return judgement.verdict;
}
