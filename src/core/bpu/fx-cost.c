/* How much work each operator is, and what that costs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"

#include "core/bpu/fx-partition.h"
#include "core/bpu/fx-rows.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op-params.h"
#include "core/ops/fx-q.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const FxGraph *graph;
  const FxMachine *machine;
  const FxUses *uses;
  const guint8 *in_attention; /* [n_values] see find_attention() */
  FxCostReport *report;
} Measurement;

/* ---- sizes ---- */

static gboolean
is_sized (const FxGraph *graph, const FxNode *node)
{
  for (guint i = 0; i < node->n_inputs + node->n_outputs; i++)
    {
      FxId id = i < node->n_inputs ? node->inputs[i] : node->outputs[i - node->n_inputs];

      if (id != FX_NONE && !fx_shape_is_static (&fx_graph_value (graph, id)->shape))
        return FALSE;
    }
  return TRUE;
}

static double
value_elements (const FxGraph *graph, FxId id)
{
  return id != FX_NONE ? (double)fx_shape_elements (&fx_graph_value (graph, id)->shape) : 0;
}

static double
value_bytes (const FxGraph *graph, FxId id)
{
  return id != FX_NONE ? value_elements (graph, id) * (double)fx_dtype_size (fx_graph_value (graph, id)->dtype) : 0;
}

static double
output_elements (const FxGraph *graph, const FxNode *node)
{
  double elements = 0;

  for (guint i = 0; i < node->n_outputs; i++)
    elements += value_elements (graph, node->outputs[i]);
  return elements;
}

/* What picks some of its operand looks at nothing else of it. */
static gboolean
reads_all (const FxNode *node)
{
  return node->n_inputs > 0 && strcmp (node->op_type, "Slice") != 0 && strcmp (node->op_type, "Gather") != 0;
}

/* Of the larger side: what shrinks its operand reads it all. */
static double
touched_elements (const FxGraph *graph, const FxNode *node)
{
  return MAX (output_elements (graph, node), reads_all (node) ? value_elements (graph, node->inputs[0]) : 0);
}

/* As the compiler lays it out: channels fill whole steps, rows too. Of 16 bits twice as many. */
static double
held_bytes (const FxGraph *graph, const FxMachine *machine, FxId id)
{
  const FxValue *value = id != FX_NONE ? fx_graph_value (graph, id) : NULL;
  FxRowLayout layout;

  if (value == NULL)
    return 0;
  layout = fx_row_layout (value->dtype, &value->shape, MAX (machine->channels, 1));
  return (double)layout.n_rows * (double)layout.row_bytes;
}

/* What operators that are no products work through: of the larger side, as above. */
static double
worked_bytes (const FxGraph *graph, const FxMachine *machine, const FxNode *node)
{
  double out = 0;

  for (guint i = 0; i < node->n_outputs; i++)
    out += held_bytes (graph, machine, node->outputs[i]);
  return MAX (out, reads_all (node) ? held_bytes (graph, machine, node->inputs[0]) : 0);
}

/* Into and out of a product. */
static double
activation_bytes (const FxGraph *graph, const FxMachine *machine, const FxNode *node)
{
  double bytes = 0;

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL)
      bytes += held_bytes (graph, machine, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    bytes += held_bytes (graph, machine, node->outputs[i]);
  return bytes;
}

/* Bytes of operands: of constants, or of everything else and the results. */
static double
operand_bytes (const FxGraph *graph, const FxNode *node, gboolean constants)
{
  double bytes = 0;

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && (fx_graph_value (graph, node->inputs[i])->constant != NULL) == constants)
      bytes += value_bytes (graph, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs && !constants; i++)
    bytes += value_bytes (graph, node->outputs[i]);
  return bytes;
}

