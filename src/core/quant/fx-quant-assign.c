/* Choosing: which nodes become integer, and what their integers stand for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-quant-plan.h"
#include "core/quant/fx-quant-weights.h"
#include "core/quant/fx-quantize.h"
#include "core/quant/fx-requant.h"
#include "core/quant/fx-tie-free.h"

#include <math.h>

typedef struct
{
  const FxGraph *graph;
  const FxCheckReport *placement;
  const FxStatistics *statistics;
  const FxQuantOptions *options;
  guint8 *allowed;
  FxQuantPlan *plan;
  FxQuantParams *params;
  FxId *leader; /* [n_values] whose numbers a value has; itself: its own */
} Assign;

static const FxQuantGroup *
producer_group (const Assign *assign, FxId value)
{
  FxId node = assign->plan->uses->producer[value];

  return node != FX_NONE ? assign->plan->of[node] : NULL;
}

/* ---- which nodes may become integer ---- */

/* What the user says of a node; FALSE: nothing. */
static gboolean
is_asked (const Assign *assign, FxId id, FxPrecision *precision)
{
  gpointer value;

  if (assign->options->node_precisions == NULL
      || !g_hash_table_lookup_extended (assign->options->node_precisions, fx_graph_node (assign->graph, id)->name, NULL,
                                        &value))
    return FALSE;
  *precision = GPOINTER_TO_INT (value);
  return TRUE;
}

static gboolean
is_narrow (const Assign *assign, FxId id)
{
  return assign->placement != NULL && id < assign->placement->n_nodes && assign->placement->nodes[id].narrow;
}

/* INT8 where nothing is said, and where the board has no more. */
static FxPrecision
wanted_precision (const Assign *assign, FxId id)
{
  FxPrecision precision = FX_PRECISION_INT8;

  is_asked (assign, id, &precision);
  return precision == FX_PRECISION_INT16 && is_narrow (assign, id) ? FX_PRECISION_INT8 : precision;
}

static const char *
reason_of_placement (const Assign *assign, FxId id)
{
  const FxNodeCheck *check;
  FxPrecision precision;

  if (assign->placement == NULL || id >= assign->placement->n_nodes)
    return NULL;
  check = &assign->placement->nodes[id];
  switch (check->placement)
    {
    case FX_PLACEMENT_BPU:
    case FX_PLACEMENT_FOLDED: return NULL;
    case FX_PLACEMENT_UNKNOWN: return check->assumed ? NULL : _ ("it is not known whether the BPU takes it");
    case FX_PLACEMENT_CPU:
      if (check->on_request && is_asked (assign, id, &precision))
        return NULL;
      break;
    case FX_PLACEMENT_UNSUPPORTED: break;
    }
  if (check->reasons->len == 0)
    return _ ("it runs on the CPU");
  return g_intern_string (((const FxReason *)check->reasons->pdata[0])->text);
}

static void
stay_float (Assign *assign, FxId id, const char *reason)
{
  assign->allowed[id] = FALSE;
  assign->params->nodes[id].reason = g_intern_string (reason);
}

static void
allow_nodes (Assign *assign)
{
  for (FxId i = 0; i < fx_graph_n_nodes (assign->graph); i++)
    {
      const char *reason = reason_of_placement (assign, i);

      assign->allowed[i] = TRUE;
      if (fx_graph_node (assign->graph, i)->removed)
        assign->allowed[i] = FALSE;
      else if (reason != NULL)
        stay_float (assign, i, reason);
      else if (wanted_precision (assign, i) == FX_PRECISION_FLOAT)
        stay_float (assign, i, _ ("it was asked to stay float"));
    }
}

static gboolean
is_finite (const FxTensor *tensor)
{
  gsize n = fx_tensor_elements (tensor);

  for (gsize i = 0; i < n; i++)
    if (!isfinite (fx_tensor_get_double (tensor, i)))
      return FALSE;
  return TRUE;
}

/* TRUE if an integer node uses what the group gives. */
static gboolean
has_integer_user (const Assign *assign, const FxQuantGroup *group)
{
  const FxUses *uses = assign->plan->uses;
  FxId output = fx_quant_group_output (assign->graph, group);

  for (guint32 k = uses->first[output]; k < uses->first[output + 1]; k++)
    if (assign->plan->of[uses->users[k]] != NULL)
      return TRUE;
  return FALSE;
}

