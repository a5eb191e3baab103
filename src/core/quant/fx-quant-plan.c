/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-plan.h"

#include "core/calib/fx-statistics.h"
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"

#include <math.h>

#define MAX_TABLE_NODES 64

FxId
fx_quant_group_output (const FxGraph *graph, const FxQuantGroup *group)
{
  return fx_graph_node (graph, fx_quant_group_last (group))->outputs[0];
}

static gboolean
is_float (const FxValue *value)
{
  return fx_dtype_in (value->dtype, FX_TYPES_F32);
}

gboolean
fx_quant_is_activation (const FxGraph *graph, FxId id)
{
  const FxValue *value = id != FX_NONE ? fx_graph_value (graph, id) : NULL;

  return value != NULL && value->constant == NULL && is_float (value);
}

guint
fx_quant_n_data (const FxQuantRule *rule, const FxNode *node)
{
  return rule->n_data > 0 ? MIN (rule->n_data, node->n_inputs) : node->n_inputs;
}

static FxQuantGroup *
add_group (FxQuantPlan *plan, const FxQuantRule *rule, const FxId *nodes, guint n_nodes)
{
  FxQuantGroup *group = g_new0 (FxQuantGroup, 1);

  group->rule = rule;
  group->nodes = g_memdup2 (nodes, n_nodes * sizeof *nodes);
  group->n_nodes = n_nodes;
  group->root = FX_NONE;
  for (guint i = 0; i < n_nodes; i++)
    plan->of[nodes[i]] = group;
  g_ptr_array_add (plan->groups, group);
  return group;
}

/* ---- tables ---- */

/* What both passes over the nodes look at. */
typedef struct
{
  const FxGraph *graph;
  const guint8 *allowed;
  FxQuantPlan *plan;
} Planner;

/* A function of one value if all its operands are that one: the others are constants of one element. */
static gboolean
is_function (const Planner *planner, FxId id)
{
  const FxNode *node = fx_graph_node (planner->graph, id);
  const FxQuantRule *rule = node->removed ? NULL : fx_quant_rule_find (node);
  const FxValue *y;
  guint n_values = 0;

  if (rule == NULL || !(rule->flags & FX_RULE_TABLE) || !planner->allowed[id] || planner->plan->of[id] != NULL)
    return FALSE;
  y = fx_graph_value (planner->graph, node->outputs[0]);
  for (guint i = 0; i < node->n_inputs; i++)
    {
      const FxValue *x = node->inputs[i] != FX_NONE ? fx_graph_value (planner->graph, node->inputs[i]) : NULL;

      if (x == NULL)
        continue;
      if (!is_float (x) || (x->constant == NULL && !fx_shape_equal (&x->shape, &y->shape))
          || (x->constant != NULL && fx_tensor_elements (x->constant) != 1))
        return FALSE;
      n_values += x->constant == NULL;
    }
  return is_float (y) && n_values > 0 && node->n_outputs == 1;
}

/* A set of nodes that grows from a result backwards. */
typedef struct
{
  FxId nodes[MAX_TABLE_NODES];
  guint n_nodes;
  GArray *open; /* of FxId: values that come from outside */
} Region;

static gboolean
region_has (const Region *region, FxId node)
{
  for (guint i = 0; i < region->n_nodes; i++)
    if (region->nodes[i] == node)
      return TRUE;
  return FALSE;
}

static void
region_open (const Planner *planner, Region *region)
{
  g_array_set_size (region->open, 0);
  for (guint i = 0; i < region->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (planner->graph, region->nodes[i]);

      for (guint k = 0; k < node->n_inputs; k++)
        {
          FxId value = node->inputs[k];
          gboolean known = !fx_quant_is_activation (planner->graph, value);

          for (guint o = 0; !known && o < region->open->len; o++)
            known = g_array_index (region->open, FxId, o) == value;
          if (!known
              && (planner->plan->uses->producer[value] == FX_NONE
                  || !region_has (region, planner->plan->uses->producer[value])))
            g_array_append_val (region->open, value);
        }
    }
}

/* Nobody outside of the region sees the value. */
static gboolean
is_inner (const Planner *planner, const Region *region, FxId value)
{
  const FxUses *uses = planner->plan->uses;

  if (uses->is_output[value])
    return FALSE;
  for (guint32 k = uses->first[value]; k < uses->first[value + 1]; k++)
    if (!region_has (region, uses->users[k]))
      return FALSE;
  return TRUE;
}

/* Takes in one more function; the latest one, so that a value is only passed when all its users are inside. */
static gboolean
region_grow (const Planner *planner, Region *region)
{
  FxId latest = FX_NONE;

  for (guint i = 0; i < region->open->len; i++)
    {
      FxId value = g_array_index (region->open, FxId, i), producer = planner->plan->uses->producer[value];

      if (producer != FX_NONE && (latest == FX_NONE || producer > latest) && is_inner (planner, region, value)
          && is_function (planner, producer))
        latest = producer;
    }
  if (latest == FX_NONE || region->n_nodes == MAX_TABLE_NODES)
    return FALSE;
  region->nodes[region->n_nodes++] = latest;
  region_open (planner, region);
  return TRUE;
}