static guint64
node_macs (const FxGraph *graph, const FxNode *node)
{
  g_autofree FxFact *inputs = g_new0 (FxFact, fx_op_n_slots (node->n_inputs, node->op->max_inputs) + 1);
  g_autofree FxFact *outputs = g_new0 (FxFact, fx_op_n_slots (node->n_outputs, node->op->max_outputs) + 1);
  g_autofree gpointer params = fx_op_params_new (node->op, node, NULL);
  FxInfer infer = { .params = params,
                    .version = node->version,
                    .n_inputs = node->n_inputs,
                    .inputs = inputs,
                    .n_outputs = node->n_outputs,
                    .outputs = outputs };

  if (node->op->macs == NULL || params == NULL)
    return 0;
  fx_graph_get_facts (graph, node->inputs, node->n_inputs, inputs);
  fx_graph_get_facts (graph, node->outputs, node->n_outputs, outputs);
  return node->op->macs (&infer);
}

/* ---- kinds of work ---- */

/* A filter of one channel: the weights of a Conv are [out, in of a group, …], those of a ConvTranspose [in, out of a
 * group, …]. */
static gboolean
is_depthwise (const FxGraph *graph, const FxNode *node)
{
  const FxAttr *group = fx_node_attr (node, "group");
  const FxShape *weights;

  if (group == NULL || group->i <= 1 || node->n_inputs < 2 || node->inputs[1] == FX_NONE)
    return FALSE;
  weights = &fx_graph_value (graph, node->inputs[1])->shape;
  return weights->rank > 1
         && (strcmp (node->op_type, "QConv") == 0 ? weights->dims[1] == 1 : weights->dims[0] == group->i);
}

static const char *const functions[] = { "Softmax",
                                         "LogSoftmax",
                                         "Exp",
                                         "Log",
                                         "Sigmoid",
                                         "Tanh",
                                         "Erf",
                                         "Gelu",
                                         "Sqrt",
                                         "Pow",
                                         "Sin",
                                         "Cos",
                                         "LayerNormalization",
                                         "InstanceNormalization",
                                         "GroupNormalization",
                                         "Softplus",
                                         "Mish",
                                         "HardSwish",
                                         "Elu",
                                         "Selu",
                                         "LpNormalization",
                                         "MeanVarianceNormalization",
                                         "TopK",
                                         "NonMaxSuppression",
                                         "GridSample",
                                         NULL };

/* Standard operators of integers that compute something; the others move data. */
static const char *const elementwise[]
    = { "MaxPool", "GlobalMaxPool", "Max", "Min", "Clip", "Relu", "ReduceMax", "ReduceMin", "ArgMax", "ArgMin", NULL };

static guint
n_activations (const FxGraph *graph, const FxNode *node)
{
  guint n = 0;

  for (guint i = 0; i < node->n_inputs; i++)
    n += node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL;
  return n;
}

static gboolean
reads_any (const FxNode *node, const guint8 *values)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && values[node->inputs[i]])
      return TRUE;
  return FALSE;
}

/* Values between products of two activations: 1 each, [n_values]; g_free() it. They are what such a product gives, and
 * what becomes of it until another product, or until it is laid out anew. The graph is in order. */
static guint8 *
find_attention (const FxGraph *graph)
{
  guint8 *values = g_new0 (guint8, fx_graph_n_values (graph) + 1);

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    {
      const FxNode *node = fx_graph_node (graph, id);
      gboolean inside;

      if (node->removed || node->op == NULL)
        continue;
      if (node->op->macs != NULL)
        inside = strcmp (node->op_type, "QMatMul") == 0 && n_activations (graph, node) > 1;
      else
        inside
            = (node->op->flags & FX_OP_VIEW) == 0 && strcmp (node->op_type, "Concat") != 0 && reads_any (node, values);
      for (guint i = 0; i < node->n_outputs && inside; i++)
        if (node->outputs[i] != FX_NONE)
          values[node->outputs[i]] = 1;
    }
  return values;
}

/* Passes over the matrix: its largest numbers, differences, exponentials, sums, reciprocals, products. */
#define SOFTMAX_PASSES 6

/* A number of 16 bits is as much work as four of 8 bits: a product is four products, a function is worked out between
 * the entries of its table. Two of the four are in the bytes already. */
#define WIDE_PRODUCTS 4
#define WIDE_BYTES 2

