/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-tile.h"

#include "core/bpu/fx-tile-rules.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/ops/resize.h"

#include <string.h>

gboolean
fx_tile_is_product (const FxNode *node)
{
  static const char *const names[] = { "QConv", "QConvTranspose", "QMatMul", NULL };

  return g_strv_contains (names, node->op_type);
}

gboolean
fx_tile_is_immediate (const FxGraph *graph, const FxNode *node, guint operand)
{
  FxId id = node->inputs[operand];
  const FxValue *value = id != FX_NONE ? fx_graph_value (graph, id) : NULL;

  return value != NULL && value->constant != NULL && !fx_tile_is_product (node)
         && !fx_dtype_in (value->dtype, FX_TYPE_BIT (INT8) | FX_TYPE_BIT (INT16) | FX_TYPE_BIT (INT32));
}

int
fx_tile_constant_axis (const FxGraph *graph, const FxNode *node, guint operand)
{
  int rank = fx_graph_value (graph, node->inputs[operand])->shape.rank;

  return strcmp (node->op_type, "QMatMul") == 0 && rank == 2 ? 1 : 0;
}

/* A cut that breaks one of these was made for part of a result only. */
static void
make_whole (FxTileCut *cut)
{
  memset (cut->operands, 0, cut->n_operands * sizeof *cut->operands);
  g_clear_pointer (&cut->source_first, g_free);
  g_clear_pointer (&cut->source_last, g_free);
  cut->by_rows = FALSE;
  cut->channel_axis = -1;
  cut->n_channels = 1;
}

static gint64
result_rows (const FxGraph *graph, FxId id)
{
  const FxShape *shape = &fx_graph_value (graph, id)->shape;

  return shape->rank > 0 ? shape->dims[fx_row_axis (shape->rank)] : 1;
}

static gboolean
has_shape (const FxGraph *graph, FxId id)
{
  return id != FX_NONE && fx_shape_is_static (&fx_graph_value (graph, id)->shape);
}

/* What the rules take for granted; a node in a file may have anything. */
static gboolean
is_regular (const FxGraph *graph, const FxNode *node)
{
  if (node->op == NULL || node->n_outputs == 0 || !has_shape (graph, node->outputs[0])
      || node->n_inputs < node->op->min_inputs)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] == FX_NONE ? i < node->op->min_inputs : !has_shape (graph, node->inputs[i]))
      return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] != FX_NONE && !has_shape (graph, node->outputs[i]))
      return FALSE;
  return TRUE;
}

FxTileCut
fx_tile_cut (const FxGraph *graph, const FxNode *node)
{
  const FxTileRule *rule = is_regular (graph, node) ? fx_tile_find_rule (node->op_type) : NULL;
  FxTileCut cut = { .channel_axis = -1, .n_channels = 1, .n_operands = node->n_inputs };
  g_autofree gpointer params = rule != NULL ? fx_op_params_new (node->op, node, NULL) : NULL;

  cut.operands = g_new0 (FxOperandCut, node->n_inputs + 1);
  cut.n_rows = node->n_outputs > 0 && node->outputs[0] != FX_NONE ? result_rows (graph, node->outputs[0]) : 1;
  if (params != NULL)
    rule->cut (graph, node, params, &cut);
  if (cut.by_rows)
    for (guint i = 0; i < node->n_outputs; i++)
      if (node->outputs[i] != FX_NONE && result_rows (graph, node->outputs[i]) != cut.n_rows)
        cut.by_rows = FALSE;
  if (!cut.by_rows)
    make_whole (&cut);
  return cut;
}

void
fx_tile_cut_clear (FxTileCut *cut)
{
  g_clear_pointer (&cut->operands, g_free);
  g_clear_pointer (&cut->source_first, g_free);
  g_clear_pointer (&cut->source_last, g_free);
}

