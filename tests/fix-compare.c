/* SPDX-License-Identifier: Apache-2.0 */
#include "fix-compare.h"

#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <math.h>

/* For what is free before and after. */
#define FREE_SIZE 2

static FxId
find_input (const FxGraph *graph, const char *name)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    if (g_str_equal (fx_graph_value (graph, fx_graph_input (graph, i))->name, name))
      return fx_graph_input (graph, i);
  return FX_NONE;
}

/* Makes the values that are outputs of `fixed` the outputs, and gives free input sizes numbers. */
static FxGraph *
prepare (const FxGraph *before, const FxGraph *fixed)
{
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  FxGraph *graph = fx_graph_copy (before);

  for (guint i = 0; i < fx_graph_n_outputs (fixed); i++)
    {
      const char *name = fx_graph_value (fixed, fx_graph_output (fixed, i))->name;
      FxId id = fx_graph_find_value (graph, name);

      if (id == FX_NONE)
        g_error ("output \"%s\" was no value of the model before", name);
      g_array_append_val (outputs, id);
    }
  fx_graph_set_outputs (graph, (const FxId *)outputs->data, outputs->len);
  fx_graph_prune (graph);
  fx_graph_compact (graph);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));
      FxId other = find_input (fixed, value->name);
      FxShape shape = other != FX_NONE ? fx_graph_value (fixed, other)->shape : value->shape;

      if (fx_shape_is_static (&value->shape))
        continue;
      /* an input of another rank has become one of four dimensions: only the batch can be free then */
      for (int k = 0; k < value->shape.rank; k++)
        if (value->shape.dims[k] < 0)
          value->shape.dims[k] = shape.rank != value->shape.rank ? 1 : shape.dims[k] >= 0 ? shape.dims[k] : FREE_SIZE;
    }
  return graph;
}

/* Elements in -1…1, or 0 and 1 for integers; the same for a seed, whatever the shape. */
static FxTensor *
random_tensor (const FxValue *value, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gboolean is_float = fx_dtype_in (value->dtype, FX_TYPES_FLOAT);
  g_autoptr (GError) error = NULL;
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (value->dtype, &value->shape, &data, &error);
  FxArray array = { value->dtype, value->shape, NULL };

  g_assert_no_error (error);
  array.data = data;
  for (gsize i = 0; i < fx_array_elements (&array); i++)
    fx_array_set (&array, i, is_float ? g_rand_double_range (rand, -1.0, 1.0) : (double)g_rand_int_range (rand, 0, 2));
  return tensor;
}

static FxTensor **
run (const FxGraph *graph, guint32 seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, NULL, NULL, &error);
  g_autoptr (FxRun) run = NULL;
  guint n_inputs = fx_graph_n_inputs (graph);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n_inputs + 1);
  FxTensor **outputs = g_new0 (FxTensor *, fx_graph_n_outputs (graph) + 1);

  g_assert_no_error (error);
  run = fx_run_new (engine, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_inputs; i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));

      inputs[i] = random_tensor (value, seed ^ g_str_hash (value->name));
    }
  fx_run_execute (run, inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_inputs; i++)
    fx_tensor_unref (inputs[i]);
  return outputs;
}

static double
difference (const FxTensor *wanted, const FxTensor *found)
{
  double worst = 0.0, largest = 0.0;

  g_assert_cmpuint (fx_tensor_elements (found), <=, fx_tensor_elements (wanted));
  for (gsize i = 0; i < fx_tensor_elements (found); i++)
    {
      double a = fx_tensor_get_double (wanted, i), b = fx_tensor_get_double (found, i);

      if (isnan (a) != isnan (b))
        return INFINITY;
      if (isnan (a) || a == b)
        continue;
      worst = MAX (worst, fabs (a - b));
      if (isfinite (a))
        largest = MAX (largest, fabs (a));
    }
  for (gsize i = 0; i < fx_tensor_elements (found); i++)
    if (isfinite (fx_tensor_get_double (wanted, i)))
      largest = MAX (largest, fabs (fx_tensor_get_double (wanted, i)));
  return worst == 0.0 ? 0.0 : worst / largest;
}

double
fix_compare (const FxGraph *before, const FxGraph *fixed, guint32 seed)
{
  g_autoptr (FxGraph) graph = prepare (before, fixed), after = prepare (fixed, fixed);
  FxTensor **wanted = run (graph, seed), **found = run (after, seed);
  double worst = 0.0;

  for (guint i = 0; i < fx_graph_n_outputs (fixed); i++)
    {
      double one = difference (wanted[i], found[i]);

      worst = MAX (worst, one);
      fx_tensor_unref (wanted[i]);
      fx_tensor_unref (found[i]);
    }
  g_free (wanted);
  g_free (found);
  return worst;
}