/* TRUE if the sums of the group may leave as they are: nobody needs 8 bits. */
static gboolean
leaves_sums (const Assign *assign, const FxQuantGroup *group)
{
  FxWeightLayout layout;

  return (group->rule->flags & FX_RULE_SUMS) && !group->clamped && group->root == FX_NONE
         && wanted_precision (assign, group->nodes[0]) != FX_PRECISION_INT16
         && fx_weight_layout (assign->graph, fx_graph_node (assign->graph, group->nodes[0]), &layout)
         && !has_integer_user (assign, group);
}

/* Pools, means and moves of data behind the last integer node that others need are computed in float. That keeps the
 * outputs from being rounded once more. */
static gboolean
ends_outside (const Assign *assign, const FxQuantGroup *group)
{
  return assign->placement != NULL && (group->rule->flags & FX_RULE_INSIDE) && group->root == FX_NONE
         && wanted_precision (assign, group->nodes[0]) != FX_PRECISION_INT16 && !has_integer_user (assign, group);
}

/* What keeps a group from having numbers, NULL if nothing does. */
static const char *
misses (const Assign *assign, const FxQuantGroup *group)
{
  const FxNode *node = fx_graph_node (assign->graph, group->nodes[0]);
  guint n = fx_quant_n_data (group->rule, node);

  if (ends_outside (assign, group))
    return _ ("no integer node uses its result, so it is computed in float");
  if (!assign->plan->ranged[fx_quant_group_output (assign->graph, group)] && !leaves_sums (assign, group)
      && !(group->rule->flags & FX_RULE_SHARED))
    return _ ("the range of its result is not known: what follows it stays float");
  for (guint i = 0; group->root == FX_NONE && i < n; i++)
    {
      const FxTensor *constant = fx_graph_value (assign->graph, node->inputs[i])->constant;

      if (constant == NULL && !assign->plan->ranged[node->inputs[i]])
        return _ ("the range of its operand is not known: what is in front of it stays float");
      if (constant != NULL && !is_finite (constant))
        return _ ("an operand holds values that are not finite");
    }
  return NULL;
}

/* Plans until every group has what it needs. */
static void
plan (Assign *assign)
{
  gboolean changed = TRUE;

  while (changed)
    {
      changed = FALSE;
      fx_quant_plan_free (assign->plan);
      assign->plan = fx_quant_plan_new (assign->graph, assign->allowed);
      for (FxId i = 0; i < fx_graph_n_nodes (assign->graph); i++)
        if (assign->allowed[i] && assign->plan->of[i] == NULL)
          stay_float (assign, i, assign->plan->reasons[i]);
      for (guint g = 0; g < assign->plan->groups->len; g++)
        {
          const FxQuantGroup *group = assign->plan->groups->pdata[g];
          const char *reason = misses (assign, group);

          for (guint i = 0; reason != NULL && i < group->n_nodes; i++)
            stay_float (assign, group->nodes[i], reason);
          changed |= reason != NULL;
        }
    }
}

/* ---- which values are integers, of how many bits ---- */

/* The quantized operands of a group, as ids of values: the root of a table, else those of its first node. */
static const FxId *
operands (const Assign *assign, const FxQuantGroup *group, guint *n)
{
  const FxNode *node = fx_graph_node (assign->graph, group->nodes[0]);
  FxWeightLayout layout;

  if (group->root != FX_NONE)
    {
      *n = 1;
      return &group->root;
    }
  *n = fx_quant_n_data (group->rule, node);
  if (group->rule->flags & FX_RULE_SUMS && fx_weight_layout (assign->graph, node, &layout))
    *n = 1;
  return node->inputs;
}

static gboolean
is_narrow_group (const Assign *assign, const FxQuantGroup *group)
{
  for (guint i = 0; i < group->n_nodes; i++)
    if (is_narrow (assign, group->nodes[i]))
      return TRUE;
  return FALSE;
}

/* Whether what makes the integers of a value, past what only moves them, gives 8 bits only. */
static gboolean
is_made_narrow (const Assign *assign, FxId value)
{
  const FxQuantGroup *group = producer_group (assign, value);
  const FxId *ids;
  guint n;

  if (group == NULL || is_narrow_group (assign, group))
    return group != NULL;
  if (!(group->rule->flags & FX_RULE_SHARED))
    return FALSE;
  ids = operands (assign, group, &n);
  for (guint i = 0; i < n; i++)
    if (is_made_narrow (assign, ids[i]))
      return TRUE;
  return FALSE;
}

