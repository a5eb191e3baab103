/* Layers that only move elements.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-layers.h"

#define TO_END G_MAXINT64
#define MAX_DIMS FX_MAX_RANK

gboolean
fx_caffe_layer_concat (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__ConcatParameter *param = layer->concat_param;
  gint64 axis = param == NULL ? 1 : param->has_concat_dim ? (gint64)param->concat_dim : param->axis;
  int normalized = (int)axis;

  /* the results of post-processing have unknown ranks */
  if ((axis < 0 || axis >= FX_MAX_RANK || fx_caffe_declared (builder, builder->bottoms[0])->rank >= 0)
      && !fx_caffe_axis (builder, 0, axis, FALSE, &normalized, error))
    return FALSE;
  fx_caffe_op (builder, "Concat", NULL, builder->bottoms, (guint)layer->n_bottom,
               (FxAttr[]){ fx_attr_int ("axis", normalized) }, 1);
  return TRUE;
}

/* Copies elements begin…end-1 of each of `n` axes; name as in fx_caffe_op(). */
static void
emit_slice (FxCaffeBuilder *builder, const char *part, FxId output, FxId x, FxId begin, FxId end, FxId axes)
{
  FxId inputs[] = { x, begin, end, axes };

  fx_caffe_node (builder, "Slice", part, inputs, 4, &output, 1, NULL, 0);
}

static gboolean
check_slice_points (const Fx__Caffe__SliceParameter *param, gsize n_tops, gint64 size, GError **error)
{
  gint64 last = 0;

  if (param->n_slice_point + 1 != n_tops)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %zu slice_points for %zu tops, wanted one less than tops",
                    param->n_slice_point, n_tops);
  for (gsize i = 0; i < param->n_slice_point; i++)
    {
      if (param->slice_point[i] <= last || (size >= 0 && param->slice_point[i] >= size))
        return fx_fail (error, FX_ERROR_BAD_GRAPH,
                        "slice_point %u is out of order or outside of an axis of size %" PRId64, param->slice_point[i],
                        size);
      last = param->slice_point[i];
    }
  return TRUE;
}

/* A Split needs all sizes; where the last one depends on the input, each part is cut out by itself. */
static void
slice_apart (FxCaffeBuilder *builder, const Fx__Caffe__SliceParameter *param, guint n, int axis)
{
  FxId axes = fx_caffe_ints (builder, "axis", (gint64[]){ axis }, 1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *part = g_strdup_printf ("%u", i);
      g_autofree char *begin_name = g_strdup_printf ("begin%u", i), *end_name = g_strdup_printf ("end%u", i);
      gint64 begin = i > 0 ? param->slice_point[i - 1] : 0, end = i + 1 < n ? param->slice_point[i] : TO_END;

      emit_slice (builder, i > 0 ? part : NULL, fx_caffe_top (builder, i), builder->bottoms[0],
                  fx_caffe_ints (builder, begin_name, &begin, 1), fx_caffe_ints (builder, end_name, &end, 1), axes);
    }
}