static gint64
floor_divide (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

/* At least one row, although rows that are padding need none. */
static FxRowRange
spread_rows (const FxTileCut *cut, gint64 n, FxRowRange rows)
{
  gint64 begin = MIN (floor_divide (rows.begin + cut->pad_begin - cut->span, cut->stride) + 1,
                      floor_divide (rows.begin + cut->pad_begin, cut->stride));
  gint64 end = floor_divide (rows.end - 1 + cut->pad_begin, cut->stride) + 1;

  begin = CLAMP (begin, 0, n - 1);
  return (FxRowRange){ begin, CLAMP (end, begin + 1, n) };
}

FxRowRange
fx_tile_operand_rows (const FxTileCut *cut, guint operand, gint64 n_operand_rows, FxRowRange rows)
{
  gint64 begin, end;

  switch (cut->operands[operand])
    {
    case FX_OPERAND_ROWS: return rows;
    case FX_OPERAND_SPREAD: return spread_rows (cut, n_operand_rows, rows);
    case FX_OPERAND_SOURCE: return (FxRowRange){ cut->source_first[rows.begin], cut->source_last[rows.end - 1] + 1 };
    case FX_OPERAND_WINDOW:
      begin = rows.begin * cut->stride - cut->pad_begin;
      end = (rows.end - 1) * cut->stride - cut->pad_begin + cut->span;
      return (FxRowRange){ MAX (begin, 0), MIN (end, n_operand_rows) };
    default: return (FxRowRange){ 0, n_operand_rows };
    }
}

/* ---- running one ---- */

/* The padding of the windows of some rows, in a copy of the node that borrows everything else. */
typedef struct
{
  FxNode node;
  gint64 pads[4], extra[2];
} TileNode;

/* Attributes that a tile has values of its own for. */
static gboolean
is_replaced (const FxTileCut *cut, const char *name)
{
  static const char *const window[] = { "pads", "auto_pad", "ceil_mode", "output_padding", "output_shape", NULL };

  return (cut->span > 0 && g_strv_contains (window, name)) || (cut->has_groups && strcmp (name, "group") == 0);
}

/* What the windows of some rows have of the padding; of a transposed convolution, what is cut off its result or added
 * to it. */
static void
set_pads (TileNode *tile, const FxTileCut *cut, FxRowRange rows)
{
  gint64 first = rows.begin * cut->stride - cut->pad_begin;
  gint64 last = (rows.end - 1) * cut->stride - cut->pad_begin + cut->span;
  FxRowRange from;
  gint64 top, bottom;

  if (!cut->is_transposed)
    {
      memcpy (tile->pads, (gint64[]){ MAX (0, -first), cut->pads[1], MAX (0, last - cut->in_rows), cut->pads[3] },
              sizeof tile->pads);
      return;
    }
  from = spread_rows (cut, cut->in_rows, rows);
  top = rows.begin + cut->pad_begin - from.begin * cut->stride;
  bottom = (from.end - from.begin - 1) * cut->stride + cut->span - top - (rows.end - rows.begin);
  memcpy (tile->pads, (gint64[]){ top, cut->pads[1], MAX (0, bottom), cut->pads[3] }, sizeof tile->pads);
  tile->extra[0] = MAX (0, -bottom);
  tile->extra[1] = cut->right_extra;
}

static FxAttr
ints_attr (const char *name, gint64 *ints, guint n)
{
  return (FxAttr){ .name = (char *)name, .kind = FX_ATTR_INTS, .n = n, .ints = ints };
}

static void
tile_node_init (TileNode *tile, const FxNode *node, const FxTileCut *cut, FxRowRange rows)
{
  guint n = 0;

  tile->node = *node;
  tile->node.attrs = g_new (FxAttr, node->n_attrs + 3);
  for (guint i = 0; i < node->n_attrs; i++)
    if (!is_replaced (cut, node->attrs[i].name))
      tile->node.attrs[n++] = node->attrs[i];
  if (cut->span > 0)
    {
      set_pads (tile, cut, rows);
      tile->node.attrs[n++] = ints_attr ("pads", tile->pads, G_N_ELEMENTS (tile->pads));
    }
  if (cut->is_transposed)
    tile->node.attrs[n++] = ints_attr ("output_padding", tile->extra, G_N_ELEMENTS (tile->extra));
  if (cut->has_groups)
    tile->node.attrs[n++] = (FxAttr){ .name = (char *)"group", .kind = FX_ATTR_INT, .i = rows.end - rows.begin };
  tile->node.n_attrs = n;
}

/* A resize has to know which part of the whole it makes. */
static void
set_band (gpointer params, const FxTileCut *cut, FxRowRange rows)
{
  FxResizeParams *resize = params;

  if (cut->source_first == NULL)
    return;
  resize->band = (FxResizeBand){ .axis = cut->row_axis,
                                 .in = cut->in_rows,
                                 .out = cut->n_rows,
                                 .first_in = cut->source_first[rows.begin],
                                 .first_out = rows.begin };
  resize->n_band_rows = rows.end - rows.begin;
}

static FxShape
operand_shape (const FxGraph *graph, const FxNode *node, const FxTileCut *cut, guint i, FxRowRange rows,
               FxRowRange channels)
{
  FxShape shape = fx_graph_value (graph, node->inputs[i])->shape;
  FxRowRange part;
  int axis;

  switch (cut->operands[i])
    {
    case FX_OPERAND_WHOLE: return shape;
    case FX_OPERAND_CHANNELS:
      axis = fx_tile_constant_axis (graph, node, i);
      part = channels;
      break;
    default:
      axis = fx_graph_value (graph, node->inputs[i])->constant != NULL ? fx_tile_constant_axis (graph, node, i)
                                                                       : fx_row_axis (shape.rank);
      part = fx_tile_operand_rows (cut, i, shape.dims[axis], rows);
    }
  shape.dims[axis] = part.end - part.begin;
  return shape;
}

static FxShape
result_shape (const FxGraph *graph, const FxNode *node, const FxTileCut *cut, guint i, FxRowRange rows,
              FxRowRange channels)
{
  FxShape shape = fx_graph_value (graph, node->outputs[i])->shape;

  if (cut->by_rows)
    shape.dims[fx_row_axis (shape.rank)] = rows.end - rows.begin;
  if (cut->channel_axis >= 0)
    shape.dims[cut->channel_axis] = channels.end - channels.begin;
  return shape;
}

typedef struct
{
  FxFact *facts;
  FxArray *arrays;
  GPtrArray *tensors; /* aligned immediates */
} Operands;

static void
operands_add (Operands *operands, const FxGraph *graph, const FxNode *node, guint i, const FxShape *shape, void *data)
{
  const FxValue *value = fx_graph_value (graph, node->inputs[i]);
  FxTensor *whole = value->constant != NULL && fx_shape_equal (shape, &value->shape) ? value->constant : NULL;

  operands->facts[i] = (FxFact){ .present = TRUE, .dtype = value->dtype, .shape = *shape, .value = whole };
  operands->arrays[i] = (FxArray){ value->dtype, *shape, data };
  if (fx_tile_is_immediate (graph, node, i))
    {
      FxTensor *aligned = fx_tensor_aligned (value->constant);

      g_ptr_array_add (operands->tensors, aligned);
      operands->arrays[i] = fx_tensor_array (aligned);
    }
}

gboolean
fx_tile_run (const FxGraph *graph, const FxNode *node, const FxTileCut *cut, FxRowRange rows, FxRowRange channels,
             void *const *inputs, void *const *outputs, GError **error)
{
  guint n_in = fx_op_n_slots (node->n_inputs, node->op->max_inputs);
  guint n_out = fx_op_n_slots (node->n_outputs, node->op->max_outputs);
  g_autofree FxFact *facts = g_new0 (FxFact, n_in + 1), *results = g_new0 (FxFact, n_out + 1);
  g_autofree FxArray *in = g_new0 (FxArray, n_in + 1), *out = g_new0 (FxArray, n_out + 1);
  g_autoptr (GPtrArray) tensors = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  Operands operands = { facts, in, tensors };
  TileNode tile;
  g_autofree FxAttr *attrs = NULL;
  g_autofree gpointer params = NULL;
  FxEval eval = { .version = node->version, .n_inputs = n_in, .inputs = in, .n_outputs = n_out, .outputs = out };

  tile_node_init (&tile, node, cut, rows);
  attrs = tile.node.attrs;
  params = fx_op_params_new (node->op, &tile.node, error);
  if (params == NULL)
    return FALSE;
  set_band (params, cut, rows);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE)
      {
        FxShape shape = operand_shape (graph, node, cut, i, rows, channels);

        operands_add (&operands, graph, node, i, &shape, inputs[i]);
      }
  for (guint i = 0; i < node->n_outputs; i++)
    results[i].present = node->outputs[i] != FX_NONE;
  if (!fx_op_infer (node->op, &tile.node, params, facts, node->n_inputs, results, node->n_outputs, error))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (results[i].present)
      {
        out[i] = (FxArray){ results[i].dtype, result_shape (graph, node, cut, i, rows, channels), outputs[i] };
        if (!fx_shape_equal (&out[i].shape, &results[i].shape)
            || out[i].dtype != fx_graph_value (graph, node->outputs[i])->dtype)
          return fx_fail (error, FX_ERROR_BAD_GRAPH,
                          "rows %" PRId64 " to %" PRId64 " of the result do not have the size they should have",
                          rows.begin, rows.end - 1);
      }
  eval.params = params;
  return fx_op_eval (node->op, &eval, error);
}