/* A node with 16 bits reads 16 bits, so that those who make them must have them, too. */
static FxPrecision
group_precision (const Assign *assign, const FxQuantGroup *group)
{
  gboolean wide = FALSE;
  const FxId *ids;
  guint n;

  for (guint i = 0; i < group->n_nodes; i++)
    wide = wide || wanted_precision (assign, group->nodes[i]) == FX_PRECISION_INT16;
  if (!wide || is_narrow_group (assign, group))
    return FX_PRECISION_INT8;
  ids = operands (assign, group, &n);
  for (guint i = 0; i < n; i++)
    if (is_made_narrow (assign, ids[i]))
      return FX_PRECISION_INT8;
  return FX_PRECISION_INT16;
}

static void
mark (Assign *assign, FxId value, guint bits)
{
  FxValueQuant *quant = &assign->params->values[value];

  quant->integer = TRUE;
  quant->bits = MAX (quant->bits, bits);
}

static void
mark_group (Assign *assign, const FxQuantGroup *group)
{
  FxPrecision precision = group_precision (assign, group);
  guint bits = precision == FX_PRECISION_INT16 ? 16 : 8, n;
  const FxId *ids = operands (assign, group, &n);
  const FxNode *last = fx_graph_node (assign->graph, fx_quant_group_last (group));

  for (guint i = 0; i < group->n_nodes; i++)
    assign->params->nodes[group->nodes[i]].precision = precision;
  for (guint i = 0; i < n; i++)
    mark (assign, ids[i], bits);
  for (guint i = 0; i < last->n_outputs; i++)
    if (last->outputs[i] != FX_NONE)
      mark (assign, last->outputs[i], leaves_sums (assign, group) ? 32 : bits);
}

/* ---- whose numbers are whose ---- */

/* What makes the integers of a value, past what only moves them; FX_NONE if they are not free to choose, or if others
 * see them on the way. */
static FxId
free_maker (const Assign *assign, FxId value)
{
  const FxUses *uses = assign->plan->uses;
  const FxQuantGroup *group = producer_group (assign, value);

  if (group == NULL || uses->is_output[value] || fx_uses_count (uses, value) != 1 || assign->leader[value] != value)
    return FX_NONE;
  if (!(group->rule->flags & FX_RULE_SHARED) || group->root != FX_NONE)
    return value;
  return fx_graph_node (assign->graph, group->nodes[0])->n_outputs == 1
             ? free_maker (assign, fx_graph_node (assign->graph, group->nodes[0])->inputs[0])
             : FX_NONE;
}

/* Operands that only the joining node sees are made in the numbers of its result: rounded once and not twice. */
static void
join (Assign *assign, const FxQuantGroup *group)
{
  FxId output = fx_quant_group_output (assign->graph, group);
  guint n;
  const FxId *ids = operands (assign, group, &n);

  for (guint i = 0; i < n; i++)
    {
      FxId maker = free_maker (assign, ids[i]);

      if (maker != FX_NONE && assign->params->values[maker].bits == assign->params->values[output].bits)
        assign->leader[maker] = output;
    }
}

static FxId
end_of_chain (const Assign *assign, FxId value)
{
  while (assign->leader[value] != value)
    value = assign->leader[value];
  return value;
}

static void
tie (Assign *assign)
{
  for (FxId i = 0; i < assign->params->n_values; i++)
    assign->leader[i] = i;
  for (guint g = assign->plan->groups->len; g-- > 0;)
    {
      const FxQuantGroup *group = assign->plan->groups->pdata[g];

      if ((group->rule->flags & FX_RULE_JOINS) && group->root == FX_NONE)
        join (assign, group);
    }
  for (guint g = 0; g < assign->plan->groups->len; g++)
    {
      const FxQuantGroup *group = assign->plan->groups->pdata[g];
      const FxNode *node = fx_graph_node (assign->graph, group->nodes[0]);

      for (guint i = 0; (group->rule->flags & FX_RULE_SHARED) && group->root == FX_NONE && i < node->n_outputs; i++)
        if (node->outputs[i] != FX_NONE)
          assign->leader[node->outputs[i]] = node->inputs[0];
    }
  for (FxId i = 0; i < assign->params->n_values; i++)
    assign->leader[i] = end_of_chain (assign, i);
}

/* The bits of values with the same numbers are the most that one of them wants. */
static void
level_bits (Assign *assign)
{
  FxValueQuant *values = assign->params->values;

  for (FxId i = 0; i < assign->params->n_values; i++)
    if (values[i].integer && values[i].bits < 32)
      values[assign->leader[i]].bits = MAX (values[assign->leader[i]].bits, values[i].bits);
  for (FxId i = 0; i < assign->params->n_values; i++)
    if (values[i].integer && values[i].bits < 32)
      values[i].bits = values[assign->leader[i]].bits;
}

