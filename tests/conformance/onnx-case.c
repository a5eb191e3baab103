/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/onnx-case.h"

#include "conformance/compare.h"
#include "conformance/interpreter.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "io/fx-file.h"
#include "io/fx-model.h"
#include "io/onnx/onnx-tensor.h"

#include <string.h>

/* onnx/backend/test/loader: the defaults of a case */
#define RTOL 1e-3
#define ATOL 1e-7

/* The data was cut to bfloat16, where the specification has since settled for rounding: one unit in the last place. */
#define RTOL_BFLOAT16 (1.0 / 128)

const char *
fx_case_outcome_name (FxCaseOutcome outcome)
{
  static const char *const names[] = { "pass", "unsupported operator", "unsupported type", "failed" };

  return names[outcome];
}

void
fx_case_result_clear (FxCaseResult *result)
{
  g_free (result->reason);
  g_free (result->operators);
}

static gboolean
decide (FxCaseResult *result, FxCaseOutcome outcome, const char *reason)
{
  result->outcome = outcome;
  g_free (result->reason);
  result->reason = g_strdup (reason);
  return FALSE;
}

static gboolean
decide_error (FxCaseResult *result, const char *what, GError *error)
{
  gboolean type = g_error_matches (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_autofree char *reason = g_strdup_printf ("%s: %s", what, error->message);

  return decide (result, type ? FX_CASE_NO_TYPE : FX_CASE_FAIL, reason);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Lists the operators, and finds one that is not known. */
static gboolean
check_operators (const FxGraph *graph, FxCaseResult *result)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const FxNode *unknown = NULL;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (!g_ptr_array_find_with_equal_func (names, node->op_type, g_str_equal, NULL))
        g_ptr_array_add (names, node->op_type);
      if (node->op == NULL && unknown == NULL)
        unknown = node;
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  result->operators = g_strjoinv (",", (char **)names->pdata);
  return unknown == NULL || decide (result, FX_CASE_NO_OPERATOR, unknown->op_type);
}

/* Sequences and the like are found by the reader; strings by the type of a value. */
static gboolean
check_types (const FxGraph *graph, const GPtrArray *diagnostics, FxCaseResult *result)
{
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];

      if (strcmp (diagnostic->rule, "type") == 0 || strcmp (diagnostic->rule, "unsupported-constant") == 0)
        return decide (result, FX_CASE_NO_TYPE, diagnostic->message);
    }
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    if (fx_graph_value (graph, v)->dtype == FX_DTYPE_STRING)
      return decide (result, FX_CASE_NO_TYPE, "string");
  return TRUE;
}

static FxTensor *
load_tensor (const char *folder, const char *kind, guint i, char **name, GError **error)
{
  g_autofree char *file = g_strdup_printf ("%s_%u.pb", kind, i);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GBytes) bytes = fx_file_map (path, error);

  return bytes != NULL ? fx_onnx_tensor_load_bytes (bytes, name, error) : NULL;
}

/* The project's data has no bfloat16: NumPy knows no such type, and the bits are stored as uint16. */
static FxTensor *
take_bits (FxTensor *tensor, FxDType wanted)
{
  FxTensor *bits;

  if (wanted != FX_DTYPE_BFLOAT16 || fx_tensor_dtype (tensor) != FX_DTYPE_UINT16)
    return tensor;
  bits = fx_tensor_new (wanted, fx_tensor_shape (tensor), fx_tensor_bytes (tensor), NULL);
  fx_tensor_unref (tensor);
  return bits;
}

/* Which graph input a data file is for: by its name, else by its number. */
static guint
input_slot (const FxGraph *graph, const char *name, guint i)
{
  for (guint k = 0; k < fx_graph_n_inputs (graph); k++)
    if (strcmp (fx_graph_value (graph, fx_graph_input (graph, k))->name, name) == 0)
      return k;
  return i;
}

static gboolean
load_inputs (const FxGraph *graph, const char *folder, FxTensor **inputs, GError **error)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      g_autofree char *name = NULL;
      FxTensor *tensor = load_tensor (folder, "input", i, &name, error);
      guint slot = tensor != NULL ? input_slot (graph, name, i) : 0;

      if (tensor == NULL)
        return FALSE;
      fx_tensor_unref (inputs[slot]);
      inputs[slot] = take_bits (tensor, fx_graph_value (graph, fx_graph_input (graph, slot))->dtype);
    }
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    if (inputs[i] == NULL)
      return fx_fail (error, FX_ERROR_BAD_DATA, "input %u has no data", i);
  return TRUE;
}

