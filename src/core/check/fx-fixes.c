/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/check/fixes/fx-fix-rows.h"
#include "core/check/fx-check.h"
#include "core/fx-i18n.h"

#include <string.h>

/* Every fix makes a graph smaller or more canonical, so that rounds end; this is for the case that two do not agree. */
#define MAX_ROUNDS 20

const FxFix fx_fixes[] = {
  { "freeze-batch", N_ ("Set the batch size to 1"),
    N_ ("A first dimension that is free or over 1 becomes 1, where samples do not see each other; exact for each "
        "sample"),
    TRUE, TRUE, fx_fix_freeze_batch },
  { "float32", N_ ("Compute in 32-bit floats"),
    N_ ("float16, bfloat16 and float64 weights and tensors become float32; inputs and outputs, too; results differ by "
        "what "
        "the narrower type rounded"),
    TRUE, FALSE, fx_fix_float32 },
  { "fold-constants", N_ ("Compute constants"),
    N_ ("What does not depend on inputs becomes weights, also arithmetic on shapes that are known; exact"), TRUE, FALSE,
    fx_fix_fold_constants },
  { "drop-training", N_ ("Drop layers for training"),
    N_ ("Dropout and Identity do nothing, losses and accuracies are not part of the network; exact for what stays"),
    TRUE, FALSE, fx_fix_drop_training },
  { "cut-postprocessing", N_ ("Cut the model before post-processing"),
    N_ ("Non-maximum suppression, SSD decoding and all behind them go; what they read becomes the outputs; exact"),
    TRUE, TRUE, fx_fix_cut_postprocessing },
  { "rewrite-legacy", N_ ("Replace experimental operators"),
    N_ ("Crop becomes Slice, ImageScaler becomes Mul and Add; within rounding"), TRUE, FALSE, fx_fix_rewrite_legacy },
  { "rewrite-hard-swish", N_ ("Write HardSwish as Add, Clip and Mul"),
    N_ ("x Clip (x + 3, 0, 6) / 6, which every board has; within rounding"), TRUE, FALSE, fx_fix_rewrite_hard_swish },
  { "convert-opset", N_ ("Convert to opset 11"),
    N_ ("Every operator takes the form of opset 11, or becomes several that opset 11 has; the IR version becomes 4 to "
        "7"),
    TRUE, FALSE, fx_fix_convert_opset },
  { "input-4d", N_ ("Make inputs four-dimensional"),
    N_ ("Float inputs of rank 1 to 3 get dimensions of 1, and a Reshape behind them takes those away; exact"), TRUE,
    FALSE, fx_fix_input_4d },
  { "fold-batchnorm", N_ ("Fold batch normalization"),
    N_ ("Batch normalization, scales and biases behind a convolution go into its weights; within rounding"), TRUE,
    FALSE, fx_fix_fold_batchnorm },
  { "rewrite-reshape", N_ ("Write Squeeze, Unsqueeze and Flatten as Reshape"),
    N_ ("They change only the shape, which is known; exact"), TRUE, FALSE, fx_fix_rewrite_reshape },
  { "rewrite-mean", N_ ("Write a mean over height and width as GlobalAveragePool"),
    N_ ("ReduceMean over axes 2 and 3 of four is that; within rounding"), TRUE, FALSE, fx_fix_rewrite_mean },
  { "rewrite-gemm", N_ ("Write fully connected layers as Conv"),
    N_ ("Gemm and MatMul with constant weights are a convolution whose kernel covers its input; within rounding"), TRUE,
    FALSE, fx_fix_rewrite_gemm },
  { "rewrite-conv-1d", N_ ("Write one-dimensional layers as two-dimensional"),
    N_ ("Convolution, pooling and normalization of [N, C, L] run on [N, C, 1, L]; within rounding"), TRUE, FALSE,
    fx_fix_rewrite_conv_1d },
  { "rewrite-pow", N_ ("Write constant powers as Mul and Sqrt"),
    N_ ("Exponents 1, 2, 3 and 1/2; within rounding for operands that are not -0 or -infinity"), TRUE, FALSE,
    fx_fix_rewrite_pow },
  { "rewrite-sub-div", N_ ("Write Sub and Div by constants as Add and Mul"),
    N_ ("Sub: exact. Div: exact by powers of two, otherwise within rounding"), TRUE, FALSE, fx_fix_rewrite_sub_div },
  { "rewrite-sum", N_ ("Write Sum as Add"), N_ ("Operands are added two at a time, in order; exact"), TRUE, FALSE,
    fx_fix_rewrite_sum },
  { "rewrite-clip", N_ ("Write bounds as one Clip"),
    N_ ("Chains of Relu, Clip, and Min and Max with one constant become one Clip or Relu; exact but for NaN"), TRUE,
    FALSE, fx_fix_rewrite_clip },
  { "rewrite-gather", N_ ("Write Gather of a range as Slice"),
    N_ ("Constant indices that count up by one are a Slice, and a single one a Slice and a Reshape; exact"), TRUE,
    FALSE, fx_fix_rewrite_gather },
  { "rewrite-hard-sigmoid", N_ ("Write HardSigmoid as Mul, Add and Clip"),
    N_ ("For boards without HardSigmoid (RDK X3); within rounding"), FALSE, FALSE, fx_fix_rewrite_hard_sigmoid },
  { "lift-reshape", N_ ("Compute in four dimensions"),
    N_ ("A Reshape that drops dimensions of 1 moves behind elementwise operators; exact"), TRUE, FALSE,
    fx_fix_lift_reshape },
  { "merge-transpose", N_ ("Merge consecutive Transposes"), N_ ("Two in a row are one, or none; exact"), TRUE, FALSE,
    fx_fix_merge_transpose },
  { "remove-no-op", N_ ("Remove operators without effect"),
    N_ ("Reshape, Transpose, Pad, Slice, Cast, Concat, Expand and Tile that change nothing, and all but the last "
        "Reshape "
        "in a row; exact"),
    TRUE, FALSE, fx_fix_remove_no_op },
  { NULL },
};

