/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-tile-rules.h"

#include "core/ops/concat.h"
#include "core/ops/pool.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-resize.h"
#include "core/ops/q-conv-transpose.h"
#include "core/ops/q-conv.h"
#include "core/ops/q-mat-mul.h"
#include "core/ops/q-reduce.h"
#include "core/ops/q-resize.h"
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

/* An operand of a one-dimensional convolution with one row for each output channel. */
static void
cut_constant_rows (const FxGraph *graph, const FxNode *node, guint operand, FxTileCut *cut)
{
  if (operand < node->n_inputs && is_constant (graph, node->inputs[operand])
      && shape_of (graph, node->inputs[operand])->rank > 0
      && shape_of (graph, node->inputs[operand])->dims[0] == cut->n_rows && cut->n_rows > 1)
    cut->operands[operand] = FX_OPERAND_ROWS;
}

/* A sequence has its channels as rows: some output channels at a time, of all input channels, or of the same if each is
 * a group. */
static void
cut_conv_1d (const FxGraph *graph, const FxNode *node, const FxConvParams *conv, FxTileCut *cut)
{
  const FxShape *x = shape_of (graph, node->inputs[FX_Q_CONV_X]), *w = shape_of (graph, node->inputs[FX_Q_CONV_W]);

  cut->has_groups = conv->group > 1;
  if (!is_constant (graph, node->inputs[FX_Q_CONV_W]) || is_constant (graph, node->inputs[FX_Q_CONV_X])
      || w->dims[0] != cut->n_rows || (cut->has_groups && (conv->group != x->dims[1] || w->dims[0] != conv->group)))
    {
      cut->has_groups = FALSE;
      return;
    }
  if (cut->has_groups)
    cut->operands[FX_Q_CONV_X] = FX_OPERAND_ROWS;
  cut_constant_rows (graph, node, FX_Q_CONV_W, cut);
  cut_constant_rows (graph, node, FX_Q_CONV_W_SCALE, cut);
  cut_constant_rows (graph, node, FX_Q_CONV_BIAS, cut);
  cut->by_rows = cut->operands[FX_Q_CONV_W] == FX_OPERAND_ROWS;
}