/* The sums over 16-bit operands are wider than 32 bits: they cannot leave as they are, even if only the operand's other
 * users asked for 16. */
static void
narrow_wide_sums (Assign *assign)
{
  FxValueQuant *values = assign->params->values;

  for (guint g = 0; g < assign->plan->groups->len; g++)
    {
      const FxQuantGroup *group = assign->plan->groups->pdata[g];
      FxValueQuant *output = &values[fx_quant_group_output (assign->graph, group)];
      guint n;
      const FxId *ids = operands (assign, group, &n);

      for (guint i = 0; output->bits == 32 && i < n; i++)
        if (values[ids[i]].bits == 16)
          output->bits = 16;
    }
}

/* ---- ranges ---- */

static void
constant_range (const FxTensor *tensor, FxRange *range)
{
  gsize n = fx_tensor_elements (tensor);
  double largest = 0.0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (fx_tensor_get_double (tensor, i)));
  *range = (FxRange){ -largest, largest };
}

/* The bounds of the function that gives the value; FALSE: it has none. */
static gboolean
function_bounds (const Assign *assign, FxId value, FxRange *bounds)
{
  FxId node = assign->plan->uses->producer[value];
  const FxQuantRule *rule = node != FX_NONE ? fx_quant_rule_find (fx_graph_node (assign->graph, node)) : NULL;

  if (rule == NULL || rule->low >= rule->high)
    return FALSE;
  *bounds = (FxRange){ rule->low, rule->high };
  return TRUE;
}

static void
compute_range (const Assign *assign, FxId value, const FxThresholdChoice *choice, gboolean asymmetric, FxRange *range)
{
  const FxTensorStatistics *tensor = fx_statistics_find (assign->statistics, value, NULL);
  FxThresholdOptions options
      = { .bits = assign->params->values[value].bits, .asymmetric = asymmetric, .percentile = choice->percentile };

  *range = (FxRange){ 0.0, 0.0 };
  if (tensor != NULL)
    fx_threshold_compute (choice->method != NULL ? choice->method : &fx_threshold_max, tensor, &options, range);
}

/* Other samples reach further than those that were seen, the more so the more these differ, but not past a clamp. */
static void
leave_room (const Assign *assign, FxId value, FxRange *range)
{
  const FxTensorStatistics *tensor = fx_statistics_find (assign->statistics, value, NULL);
  const FxQuantGroup *group = producer_group (assign, value);
  double largest = tensor != NULL ? MAX (fabs ((double)tensor->min), fabs ((double)tensor->max)) : 0.0, wider;

  if (tensor == NULL || tensor->count == 0 || largest == 0.0)
    return;
  wider = 1.0 + assign->options->headroom * fx_tensor_statistics_peak_deviation (tensor) / largest;
  range->low *= wider;
  range->high *= wider;
  if (group != NULL && group->clamped)
    *range = (FxRange){ MAX (range->low, MIN (group->low, 0.0)), MIN (range->high, MAX (group->high, 0.0)) };
}

/* A function with bounds and the inputs of the model are not clipped: where they end is no accident of the samples. */
static void
measured_range (Assign *assign, FxId value, FxValueQuant *quant, FxRange *range)
{
  static const FxThresholdChoice max = { &fx_threshold_max, 0.0 };
  const FxThresholdChoice *choice = NULL;
  const char *name = fx_graph_value (assign->graph, value)->name;
  FxRange bounds;
  gboolean ends = function_bounds (assign, value, &bounds) || assign->plan->uses->producer[value] == FX_NONE;

  if (assign->options->value_methods != NULL)
    choice = g_hash_table_lookup (assign->options->value_methods, name);
  if (choice == NULL)
    choice = ends || quant->bits == 16 ? &max : &assign->options->method;
  compute_range (assign, value, choice, assign->options->asymmetric && quant->bits == 8, range);
  if (!ends)
    leave_room (assign, value, range);
  quant->method = fx_threshold_choice_name (choice);
}