/* The kind of an operator that is no product. */
static FxCostKind
kind_of_work (const FxNode *node, const guint8 *in_attention)
{
  gboolean is_ours = strcmp (node->domain, FX_Q_DOMAIN) == 0;

  if (strcmp (node->op_type, "QSoftmax") == 0 || reads_any (node, in_attention))
    return FX_COST_MATRICES;
  if (strcmp (node->op_type, "QTable") == 0 || g_strv_contains (functions, node->op_type))
    return FX_COST_TABLES;
  return is_ours || g_strv_contains (elementwise, node->op_type) ? FX_COST_ELEMENTWISE : FX_COST_MOVES;
}

static gboolean
is_wide (const FxGraph *graph, FxId id)
{
  return id != FX_NONE && fx_graph_value (graph, id)->dtype == FX_DTYPE_INT16;
}

static void
measure_product (const FxGraph *graph, const FxMachine *machine, const FxNode *node, guint64 macs, double *amounts)
{
  gboolean wide = is_wide (graph, node->inputs[0]);

  if (is_depthwise (graph, node))
    amounts[FX_COST_DEPTHWISE] = (double)macs * (wide ? WIDE_PRODUCTS : 1);
  else
    amounts[wide ? FX_COST_DENSE16 : FX_COST_DENSE] = (double)macs;
  amounts[FX_COST_ACTIVATIONS] = activation_bytes (graph, machine, node);
  amounts[FX_COST_LAYERS] = 1;
}

static void
measure_work (const Measurement *m, const FxNode *node, double *amounts)
{
  FxCostKind kind = kind_of_work (node, m->in_attention);
  double bytes = worked_bytes (m->graph, m->machine, node);

  if (strcmp (node->op_type, "QSoftmax") == 0)
    bytes *= SOFTMAX_PASSES;
  amounts[kind] = bytes * (kind != FX_COST_MOVES && is_wide (m->graph, node->inputs[0]) ? WIDE_BYTES : 1);
}

static void
measure_bpu (const Measurement *m, const FxNode *node, guint64 macs, double *amounts)
{
  amounts[FX_COST_WEIGHTS] = operand_bytes (m->graph, node, TRUE);
  if (macs > 0)
    measure_product (m->graph, m->machine, node, macs, amounts);
  else
    measure_work (m, node, amounts);
}

/* TRUE if the value becomes an output of the model by itself, perhaps in another order or shape. */
static gboolean
is_output (const FxGraph *graph, const FxUses *uses, FxId id)
{
  while (!uses->is_output[id])
    {
      const FxNode *user;

      if (fx_uses_count (uses, id) != 1)
        return FALSE;
      user = fx_graph_node (graph, uses->users[uses->first[id]]);
      if (user->op == NULL || user->n_outputs != 1
          || ((user->op->flags & FX_OP_VIEW) == 0 && strcmp (user->op_type, "Transpose") != 0))
        return FALSE;
      id = user->outputs[0];
    }
  return TRUE;
}

/* A picture from the camera is an integer already. */
static gboolean
is_picture (const FxGraph *graph, FxId id)
{
  const FxShape *shape = &fx_graph_value (graph, id)->shape;

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    if (fx_graph_input (graph, i) == id && shape->rank == 4)
      return shape->dims[1] == 1 || shape->dims[1] == 3 || shape->dims[3] == 1 || shape->dims[3] == 3;
  return FALSE;
}

static void
measure_cpu (const FxGraph *graph, const FxUses *uses, const FxNode *node, guint64 macs, double *amounts)
{
  if (node->n_inputs == 0 || (node->op->flags & FX_OP_VIEW) != 0)
    return;
  if (strcmp (node->op_type, "QuantizeLinear") == 0)
    amounts[FX_COST_QUANTIZE] = is_picture (graph, node->inputs[0]) ? 0 : output_elements (graph, node);
  else if (strcmp (node->op_type, "DequantizeLinear") == 0)
    amounts[is_output (graph, uses, node->outputs[0]) ? FX_COST_OUTPUTS : FX_COST_DEQUANTIZE]
        = output_elements (graph, node);
  else if (macs > 0)
    amounts[FX_COST_CPU_MACS] = (double)macs;
  else
    amounts[g_strv_contains (functions, node->op_type) ? FX_COST_CPU_FUNCTIONS : FX_COST_CPU_SIMPLE]
        = touched_elements (graph, node);
}

/* ---- sums ---- */

