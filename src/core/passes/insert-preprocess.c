/* SPDX-License-Identifier: Apache-2.0 */
#include "core/passes/insert-preprocess.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"

#include <string.h>

typedef struct
{
  FxGraph *graph;
  const FxInputMap *map;
  const char *input; /* name */
  FxId from, to;
  guint version;
} Work;

static FxId
constant (const Work *work, const char *what, FxShape shape, const float *values)
{
  g_autofree char *name = g_strdup_printf ("HZ_PREPROCESS_FOR_%s_%s", work->input, what);
  FxArray array = { FX_DTYPE_FLOAT, shape, (gpointer)values };

  return fx_graph_add_constant (work->graph, name, fx_tensor_new_copy (&array));
}

/* The node that the boards' tables show under this name is the last one. */
static void
add_node (const Work *work, gboolean is_main, const char *op_type, const FxId *inputs, guint n_inputs, FxId output)
{
  g_autofree char *name = g_strdup_printf ("HZ_PREPROCESS_FOR_%s%s", work->input, is_main ? "" : "_color");

  fx_graph_add_node (work->graph, name, "", op_type, work->version, inputs, n_inputs, &output, 1);
}

static void
add_conv (const Work *work)
{
  guint n = work->map->n;
  float weights[9], bias[3];

  for (guint i = 0; i < n; i++)
    {
      bias[i] = (float)work->map->offset[i];
      for (guint k = 0; k < n; k++)
        weights[i * n + k] = (float)work->map->matrix[i][k];
    }
  add_node (work, TRUE, "Conv",
            (FxId[]){ work->from, constant (work, "weight", FX_SHAPE (n, n, 1, 1), weights),
                      constant (work, "bias", FX_SHAPE (n), bias) },
            3, work->to);
}

/* Channels last: x [1,H,W,C] × matrix [C,C], which is transposed, + offset [C]. */
static void
add_matmul (const Work *work)
{
  guint n = work->map->n;
  float matrix[9], offset[3];
  const FxValue *from = fx_graph_value (work->graph, work->from);
  g_autofree char *name = g_strdup_printf ("%s_color", work->input);
  FxId between = fx_graph_add_value (work->graph, name, FX_DTYPE_FLOAT, &from->shape);

  for (guint i = 0; i < n; i++)
    {
      offset[i] = (float)work->map->offset[i];
      for (guint k = 0; k < n; k++)
        matrix[k * n + i] = (float)work->map->matrix[i][k];
    }
  add_node (work, FALSE, "MatMul", (FxId[]){ work->from, constant (work, "matrix", FX_SHAPE (n, n), matrix) }, 2,
            between);
  add_node (work, TRUE, "Add", (FxId[]){ between, constant (work, "offset", FX_SHAPE (n), offset) }, 2, work->to);
}

gboolean
fx_pass_insert_preprocess (FxGraph *graph, FxId input, const FxInputSpec *spec, GError **error)
{
  const FxValue *value = fx_graph_value (graph, input);
  g_autofree char *name = g_strdup (value->name);
  g_autofree char *after = g_strdup_printf ("%s_preprocessed", value->name);
  int channel = spec->train_nhwc ? 3 : 1;
  FxInputMap map;
  Work work = { graph, &map, name, input, FX_NONE, (guint)MAX (fx_graph_opset (graph, ""), 1) };

  if (!fx_input_spec_check (spec, value->name, &value->shape, error))
    return FALSE;
  if (!fx_input_spec_needs_node (spec))
    return TRUE;
  if (value->dtype != FX_DTYPE_FLOAT || value->shape.rank != 4 || value->shape.dims[channel] < 1
      || value->shape.dims[channel] > 3)
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "input \"%s\": mean, scale and color need a float32 input of four dimensions "
                    "with one or three channels",
                    value->name);
  fx_input_spec_map (spec, (guint)value->shape.dims[channel], &map);
  work.to = fx_graph_add_value (graph, after, FX_DTYPE_FLOAT, &value->shape);
  fx_graph_replace_uses (graph, input, work.to);
  if (spec->train_nhwc)
    add_matmul (&work);
  else
    add_conv (&work);
  if (!fx_graph_sort (graph, error))
    return FALSE;
  fx_graph_infer (graph, NULL);
  return TRUE;
}