gboolean
fx_caffe_layer_slice (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__SliceParameter defaults = FX__CAFFE__SLICE_PARAMETER__INIT;
  const Fx__Caffe__SliceParameter *param = layer->slice_param != NULL ? layer->slice_param : &defaults;
  gint64 axis = param->has_slice_dim ? (gint64)param->slice_dim : param->axis, size;
  guint n = (guint)layer->n_top, n_attrs = 1;
  g_autofree gint64 *sizes = g_new0 (gint64, n + 1);
  FxAttr attrs[2];
  int normalized;

  if (n == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has no top");
  if (!fx_caffe_axis (builder, 0, axis, FALSE, &normalized, error))
    return FALSE;
  size = fx_caffe_declared (builder, builder->bottoms[0])->dims[normalized];
  if (param->n_slice_point > 0 && !check_slice_points (param, n, size, error))
    return FALSE;
  if (param->n_slice_point == 0 && size >= 0 && size % n != 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "an axis of size %" PRId64 " cannot be cut into %u equal tops", size, n);

  size = fx_caffe_fixed (builder, builder->bottoms[0])->dims[normalized];
  if (param->n_slice_point > 0 && size < 0)
    {
      slice_apart (builder, param, n, normalized);
      return TRUE;
    }
  attrs[0] = fx_attr_int ("axis", normalized);
  for (guint i = 0; i < n; i++)
    {
      sizes[i] = param->n_slice_point == 0 ? size / n
                                           : (i + 1 < n ? (gint64)param->slice_point[i] : size)
                                                 - (i > 0 ? (gint64)param->slice_point[i - 1] : 0);
      fx_caffe_top (builder, i);
    }
  if (size >= 0)
    attrs[n_attrs++] = fx_attr_ints ("split", sizes, n);
  fx_caffe_node (builder, "Split", NULL, builder->bottoms, 1, builder->tops, n, attrs, n_attrs);
  return TRUE;
}

/* Caffe puts one where a blob is read twice; here a value has any number of readers. */
gboolean
fx_caffe_layer_split (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  if (builder->open_norm.value == builder->bottoms[0]) /* now several may read it */
    builder->open_norm.value = FX_NONE;
  for (guint i = 0; i < layer->n_top; i++)
    if (builder->top_reads[i] > 0)
      builder->tops[i] = builder->bottoms[0];
    else
      {
        g_autofree char *part = g_strdup_printf ("%u", i);
        FxId top = fx_caffe_top (builder, i);

        fx_caffe_node (builder, "Identity", i > 0 ? part : NULL, builder->bottoms, 1, &top, 1, NULL, 0);
      }
  return TRUE;
}

/* The sizes of axes axis…rank-1 of a reference, at run time. */
static FxId
sizes_from_axis (FxCaffeBuilder *builder, FxId reference, int axis)
{
  FxId shape = fx_caffe_op1 (builder, "Shape", "shape", reference);
  FxId sizes = fx_caffe_value (builder, "sizes");

  emit_slice (builder, "sizes", sizes, shape, fx_caffe_ints (builder, "first", (gint64[]){ axis }, 1),
              fx_caffe_ints (builder, "last", (gint64[]){ TO_END }, 1),
              fx_caffe_ints (builder, "along", (gint64[]){ 0 }, 1));
  return sizes;
}

/* Cuts bottom 0 to the sizes of bottom 1 from an axis on. */
gboolean
fx_caffe_layer_crop (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__CropParameter defaults = FX__CAFFE__CROP_PARAMETER__INIT;
  const Fx__Caffe__CropParameter *param = layer->crop_param != NULL ? layer->crop_param : &defaults;
  gint64 begin[MAX_DIMS] = { 0 }, end[MAX_DIMS] = { 0 }, axes[MAX_DIMS];
  FxShape reference = *fx_caffe_fixed (builder, builder->bottoms[1]);
  gboolean known = reference.rank >= 0;
  FxId begins, ends;
  int axis, rank, n;

  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error)
      || !fx_caffe_rank (builder, 0, 1, MAX_DIMS, &rank, error)
      || !fx_caffe_rank (builder, 1, rank, rank, &rank, error))
    return FALSE;
  n = rank - axis;
  if (param->n_offset > 1 && param->n_offset != (gsize)n)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %zu offsets for %d cropped axes, wanted 1 or %d", param->n_offset,
                    n, n);
  for (int i = 0; i < n; i++)
    {
      begin[i] = param->n_offset == 0 ? 0 : param->offset[param->n_offset > 1 ? i : 0];
      axes[i] = axis + i;
      known = known && reference.dims[axis + i] >= 0;
      end[i] = known ? begin[i] + reference.dims[axis + i] : 0;
    }
  begins = fx_caffe_ints (builder, "begin", begin, (guint)n);
  if (known)
    ends = fx_caffe_ints (builder, "end", end, (guint)n);
  else
    ends = fx_caffe_op2 (builder, "Add", "end", sizes_from_axis (builder, builder->bottoms[1], axis), begins);
  emit_slice (builder, NULL, fx_caffe_top (builder, 0), builder->bottoms[0], begins, ends,
              fx_caffe_ints (builder, "axes", axes, (guint)n));
  if (!known)
    {
      FxShape *shape = &g_array_index (builder->declared, FxShape, builder->tops[0]);

      *shape = *fx_caffe_declared (builder, builder->bottoms[0]);
      for (int i = axis; i < rank; i++)
        shape->dims[i] = fx_caffe_declared (builder, builder->bottoms[1])->dims[i];
      shape = &g_array_index (builder->fixed, FxShape, builder->tops[0]);
      *shape = *fx_caffe_fixed (builder, builder->bottoms[0]);
      for (int i = axis; i < rank && shape->rank == rank; i++)
        shape->dims[i] = FX_DIM_UNKNOWN;
    }
  return TRUE;
}

