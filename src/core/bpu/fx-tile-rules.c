/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-tile-rules.h"

#include "core/ops/concat.h"
#include "core/ops/pool.h"
#include "core/ops/q-conv.h"
#include "core/ops/q-mat-mul.h"
#include "core/ops/q-reduce.h"
#include "core/ops/q-softmax.h"

#include <string.h>

static const FxShape *
shape_of (const FxGraph *graph, FxId id)
{
  return &fx_graph_value (graph, id)->shape;
}

static gboolean
is_constant (const FxGraph *graph, FxId id)
{
  return id != FX_NONE && fx_graph_value (graph, id)->constant != NULL;
}

/* TRUE if a normalized axis of a value with that rank is the one of its rows. */
static gboolean
is_row_axis (gint64 axis, int rank)
{
  return (axis < 0 ? axis + rank : axis) == fx_row_axis (rank);
}

/* ---- one value in, one out ---- */

/* Operands broadcast to the result: those with its rows are cut, those with one row are taken whole. */
static void
cut_elementwise (const FxGraph *graph, const FxNode *node, G_GNUC_UNUSED gconstpointer params, FxTileCut *cut)
{
  const FxShape *y = shape_of (graph, node->outputs[0]);
  int row_axis = fx_row_axis (y->rank);

  for (guint i = 0; i < node->n_inputs; i++)
    {
      const FxShape *x = node->inputs[i] != FX_NONE ? shape_of (graph, node->inputs[i]) : NULL;
      int axis = x != NULL ? row_axis - (y->rank - x->rank) : -1;

      if (axis < 0 || x->dims[axis] == 1)
        continue;
      if (x->dims[axis] != y->dims[row_axis] || is_constant (graph, node->inputs[i]) || fx_row_axis (x->rank) != axis)
        return;
      cut->operands[i] = FX_OPERAND_ROWS;
    }
  cut->by_rows = y->rank > 0;
}

/* The function's operand is cut, its table is not. */
static void
cut_function (const FxGraph *graph, const FxNode *node, G_GNUC_UNUSED gconstpointer params, FxTileCut *cut)
{
  cut->operands[0] = FX_OPERAND_ROWS;
  cut->by_rows = shape_of (graph, node->inputs[0])->rank > 0;
}

static void
cut_softmax (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxQSoftmaxParams *softmax = params;

  if (!is_row_axis (softmax->axis, shape_of (graph, node->inputs[0])->rank))
    cut_function (graph, node, params, cut);
}

static void
cut_reduce (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxReduceParams *reduce = &((const FxQReduceParams *)params)->reduce;
  int rank = shape_of (graph, node->inputs[0])->rank;
  guint32 mask;

  if (reduce->keepdims != 0 && fx_reduce_axes (reduce, reduce->axes.data, reduce->axes.n, rank, &mask, NULL)
      && (mask & (1u << fx_row_axis (rank))) == 0)
    cut_function (graph, node, params, cut);
}

/* ---- moves ---- */

static void
cut_concat (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxConcatParams *concat = params;

  for (guint i = 0; i < node->n_inputs; i++)
    if (is_constant (graph, node->inputs[i]))
      return;
  if (is_row_axis (concat->axis, shape_of (graph, node->outputs[0])->rank))
    return;
  for (guint i = 0; i < node->n_inputs; i++)
    cut->operands[i] = FX_OPERAND_ROWS;
  cut->by_rows = TRUE;
}

/* Only where every axis that is sliced is listed. */
static void
cut_slice (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  FxTensor *axes
      = node->n_inputs > 3 && node->inputs[3] != FX_NONE ? fx_graph_value (graph, node->inputs[3])->constant : NULL;
  int rank = shape_of (graph, node->inputs[0])->rank;

  if (axes == NULL)
    return;
  for (gsize i = 0; i < fx_tensor_elements (axes); i++)
    if (is_row_axis (fx_tensor_get_int64 (axes, i), rank))
      return;
  cut_function (graph, node, params, cut);
}

static void
cut_split (const FxGraph *graph, const FxNode *node, G_GNUC_UNUSED gconstpointer params, FxTileCut *cut)
{
  const FxAttr *axis = fx_node_attr (node, "axis");

  if (!is_row_axis (axis != NULL ? axis->i : 0, shape_of (graph, node->inputs[0])->rank))
    cut_function (graph, node, params, cut);
}

/* ---- windows ---- */

/* TRUE if every window along the rows meets the image. A width that was rounded up gets the padding that makes it so
 * when it is rounded down. */
