/* The conditions under which a limit applies: one row per key of "when".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"

#include "core/check/fx-limit-vars.h"

#include <string.h>

typedef FxVerdict (*Judge) (GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject);

static FxVerdict
verdict (gboolean holds)
{
  return holds ? FX_VERDICT_HOLDS : FX_VERDICT_BROKEN;
}

static gboolean
is_type (const FxLimitSubject *subject, const char *op_type)
{
  return strcmp (subject->node->op_type, op_type) == 0;
}

/* ---- the node's form ---- */

/* The tables know the forms of opset 10 and 11, and call the form with attributes instead of inputs 6. */
static FxVerdict
judge_opset (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  g_autoptr (GVariant) form = g_variant_ref_sink (g_variant_new_int64 (subject->node->version >= 11 ? 11 : 10));
  g_autoptr (GVariant) old = g_variant_ref_sink (g_variant_new_int64 (6));

  return verdict (fx_limit_value_in (form, wanted) || (subject->node->version < 11 && fx_limit_value_in (old, wanted)));
}

static FxVerdict
judge_input_count (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  g_autoptr (GVariant) count = NULL;
  gint64 n = 0;

  for (guint i = 0; i < subject->node->n_inputs && i < subject->n_inputs; i++)
    n += subject->inputs[i].present;
  count = g_variant_ref_sink (g_variant_new_int64 (n));
  return verdict (fx_limit_value_in (count, wanted));
}

static FxVerdict
judge_attr (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean holds = TRUE;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_VARDICT))
    return FX_VERDICT_UNKNOWN;
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) found = fx_limit_attribute (subject, name);

      holds = holds && found != NULL && fx_limit_value_in (found, value);
      g_variant_unref (value);
    }
  return verdict (holds);
}

static FxVerdict
judge_softmax_semantics (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  /* until opset 12 the operator flattens around its axis, from 13 on it works along it as PyTorch does */
  const char *semantics = subject->node->version >= 13 ? "pytorch" : "onnx";

  return g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING)
             ? verdict (strcmp (g_variant_get_string (wanted, NULL), semantics) == 0)
             : FX_VERDICT_UNKNOWN;
}

/* ---- shapes ---- */

/* The highest rank of the operands where the operator broadcasts them, else the rank of the first. */
static int
input_rank (const FxLimit *limit, const FxLimitSubject *subject)
{
  gboolean broadcasts = strcmp (limit->kind_name, "merge_to_rank") == 0 || strcmp (limit->kind_name, "broadcast") == 0;
  int rank = FX_RANK_UNKNOWN;

  for (guint i = 0; i < subject->n_inputs && (i == 0 || broadcasts); i++)
    if (subject->inputs[i].present)
      {
        if (subject->inputs[i].shape.rank < 0)
          return FX_RANK_UNKNOWN;
        rank = MAX (rank, subject->inputs[i].shape.rank);
      }
  return rank;
}

static FxVerdict
judge_number (GVariant *wanted, int found)
{
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_int64 (found));

  return found < 0 ? FX_VERDICT_UNKNOWN : verdict (fx_limit_value_in (number, wanted));
}

static FxVerdict
judge_input_rank (GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject)
{
  return judge_number (wanted, input_rank (limit, subject));
}

static FxVerdict
judge_spatial_rank (GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject)
{
  int rank = input_rank (limit, subject);

  return judge_number (wanted, rank < 0 ? -1 : MAX (rank - 2, 0));
}

static FxVerdict
judge_input_rank_gt (GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject)
{
  int rank = input_rank (limit, subject);

  if (rank < 0 || !g_variant_is_of_type (wanted, G_VARIANT_TYPE_INT64))
    return FX_VERDICT_UNKNOWN;
  return verdict (rank > g_variant_get_int64 (wanted));
}

static FxVerdict
judge_dims (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  FxVerdict all = FX_VERDICT_HOLDS;
  GVariantIter iter;
  const char *axis;
  GVariant *value;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_VARDICT))
    return FX_VERDICT_UNKNOWN;
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_next (&iter, "{&sv}", &axis, &value))
    {
      double size;

      if (fx_limit_variable (axis, subject, &size) != FX_VARIABLE_KNOWN)
        all = all == FX_VERDICT_BROKEN ? all : FX_VERDICT_UNKNOWN;
      else
        {
          g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_double (size));

          if (!fx_limit_value_in (number, value))
            all = FX_VERDICT_BROKEN;
        }
      g_variant_unref (value);
    }
  return all;
}

static FxVerdict
judge_expr (GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject)
{
  g_autoptr (GVariant) let = fx_limit_field (limit->fields, "let");
  double value;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING)
      || !fx_limit_expression (g_variant_get_string (wanted, NULL), subject, let, &value, NULL))
    return FX_VERDICT_UNKNOWN;
  return verdict (value != 0);
}