static gboolean
emit_reshape (FxCaffeBuilder *builder, const gint64 *dims, guint n)
{
  fx_caffe_op2 (builder, "Reshape", NULL, builder->bottoms[0], fx_caffe_ints (builder, "shape", dims, n));
  return TRUE;
}

/* Appends the sizes of axes first…rank-1 of bottom 0 to a list for Reshape. Zeros copy a size only where it stays at
 * its axis, so they are numbers; one that may change is left to be inferred, if the list has none like that yet. */
static gboolean
append_tail (FxCaffeBuilder *builder, int first, gint64 *dims, int *n, gboolean inferred, GError **error)
{
  FxShape declared = *fx_caffe_declared (builder, builder->bottoms[0]);
  FxShape fixed = *fx_caffe_fixed (builder, builder->bottoms[0]);

  for (int i = first; i < declared.rank; i++, ++*n)
    {
      if (*n == MAX_DIMS)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "the result has more than %d dimensions", MAX_DIMS);
      dims[*n] = fixed.rank == declared.rank ? fixed.dims[i] : FX_DIM_UNKNOWN;
      if (*n == i)
        dims[*n] = 0;
      else if (dims[*n] < 0 && !inferred)
        {
          dims[*n] = -1;
          inferred = TRUE;
        }
      else if (dims[*n] < 0)
        dims[*n] = declared.dims[i];
      if (dims[*n] < -1)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "the size of axis %d of its bottom is not known", i);
    }
  return TRUE;
}

gboolean
fx_caffe_layer_flatten (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__FlattenParameter defaults = FX__CAFFE__FLATTEN_PARAMETER__INIT;
  const Fx__Caffe__FlattenParameter *param = layer->flatten_param != NULL ? layer->flatten_param : &defaults;
  gint64 dims[MAX_DIMS] = { 0 };
  int first, last, n;

  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &first, error)
      || !fx_caffe_axis (builder, 0, param->end_axis, FALSE, &last, error))
    return FALSE;
  if (last < first)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "end_axis %d is before axis %d", param->end_axis, param->axis);
  if (first == 1 && last + 1 == fx_caffe_declared (builder, builder->bottoms[0])->rank)
    {
      fx_caffe_op1_attr (builder, "Flatten", NULL, builder->bottoms[0], fx_attr_int ("axis", 1));
      return TRUE;
    }
  dims[first] = -1;
  n = first + 1;
  return append_tail (builder, last + 1, dims, &n, TRUE, error) && emit_reshape (builder, dims, (guint)n);
}