static void
add_amounts (Measurement *m, FxNodeCost *cost, const double *amounts)
{
  double most = -1;

  for (int kind = 0; kind < FX_N_COSTS; kind++)
    {
      double units = amounts[kind] / fx_cost_rows[kind].units, ms = units * m->machine->prices[kind];

      m->report->amounts[kind] += units;
      m->report->ms[kind] += ms;
      m->report->part_ms[fx_cost_rows[kind].part] += ms;
      m->report->total_ms += ms;
      if (cost == NULL)
        continue;
      cost->ms += ms;
      cost->weights_ms += kind == FX_COST_WEIGHTS ? ms : 0;
      if (ms > most)
        {
          most = ms;
          cost->bound = (FxCostKind)kind;
        }
    }
}

static void
measure_node (Measurement *m, FxId id, int subgraph)
{
  const FxNode *node = fx_graph_node (m->graph, id);
  FxNodeCost *cost = &m->report->nodes[m->report->n_nodes++];
  double amounts[FX_N_COSTS] = { 0 };

  *cost = (FxNodeCost){ .node = id, .subgraph = subgraph };
  cost->sized = node->op != NULL && is_sized (m->graph, node);
  m->report->n_unsized += !cost->sized;
  if (cost->sized)
    {
      cost->macs = node_macs (m->graph, node);
      if (subgraph != FX_NO_SUBGRAPH)
        measure_bpu (m, node, cost->macs, amounts);
      else
        measure_cpu (m->graph, m->uses, node, cost->macs, amounts);
    }
  m->report->macs += cost->macs;
  add_amounts (m, cost, amounts);
  m->report->most_bytes += subgraph != FX_NO_SUBGRAPH
                               ? (guint64)(operand_bytes (m->graph, node, TRUE) + operand_bytes (m->graph, node, FALSE))
                               : 0;
}

/* What a subgraph takes from outside and gives to it. */
static double
border_bytes (const FxGraph *graph, const int *subgraphs)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  double bytes = 0;

  for (FxId id = 0; id < fx_graph_n_values (graph); id++)
    {
      int from = uses->producer[id] != FX_NONE ? subgraphs[uses->producer[id]] : FX_NO_SUBGRAPH, last = FX_NO_SUBGRAPH;
      gboolean leaves = uses->is_output[id];

      if (fx_graph_value (graph, id)->constant != NULL || !fx_shape_is_static (&fx_graph_value (graph, id)->shape))
        continue;
      for (guint32 u = uses->first[id]; u < uses->first[id + 1]; u++)
        {
          int to = subgraphs[uses->users[u]];

          leaves = leaves || to != from;
          if (to != from && to != FX_NO_SUBGRAPH && to != last)
            bytes += value_bytes (graph, id);
          last = to;
        }
      if (leaves && from != FX_NO_SUBGRAPH)
        bytes += value_bytes (graph, id);
    }
  return bytes;
}

FxCostReport *
fx_cost_measure (const FxGraph *integer, const FxMachine *machine)
{
  guint n = fx_graph_n_nodes (integer);
  FxCostReport *report = g_new0 (FxCostReport, 1);
  g_autofree int *subgraphs = g_new (int, n + 1);
  g_autoptr (FxUses) uses = fx_uses_new (integer);
  g_autofree guint8 *in_attention = find_attention (integer);
  Measurement m = { integer, machine, uses, in_attention, report };
  double amounts[FX_N_COSTS] = { 0 };

  report->nodes = g_new0 (FxNodeCost, n + 1);
  report->n_subgraphs = fx_bpu_partition (integer, subgraphs);
  for (FxId id = 0; id < n; id++)
    if (!fx_graph_node (integer, id)->removed)
      measure_node (&m, id, subgraphs[id]);
  amounts[FX_COST_CALLS] = report->n_subgraphs;
  amounts[FX_COST_FRAME] = 1;
  add_amounts (&m, NULL, amounts);
  report->least_bytes = (guint64)(report->amounts[FX_COST_WEIGHTS] * fx_cost_rows[FX_COST_WEIGHTS].units
                                  + border_bytes (integer, subgraphs));
  return report;
}

void
fx_cost_report_free (FxCostReport *report)
{
  if (report == NULL)
    return;
  g_free (report->nodes);
  g_free (report);
}
