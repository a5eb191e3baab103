/* Layered drawing of a graph: boxes in rows from top to bottom, tensors as lines through the rows between.
 *
 * Pure geometry: boxes and who feeds whom go in, places and lines come out; nothing here knows operators, fonts or
 * screens. The same input gives the same drawing. Time grows about linearly with boxes and lines: a tensor that many
 * boxes use far below is one chain of bends, not one for each user (the attention mask of a transformer).
 *
 * The stages are those of Sugiyama, Tagawa and Toda (1981): rows (layer-rank.c), order in the rows (layer-order.c), x
 * coordinates after Brandes and Köpf (2001, layer-place.c), lines (layer-route.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  double x, y;
} FxPoint;

typedef struct
{
  double x, y, width, height; /* x, y: upper left corner */
} FxRect;

/* One tensor: from the box that makes it to all boxes that use it. */
typedef struct
{
  guint32 source;
  guint32 first_target, n_targets; /* in FxLayeredInput.targets */
} FxLayeredTensor;

typedef struct
{
  guint n_boxes;
  const double *widths, *heights; /* [n_boxes] */
  guint n_tensors;
  const FxLayeredTensor *tensors;
  guint n_targets;
  const guint32 *targets;     /* box ids; boxes may be given in any order, and there may be cycles */
  double row_gap, column_gap; /* between boxes; 0: 40 and 24 */
} FxLayeredInput;

/* The line of one use of a tensor: points[first] … points[first + n - 1], from the lower edge of its source to the
 * upper edge of its target, straight between; in a cycle it may run upwards. */
typedef struct
{
  guint32 first, n;
} FxLayeredLine;

typedef struct
{
  guint n_boxes, n_lines;
  FxRect *boxes; /* [n_boxes] */
  guint32 *rows; /* [n_boxes] row of each box, counted from the top */
  guint n_rows;
  FxLayeredLine *lines; /* [n_targets of the input], in the order of its targets */
  FxPoint *points;
  guint n_points;
  guint64 n_crossings; /* of lines between neighboring rows */
  double width, height;
} FxLayered;

/* NULL only if cancelled (G_IO_ERROR_CANCELLED). Ids of the input are in range. */
FxLayered *fx_layered_new (const FxLayeredInput *input, GCancellable *cancellable, GError **error);
void fx_layered_free (FxLayered *layered); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxLayered, fx_layered_free)

G_END_DECLS