/* ["NCHW", "NC11"]: one operand is a map, the other has one element per channel. */
static FxVerdict
judge_shape_pair (G_GNUC_UNUSED GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  gboolean vector = FALSE, map = FALSE;

  for (guint i = 0; i < subject->n_inputs; i++)
    {
      const FxShape *shape = &subject->inputs[i].shape;
      int h = fx_limit_axis (subject, 'H', 4), w = fx_limit_axis (subject, 'W', 4);

      if (!subject->inputs[i].present)
        continue;
      if (!fx_shape_is_static (shape))
        return FX_VERDICT_UNKNOWN;
      if (shape->rank != 4)
        return FX_VERDICT_BROKEN;
      vector = vector || (shape->dims[h] == 1 && shape->dims[w] == 1);
      map = map || shape->dims[h] != 1 || shape->dims[w] != 1;
    }
  return verdict (vector && map);
}

/* "up": no spatial axis shrinks and one grows. */
static FxVerdict
judge_direction (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  double h, w;
  const char *name;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING)
      || fx_limit_variable ("scale_h", subject, &h) != FX_VARIABLE_KNOWN
      || fx_limit_variable ("scale_w", subject, &w) != FX_VARIABLE_KNOWN)
    return FX_VERDICT_UNKNOWN;
  name = g_variant_get_string (wanted, NULL);
  if (strcmp (name, "up") == 0)
    return verdict (h >= 1 && w >= 1 && (h > 1 || w > 1));
  return strcmp (name, "down") == 0 ? verdict (h <= 1 && w <= 1 && (h < 1 || w < 1)) : FX_VERDICT_UNKNOWN;
}

/* "other": none of the orders with a fast path. */
static FxVerdict
judge_perm (G_GNUC_UNUSED GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  static const gint64 fast[][4] = { { 0, 3, 1, 2 }, { 0, 2, 3, 1 } };
  const FxAttr *perm = fx_node_attr (subject->node, "perm");

  if (perm == NULL || perm->kind != FX_ATTR_INTS || perm->n != 4)
    return FX_VERDICT_HOLDS;
  for (guint i = 0; i < G_N_ELEMENTS (fast); i++)
    if (memcmp (perm->ints, fast[i], sizeof fast[i]) == 0)
      return FX_VERDICT_BROKEN;
  return FX_VERDICT_HOLDS;
}

/* ---- surroundings ---- */

static gboolean
is_constant_input (const FxLimitSubject *subject, guint i)
{
  return i < subject->n_inputs && subject->inputs[i].present && subject->inputs[i].value != NULL;
}

static FxVerdict
judge_operand (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  gboolean constant = is_constant_input (subject, 0);

  /* of a Gather the indices decide, when they are part of the model and not computed */
  if (is_type (subject, "Gather"))
    constant = is_constant_input (subject, 1);
  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING))
    return FX_VERDICT_UNKNOWN;
  return verdict ((strcmp (g_variant_get_string (wanted, NULL), "constant") == 0) == constant);
}

static FxVerdict
judge_next_node_on (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  FxNextDevice device;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING))
    return FX_VERDICT_UNKNOWN;
  device = strcmp (g_variant_get_string (wanted, NULL), "bpu") == 0 ? FX_NEXT_BPU : FX_NEXT_CPU;
  /* nobody behind it: what it computes leaves the BPU */
  return verdict (device == (subject->next == FX_NEXT_UNKNOWN ? FX_NEXT_CPU : subject->next));
}

static const FxNode *
producer (const FxLimitSubject *subject, FxId value)
{
  FxId id = value != FX_NONE ? subject->uses->producer[value] : FX_NONE;

  return id != FX_NONE ? fx_graph_node (subject->graph, id) : NULL;
}

static gboolean
is_conv (const FxNode *node)
{
  return node != NULL && node->op != NULL && strcmp (node->op_type, "Conv") == 0;
}

/* Whether an Add has two computed operands, one of them from a Conv that nobody else uses. */
static gboolean
is_residual_add (const FxLimitSubject *subject, const FxNode *add, const FxNode *conv)
{
  gboolean found = FALSE;

  if (strcmp (add->op_type, "Add") != 0 || add->n_inputs != 2)
    return FALSE;
  for (guint i = 0; i < 2; i++)
    {
      const FxNode *from = producer (subject, add->inputs[i]);

      if (add->inputs[i] == FX_NONE || fx_graph_value (subject->graph, add->inputs[i])->constant != NULL)
        return FALSE;
      found = found
              || (is_conv (from) && (conv == NULL || from == conv) && fx_uses_count (subject->uses, add->inputs[i]) == 1
                  && !subject->uses->is_output[add->inputs[i]]);
    }
  return found;
}