const FxFix *
fx_fix_find (const char *rule)
{
  for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
    if (strcmp (fix->rule, rule) == 0)
      return fix;
  return NULL;
}

/* A copy of a graph and what was done to it. */
typedef struct
{
  FxGraph *graph;
  GPtrArray *findings;
  guint n_changes;
  gboolean keep_opset;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->graph, fx_graph_free);
  g_clear_pointer (&work->findings, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
work_init (Work *work, const FxGraph *graph, gboolean keep_opset, GError **error)
{
  FxEdit edit = { .graph = fx_graph_copy (graph) };

  *work = (Work){ .graph = edit.graph, .findings = fx_diagnostics_new (), .keep_opset = keep_opset };
  return fx_edit_settle (&edit, error);
}

/* Runs one fix on a graph that is sorted and inferred, and leaves it so. */
static gboolean
run (Work *work, const FxFix *fix, GPtrArray *log, GError **error)
{
  FxEdit edit = { .graph = work->graph, .rule = fix->rule, .log = log, .keep_opset = work->keep_opset };
  gboolean ok;

  if (!fix->control_flow && fx_edit_has_subgraphs (work->graph))
    return TRUE;
  ok = fix->apply (&edit, error);
  if (ok && edit.n_changes > 0)
    ok = fx_edit_settle (&edit, error) && fx_graph_verify (work->graph, error);
  fx_edit_touch (&edit);
  work->n_changes += edit.n_changes;
  return ok || fx_error_prefix (error, "%s", fix->rule);
}

/* Moves findings of at most that severity from one list to another, in order. */
static void
move_findings (GPtrArray *from, GPtrArray *to, FxSeverity most)
{
  for (guint i = 0; to != NULL && i < from->len;)
    if (((const FxDiagnostic *)from->pdata[i])->severity <= most)
      g_ptr_array_add (to, g_ptr_array_steal_index (from, i));
    else
      i++;
}

/* All rows of a round; what a fix could not do may go in the next one, so only the last round complains. */
static gboolean
run_round (Work *work, gboolean *done, GError **error)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  guint before = work->n_changes;

  for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
    if (fix->automatic && !run (work, fix, findings, error))
      return FALSE;
  *done = work->n_changes == before;
  move_findings (findings, work->findings, *done ? FX_SEVERITY_ERROR : FX_SEVERITY_INFO);
  return TRUE;
}

static gboolean
run_all (Work *work, const FxGraph *graph, gboolean keep_opset, GError **error)
{
  gboolean done = FALSE;

  if (!work_init (work, graph, keep_opset, error))
    return FALSE;
  for (guint i = 0; !done && i < MAX_ROUNDS; i++)
    if (!run_round (work, &done, error))
      return FALSE;
  return fx_graph_verify (work->graph, error);
}

static void
finish (Work *work, FxGraph *graph, GPtrArray *log, guint *n_changes)
{
  fx_graph_swap (graph, work->graph);
  move_findings (work->findings, log, FX_SEVERITY_ERROR);
  if (n_changes != NULL)
    *n_changes = work->n_changes;
}

gboolean
fx_fix_apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, guint *n_changes, GError **error)
{
  g_auto (Work) work = { 0 };

  if (!work_init (&work, graph, FALSE, error) || !run (&work, fix, work.findings, error)
      || !fx_graph_verify (work.graph, error))
    return FALSE;
  finish (&work, graph, log, n_changes);
  return TRUE;
}

/* ---- all of them ---- */

static gboolean
can_be_converted (const FxGraph *graph, const FxTarget *target)
{
  g_autoptr (FxCheckReport) report = fx_check (graph, target, NULL, NULL, NULL);

  return report != NULL && fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR) == 0;
}

/* Whether a model of an opset that the board reads gains from opset 11: another fix goes only there. */
static gboolean
is_worth_moving (const Work *kept, const Work *moved, const FxTarget *target)
{
  if (target != NULL)
    {
      gboolean before = can_be_converted (kept->graph, target), after = can_be_converted (moved->graph, target);

      if (before != after)
        return after;
    }
  for (guint i = 0; i < moved->findings->len; i++)
    {
      const FxDiagnostic *finding = moved->findings->pdata[i];

      if (finding->severity == FX_SEVERITY_INFO && strcmp (finding->rule, "convert-opset") != 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
fx_fix_apply_all (FxGraph *graph, const FxTarget *target, GPtrArray *log, guint *n_changes, GError **error)
{
  gint64 opset = fx_graph_opset (graph, "");
  gboolean keep = opset != FX_EDIT_OPSET && fx_target_reads_opset (target, opset);
  g_auto (Work) first = { 0 }, moved = { 0 };

  if (!run_all (&first, graph, keep, error) || (keep && !run_all (&moved, first.graph, FALSE, error)))
    return FALSE;
  if (keep && is_worth_moving (&first, &moved, target))
    {
      fx_graph_swap (first.graph, moved.graph);
      move_findings (moved.findings, first.findings, FX_SEVERITY_ERROR);
      first.n_changes += moved.n_changes;
    }
  finish (&first, graph, log, n_changes);
  return TRUE;
}