static void
value_range (Assign *assign, FxId value, FxValueQuant *quant, FxRange *range)
{
  const FxValue *of = fx_graph_value (assign->graph, value);
  const FxRange *given
      = assign->options->value_ranges != NULL ? g_hash_table_lookup (assign->options->value_ranges, of->name) : NULL;

  *range = (FxRange){ -1.0, 1.0 };
  if (of->constant != NULL)
    {
      constant_range (of->constant, range);
      quant->method = "constant";
    }
  else if (given != NULL)
    {
      *range = (FxRange){ MIN (given->low, 0.0), MAX (given->high, 0.0) };
      quant->method = "given";
    }
  else if (assign->statistics == NULL)
    quant->method = function_bounds (assign, value, range) ? "fixed" : "placeholder";
  else
    measured_range (assign, value, quant, range);
}

/* Ends that are given and equal say that the zero point is 0: pictures less 128 are integers already. */
static gboolean
takes_zero_point (const Assign *assign, FxId value, const FxRange *range)
{
  const FxValue *of = fx_graph_value (assign->graph, value);
  gboolean given
      = assign->options->value_ranges != NULL && g_hash_table_contains (assign->options->value_ranges, of->name);

  return assign->options->asymmetric && of->constant == NULL && !(given && range->low == -range->high);
}

/* FALSE if the result's range is wide enough as it is. */
static gboolean
widen_sum (Assign *assign, const FxQuantGroup *group)
{
  FxValueQuant *values = assign->params->values;
  FxValueQuant *result = &values[assign->leader[fx_quant_group_output (assign->graph, group)]];
  float largest = 0.0f, least;
  guint n;
  const FxId *ids = operands (assign, group, &n);

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, values[assign->leader[ids[i]]].scale);
  least = (float)((double)largest / FX_REQUANT_PAIR_LARGEST);
  if (result->scale >= least)
    return FALSE;
  result->range.low *= (double)least / (double)result->scale;
  result->range.high *= (double)least / (double)result->scale;
  result->scale = least;
  return TRUE;
}

/* A sum that nearly cancels may be so small that its operands have no factors in its scale. Finer steps than theirs
 * tell nothing new, so its range is widened; what is added to that in turn may have to follow. */
static void
widen_sums (Assign *assign)
{
  gboolean changed = TRUE;

  while (changed)
    {
      changed = FALSE;
      for (guint g = 0; g < assign->plan->groups->len; g++)
        {
          const FxQuantGroup *group = assign->plan->groups->pdata[g];

          if ((group->rule->flags & FX_RULE_ADDS) && group->root == FX_NONE)
            changed |= widen_sum (assign, group);
        }
    }
}

/* How far a range goes beyond the end of a clamp, relative to that: 1 at the end. */
static double
reach_of_clamp (const FxQuantGroup *group, const FxRange *range)
{
  double high = group->clamped && group->high > 0.0 ? range->high / group->high : 0.0;
  double low = group->clamped && group->low < 0.0 ? range->low / group->low : 0.0;

  return MAX (high, low);
}

/* The range of a clamped result, which may be that of what it is joined to, ends at the clamp if it is less than a step
 * beyond: ONNX Runtime 1.30 fuses such a clamp into a network that it then refuses. */
static gboolean
ends_at_clamp (const FxQuantGroup *group, FxValueQuant *quant)
{
  double reach = reach_of_clamp (group, &quant->range);

  if (quant->bits != 8 || reach < 1.0 - FX_TIE_FREE_CHANGE || reach > 1.0 + 1.0 / 128.0)
    return FALSE;
  if (reach > 1.0)
    {
      quant->scale = (float)((double)quant->scale / reach);
      quant->range.low /= reach;
      quant->range.high /= reach;
    }
  return TRUE;
}

/* Values whose scales no choice may move: of ranges that the user gave, and of those that end at a clamp. */
static guint8 *
fixed_values (const Assign *assign)
{
  guint8 *fixed = g_new0 (guint8, assign->params->n_values + 1);

  for (FxId i = 0; i < assign->params->n_values; i++)
    fixed[i] = assign->options->value_ranges != NULL
               && g_hash_table_contains (assign->options->value_ranges, fx_graph_value (assign->graph, i)->name);
  for (guint g = 0; g < assign->plan->groups->len; g++)
    {
      const FxQuantGroup *group = assign->plan->groups->pdata[g];
      FxId output = assign->leader[fx_quant_group_output (assign->graph, group)];

      fixed[output] = fixed[output] || ends_at_clamp (group, &assign->params->values[output]);
    }
  return fixed;
}

