/* Rules for whole models: one row per rule. What the target's file says about a rule (kind "model") goes before the
 * numbers that all documented boards have in common.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-private.h"
#include "core/check/fx-size-operands.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const FxGraph *source;
  const FxTarget *target; /* NULL: none was chosen */
  const FxWork *work;     /* likewise */
  guint n_assumed;        /* nodes of the source */
  GPtrArray *diagnostics;
  FxSeverity severity; /* of what this target is not documented to refuse, WARNING, else ERROR */
} Check;

static void
finish (FxDiagnostic *diagnostic, char *found, const char *allowed, const char *fix, const char *fix_rule)
{
  diagnostic->found = found;
  diagnostic->allowed = g_strdup (fx_translate (allowed));
  diagnostic->fix = g_strdup (fx_translate (fix));
  diagnostic->fix_rule = fix_rule;
}

static const FxLimit *
model_rule (const Check *check, const char *rule)
{
  return check->target != NULL ? fx_target_model_rule (check->target, rule) : NULL;
}

static gint64
number (const Check *check, const char *rule, const char *field, gint64 otherwise)
{
  const FxLimit *limit = model_rule (check, rule);

  return limit != NULL ? fx_limit_int (limit->fields, field, otherwise) : otherwise;
}

/* ---- the file ---- */

static void
check_ir_version (const Check *check)
{
  const char *text = fx_graph_metadata (check->source, "ir_version");
  gint64 max = number (check, "format", "onnx_ir_version_max", 7);
  gint64 version = text != NULL ? g_ascii_strtoll (text, NULL, 10) : 0;
  g_autofree char *allowed = g_strdup_printf (_ ("at most %" PRId64), max);

  if (text == NULL || (version >= 1 && version <= max))
    return;
  finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "ir-version", NULL, NULL,
                              "the file has ir_version %s; the boards' converter reads up to %" PRId64, text, max),
          g_strdup (text), allowed, N_ ("convert the model to opset 11, which also sets the version of the file"),
          "convert-opset");
}

static gboolean
has_standard_nodes (const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed && *fx_graph_node (graph, i)->domain == '\0')
      return TRUE;
  return FALSE;
}

static void
check_opset (const Check *check)
{
  gint64 opset = fx_graph_opset (check->source, ""), min, max;
  g_autofree char *allowed = NULL;

  fx_target_opsets (check->target, &min, &max);
  allowed = g_strdup_printf (max == min + 1 ? _ ("%" PRId64 " or %" PRId64) : _ ("%" PRId64 " to %" PRId64), min, max);
  if (fx_target_reads_opset (check->target, opset) || (opset == 0 && !has_standard_nodes (check->source)))
    return;
  finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "opset", NULL, NULL,
                              check->work != NULL && check->work->converted
                                  ? N_ ("the model is of opset %" PRId64
                                        "; the boards' converter reads %s; nodes are judged in their "
                                        "form of opset 11")
                                  : N_ ("the model is of opset %" PRId64 "; the boards' converter reads %s"),
                              opset, allowed),
          g_strdup_printf ("%" PRId64, opset), allowed, N_ ("convert the model to opset 11"), "convert-opset");
}

/* ---- inputs and outputs ---- */

static char *
suggest_shape (const FxShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] >= 0)
      g_string_append_printf (text, "%s%" PRId64, i > 0 ? "x" : "", shape->dims[i]);
    else
      g_string_append (text, i == 0 ? "1" : "x…");
  return g_string_free (text, FALSE);
}

gboolean
fx_has_free_batch (const FxShape *shape)
{
  gboolean batch_only = shape->rank > 0 && shape->dims[0] < 0;

  for (int i = 1; i < shape->rank; i++)
    batch_only = batch_only && shape->dims[i] >= 0;
  return batch_only;
}

static void
check_dynamic (const Check *check, const FxValue *value)
{
  g_autofree char *suggestion = suggest_shape (&value->shape);
  g_autofree char *fix = NULL;
  gboolean batch_only = fx_has_free_batch (&value->shape);

  fix = value->shape.rank < 0 ? g_strdup_printf (_ ("give its shape: --input-shape %s=1x3x224x224"), value->name)
        : batch_only ? g_strdup_printf (_ ("set the batch size to 1: --input-shape %s=%s"), value->name, suggestion)
                     : g_strdup_printf (_ ("give its shape: --input-shape %s=%s"), value->name, suggestion);
  finish (fx_diagnostics_add (check->diagnostics, check->severity, "input-dynamic", NULL, value->name,
                              batch_only && check->work != NULL
                                  ? N_ ("the shape of the input is not fixed; the board's program has one size; nodes "
                                        "are judged for a batch of 1")
                                  : N_ ("the shape of the input is not fixed; the board's program has one size")),
          fx_graph_shape_to_string (check->source, &value->shape), N_ ("numbers only"), fix,
          batch_only ? "freeze-batch" : NULL);
}

