/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-rows.h"

#include <string.h>

static gsize
align_up (gsize size, gsize alignment)
{
  return (size + alignment - 1) / alignment * alignment;
}

/* Strides of axes that follow each other in `order`, the outermost first. */
static FxRowLayout
make_layout (FxDType dtype, const FxShape *shape, const int *order, guint channel_align, gsize row_alignment)
{
  FxRowLayout layout = { .dtype = dtype, .shape = *shape, .axis = order[0] };
  gsize bytes = fx_dtype_size (dtype);

  for (int i = shape->rank - 1; i > 0; i--)
    {
      gsize size = (gsize)shape->dims[order[i]];

      layout.strides[order[i]] = bytes;
      bytes *= i == shape->rank - 1 ? align_up (size, channel_align) : size;
    }
  layout.n_rows = shape->dims[order[0]];
  layout.row_bytes = align_up (bytes, row_alignment);
  layout.strides[order[0]] = layout.row_bytes;
  return layout;
}

/* `axis` first, the others as they are. */
static void
order_from (int axis, int rank, int *order)
{
  int n = 0;

  order[n++] = axis;
  for (int i = 0; i < rank; i++)
    if (i != axis)
      order[n++] = i;
}

static FxShape
at_least_one_axis (const FxShape *shape)
{
  return shape->rank > 0 ? *shape : FX_SHAPE (1);
}

int
fx_row_axis (int rank)
{
  return rank == 4 ? 2 : rank == 3 ? 1 : 0;
}

FxRowLayout
fx_row_layout (FxDType dtype, const FxShape *shape, guint channel_align)
{
  static const int image[] = { 2, 0, 3, 1 };
  FxShape full = at_least_one_axis (shape);
  int order[FX_MAX_RANK];

  if (full.rank == 4)
    return make_layout (dtype, &full, image, channel_align, FX_ROW_ALIGNMENT);
  order_from (fx_row_axis (full.rank), full.rank, order);
  return make_layout (dtype, &full, order, 1, FX_ROW_ALIGNMENT);
}

FxRowLayout
fx_row_layout_constant (FxDType dtype, const FxShape *shape, int axis)
{
  FxShape full = at_least_one_axis (shape);
  int order[FX_MAX_RANK];

  order_from (axis, full.rank, order);
  return make_layout (dtype, &full, order, 1, 1);
}

FxShape
fx_row_part_shape (const FxRowLayout *layout, FxRowRange rows, int part_axis, FxRowRange part)
{
  FxShape shape = layout->shape;

  shape.dims[layout->axis] = rows.end - rows.begin;
  if (part_axis >= 0 && part_axis != layout->axis)
    shape.dims[part_axis] = part.end - part.begin;
  return shape;
}

/* ---- copies ---- */

static void
copy_run (guint8 *to, gsize to_stride, const guint8 *from, gsize from_stride, gsize n, gsize size)
{
  if (to_stride == size && from_stride == size)
    memcpy (to, from, n * size);
  else if (size == 1)
    for (gsize i = 0; i < n; i++)
      to[i * to_stride] = from[i * from_stride];
  else
    for (gsize i = 0; i < n; i++)
      memcpy (to + i * to_stride, from + i * from_stride, size);
}

typedef struct
{
  const FxRowLayout *layout;
  guint8 *ring, *dense;
  gint64 slots;
  gint64 begin[FX_MAX_RANK]; /* of the part, in each axis */
  FxShape shape;             /* of the part */
  gint64 dense_strides[FX_MAX_RANK];
  gsize size;
  gboolean to_ring;
} Copy;

static void
copy_axis (const Copy *copy, int axis, gsize ring_offset, gsize dense_offset)
{
  gsize dense_stride = (gsize)copy->dense_strides[axis] * copy->size, stride = copy->layout->strides[axis];
  gboolean is_last = axis == copy->shape.rank - 1, is_rows = axis == copy->layout->axis;

  if (is_last && !is_rows)
    {
      guint8 *ring = copy->ring + ring_offset + (gsize)copy->begin[axis] * stride, *dense = copy->dense + dense_offset;

      if (copy->to_ring)
        copy_run (ring, stride, dense, dense_stride, (gsize)copy->shape.dims[axis], copy->size);
      else
        copy_run (dense, dense_stride, ring, stride, (gsize)copy->shape.dims[axis], copy->size);
      return;
    }
  for (gint64 i = 0; i < copy->shape.dims[axis]; i++)
    {
      gint64 index = copy->begin[axis] + i;
      gsize ring_at = ring_offset + (gsize)(is_rows ? index % copy->slots : index) * stride;
      gsize dense_at = dense_offset + (gsize)i * dense_stride;

      if (!is_last)
        copy_axis (copy, axis + 1, ring_at, dense_at);
      else if (copy->to_ring)
        memcpy (copy->ring + ring_at, copy->dense + dense_at, copy->size);
      else
        memcpy (copy->dense + dense_at, copy->ring + ring_at, copy->size);
    }
}

static void
copy_part (const FxRowLayout *layout, guint8 *ring, gint64 slots, FxRowRange rows, int part_axis, FxRowRange part,
           guint8 *dense, gboolean to_ring)
{
  Copy copy = { .layout = layout, .ring = ring, .dense = dense, .slots = slots, .to_ring = to_ring };

  copy.size = fx_dtype_size (layout->dtype);
  copy.shape = fx_row_part_shape (layout, rows, part_axis, part);
  copy.begin[layout->axis] = rows.begin;
  if (part_axis >= 0 && part_axis != layout->axis)
    copy.begin[part_axis] = part.begin;
  fx_shape_strides (&copy.shape, copy.dense_strides);
  copy_axis (&copy, 0, 0, 0);
}

void
fx_rows_load (const FxRowLayout *layout, const guint8 *ring, gint64 slots, FxRowRange rows, int part_axis,
              FxRowRange part, void *dense)
{
  copy_part (layout, (guint8 *)ring, slots, rows, part_axis, part, dense, FALSE);
}

void
fx_rows_store (const FxRowLayout *layout, guint8 *ring, gint64 slots, FxRowRange rows, int part_axis, FxRowRange part,
               const void *dense)
{
  copy_part (layout, ring, slots, rows, part_axis, part, (guint8 *)dense, TRUE);
}
