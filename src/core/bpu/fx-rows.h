/* How the BPU's memories keep a value: as rows, so that a kernel can work on some of them while others are not there.
 *
 * Rows run along the height of an image, the positions of a sequence, the output channels of weights. Within a row an
 * image has its channels last, padded to what the board's engines take at once; everything else is dense.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-dtype.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

/* begin … end - 1 */
typedef struct
{
  gint64 begin, end;
} FxRowRange;

typedef struct
{
  FxDType dtype;
  FxShape shape;              /* static; a scalar is [1] here */
  int axis;                   /* of the rows */
  gsize strides[FX_MAX_RANK]; /* bytes from one index to the next of each axis; that of `axis` is row_bytes */
  gint64 n_rows;
  gsize row_bytes; /* with padding, a multiple of FX_ROW_ALIGNMENT for all but constants */
} FxRowLayout;

#define FX_ROW_ALIGNMENT 16

/* The axis along which an activation of that rank has its rows. */
int fx_row_axis (int rank);

/* Of an activation: rows along fx_row_axis(); `channel_align` is in elements, of images. */
FxRowLayout fx_row_layout (FxDType dtype, const FxShape *shape, guint channel_align);
/* Of a constant whose output channels lie along `axis`. */
FxRowLayout fx_row_layout_constant (FxDType dtype, const FxShape *shape, int axis);

/* The shape of a part of a value: `rows` of it, and of axis `part_axis` only `part` (part_axis < 0: all). */
FxShape fx_row_part_shape (const FxRowLayout *layout, FxRowRange rows, int part_axis, FxRowRange part);

/* Copies that part between dense row-major elements and a ring of `slots` rows, where row r lies in slot r % slots. */
void fx_rows_load (const FxRowLayout *layout, const guint8 *ring, gint64 slots, FxRowRange rows, int part_axis,
                   FxRowRange part, void *dense);
void fx_rows_store (const FxRowLayout *layout, guint8 *ring, gint64 slots, FxRowRange rows, int part_axis,
                    FxRowRange part, const void *dense);

G_END_DECLS