static gboolean
cut_window (const FxWindow *window, FxTileCut *cut)
{
  gint64 span = fx_window_span (window, 0), stride = window->stride[0], pad = window->pad_begin[0];
  gint64 right
      = (window->out[1] - 1) * window->stride[1] + fx_window_span (window, 1) - window->in[1] - window->pad_begin[1];

  if (window->spatial_rank != 2 || pad >= span || (window->out[0] - 1) * stride - pad >= window->in[0])
    return FALSE;
  cut->in_rows = window->in[0];
  cut->span = span;
  cut->stride = stride;
  cut->pad_begin = pad;
  memcpy (cut->pads, (gint64[]){ pad, window->pad_begin[1], window->pad_end[0], MAX (window->pad_end[1], right) },
          sizeof cut->pads);
  cut->operands[0] = FX_OPERAND_WINDOW;
  cut->by_rows = TRUE;
  return TRUE;
}

static void
cut_max_pool (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  FxWindow window;

  if (node->n_outputs == 1 && fx_pool_resolve (params, shape_of (graph, node->inputs[0]), &window, NULL))
    cut_window (&window, cut);
}

/* Where padding counts, what rounding up adds does not, so that the two must not be mixed up. */
static void
cut_average_pool (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxPoolParams *pool = params;

  if (pool->ceil_mode == 0 || pool->count_include_pad == 0)
    cut_max_pool (graph, node, params, cut);
}

/* ---- products ---- */

/* A constant vector with one element for each output channel. */
static void
cut_vector (const FxGraph *graph, const FxNode *node, guint operand, FxTileCut *cut)
{
  if (operand < node->n_inputs && is_constant (graph, node->inputs[operand])
      && shape_of (graph, node->inputs[operand])->rank == 1
      && shape_of (graph, node->inputs[operand])->dims[0] == cut->n_channels && cut->n_channels > 1)
    cut->operands[operand] = FX_OPERAND_CHANNELS;
}

static void
cut_conv (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxConvParams *conv = &((const FxQConvParams *)params)->conv;
  const FxShape *x = shape_of (graph, node->inputs[FX_Q_CONV_X]), *w = shape_of (graph, node->inputs[FX_Q_CONV_W]);
  FxWindow window;

  if (!fx_conv_resolve (conv, x, w, &window, NULL) || !cut_window (&window, cut) || conv->group != 1
      || !is_constant (graph, node->inputs[FX_Q_CONV_W]))
    return;
  cut->channel_axis = 1;
  cut->n_channels = w->dims[0];
  cut->operands[FX_Q_CONV_W] = FX_OPERAND_CHANNELS;
  cut_vector (graph, node, FX_Q_CONV_W_SCALE, cut);
  cut_vector (graph, node, FX_Q_CONV_BIAS, cut);
}

static void
cut_mat_mul (const FxGraph *graph, const FxNode *node, G_GNUC_UNUSED gconstpointer params, FxTileCut *cut)
{
  const FxShape *a = shape_of (graph, node->inputs[FX_Q_MAT_MUL_A]),
                *b = shape_of (graph, node->inputs[FX_Q_MAT_MUL_B]);
  const FxShape *y = shape_of (graph, node->outputs[0]);

  if (a->rank < 2 || y->rank != a->rank || fx_row_axis (a->rank) != a->rank - 2
      || is_constant (graph, node->inputs[FX_Q_MAT_MUL_A]))
    return;
  cut->operands[FX_Q_MAT_MUL_A] = FX_OPERAND_ROWS;
  cut->by_rows = TRUE;
  if (!is_constant (graph, node->inputs[FX_Q_MAT_MUL_B]) || b->rank != 2)
    return;
  cut->channel_axis = y->rank - 1;
  cut->n_channels = b->dims[1];
  cut->operands[FX_Q_MAT_MUL_B] = FX_OPERAND_CHANNELS;
  cut_vector (graph, node, FX_Q_MAT_MUL_B_SCALE, cut);
  cut_vector (graph, node, FX_Q_MAT_MUL_BIAS, cut);
}

static const FxTileRule rules[] = {
  { "QConv", cut_conv },        { "QMatMul", cut_mat_mul },
  { "QAdd", cut_elementwise },  { "QMul", cut_elementwise },
  { "QDiv", cut_elementwise },  { "QPRelu", cut_elementwise },
  { "Max", cut_elementwise },   { "Min", cut_elementwise },
  { "QTable", cut_function },   { "QRequantize", cut_function },
  { "QSoftmax", cut_softmax },  { "QReduceMean", cut_reduce },
  { "QReduceSum", cut_reduce }, { "QAveragePool", cut_average_pool },
  { "MaxPool", cut_max_pool },  { "Concat", cut_concat },
  { "Slice", cut_slice },       { "Split", cut_split },
};

const FxTileRule *
fx_tile_find_rule (const char *op_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].op_type, op_type) == 0)
      return &rules[i];
  return NULL;
}
