/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/check/fixes/fx-fix-rows.h"
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

/* Runs one fix on a graph that is sorted and inferred, and leaves it so. */
static gboolean
run (FxGraph *graph, const FxFix *fix, GPtrArray *log, guint *n_changes, GError **error)
{
  FxEdit edit = { .graph = graph, .rule = fix->rule, .log = log };
  gboolean ok;

  if (!fix->control_flow && fx_edit_has_subgraphs (graph))
    return TRUE;
  ok = fix->apply (&edit, error);
  if (ok && edit.n_changes > 0)
    ok = fx_edit_settle (&edit, error) && fx_graph_verify (graph, error);
  fx_edit_touch (&edit);
  *n_changes += edit.n_changes;
  return ok || fx_error_prefix (error, "%s", fix->rule);
}

/* Moves findings of at least that severity from one list to another, in order. */
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
run_round (FxGraph *graph, GPtrArray *log, guint *n_changes, gboolean *done, GError **error)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  guint before = *n_changes;

  for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
    if (fix->automatic && !run (graph, fix, findings, n_changes, error))
      return FALSE;
  *done = *n_changes == before;
  move_findings (findings, log, *done ? FX_SEVERITY_ERROR : FX_SEVERITY_INFO);
  return TRUE;
}

static gboolean
apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, guint *n_changes, GError **error)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (graph);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  FxEdit edit = { .graph = copy };
  gboolean done = FALSE;
  guint n = 0;

  if (!fx_edit_settle (&edit, error))
    return FALSE;
  if (fix != NULL && !run (copy, fix, findings, &n, error))
    return FALSE;
  for (guint i = 0; fix == NULL && !done && i < MAX_ROUNDS; i++)
    if (!run_round (copy, findings, &n, &done, error))
      return FALSE;
  if (!fx_graph_verify (copy, error))
    return FALSE;
  fx_graph_swap (graph, copy);
  move_findings (findings, log, FX_SEVERITY_ERROR);
  if (n_changes != NULL)
    *n_changes = n;
  return TRUE;
}

gboolean
fx_fix_apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, guint *n_changes, GError **error)
{
  return apply (graph, fix, log, n_changes, error);
}

gboolean
fx_fix_apply_all (FxGraph *graph, GPtrArray *log, guint *n_changes, GError **error)
{
  return apply (graph, NULL, log, n_changes, error);
}