/* The largest function of one value that ends in the node. */
static void
plan_table (const Planner *planner, FxId last)
{
  Region region = { .nodes = { last }, .n_nodes = 1, .open = g_array_new (FALSE, FALSE, sizeof (FxId)) };
  guint n_nodes = 0;
  FxId root = FX_NONE;

  region_open (planner, &region);
  do
    if (region.open->len == 1 && planner->plan->ranged[g_array_index (region.open, FxId, 0)])
      {
        n_nodes = region.n_nodes;
        root = g_array_index (region.open, FxId, 0);
      }
  while (region_grow (planner, &region));
  if (n_nodes > 0)
    {
      FxId nodes[MAX_TABLE_NODES];

      for (guint i = 0; i < n_nodes; i++) /* taken in backwards, latest first */
        nodes[i] = region.nodes[n_nodes - 1 - i];
      add_group (planner->plan, fx_quant_rule_find (fx_graph_node (planner->graph, nodes[0])), nodes, n_nodes)->root
          = root;
    }
  g_array_unref (region.open);
}

/* ---- everything else ---- */

/* The clamp behind a node that nobody else sees, as real bounds. */
static FxId
find_clamp (const Planner *planner, FxId output, double *low, double *high)
{
  const FxUses *uses = planner->plan->uses;
  const FxNode *node;
  FxActivation activation;
  FxId id;

  if (uses->is_output[output] || fx_uses_count (uses, output) != 1)
    return FX_NONE;
  id = uses->users[uses->first[output]];
  node = fx_graph_node (planner->graph, id);
  if (!planner->allowed[id] || planner->plan->of[id] != NULL || node->inputs[0] != output)
    return FX_NONE;
  activation = fx_activation_of_node (planner->graph, node);
  *low = activation.kind == FX_ACTIVATION_CLIP ? (double)activation.alpha : 0.0;
  *high = activation.kind == FX_ACTIVATION_CLIP ? (double)activation.beta : (double)INFINITY;
  if ((activation.kind == FX_ACTIVATION_RELU && activation.alpha == 0.0f) || activation.kind == FX_ACTIVATION_CLIP)
    return id;
  return FX_NONE;
}

static gboolean
has_float_data (const FxGraph *graph, const FxQuantRule *rule, const FxNode *node)
{
  guint n = fx_quant_n_data (rule, node);

  for (guint i = 0; i < n; i++)
    if (node->inputs[i] == FX_NONE || !is_float (fx_graph_value (graph, node->inputs[i])))
      return FALSE;
  return n > 0 && fx_quant_is_activation (graph, node->outputs[0]);
}

/* Why the node has no integer form, NULL if it has. */
static const char *
refuse (const Planner *planner, const FxQuantRule *rule, const FxNode *node)
{
  if (rule == NULL)
    return _ ("there is no integer form of this operator");
  if (!has_float_data (planner->graph, rule, node))
    return _ ("it does not compute with float32");
  if (rule->emit == NULL)
    return _ ("it is no function of one value that is known as integers");
  return rule->refuse != NULL ? rule->refuse (planner->graph, node) : NULL;
}

static void
plan_single (const Planner *planner, FxId id)
{
  const FxNode *node = fx_graph_node (planner->graph, id);
  const FxQuantRule *rule = fx_quant_rule_find (node);
  FxId nodes[2] = { id, FX_NONE };
  FxQuantGroup *group;
  double low = 0.0, high = 0.0;

  planner->plan->reasons[id] = refuse (planner, rule, node);
  if (planner->plan->reasons[id] != NULL)
    return;
  if (rule->flags & FX_RULE_CLAMPS)
    nodes[1] = find_clamp (planner, node->outputs[0], &low, &high);
  group = add_group (planner->plan, rule, nodes, nodes[1] != FX_NONE ? 2 : 1);
  if (nodes[1] != FX_NONE)
    {
      group->clamped = TRUE;
      group->low = low;
      group->high = high;
    }
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  FxId x = fx_quant_group_last (*(FxQuantGroup *const *)a), y = fx_quant_group_last (*(FxQuantGroup *const *)b);

  return (x > y) - (x < y);
}

static void
group_free (gpointer data)
{
  FxQuantGroup *group = data;

  g_free (group->nodes);
  g_free (group);
}

FxQuantPlan *
fx_quant_plan_new (const FxGraph *graph, const guint8 *allowed)
{
  FxQuantPlan *plan = g_new0 (FxQuantPlan, 1);
  g_autoptr (FxStatistics) ranges = fx_statistics_new (graph);
  Planner planner = { graph, allowed, plan };
  guint n_nodes = fx_graph_n_nodes (graph);

  plan->groups = g_ptr_array_new_with_free_func (group_free);
  plan->of = g_new0 (FxQuantGroup *, n_nodes + 1);
  plan->reasons = g_new0 (const char *, n_nodes + 1);
  plan->uses = fx_uses_new (graph);
  plan->ranged = g_new0 (guint8, ranges->n_values + 1);
  for (FxId i = 0; i < ranges->n_values; i++)
    plan->ranged[i] = ranges->tensor_of[i] != FX_NONE;
  for (FxId i = n_nodes; i-- > 0;)
    if (is_function (&planner, i))
      plan_table (&planner, i);
  for (FxId i = 0; i < n_nodes; i++)
    if (allowed[i] && plan->of[i] == NULL && !fx_graph_node (graph, i)->removed)
      plan_single (&planner, i);
  g_ptr_array_sort (plan->groups, compare_groups);
  return plan;
}

FxQuantPlan *
fx_quant_plan_of (const FxGraph *graph, const FxQuantParams *params)
{
  g_autofree guint8 *allowed = g_new0 (guint8, params->n_nodes + 1);

  for (guint i = 0; i < params->n_nodes; i++)
    allowed[i] = params->nodes[i].precision != FX_PRECISION_FLOAT;
  return fx_quant_plan_new (graph, allowed);
}

void
fx_quant_plan_free (FxQuantPlan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->groups);
  g_free (plan->of);
  g_free (plan->reasons);
  fx_uses_free (plan->uses);
  g_free (plan->ranged);
  g_free (plan);
}
