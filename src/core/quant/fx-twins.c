/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-twins.h"

#include "core/graph/fx-tensor.h"

#include <string.h>

/* ---- names ---- */

/* Sums of 32 bits have one scale for each channel; what they are dequantized to is compared instead. */
static gboolean
is_integer (FxDType dtype)
{
  return dtype == FX_DTYPE_INT8 || dtype == FX_DTYPE_UINT8 || dtype == FX_DTYPE_INT16 || dtype == FX_DTYPE_UINT16;
}

char *
fx_twin_base_name (const FxValue *value)
{
  gsize length = strlen (value->name), suffix = strlen (FX_QUANTIZED_SUFFIX);

  if (is_integer (value->dtype) && length > suffix && g_str_has_suffix (value->name, FX_QUANTIZED_SUFFIX))
    return g_strndup (value->name, length - suffix);
  return g_strdup (value->name);
}

static gboolean
can_pair (const FxGraph *graph, const FxUses *uses, FxId id)
{
  const FxValue *value = fx_graph_value (graph, id);
  FxId producer = uses->producer[id];

  if (producer != FX_NONE && strcmp (fx_graph_node (graph, producer)->op_type, "Constant") == 0)
    return FALSE;
  return value->constant == NULL && (value->dtype == FX_DTYPE_FLOAT || is_integer (value->dtype));
}

/* Base name → id + 1 of every value that a node computes (or is fed, with `inputs`). */
static GHashTable *
by_base_name (const FxGraph *graph, const FxUses *uses, gboolean inputs)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      char *name;
      guint known;

      if (!can_pair (graph, uses, v) || (!inputs && uses->producer[v] == FX_NONE))
        continue;
      name = fx_twin_base_name (fx_graph_value (graph, v));
      known = GPOINTER_TO_UINT (g_hash_table_lookup (table, name));
      if (known == 0 || !is_integer (fx_graph_value (graph, known - 1)->dtype))
        g_hash_table_insert (table, name, GUINT_TO_POINTER (v + 1));
      else
        g_free (name);
    }
  return table;
}

static gboolean
shapes_agree (const FxGraph *a, FxId x, const FxGraph *b, FxId y)
{
  FxShape shape = fx_graph_value (a, x)->shape;

  return fx_shape_merge (&shape, &fx_graph_value (b, y)->shape);
}

/* The output of the last source node of `node` that the reference has. */
static FxId
find_by_origin (const FxGraph *reference, const FxNode *node)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);
  FxId last = FX_NONE;

  for (guint i = 0; i < n; i++)
    {
      FxId id = fx_graph_find_node (reference, origins[i]);

      if (id != FX_NONE && (last == FX_NONE || id > last))
        last = id;
    }
  if (last == FX_NONE || fx_graph_node (reference, last)->removed || fx_graph_node (reference, last)->n_outputs != 1)
    return FX_NONE;
  return fx_graph_node (reference, last)->outputs[0];
}

static void
pair_by_origins (const FxGraph *reference, const FxUses *reference_uses, const FxGraph *other, const FxUses *other_uses,
                 FxId *twins)
{
  g_autofree guint8 *taken = g_new0 (guint8, fx_graph_n_values (reference) + 1);

  for (FxId v = 0; v < fx_graph_n_values (other); v++)
    if (twins[v] != FX_NONE)
      taken[twins[v]] = 1;
  for (FxId i = 0; i < fx_graph_n_nodes (other); i++)
    {
      const FxNode *node = fx_graph_node (other, i);
      FxId twin, output = node->n_outputs == 1 && !node->removed ? node->outputs[0] : FX_NONE;

      if (output == FX_NONE || twins[output] != FX_NONE || !can_pair (other, other_uses, output)
          || node->origins == NULL)
        continue;
      twin = find_by_origin (reference, node);
      if (twin == FX_NONE || taken[twin] || !can_pair (reference, reference_uses, twin)
          || !shapes_agree (reference, twin, other, output))
        continue;
      twins[output] = twin;
      taken[twin] = 1;
    }
}

FxId *
fx_twins_find (const FxGraph *reference, const FxGraph *other)
{
  g_autoptr (FxUses) reference_uses = fx_uses_new (reference);
  g_autoptr (FxUses) other_uses = fx_uses_new (other);
  g_autoptr (GHashTable) known = by_base_name (reference, reference_uses, TRUE);
  g_autoptr (GHashTable) computed = by_base_name (other, other_uses, FALSE);
  FxId *twins = g_new (FxId, fx_graph_n_values (other) + 1);
  GHashTableIter iter;
  gpointer name, id;

  for (FxId v = 0; v < fx_graph_n_values (other); v++)
    twins[v] = FX_NONE;
  g_hash_table_iter_init (&iter, computed);
  while (g_hash_table_iter_next (&iter, &name, &id))
    {
      guint twin = GPOINTER_TO_UINT (g_hash_table_lookup (known, name));
      FxId value = GPOINTER_TO_UINT (id) - 1;

      if (twin != 0 && shapes_agree (reference, twin - 1, other, value))
        twins[value] = twin - 1;
    }
  pair_by_origins (reference, reference_uses, other, other_uses, twins);
  return twins;
}