static void
check_input_shape (const Check *check, const FxValue *value)
{
  const FxLimit *rule = model_rule (check, "input_shape");
  g_autofree char *found = fx_graph_shape_to_string (check->source, &value->shape);

  if (!fx_shape_is_static (&value->shape))
    check_dynamic (check, value);
  if (value->shape.rank >= 0 && value->shape.rank != 4)
    finish (fx_diagnostics_add (check->diagnostics, check->severity, "input-rank", NULL, value->name,
                                "the input has %d dimensions; the converter takes NCHW or NHWC", value->shape.rank),
            g_steal_pointer (&found), N_ ("4 dimensions"),
            N_ ("give the input four dimensions and reshape it inside the model"),
            value->shape.rank < 4 ? "input-4d" : NULL);
  else if (value->shape.rank == 4 && value->shape.dims[0] >= 0 && value->shape.dims[0] != 1)
    finish (fx_diagnostics_add (check->diagnostics, check->severity, "input-batch", NULL, value->name,
                                rule != NULL && rule->ambiguous
                                    ? N_ ("the input has a batch of %" PRId64 "; a model is converted for one sample "
                                          "(elsewhere the documentation shows a batch of 8 given by input_shape)")
                                    : N_ ("the input has a batch of %" PRId64 "; a model is converted for one sample"),
                                value->shape.dims[0]),
            g_steal_pointer (&found), N_ ("1 as the first dimension"), N_ ("set the batch size to 1"), "freeze-batch");
}

static void
check_input_dtype (const Check *check, const FxValue *value)
{
  gboolean narrows = fx_dtype_in (value->dtype, FX_TYPES_FLOAT);

  if (value->dtype == FX_DTYPE_FLOAT || value->dtype == FX_DTYPE_UNDEFINED)
    return;
  finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "input-dtype", NULL, value->name,
                              "the input is of type %s; inputs are float32", fx_dtype_numpy_name (value->dtype)),
          g_strdup (fx_dtype_numpy_name (value->dtype)), "float32",
          narrows ? N_ ("convert the model to float32") : N_ ("compute what the input selects outside of the model"),
          narrows ? "float32" : NULL);
}

static void
check_input_sizes (const Check *check, const FxValue *value, const FxNode *user)
{
  finish (
      fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "input-sizes", NULL, value->name,
                          "the input decides sizes for %s \"%s\"; the board's program has one size, so it has to be "
                          "constant",
                          user->op_type, user->name),
      fx_graph_shape_to_string (check->source, &value->shape), N_ ("a constant"),
      N_ ("store its value in the model instead of giving it at run time"), NULL);
}

static void
check_inputs (const Check *check)
{
  g_autoptr (FxUses) uses = fx_uses_new (check->source);
  Check softer = *check;

  /* the documentation of some boards does not speak of shapes */
  if (check->target != NULL && model_rule (check, "input_shape") == NULL)
    softer.severity = FX_SEVERITY_WARNING;
  for (guint i = 0; i < fx_graph_n_inputs (check->source); i++)
    {
      FxId input = fx_graph_input (check->source, i), user = fx_size_operand_user (check->source, uses, input);
      const FxValue *value = fx_graph_value (check->source, input);

      if (user != FX_NONE)
        {
          check_input_sizes (check, value, fx_graph_node (check->source, user));
          continue;
        }
      check_input_shape (&softer, value);
      check_input_dtype (check, value);
    }
  if (fx_graph_n_inputs (check->source) == 0)
    fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "no-input", NULL, NULL, "the model has no input");
}

static void
check_outputs (const Check *check)
{
  guint n = fx_graph_n_outputs (check->source);
  gint64 max = number (check, "output_count", "max", 32);
  g_autofree char *allowed = g_strdup_printf (_ ("at most %" PRId64), max);

  if (n == 0)
    fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "no-output", NULL, NULL, "the model has no output");
  if (n > max)
    finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "output-count", NULL, NULL,
                                "the model has %u outputs; the converter takes up to %" PRId64, n, max),
            g_strdup_printf ("%u", n), allowed, N_ ("join outputs with Concat, or drop those that nobody needs"), NULL);
}

/* ---- nodes ---- */

gboolean
fx_is_postprocessing (const FxNode *node)
{
  static const char *const names[] = { "BatchedNMS_TRT",
                                       "DetectionEvaluate",
                                       "DetectionOutput",
                                       "EfficientNMS_TRT",
                                       "MultiClassNMS",
                                       "NonMaxSuppression",
                                       "NonMaxSuppressionV4",
                                       "PriorBox",
                                       "PriorBoxClustered",
                                       "Proposal",
                                       NULL };

  return g_strv_contains (names, node->op_type);
}

