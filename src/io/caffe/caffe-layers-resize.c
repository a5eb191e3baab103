/* Layers that change height and width by interpolation.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/caffe/caffe-layers.h"

#define MAX_SIZE (1 << 30)

/* Elements begin…end-1 of a list of integers. */
static FxId
part_of (FxCaffeBuilder *builder, const char *part, FxId list, gint64 begin, gint64 end)
{
  g_autofree char *first = g_strconcat (part, "/begin", NULL), *last = g_strconcat (part, "/end", NULL);
  FxId inputs[] = { list, fx_caffe_ints (builder, first, &begin, 1), fx_caffe_ints (builder, last, &end, 1) };

  return fx_caffe_op (builder, "Slice", part, inputs, 3, NULL, 0);
}

/* `op` of each element and one number. */
static FxId
each (FxCaffeBuilder *builder, const char *op, const char *part, FxId list, gint64 number)
{
  g_autofree char *name = g_strconcat (part, "/operand", NULL);

  return fx_caffe_op2 (builder, op, part, list, fx_caffe_ints (builder, name, &number, 1));
}

/* Resizes x; `height_width` has two integers. Batch and channels stay. */
static void
emit_resize (FxCaffeBuilder *builder, FxId x, FxId height_width, const FxAttr *attrs, guint n_attrs)
{
  FxId none = fx_caffe_floats (builder, "none", NULL, 0), sizes[2], inputs[4] = { x, none, none, FX_NONE };
  FxShape shape = *fx_caffe_declared (builder, x);

  sizes[0] = part_of (builder, "batch-channels", fx_caffe_op1 (builder, "Shape", "shape", x), 0, 2);
  sizes[1] = height_width;
  inputs[3] = fx_caffe_op (builder, "Concat", "sizes", sizes, 2, (FxAttr[]){ fx_attr_int ("axis", 0) }, 1);
  fx_caffe_op (builder, "Resize", NULL, inputs, 4, attrs, n_attrs);

  /* known as far as it does not depend on the sizes */
  shape.dims[2] = shape.dims[3] = FX_DIM_UNKNOWN;
  g_array_index (builder->declared, FxShape, builder->tops[0]) = shape;
  shape.dims[0] = FX_DIM_UNKNOWN;
  g_array_index (builder->fixed, FxShape, builder->tops[0]) = shape;
}

static void
set_size (FxCaffeBuilder *builder, gint64 height, gint64 width, gboolean fixed)
{
  FxShape *shape = &g_array_index (builder->declared, FxShape, builder->tops[0]);

  shape->dims[2] = height;
  shape->dims[3] = width;
  shape = &g_array_index (builder->fixed, FxShape, builder->tops[0]);
  shape->dims[2] = fixed ? height : FX_DIM_UNKNOWN;
  shape->dims[3] = fixed ? width : FX_DIM_UNKNOWN;
}

static gboolean
check_interp (const Fx__Caffe__InterpParameter *param, gsize n_bottom, GError **error)
{
  if (param->pad_beg > 0 || param->pad_end > 0 || param->pad_beg < -MAX_SIZE || param->pad_end < -MAX_SIZE)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "pad_beg is %d and pad_end %d, wanted 0 or less", param->pad_beg,
                    param->pad_end);
  if (param->shrink_factor < 1 || param->zoom_factor < 1 || param->shrink_factor > MAX_SIZE
      || param->zoom_factor > MAX_SIZE)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "shrink_factor is %d and zoom_factor %d, wanted 1 or more",
                    param->shrink_factor, param->zoom_factor);
  if (n_bottom == 1 && !param->has_shrink_factor && !param->has_zoom_factor
      && (param->height < 1 || param->width < 1 || param->height > MAX_SIZE || param->width > MAX_SIZE))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "height and width are missing, and so is a factor or a second bottom");
  return TRUE;
}

/* What Interp makes of a size; -1 stays. */
static gint64
interp_size (const Fx__Caffe__InterpParameter *param, gint64 size)
{
  if (size < 1)
    return FX_DIM_UNKNOWN;
  size = (size - 1) / param->shrink_factor + 1;
  return size + (size - 1) * (param->zoom_factor - 1);
}

/* The same of a list of sizes, at run time. */
static FxId
interp_sizes (FxCaffeBuilder *builder, const Fx__Caffe__InterpParameter *param, FxId x)
{
  FxId sizes = part_of (builder, "height-width", fx_caffe_op1 (builder, "Shape", "input-shape", x), 2, 4);

  if (param->shrink_factor > 1)
    {
      sizes = each (builder, "Sub", "shrink-1", sizes, 1);
      sizes = each (builder, "Div", "shrink-2", sizes, param->shrink_factor);
      sizes = each (builder, "Add", "shrink-3", sizes, 1);
    }
  if (param->zoom_factor > 1)
    {
      sizes = each (builder, "Mul", "zoom-1", sizes, param->zoom_factor);
      sizes = each (builder, "Sub", "zoom-2", sizes, param->zoom_factor - 1);
    }
  return sizes;
}