/* ---- scales ---- */

static gboolean
constant_number (const FxGraph *graph, FxId id, double *number)
{
  const FxTensor *tensor = id != FX_NONE ? fx_graph_value (graph, id)->constant : NULL;

  if (tensor == NULL || fx_tensor_elements (tensor) != 1)
    return FALSE;
  *number = fx_tensor_get_double (tensor, 0);
  return TRUE;
}

/* Operands `at` and `at` + 1 of a node; without the second the zero point is 0. */
static gboolean
scale_of_operands (const FxGraph *graph, const FxNode *node, guint at, float *scale, gint32 *zero_point)
{
  double s, z = 0.0;

  if (at >= node->n_inputs || !constant_number (graph, node->inputs[at], &s))
    return FALSE;
  if (at + 1 < node->n_inputs && node->inputs[at + 1] != FX_NONE && !constant_number (graph, node->inputs[at + 1], &z))
    return FALSE;
  *scale = (float)s;
  *zero_point = (gint32)z;
  return TRUE;
}

static gboolean
scale_of_attributes (const FxNode *node, const char *operand, float *scale, gint32 *zero_point)
{
  g_autofree char *scale_name = g_strconcat (operand, "_scale", NULL);
  g_autofree char *zero_name = g_strconcat (operand, "_zero_point", NULL);
  const FxAttr *s = fx_node_attr (node, scale_name), *z = fx_node_attr (node, zero_name);

  if (s == NULL || s->kind != FX_ATTR_FLOAT || (z != NULL && z->kind != FX_ATTR_INT))
    return FALSE;
  *scale = s->f;
  *zero_point = z != NULL ? (gint32)z->i : 0;
  return TRUE;
}

static gboolean
is_ours (const FxNode *node)
{
  return strcmp (node->domain, "fixpoint") == 0;
}

/* What the producer says. *moved: it only moves the elements of its first operand. */
static gboolean
scale_of_producer (const FxGraph *graph, const FxNode *node, gboolean *moved, float *scale, gint32 *zero_point)
{
  *moved = FALSE;
  if (is_ours (node))
    return scale_of_attributes (node, "y", scale, zero_point);
  if (strcmp (node->op_type, "QuantizeLinear") == 0)
    return scale_of_operands (graph, node, 1, scale, zero_point);
  if (strcmp (node->op_type, "QLinearConv") == 0 || strcmp (node->op_type, "QLinearMatMul") == 0)
    return scale_of_operands (graph, node, 6, scale, zero_point);
  *moved
      = node->n_inputs > 0 && node->inputs[0] != FX_NONE && is_integer (fx_graph_value (graph, node->inputs[0])->dtype);
  return FALSE;
}

static gboolean
scale_of_user (const FxGraph *graph, const FxNode *node, FxId value, float *scale, gint32 *zero_point)
{
  if (is_ours (node) && node->n_inputs > 0)
    {
      if (node->inputs[0] == value)
        return scale_of_attributes (node, "x", scale, zero_point) || scale_of_attributes (node, "a", scale, zero_point);
      return node->n_inputs > 1 && node->inputs[1] == value && scale_of_attributes (node, "b", scale, zero_point);
    }
  return strcmp (node->op_type, "DequantizeLinear") == 0 && node->inputs[0] == value
         && scale_of_operands (graph, node, 1, scale, zero_point);
}

gboolean
fx_integer_scale (const FxGraph *graph, const FxUses *uses, FxId value, float *scale, gint32 *zero_point)
{
  FxId at = value;
  gboolean moved = TRUE;

  if (!is_integer (fx_graph_value (graph, value)->dtype))
    return FALSE;
  while (moved && uses->producer[at] != FX_NONE)
    {
      const FxNode *node = fx_graph_node (graph, uses->producer[at]);

      if (scale_of_producer (graph, node, &moved, scale, zero_point))
        return TRUE;
      if (moved)
        at = node->inputs[0];
    }
  for (guint32 u = uses->first[value]; u < uses->first[value + 1]; u++)
    if (scale_of_user (graph, fx_graph_node (graph, uses->users[u]), value, scale, zero_point))
      return TRUE;
  return FALSE;
}
