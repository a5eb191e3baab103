/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-build.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-op.h"

#include <string.h>

const FxShape *
fx_caffe_declared (const FxCaffeBuilder *builder, FxId value)
{
  return &g_array_index (builder->declared, FxShape, value);
}

const FxShape *
fx_caffe_fixed (const FxCaffeBuilder *builder, FxId value)
{
  return &g_array_index (builder->fixed, FxShape, value);
}

void
fx_caffe_set_shape_like (FxCaffeBuilder *builder, FxId value, FxId like)
{
  g_array_index (builder->declared, FxShape, value) = g_array_index (builder->declared, FxShape, like);
  g_array_index (builder->fixed, FxShape, value) = g_array_index (builder->fixed, FxShape, like);
}

gboolean
fx_caffe_rank (FxCaffeBuilder *builder, guint i, int min, int max, int *rank, GError **error)
{
  *rank = fx_caffe_declared (builder, builder->bottoms[i])->rank;
  builder->rank_unknown = *rank < 0;
  if (*rank < 0)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the number of dimensions of bottom \"%s\" is not known",
                    builder->layer->bottom[i]);
  if (*rank >= min && *rank <= max)
    return TRUE;
  if (min == max)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "bottom \"%s\" has %d dimensions, wanted %d", builder->layer->bottom[i],
                    *rank, min);
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "bottom \"%s\" has %d dimensions, wanted %d to %d",
                  builder->layer->bottom[i], *rank, min, max);
}

gboolean
fx_caffe_axis (FxCaffeBuilder *builder, guint i, gint64 axis, gboolean past_end, int *normalized, GError **error)
{
  int rank;

  if (!fx_caffe_rank (builder, i, 0, FX_MAX_RANK, &rank, error))
    return FALSE;
  if (axis < -rank || axis >= rank + past_end)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %" PRId64 " is outside of bottom \"%s\", which has %d dimensions",
                    axis, builder->layer->bottom[i], rank);
  *normalized = (int)(axis < 0 ? axis + rank : axis);
  return TRUE;
}

/* The graph itself keeps no inferred shapes: the inputs' may change before they are inferred for good. */
static FxId
track (FxCaffeBuilder *builder, FxId id, const FxShape *shape)
{
  while (builder->declared->len <= id)
    {
      g_array_append_val (builder->declared, *shape);
      g_array_append_val (builder->fixed, *shape);
    }
  return id;
}

static char *
part_name (const FxCaffeBuilder *builder, const char *part)
{
  return g_strdup_printf ("%s/%s", builder->layer->name, part);
}

FxId
fx_caffe_value (FxCaffeBuilder *builder, const char *part)
{
  g_autofree char *name = part_name (builder, part);

  return track (builder, fx_graph_add_value (builder->graph, name, FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN),
                &FX_SHAPE_UNKNOWN);
}

FxId
fx_caffe_constant (FxCaffeBuilder *builder, const char *part, FxTensor *tensor)
{
  g_autofree char *name = part_name (builder, part);
  FxShape shape = *fx_tensor_shape (tensor);

  return track (builder, fx_graph_add_constant (builder->graph, name, tensor), &shape);
}

FxId
fx_caffe_floats (FxCaffeBuilder *builder, const char *part, const float *values, guint n)
{
  g_autofree float *copy = g_memdup2 (values, n * sizeof *values);
  FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE ((gint64)n), copy };

  return fx_caffe_constant (builder, part, fx_tensor_new_copy (&array));
}

FxId
fx_caffe_float (FxCaffeBuilder *builder, const char *part, float value)
{
  return fx_caffe_constant (builder, part, fx_tensor_new_float_scalar (value));
}

FxId
fx_caffe_ints (FxCaffeBuilder *builder, const char *part, const gint64 *values, guint n)
{
  return fx_caffe_constant (builder, part, fx_tensor_new_int64s (values, n));
}

FxId
fx_caffe_top (FxCaffeBuilder *builder, guint i)
{
  if (builder->tops[i] == FX_NONE)
    builder->tops[i] = track (
        builder, fx_graph_add_value (builder->graph, builder->top_names[i], FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN),
        &FX_SHAPE_UNKNOWN);
  return builder->tops[i];
}