/* What inference said must be true of what came out. */
static gboolean
check_inferred (const FxGraph *graph, const FxTensor *found, FxId id, GError **error)
{
  const FxValue *value = fx_graph_value (graph, id);
  FxShape merged = value->shape;

  if ((value->dtype != FX_DTYPE_UNDEFINED && value->dtype != fx_tensor_dtype (found))
      || !fx_shape_merge (&merged, fx_tensor_shape (found)))
    {
      g_autofree char *left = fx_shape_to_string (&value->shape);
      g_autofree char *right = fx_shape_to_string (fx_tensor_shape (found));

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "was inferred as %s%s, but is %s%s", fx_dtype_name (value->dtype),
                      left, fx_dtype_name (fx_tensor_dtype (found)), right);
    }
  return TRUE;
}

static gboolean
is_random (const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (fx_graph_node (graph, i)->op->flags & FX_OP_RANDOM)
      return TRUE;
  return FALSE;
}

/* Random numbers are compared by type and shape only. */
static gboolean
compare_output (const FxTensor *found, const FxTensor *expected, gboolean random, GError **error)
{
  if (random && fx_tensor_dtype (found) == fx_tensor_dtype (expected)
      && fx_shape_equal (fx_tensor_shape (found), fx_tensor_shape (expected)))
    return TRUE;
  return fx_compare_tensors (found, expected, fx_tensor_dtype (expected) == FX_DTYPE_BFLOAT16 ? RTOL_BFLOAT16 : RTOL,
                             ATOL, error);
}

static gboolean
compare_outputs (const FxGraph *graph, const char *folder, FxTensor *const *outputs, GError **error)
{
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (FxTensor) expected = load_tensor (folder, "output", i, &name, error);

      if (expected == NULL)
        return FALSE;
      expected = take_bits (g_steal_pointer (&expected), fx_tensor_dtype (outputs[i]));
      if (!compare_output (outputs[i], expected, is_random (graph), error)
          || !check_inferred (graph, outputs[i], fx_graph_output (graph, i), error))
        return fx_error_prefix (error, "output %u", i);
    }
  return TRUE;
}

static void
unref_all (FxTensor **tensors, guint n)
{
  for (guint i = 0; i < n; i++)
    fx_tensor_unref (tensors[i]);
}

static gboolean
run_data_set (const FxGraph *graph, const char *folder, FxCaseResult *result)
{
  guint n_in = fx_graph_n_inputs (graph), n_out = fx_graph_n_outputs (graph);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n_in + 1);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, n_out + 1);
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  if (!load_inputs (graph, folder, inputs, &error))
    ok = decide_error (result, "inputs", error);
  else if (!fx_interpret (graph, inputs, outputs, &error))
    {
      ok = decide_error (result, "run", error);
      result->outcome = FX_CASE_FAIL;
    }
  else if (!compare_outputs (graph, folder, outputs, &error))
    ok = decide_error (result, "result", error);
  unref_all (inputs, n_in);
  unref_all (outputs, n_out);
  return ok;
}

static gboolean
run_all_data (const FxGraph *graph, const char *folder, FxCaseResult *result)
{
  for (guint set = 0;; set++)
    {
      g_autofree char *name = g_strdup_printf ("test_data_set_%u", set);
      g_autofree char *data = g_build_filename (folder, name, NULL);

      if (!g_file_test (data, G_FILE_TEST_IS_DIR))
        return set > 0 || decide (result, FX_CASE_FAIL, "has no data");
      if (!run_data_set (graph, data, result))
        return FALSE;
    }
}

FxCaseResult
fx_case_run (const char *folder, const char *model)
{
  FxCaseResult result = { FX_CASE_PASS, NULL, NULL };
  g_autofree char *path = g_build_filename (folder, model, NULL);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_model_load (path, NULL, diagnostics, &error);

  if (graph == NULL)
    {
      decide_error (&result, "load", error);
      return result;
    }
  if (!check_operators (graph, &result) || !check_types (graph, diagnostics, &result))
    return result;
  fx_graph_infer (graph, diagnostics);
  if (!fx_diagnostics_to_error (diagnostics, &error))
    decide_error (&result, "inference", error);
  else
    run_all_data (graph, folder, &result);
  return result;
}
