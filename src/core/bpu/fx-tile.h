/* Cutting the operators of the integer network into tiles: some rows, and some output channels, at a time.
 *
 * There is one row of a table for each operator that can be cut (fx-tile-rules.c); all others are computed whole. What
 * a tile gives is what the whole node gives there, bit by bit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-rows.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  FX_OPERAND_WHOLE,    /* all of it, for every tile */
  FX_OPERAND_ROWS,     /* the rows of the result */
  FX_OPERAND_WINDOW,   /* the rows under the windows of the result's */
  FX_OPERAND_SPREAD,   /* the rows whose windows, spread by a transposed convolution, meet the result's */
  FX_OPERAND_SOURCE,   /* the rows that a resize makes the result's of */
  FX_OPERAND_CHANNELS, /* a constant: the rows that are the tile's output channels */
} FxOperandCut;

typedef struct
{
  gboolean by_rows;          /* results can be computed some rows at a time; all results have as many */
  int channel_axis;          /* of the result, if it can be computed some channels at a time; -1: it cannot */
  gint64 n_rows, n_channels; /* of the results; 1 channel if it cannot be cut */
  guint n_operands;
  FxOperandCut *operands;                  /* [n_operands] */
  gint64 in_rows, span, stride, pad_begin; /* of a window along the rows */
  gint64 pads[4];                          /* top, left, bottom, right of the whole window */
  gboolean is_transposed;
  gint64 right_extra;                 /* columns that a transposed convolution adds */
  gboolean has_groups;                /* the result's rows are channels, each a group of its own */
  int row_axis;                       /* of a resize */
  gint64 *source_first, *source_last; /* [n_rows] of a resize; never falling. NULL: it is none */
} FxTileCut;

/* How a BPU node of a graph with static shapes can be cut. */
FxTileCut fx_tile_cut (const FxGraph *graph, const FxNode *node);
void fx_tile_cut_clear (FxTileCut *cut);

/* The rows of activation `operand` that rows of the result need, given how many there are; never empty. */
FxRowRange fx_tile_operand_rows (const FxTileCut *cut, guint operand, gint64 n_operand_rows, FxRowRange rows);

/* Operators on products of weights run on the tensor engine, the others on the vector engine. */
gboolean fx_tile_is_product (const FxNode *node);

/* A constant that is a part of the instruction (a shape, an axis, a slope) and not data in memory. */
gboolean fx_tile_is_immediate (const FxGraph *graph, const FxNode *node, guint operand);

/* The axis of a constant along which the node's output channels lie. */
int fx_tile_constant_axis (const FxGraph *graph, const FxNode *node, guint operand);

/* Computes rows (and channels) of all results. `inputs` are dense row-major elements of the parts that
 * fx_tile_operand_rows() names, of whole constants or of their channels; those of immediates are not read. `outputs`
 * have room for the parts of the results. FALSE and *error as the operator says. */
gboolean fx_tile_run (const FxGraph *graph, const FxNode *node, const FxTileCut *cut, FxRowRange rows,
                      FxRowRange channels, void *const *inputs, void *const *outputs, GError **error);

G_END_DECLS