/* What inference says about the outputs of a node if the inputs have the shapes of `shapes`. */
static void
infer_into (FxCaffeBuilder *builder, const FxNode *node, gconstpointer params, GArray *shapes)
{
  g_autofree FxFact *inputs = g_new0 (FxFact, node->n_inputs + 1);
  g_autofree FxFact *outputs = g_new0 (FxFact, node->n_outputs + 1);

  fx_graph_get_facts (builder->graph, node->inputs, node->n_inputs, inputs);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      inputs[i].shape = g_array_index (shapes, FxShape, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i].present = node->outputs[i] != FX_NONE;
  /* what contradicts itself is reported when the whole graph is inferred */
  if (!fx_op_infer (node->op, node, params, inputs, node->n_inputs, outputs, node->n_outputs, NULL))
    return;
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i].present)
      {
        g_array_index (shapes, FxShape, node->outputs[i]) = outputs[i].shape;
        fx_graph_value (builder->graph, node->outputs[i])->dtype = outputs[i].dtype;
      }
}

FxId
fx_caffe_node (FxCaffeBuilder *builder, const char *op_type, const char *part, const FxId *inputs, guint n_inputs,
               const FxId *outputs, guint n_outputs, const FxAttr *attrs, guint n_attrs)
{
  g_autofree char *name = part != NULL ? part_name (builder, part) : g_strdup (builder->layer->name);
  FxId id = fx_graph_add_node (builder->graph, name, "", op_type, FX_CAFFE_OPSET, inputs, n_inputs, outputs, n_outputs);
  FxNode *node = fx_graph_node (builder->graph, id);
  g_autofree gpointer params = NULL;

  node->origins = g_strdupv ((char *[]){ builder->layer->name, NULL });
  for (guint i = 0; i < n_attrs; i++)
    fx_node_take_attr (node, attrs[i]);
  params = node->op != NULL ? fx_op_params_new (node->op, node, NULL) : NULL;
  if (params != NULL)
    {
      infer_into (builder, node, params, builder->declared);
      infer_into (builder, node, params, builder->fixed);
    }
  return id;
}

FxId
fx_caffe_op (FxCaffeBuilder *builder, const char *op_type, const char *part, const FxId *inputs, guint n_inputs,
             const FxAttr *attrs, guint n_attrs)
{
  FxId output = part != NULL ? fx_caffe_value (builder, part) : fx_caffe_top (builder, 0);

  fx_caffe_node (builder, op_type, part, inputs, n_inputs, &output, 1, attrs, n_attrs);
  return output;
}

FxId
fx_caffe_op1 (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x)
{
  return fx_caffe_op (builder, op_type, part, &x, 1, NULL, 0);
}

FxId
fx_caffe_op2 (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x, FxId y)
{
  return fx_caffe_op (builder, op_type, part, (FxId[]){ x, y }, 2, NULL, 0);
}

FxId
fx_caffe_op1_attr (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x, FxAttr attr)
{
  return fx_caffe_op (builder, op_type, part, &x, 1, &attr, 1);
}

gboolean
fx_caffe_keep (FxCaffeBuilder *builder, GError **error)
{
  const FxCaffeLayer *layer = builder->layer;
  guint n = fx_caffe_n_blobs (builder), n_inputs = builder->n_bottoms;
  g_autofree FxId *inputs = NULL;
  FxId id;

  n = n == G_MAXUINT ? 0 : n;
  inputs = g_new0 (FxId, n_inputs + n + 1);
  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = builder->bottoms[i];
  for (guint k = 0; k < n; k++)
    {
      g_autofree char *what = g_strdup_printf ("blob%u", k);
      FxTensor *tensor = fx_caffe_weights_blob (builder->weights, layer->name, k, error);

      if (tensor == NULL)
        return fx_error_prefix (error, "blob %u", k);
      inputs[n_inputs++] = fx_caffe_constant (builder, what, tensor);
    }
  for (guint i = 0; i < builder->n_tops; i++)
    fx_caffe_top (builder, i);
  id = fx_graph_add_node (builder->graph, layer->name, FX_CAFFE_DOMAIN, layer->type, 1, inputs, n_inputs, builder->tops,
                          builder->n_tops);
  fx_graph_node (builder->graph, id)->origins = g_strdupv ((char *[]){ layer->name, NULL });
  fx_graph_set_opset (builder->graph, FX_CAFFE_DOMAIN, 1);
  return TRUE;
}

FxDiagnostic *
fx_caffe_note (FxCaffeBuilder *builder, FxSeverity severity, const char *rule, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  return fx_diagnostics_add (builder->diagnostics, severity, rule, builder->layer->name, NULL, "%s", message);
}

void
fx_caffe_take_over (FxCaffeBuilder *builder, FxId id)
{
  FxNode *node = fx_graph_node (builder->graph, id);
  guint n = g_strv_length (node->origins);

  node->origins = g_renew (char *, node->origins, n + 2);
  node->origins[n] = g_strdup (builder->layer->name);
  node->origins[n + 1] = NULL;
  builder->tops[0] = node->outputs[0];
  /* where that is taken the old name does */
  fx_graph_rename_value (builder->graph, builder->tops[0], builder->top_names[0]);
}