static gboolean
has_residual_add (const FxLimitSubject *subject)
{
  const FxNode *node = subject->node;
  FxId value;

  if (is_type (subject, "Add"))
    return is_residual_add (subject, node, NULL);
  value = node->n_outputs > 0 ? node->outputs[0] : FX_NONE;
  if (!is_conv (node) || value == FX_NONE || fx_uses_count (subject->uses, value) != 1)
    return FALSE;
  return is_residual_add (subject, fx_graph_node (subject->graph, subject->uses->users[subject->uses->first[value]]),
                          node);
}

/* The last one of a part that is computed in integers: the model ends behind it, or the CPU goes on. */
static gboolean
is_last_of_part (const FxLimitSubject *subject)
{
  return subject->next != FX_NEXT_BPU;
}

static FxVerdict
judge_pattern (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  const char *name;

  if (!g_variant_is_of_type (wanted, G_VARIANT_TYPE_STRING))
    return FX_VERDICT_UNKNOWN;
  name = g_variant_get_string (wanted, NULL);
  if (strcmp (name, "residual_add_after_conv") == 0)
    return verdict (has_residual_add (subject));
  if (strcmp (name, "last_in_quantized_subgraph") == 0)
    return verdict (is_last_of_part (subject));
  if (strcmp (name, "constant_subgraph") == 0)
    {
      gboolean constant = TRUE;

      for (guint i = 0; i < subject->n_inputs; i++)
        constant = constant && (!subject->inputs[i].present || is_constant_input (subject, i));
      return verdict (constant);
    }
  return FX_VERDICT_UNKNOWN;
}

/* ---- Caffe ---- */

static FxVerdict
judge_pool (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  gboolean max = is_type (subject, "MaxPool") || is_type (subject, "GlobalMaxPool");
  g_autoptr (GVariant) method = g_variant_ref_sink (g_variant_new_string (max ? "MAX" : "AVE"));

  return verdict (fx_limit_value_in (method, wanted));
}

static FxVerdict
judge_global (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  gboolean global = g_str_has_prefix (subject->node->op_type, "Global");

  return g_variant_is_of_type (wanted, G_VARIANT_TYPE_BOOLEAN) ? verdict (global == g_variant_get_boolean (wanted))
                                                               : FX_VERDICT_UNKNOWN;
}

/* Of Eltwise: what its ONNX form is called; a sum of several may be Sum. */
static FxVerdict
judge_operation (GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject)
{
  const char *name = is_type (subject, "Sum") ? "Add" : subject->node->op_type;
  g_autoptr (GVariant) operation = g_variant_ref_sink (g_variant_new_string (name));

  return verdict (fx_limit_value_in (operation, wanted));
}

/* How a model is fed on the board is not part of the model. */
static FxVerdict
judge_input_type_rt (G_GNUC_UNUSED GVariant *wanted, G_GNUC_UNUSED const FxLimit *limit,
                     G_GNUC_UNUSED const FxLimitSubject *subject)
{
  return FX_VERDICT_UNKNOWN;
}

static const struct
{
  const char *key;
  Judge judge;
} keys[] = {
  { "attr", judge_attr },
  { "dims", judge_dims },
  { "direction", judge_direction },
  { "expr", judge_expr },
  { "global", judge_global },
  { "input_count", judge_input_count },
  { "input_rank", judge_input_rank },
  { "input_rank_gt", judge_input_rank_gt },
  { "input_type_rt", judge_input_type_rt },
  { "next_node_on", judge_next_node_on },
  { "operand", judge_operand },
  { "operation", judge_operation },
  { "opset", judge_opset },
  { "pattern", judge_pattern },
  { "perm", judge_perm },
  { "pool", judge_pool },
  { "shape_pair", judge_shape_pair },
  { "softmax_semantics", judge_softmax_semantics },
  { "spatial_rank", judge_spatial_rank },
};

static FxVerdict
judge_key (const char *key, GVariant *wanted, const FxLimit *limit, const FxLimitSubject *subject)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i].key) == 0)
      return keys[i].judge (wanted, limit, subject);
  return FX_VERDICT_UNKNOWN;
}

gboolean
fx_limit_when_is_known (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i].key) == 0)
      return TRUE;
  return FALSE;
}

FxVerdict
fx_limit_applies_when (GVariant *when, const FxLimit *limit, const FxLimitSubject *subject)
{
  FxVerdict all = FX_VERDICT_HOLDS;
  GVariantIter iter;
  const char *key;
  GVariant *wanted;

  if (when == NULL)
    return FX_VERDICT_HOLDS;
  g_variant_iter_init (&iter, when);
  while (all != FX_VERDICT_BROKEN && g_variant_iter_next (&iter, "{&sv}", &key, &wanted))
    {
      FxVerdict one = judge_key (key, wanted, limit, subject);

      if (one != FX_VERDICT_HOLDS)
        all = one;
      g_variant_unref (wanted);
    }
  return all;
}

FxVerdict
fx_limit_applies (const FxLimit *limit, const FxLimitSubject *subject)
{
  return fx_limit_applies_when (limit->when, limit, subject);
}