/* Sums are widened again: what moved by a thousandth may be just beyond what they can hold. */
static void
settle_scales (Assign *assign)
{
  g_autofree guint8 *fixed = fixed_values (assign);

  widen_sums (assign);
  fx_tie_free_scales (assign->graph, assign->plan, assign->leader, fixed, assign->params->values);
  widen_sums (assign);
}

static void
assign_own (Assign *assign)
{
  FxValueQuant *values = assign->params->values;

  for (FxId i = 0; i < assign->params->n_values; i++)
    if (values[i].integer && values[i].bits == 32)
      {
        values[i].scale = 1.0f;
        values[i].method = "sums";
      }
    else if (values[i].integer && assign->leader[i] == i)
      {
        FxRange range;

        value_range (assign, i, &values[i], &range);
        fx_value_quant_set_range (&values[i], &range, takes_zero_point (assign, i, &range));
      }
}

static void
assign_shared (Assign *assign)
{
  FxValueQuant *values = assign->params->values;

  for (FxId i = 0; i < assign->params->n_values; i++)
    if (values[i].integer && assign->leader[i] != i)
      {
        values[i] = values[assign->leader[i]];
        values[i].method = "shared";
      }
}

/* ---- weights ---- */

static gboolean
assign_weights (Assign *assign, GError **error)
{
  for (guint g = 0; g < assign->plan->groups->len; g++)
    {
      const FxQuantGroup *group = assign->plan->groups->pdata[g];
      const FxNode *node = fx_graph_node (assign->graph, group->nodes[0]);
      FxNodeQuant *quant = &assign->params->nodes[group->nodes[0]];
      FxWeightLayout layout;

      if (!(group->rule->flags & FX_RULE_SUMS) || !fx_weight_layout (assign->graph, node, &layout))
        continue;
      quant->weight_scales = fx_weight_scales (assign->graph, &layout, &assign->params->values[layout.x], error);
      quant->n_weight_scales = layout.n_channels;
      if (quant->weight_scales == NULL)
        return fx_error_prefix (error, "node \"%s\"", node->name);
      fx_tie_free_weights (&assign->params->values[layout.x],
                           &assign->params->values[fx_quant_group_output (assign->graph, group)], quant->weight_scales,
                           layout.n_channels);
    }
  return TRUE;
}

/* ---- all of it ---- */

/* FALSE and *error if a key of the table is not a name of the graph. */
static gboolean
check_names (const FxGraph *graph, GHashTable *names, gboolean nodes, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  if (names == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if ((nodes ? fx_graph_find_node (graph, name) : fx_graph_find_value (graph, name)) == FX_NONE)
      return fx_fail (error, FX_ERROR_BAD_DATA,
                      nodes ? N_ ("the model has no node \"%s\"") : N_ ("the model has no tensor \"%s\""),
                      (const char *)name);
  return TRUE;
}

FxQuantParams *
fx_quantize_assign (const FxGraph *graph, const FxCheckReport *placement, const FxStatistics *statistics,
                    const FxQuantOptions *options, GError **error)
{
  static const FxQuantOptions defaults = { 0 };
  Assign assign = {
    .graph = graph, .placement = placement, .statistics = statistics, .options = options != NULL ? options : &defaults
  };
  gboolean ok;

  options = assign.options;
  if (!check_names (graph, options->value_methods, FALSE, error)
      || !check_names (graph, options->value_ranges, FALSE, error)
      || !check_names (graph, options->node_precisions, TRUE, error))
    return NULL;
  assign.params = fx_quant_params_new (fx_graph_n_values (graph), fx_graph_n_nodes (graph));
  assign.allowed = g_new0 (guint8, assign.params->n_nodes + 1);
  assign.leader = g_new0 (FxId, assign.params->n_values + 1);
  allow_nodes (&assign);
  plan (&assign);
  for (guint g = 0; g < assign.plan->groups->len; g++)
    mark_group (&assign, assign.plan->groups->pdata[g]);
  tie (&assign);
  level_bits (&assign);
  narrow_wide_sums (&assign);
  assign_own (&assign);
  settle_scales (&assign);
  assign_shared (&assign);
  ok = assign_weights (&assign, error);
  fx_quant_plan_free (assign.plan);
  g_free (assign.allowed);
  g_free (assign.leader);
  if (!ok)
    g_clear_pointer (&assign.params, fx_quant_params_free);
  return assign.params;
}

FxQuantParams *
fx_quantize_assign_placeholder (const FxGraph *graph, const FxCheckReport *placement, GError **error)
{
  return fx_quantize_assign (graph, placement, NULL, NULL, error);
}