static gboolean
is_quantized (const FxNode *node)
{
  return strstr (node->op_type, "QuantizeLinear") != NULL || g_str_has_prefix (node->op_type, "QLinear")
         || strcmp (node->op_type, "ConvInteger") == 0 || strcmp (node->op_type, "MatMulInteger") == 0
         || strstr (node->op_type, "FakeQuant") != NULL;
}

static gboolean
is_training (const FxNode *node)
{
  static const char *const names[] = { "Accuracy",
                                       "Adagrad",
                                       "Adam",
                                       "ContrastiveLoss",
                                       "EuclideanLoss",
                                       "Gradient",
                                       "HingeLoss",
                                       "InfogainLoss",
                                       "Momentum",
                                       "MultinomialLogisticLoss",
                                       "NegativeLogLikelihoodLoss",
                                       "SigmoidCrossEntropyLoss",
                                       "SoftmaxCrossEntropyLoss",
                                       "SoftmaxWithLoss",
                                       NULL };
  const FxAttr *mode = fx_node_attr (node, "training_mode");

  return g_strv_contains (names, node->op_type) || strstr (node->domain, "training") != NULL
         || (mode != NULL && mode->kind == FX_ATTR_INT && mode->i != 0);
}

/* One finding about the first of all nodes that are so. */
static void
report_nodes (const Check *check, gboolean (*is_so) (const FxNode *), const char *rule, const char *what,
              const char *allowed, const char *fix, const char *fix_rule)
{
  const FxNode *first = NULL;
  guint n = 0;

  for (FxId i = 0; i < fx_graph_n_nodes (check->source); i++)
    {
      const FxNode *node = fx_graph_node (check->source, i);

      if (node->removed || !is_so (node))
        continue;
      first = n++ == 0 ? node : first;
    }
  if (n > 0)
    finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, rule, first->name, NULL, what, first->op_type),
            n == 1 ? g_strdup (first->op_type) : g_strdup_printf (_ ("%s and %u more"), first->op_type, n - 1), allowed,
            fix, fix_rule);
}

static void
check_postprocessing (const Check *check)
{
  report_nodes (check, fx_is_postprocessing, "post-processing",
                N_ ("%s is post-processing, which the boards' converter refuses: it belongs into the application"),
                N_ ("a network without post-processing"),
                N_ ("cut the model in front of it: what it reads becomes the outputs"), "cut-postprocessing");
}

static void
check_quantized (const Check *check)
{
  report_nodes (check, is_quantized, "quantized",
                N_ ("%s: the model is quantized already; the boards' converter quantizes float models itself"),
                N_ ("a float model"), N_ ("export the float model before its quantization"), NULL);
}

static void
check_training (const Check *check)
{
  report_nodes (check, is_training, "training", N_ ("%s is for training; the network that is deployed does without"),
                N_ ("a network for inference"), N_ ("drop the layers for training"), "drop-training");
}

/* ---- numbers ---- */

static gboolean
is_other_float (FxDType dtype)
{
  return dtype != FX_DTYPE_FLOAT && fx_dtype_in (dtype, FX_TYPES_FLOAT);
}

/* Node outputs of other float types, but for what is computed before the model runs. */
static void
check_dtype (const Check *check)
{
  const FxGraph *graph = check->work != NULL ? check->work->graph : check->source;
  const FxNode *first = NULL;
  FxDType dtype = FX_DTYPE_UNDEFINED;
  guint n = 0, n_origins;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (node->removed || (check->work != NULL && check->work->nodes[i].settled))
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && is_other_float (fx_graph_value (graph, node->outputs[k])->dtype))
          {
            if (n++ == 0)
              {
                first = node;
                dtype = fx_graph_value (graph, node->outputs[k])->dtype;
              }
            break;
          }
    }
  if (n > 0)
    finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "dtype", fx_node_origins (first, &n_origins)[0],
                                NULL,
                                fx_plural ("%u node computes in %s; float models for the boards are of float32",
                                           "%u nodes compute in %s; float models for the boards are of float32", n),
                                n, fx_dtype_numpy_name (dtype)),
            g_strdup (fx_dtype_numpy_name (dtype)), "float32", N_ ("convert the model to float32"), "float32");
}

static gboolean
is_finite (const FxTensor *tensor)
{
  gsize n = fx_tensor_elements (tensor);

  if (fx_tensor_dtype (tensor) == FX_DTYPE_FLOAT)
    {
      const guint8 *bytes = g_bytes_get_data (fx_tensor_bytes (tensor), NULL);
      guint32 worst = 0;

      /* all ones in the exponent: infinity or not a number */
      for (gsize i = 0; i < n; i++)
        {
          guint32 bits;

          memcpy (&bits, bytes + i * sizeof bits, sizeof bits);
          worst |= (guint32)((bits & 0x7f800000u) == 0x7f800000u);
        }
      return worst == 0;
    }
  for (gsize i = 0; i < n; i++)
    if (!isfinite (fx_tensor_get_double (tensor, i)))
      return FALSE;
  return TRUE;
}