static void
cut_conv (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxConvParams *conv = &((const FxQConvParams *)params)->conv;
  const FxShape *x = shape_of (graph, node->inputs[FX_Q_CONV_X]), *w = shape_of (graph, node->inputs[FX_Q_CONV_W]);
  FxWindow window;

  if (x->rank == 3)
    {
      cut_conv_1d (graph, node, conv, cut);
      return;
    }
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

/* Along the rows of an image, whose windows a transposed convolution spreads. */
static void
cut_conv_transpose (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxConvTransposeParams *conv = &((const FxQConvTransposeParams *)params)->conv;
  const FxShape *x = shape_of (graph, node->inputs[FX_Q_CONV_X]), *w = shape_of (graph, node->inputs[FX_Q_CONV_W]);
  FxWindow window;

  if (!fx_conv_transpose_resolve (conv, x, w, &window, NULL) || window.spatial_rank != 2 || window.pad_begin[0] < 0
      || window.pad_begin[1] < 0 || window.pad_end[1] < 0 || is_constant (graph, node->inputs[FX_Q_CONV_X]))
    return;
  cut->is_transposed = TRUE;
  cut->in_rows = window.in[0];
  cut->span = fx_window_span (&window, 0);
  cut->stride = window.stride[0];
  cut->pad_begin = window.pad_begin[0];
  /* what the attributes add, and what output_shape wants beyond them */
  cut->right_extra = window.out[1] + window.pad_begin[1] + window.pad_end[1]
                     - ((window.in[1] - 1) * window.stride[1] + fx_window_span (&window, 1));
  memcpy (cut->pads, (gint64[]){ window.pad_begin[0], window.pad_begin[1], window.pad_end[0], window.pad_end[1] },
          sizeof cut->pads);
  cut->operands[FX_Q_CONV_X] = FX_OPERAND_SPREAD;
  cut->by_rows = TRUE;
}

/* ---- resizes ---- */

/* An image of more rows is none, and there is a list of them. */
#define MOST_ROWS 65536

/* The rows that each row is made of; FALSE if they do not follow each other. */
static gboolean
find_sources (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, FxTileCut *cut)
{
  gint64 first = 0, last = 0;

  for (gint64 i = 0; i < cut->n_rows; i++)
    {
      fx_resize_source (params, geometry, axis, i, &cut->source_first[i], &cut->source_last[i]);
      if (cut->source_first[i] < first || cut->source_last[i] < last)
        return FALSE;
      first = cut->source_first[i];
      last = cut->source_last[i];
    }
  return TRUE;
}

static void
cut_resize (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  gboolean is_ours = strcmp (node->op_type, "QResize") == 0;
  g_autofree FxFact *facts = g_new0 (FxFact, fx_op_n_slots (node->n_inputs, node->op->max_inputs) + 4);
  FxQResizeParams ours = { 0 };
  FxInfer infer = { .params = params, .version = node->version, .n_inputs = node->n_inputs, .inputs = facts };
  FxResizeGeometry geometry;
  FxResizeParams resize;
  int axis = fx_row_axis (shape_of (graph, node->inputs[0])->rank);

  if (cut->n_rows > MOST_ROWS || shape_of (graph, node->inputs[0])->rank < 1)
    return;
  if (is_ours)
    {
      ours = fx_q_resize_as_resize (params);
      infer.params = &ours;
      infer.version = FX_Q_RESIZE_OPSET;
    }
  fx_graph_get_facts (graph, node->inputs, node->n_inputs, facts);
  if (!fx_resize_geometry_of_facts (&infer, FALSE, &resize, &geometry) || geometry.out[axis] != cut->n_rows
      || resize.keep_aspect_ratio_policy != FX_RESIZE_STRETCH
      || resize.coordinate_transformation_mode == FX_RESIZE_TF_CROP_AND_RESIZE
      || (resize.mode != FX_RESIZE_NEAREST && (resize.mode != FX_RESIZE_LINEAR || resize.antialias != 0)))
    return;
  if (!is_ours && resize.mode != FX_RESIZE_NEAREST) /* rounds floats */
    return;
  cut->row_axis = axis;
  cut->in_rows = geometry.in[axis];
  cut->source_first = g_new (gint64, cut->n_rows + 1);
  cut->source_last = g_new (gint64, cut->n_rows + 1);
  cut->operands[0] = FX_OPERAND_SOURCE;
  cut->by_rows = find_sources (&resize, &geometry, axis, cut);
}

/* ---- moves that keep rows ---- */

static void
cut_transpose (const FxGraph *graph, const FxNode *node, gconstpointer params, FxTileCut *cut)
{
  const FxAttr *perm = fx_node_attr (node, "perm");
  int axis = fx_row_axis (shape_of (graph, node->inputs[0])->rank);

  if (perm != NULL && perm->n > (guint)axis && perm->ints[axis] == axis)
    cut_function (graph, node, params, cut);
}

static const FxTileRule rules[] = {
  { "QConv", cut_conv },          { "QMatMul", cut_mat_mul },
  { "QAdd", cut_elementwise },    { "QMul", cut_elementwise },
  { "QDiv", cut_elementwise },    { "QPRelu", cut_elementwise },
  { "Max", cut_elementwise },     { "Min", cut_elementwise },
  { "QTable", cut_function },     { "QRequantize", cut_function },
  { "QSoftmax", cut_softmax },    { "QReduceMean", cut_reduce },
  { "QReduceSum", cut_reduce },   { "QAveragePool", cut_average_pool },
  { "MaxPool", cut_max_pool },    { "Concat", cut_concat },
  { "Slice", cut_slice },         { "Split", cut_split },
  { "Resize", cut_resize },       { "QResize", cut_resize },
  { "Transpose", cut_transpose }, { "QConvTranspose", cut_conv_transpose },
};

const FxTileRule *
fx_tile_find_rule (const char *op_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (strcmp (rules[i].op_type, op_type) == 0)
      return &rules[i];
  return NULL;
}