/* Zeros mean the same to Caffe as to Reshape: the size of the bottom at the same axis. */
gboolean
fx_caffe_layer_reshape (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__ReshapeParameter *param = layer->reshape_param;
  gint64 dims[MAX_DIMS] = { 0 }, axis;
  gboolean inferred = FALSE;
  int rank, first, n;

  if (param == NULL || param->shape == NULL)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "reshape_param has no shape");
  if (!fx_caffe_rank (builder, 0, 0, MAX_DIMS, &rank, error))
    return FALSE;
  axis = param->axis < 0 ? (gint64)rank + 1 + param->axis : param->axis; /* -1: behind the last */
  if (axis < 0 || axis > rank || param->num_axes < -1 || (gint64)param->num_axes > rank - axis)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d with num_axes %d is outside of a bottom of %d dimensions",
                    param->axis, param->num_axes, rank);
  if ((gsize)axis + param->shape->n_dim > MAX_DIMS)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the result has more than %d dimensions", MAX_DIMS);
  first = (int)axis;
  n = first;
  for (gsize i = 0; i < param->shape->n_dim; i++, n++)
    {
      dims[n] = param->shape->dim[i];
      if (dims[n] < -1 || (dims[n] == -1 && inferred) || (dims[n] == 0 && n >= rank))
        return fx_fail (error, FX_ERROR_BAD_GRAPH,
                        dims[n] == 0 ? N_ ("dim %zu of its shape is %" PRId64 ", which its bottom has no axis for")
                                     : N_ ("dim %zu of its shape is %" PRId64 ", which makes no shape"),
                        i, dims[n]);
      inferred = inferred || dims[n] == -1;
    }
  if (param->num_axes >= 0 && !append_tail (builder, first + param->num_axes, dims, &n, inferred, error))
    return FALSE;
  return emit_reshape (builder, dims, (guint)n);
}

gboolean
fx_caffe_layer_permute (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__PermuteParameter *param = layer->permute_param;
  gint64 perm[MAX_DIMS];
  gboolean used[MAX_DIMS] = { FALSE };
  gsize n_order = param != NULL ? param->n_order : 0;
  int rank, n = 0;

  if (!fx_caffe_rank (builder, 0, 1, MAX_DIMS, &rank, error))
    return FALSE;
  for (gsize i = 0; i < n_order; i++)
    {
      guint32 axis = param->order[i];

      if (axis >= (guint)rank || used[axis])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "order %u is there twice or outside of a bottom of %d dimensions",
                        axis, rank);
      used[axis] = TRUE;
      perm[n++] = axis;
    }
  for (int i = 0; i < rank; i++) /* the others follow */
    if (!used[i])
      perm[n++] = i;
  fx_caffe_op1_attr (builder, "Transpose", NULL, builder->bottoms[0], fx_attr_ints ("perm", perm, (guint)rank));
  return TRUE;
}

gboolean
fx_caffe_layer_tile (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__TileParameter *param = layer->tile_param;
  gint64 repeats[MAX_DIMS];
  int rank, axis;

  if (param == NULL || param->tiles < 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "tiles is missing or below 1");
  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error)
      || !fx_caffe_rank (builder, 0, 1, MAX_DIMS, &rank, error))
    return FALSE;
  for (int i = 0; i < rank; i++)
    repeats[i] = i == axis ? param->tiles : 1;
  fx_caffe_op2 (builder, "Tile", NULL, builder->bottoms[0], fx_caffe_ints (builder, "repeats", repeats, (guint)rank));
  return TRUE;
}

/* Channel g × (C / group) + i goes to i × group + g. */
gboolean
fx_caffe_layer_shuffle_channel (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  gint64 group = layer->shuffle_channel_param != NULL ? layer->shuffle_channel_param->group : 1, channels;
  FxId x = builder->bottoms[0], y;
  int rank;

  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  channels = fx_caffe_declared (builder, x)->dims[1];
  if (group < 1 || channels < 0 || channels % group != 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "group is %" PRId64 ", which does not divide %" PRId64 " channels",
                    group, channels);
  y = fx_caffe_op2 (builder, "Reshape", "groups", x,
                    fx_caffe_ints (builder, "group-shape", (gint64[]){ 0, group, channels / group, -1 }, 4));
  y = fx_caffe_op1_attr (builder, "Transpose", "shuffled", y, fx_attr_ints ("perm", (gint64[]){ 0, 2, 1, 3 }, 4));
  y = fx_caffe_op2 (builder, "Reshape", NULL, y, fx_caffe_op1 (builder, "Shape", "shape", x));
  fx_caffe_set_shape_like (builder, y, x);
  return TRUE;
}