static gboolean
is_weight (const FxGraph *graph, FxId value, const FxUses *uses)
{
  const FxTensor *constant = fx_graph_value (graph, value)->constant;
  const FxNode *user;

  if (constant == NULL || !fx_dtype_in (fx_tensor_dtype (constant), FX_TYPES_FLOAT) || fx_uses_count (uses, value) == 0)
    return FALSE;
  user = fx_graph_node (graph, uses->users[uses->first[value]]);
  /* infinite bounds and fillings mean something */
  return strcmp (user->op_type, "Clip") != 0 && strcmp (user->op_type, "Pad") != 0
         && strcmp (user->op_type, "Where") != 0 && fx_tensor_elements (constant) > 1;
}

static void
check_weights (const Check *check)
{
  g_autoptr (FxUses) uses = fx_uses_new (check->source);

  for (FxId v = 0; v < fx_graph_n_values (check->source); v++)
    {
      const FxValue *value = fx_graph_value (check->source, v);

      if (is_weight (check->source, v, uses) && !is_finite (value->constant))
        finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_ERROR, "weights",
                                    fx_graph_node (check->source, uses->users[uses->first[v]])->name, value->name,
                                    "the weights are not all finite: no scale can hold them"),
                g_strdup (_ ("NaN or infinity")), N_ ("finite numbers"),
                N_ ("export the model again, or find out where training broke"), NULL);
    }
}

/* ---- what is left for the BPU ---- */

static gboolean
is_conv (const FxNode *node)
{
  return node->op != NULL && node->op->domain == NULL
         && (strcmp (node->op_type, "Conv") == 0 || strcmp (node->op_type, "ConvTranspose") == 0
             || strcmp (node->op_type, "Gemm") == 0);
}

static void
check_bpu_node (const Check *check)
{
  guint n_bpu = 0, n_conv = 0, n_unknown = 0;

  if (check->work == NULL)
    return;
  for (FxId i = 0; i < check->work->n_nodes; i++)
    {
      FxPlacement placement = check->work->nodes[i].placement;

      n_bpu += placement == FX_PLACEMENT_BPU;
      n_conv += placement == FX_PLACEMENT_BPU && is_conv (fx_graph_node (check->work->graph, i));
      n_unknown += placement == FX_PLACEMENT_UNKNOWN && !fx_graph_node (check->work->graph, i)->removed;
    }
  if (n_bpu == 0)
    finish (fx_diagnostics_add (check->diagnostics, n_unknown > 0 ? FX_SEVERITY_WARNING : FX_SEVERITY_ERROR,
                                "no-bpu-node", NULL, NULL,
                                n_unknown > 0 ? N_ ("no node can run on the BPU as far as can be told")
                                              : N_ ("no node can run on the BPU")),
            g_strdup (_ ("0 nodes")), N_ ("at least one, in practice a Conv"),
            N_ ("a model without a convolution gains nothing from the BPU: run it on the CPU"), NULL);
  else if (n_conv == 0 && n_unknown == 0)
    finish (fx_diagnostics_add (check->diagnostics, FX_SEVERITY_WARNING, "no-conv", NULL, NULL,
                                "no convolution runs on the BPU; the documentation asks for at least one"),
            g_strdup (_ ("0 convolutions")), N_ ("at least one Conv on the BPU"), NULL, NULL);
}

/* Where the published list is not complete. */
static void
check_assumed (const Check *check)
{
  const guint n_assumed = check->n_assumed;

  if (n_assumed > 0)
    fx_diagnostics_add (
        check->diagnostics, FX_SEVERITY_INFO, "assumed", NULL, NULL,
        fx_plural ("the published list of %s does not settle %u node: converting and estimating take it to run on the "
                   "BPU",
                   "the published list of %s does not settle %u nodes: converting and estimating take them to run on "
                   "the BPU",
                   n_assumed),
        check->target->board, n_assumed);
}

void
fx_check_model (const FxGraph *source, const FxTarget *target, const FxWork *work, guint n_assumed,
                GPtrArray *diagnostics)
{
  static void (*const rules[]) (const Check *) = {
    check_ir_version, check_opset, check_inputs,  check_outputs,  check_postprocessing, check_quantized,
    check_training,   check_dtype, check_weights, check_bpu_node, check_assumed,
  };
  Check check = { source, target, work, n_assumed, diagnostics, FX_SEVERITY_ERROR };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    rules[i](&check);
}