/* Cuts -pad_beg elements from the begin of both axes, and -pad_end from the end. */
static FxId
crop_borders (FxCaffeBuilder *builder, const Fx__Caffe__InterpParameter *param, FxId x)
{
  gint64 begin[] = { -param->pad_beg, -param->pad_beg };
  gint64 end[] = { param->pad_end < 0 ? param->pad_end : G_MAXINT64, param->pad_end < 0 ? param->pad_end : G_MAXINT64 };
  FxId inputs[] = { x, fx_caffe_ints (builder, "begin", begin, 2), fx_caffe_ints (builder, "end", end, 2),
                    fx_caffe_ints (builder, "axes", (gint64[]){ 2, 3 }, 2) };

  if (param->pad_beg == 0 && param->pad_end == 0)
    return x;
  return fx_caffe_op (builder, "Slice", "cropped", inputs, 4, NULL, 0);
}

/* Bilinear with aligned corners, to given sizes, those of a second bottom, or by whole factors. */
gboolean
fx_caffe_layer_interp (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__InterpParameter defaults = FX__CAFFE__INTERP_PARAMETER__INIT;
  const Fx__Caffe__InterpParameter *param = layer->interp_param != NULL ? layer->interp_param : &defaults;
  gboolean by_factor = param->has_shrink_factor || param->has_zoom_factor;
  const FxAttr attrs[]
      = { fx_attr_string ("mode", "linear"), fx_attr_string ("coordinate_transformation_mode", "align_corners") };
  FxId x = builder->bottoms[0], sizes;
  FxShape reference;
  int rank;

  if (!check_interp (param, layer->n_bottom, error) || !fx_caffe_rank (builder, 0, 4, 4, &rank, error)
      || (layer->n_bottom == 2 && !fx_caffe_rank (builder, 1, 4, 4, &rank, error)))
    {
      fx_attr_clear ((FxAttr *)&attrs[0]);
      fx_attr_clear ((FxAttr *)&attrs[1]);
      return FALSE;
    }
  x = crop_borders (builder, param, x);
  reference = *fx_caffe_declared (builder, layer->n_bottom == 2 ? builder->bottoms[1] : x);
  if (layer->n_bottom == 2)
    sizes
        = part_of (builder, "height-width", fx_caffe_op1 (builder, "Shape", "input-shape", builder->bottoms[1]), 2, 4);
  else if (by_factor)
    sizes = interp_sizes (builder, param, x);
  else
    sizes = fx_caffe_ints (builder, "height-width", (gint64[]){ param->height, param->width }, 2);
  emit_resize (builder, x, sizes, attrs, 2);
  if (layer->n_bottom == 2)
    set_size (builder, reference.dims[2], reference.dims[3], FALSE);
  else if (by_factor)
    set_size (builder, interp_size (param, reference.dims[2]), interp_size (param, reference.dims[3]), FALSE);
  else
    set_size (builder, param->height, param->width, TRUE);
  return TRUE;
}

/* Repeats each element. Forks say by how much in `scale` or in `stride`; where `stride` is there, `scale` multiplies
 * the values. With a second bottom it is the reverse of a max pooling, which is not translated. */
gboolean
fx_caffe_layer_upsample (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__UpsampleParameter defaults = FX__CAFFE__UPSAMPLE_PARAMETER__INIT;
  const Fx__Caffe__UpsampleParameter *param = layer->upsample_param != NULL ? layer->upsample_param : &defaults;
  gboolean strides = param->has_stride || param->has_stride_h || param->has_stride_w;
  float both = strides ? param->stride : param->scale, scales[] = { 1.0f, 1.0f, both, both };
  FxId inputs[3] = { builder->bottoms[0], FX_NONE, FX_NONE };
  int rank;

  if (layer->n_bottom > 1 || param->has_upsample_h || param->has_upsample_w)
    {
      fx_caffe_note (builder, FX_SEVERITY_ERROR, "unsupported-layer",
                     "Upsample by the places of maxima or to a given size is not translated");
      return fx_caffe_keep (builder, error);
    }
  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  if (strides ? param->has_stride_h : param->has_scale_h)
    scales[2] = strides ? param->stride_h : param->scale_h;
  if (strides ? param->has_stride_w : param->has_scale_w)
    scales[3] = strides ? param->stride_w : param->scale_w;
  if (!(scales[2] >= 1.0f && scales[3] >= 1.0f && scales[2] <= 4096.0f && scales[3] <= 4096.0f))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "its factors are %g and %g, wanted 1 to 4096", (double)scales[2],
                    (double)scales[3]);
  if (strides && param->has_scale && param->scale != 1.0f)
    inputs[0] = fx_caffe_op2 (builder, "Mul", "scaled", inputs[0], fx_caffe_float (builder, "scale", param->scale));
  inputs[1] = fx_caffe_floats (builder, "none", NULL, 0);
  inputs[2] = fx_caffe_floats (builder, "factors", scales, 4);
  fx_caffe_op (builder, "Resize", NULL, inputs, 3,
               (FxAttr[]){ fx_attr_string ("mode", "nearest"), fx_attr_string ("nearest_mode", "floor"),
                           fx_attr_string ("coordinate_transformation_mode", "asymmetric") },
               3);
  return TRUE;
}
