/* Layers that slide a window over the last axes.  https://caffe.berkeleyvision.org/tutorial/layers.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-layers.h"

#define MAX_SPATIAL 3
#define MAX_SIZE ((gint64)1 << 30)

typedef Fx__Caffe__ConvolutionParameter Conv;
typedef Fx__Caffe__PoolingParameter Pool;

/* A number for all axes, one for each, or _h and _w. */
typedef struct
{
  const char *name;
  gsize n;
  const guint32 *values;
  gboolean has_h, has_w;
  guint32 h, w;
  gint64 min, otherwise; /* smallest allowed; the default, negative: there is none */
} Sizes;

static gboolean
read_sizes (const Sizes *sizes, int spatial, gint64 *out, GError **error)
{
  if ((sizes->has_h || sizes->has_w) && spatial != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s_h and %s_w are for two spatial axes, found %d", sizes->name,
                    sizes->name, spatial);
  if (sizes->n > 1 && sizes->n != (gsize)spatial)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %zu values, wanted 1 or %d", sizes->name, sizes->n, spatial);
  for (int i = 0; i < spatial; i++)
    {
      gboolean special = sizes->has_h || sizes->has_w;

      out[i] = sizes->n > 0 ? sizes->values[sizes->n > 1 ? i : 0] : sizes->otherwise;
      if (special && (i == 0 ? sizes->has_h : sizes->has_w))
        out[i] = i == 0 ? sizes->h : sizes->w;
      if (out[i] < 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is missing", sizes->name);
      if (out[i] < sizes->min || out[i] > MAX_SIZE)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is %" PRId64 ", wanted %d to %" PRId64, sizes->name, out[i],
                        (int)sizes->min, MAX_SIZE);
    }
  return TRUE;
}

typedef struct
{
  int spatial;
  gint64 kernel[MAX_SPATIAL], stride[MAX_SPATIAL], dilation[MAX_SPATIAL], pads[2 * MAX_SPATIAL];
} Window;

static void
mirror_pads (Window *window)
{
  for (int i = 0; i < window->spatial; i++)
    window->pads[window->spatial + i] = window->pads[i];
}

static gboolean
read_conv_window (const Conv *param, int spatial, Window *window, GError **error)
{
  const Sizes kernel = { "kernel_size",
                         param->n_kernel_size,
                         param->kernel_size,
                         param->has_kernel_h,
                         param->has_kernel_w,
                         param->kernel_h,
                         param->kernel_w,
                         1,
                         -1 };
  const Sizes stride = { "stride",
                         param->n_stride,
                         param->stride,
                         param->has_stride_h,
                         param->has_stride_w,
                         param->stride_h,
                         param->stride_w,
                         1,
                         1 };
  const Sizes pad
      = { "pad", param->n_pad, param->pad, param->has_pad_h, param->has_pad_w, param->pad_h, param->pad_w, 0, 0 };
  const Sizes dilation = { "dilation", param->n_dilation, param->dilation, .min = 1, .otherwise = 1 };

  window->spatial = spatial;
  if (!read_sizes (&kernel, spatial, window->kernel, error) || !read_sizes (&stride, spatial, window->stride, error)
      || !read_sizes (&pad, spatial, window->pads, error) || !read_sizes (&dilation, spatial, window->dilation, error))
    return FALSE;
  mirror_pads (window);
  return TRUE;
}

static gint64
channels (const FxCaffeBuilder *builder)
{
  return fx_caffe_declared (builder, builder->bottoms[0])->dims[1];
}

static gboolean
check_group (const char *what, gint64 n, gint64 group, GError **error)
{
  if (group < 1 || (n >= 0 && n % group != 0))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "group is %" PRId64 ", which does not divide %" PRId64 " %s", group, n,
                    what);
  return TRUE;
}

/* Convolution, or its transpose: then the weights have the bottom's channels first. group 0: one for each channel. */
static gboolean
convolve (FxCaffeBuilder *builder, const FxCaffeLayer *layer, gboolean transposed, gint64 group, GError **error)
{
  const Conv *param = layer->convolution_param;
  gint64 n_output = param != NULL ? param->num_output : 0, n_input;
  FxShape weights;
  Window window;
  FxId inputs[3];
  int rank;

  if (n_output == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "num_output is missing, wanted 1 or more");
  if (!fx_caffe_rank (builder, 0, 3, 2 + MAX_SPATIAL, &rank, error))
    return FALSE;
  if (param->axis != 1 && param->axis != 1 - rank)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "axis is %d, but only channels in axis 1 are supported", param->axis);
  if (!read_conv_window (param, rank - 2, &window, error))
    return FALSE;

  n_input = channels (builder);
  if (group == 0)
    group = n_input > 0 ? n_input : n_output;
  if (!check_group ("channels", n_input, group, error) || !check_group ("outputs", n_output, group, error))
    return FALSE;

  weights = fx_shape_of_rank (rank);
  weights.dims[0] = transposed ? n_input : n_output;
  weights.dims[1] = transposed ? n_output / group : n_input > 0 ? n_input / group : FX_DIM_UNKNOWN;
  for (int i = 0; i < window.spatial; i++)
    weights.dims[2 + i] = window.kernel[i];
  inputs[0] = builder->bottoms[0];
  inputs[1] = fx_caffe_weight (builder, 0, "weights", &weights, error);
  inputs[2] = FX_NONE;
  if (inputs[1] == FX_NONE)
    return FALSE;
  if (param->bias_term)
    {
      inputs[2] = fx_caffe_weight (builder, 1, "bias", &FX_SHAPE (n_output), error);
      if (inputs[2] == FX_NONE)
        return FALSE;
    }
  fx_caffe_op (builder, transposed ? "ConvTranspose" : "Conv", NULL, inputs, param->bias_term ? 3 : 2,
               (FxAttr[]){ fx_attr_ints ("kernel_shape", window.kernel, (guint)window.spatial),
                           fx_attr_ints ("strides", window.stride, (guint)window.spatial),
                           fx_attr_ints ("pads", window.pads, 2 * (guint)window.spatial),
                           fx_attr_ints ("dilations", window.dilation, (guint)window.spatial),
                           fx_attr_int ("group", group) },
               5);
  return TRUE;
}

static gint64
declared_group (const FxCaffeLayer *layer)
{
  return layer->convolution_param != NULL ? layer->convolution_param->group : 1;
}

gboolean
fx_caffe_layer_convolution (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  gint64 group = declared_group (layer);

  if (group == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "group is 0, wanted 1 or more");
  return convolve (builder, layer, FALSE, group, error);
}

/* The type itself says that each channel is a group; some files say it, too. */
gboolean
fx_caffe_layer_depthwise (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  gint64 group = declared_group (layer);

  return convolve (builder, layer, FALSE, group > 1 ? group : 0, error);
}

gboolean
fx_caffe_layer_deconvolution (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  gint64 group = declared_group (layer);

  if (group == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "group is 0, wanted 1 or more");
  return convolve (builder, layer, TRUE, group, error);
}

static gboolean
read_pool_window (const Pool *param, Window *window, GError **error)
{
  const Sizes kernel = { "kernel_size",
                         param->has_kernel_size,
                         &param->kernel_size,
                         param->has_kernel_h,
                         param->has_kernel_w,
                         param->kernel_h,
                         param->kernel_w,
                         1,
                         -1 };
  const Sizes stride = {
    "stride", 1, &param->stride, param->has_stride_h, param->has_stride_w, param->stride_h, param->stride_w, 1, 1
  };
  const Sizes pad = { "pad", 1, &param->pad, param->has_pad_h, param->has_pad_w, param->pad_h, param->pad_w, 0, 0 };

  window->spatial = 2;
  if (!read_sizes (&kernel, 2, window->kernel, error) || !read_sizes (&stride, 2, window->stride, error)
      || !read_sizes (&pad, 2, window->pads, error))
    return FALSE;
  for (int i = 0; i < 2; i++)
    if (window->pads[i] >= window->kernel[i])
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "pad is %" PRId64 ", wanted less than kernel_size %" PRId64,
                      window->pads[i], window->kernel[i]);
  mirror_pads (window);
  return TRUE;
}

/* Caffe rounds the output size up, but lets no window begin behind the bottom; an average counts the padding, but not
 * what sticks out behind it. ceil_mode and count_include_pad say just that. */
gboolean
fx_caffe_layer_pooling (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Pool defaults = FX__CAFFE__POOLING_PARAMETER__INIT;
  const Pool *param = layer->pooling_param != NULL ? layer->pooling_param : &defaults;
  gboolean average = param->pool == FX__CAFFE__POOLING_PARAMETER__POOL_METHOD__AVE, round_up, padded;
  FxAttr attrs[5];
  guint n_attrs = 3;
  Window window;
  int rank;

  if (param->pool == FX__CAFFE__POOLING_PARAMETER__POOL_METHOD__STOCHASTIC || layer->n_top > 1)
    {
      fx_caffe_note (builder, FX_SEVERITY_ERROR, "unsupported-layer",
                     layer->n_top > 1 ? N_ ("Pooling with the places of its maxima as a second top is not translated")
                                      : N_ ("Pooling of method STOCHASTIC is not translated"));
      return fx_caffe_keep (builder, error);
    }
  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  if (param->global_pooling)
    {
      fx_caffe_op1 (builder, average ? "GlobalAveragePool" : "GlobalMaxPool", NULL, builder->bottoms[0]);
      return TRUE;
    }
  if (!read_pool_window (param, &window, error))
    return FALSE;

  round_up = param->round_mode != FX__CAFFE__POOLING_PARAMETER__ROUND_MODE__FLOOR && param->ceil_mode
             && (window.stride[0] > 1 || window.stride[1] > 1);
  padded = window.pads[0] > 0 || window.pads[1] > 0;
  attrs[0] = fx_attr_ints ("kernel_shape", window.kernel, 2);
  attrs[1] = fx_attr_ints ("strides", window.stride, 2);
  attrs[2] = fx_attr_ints ("pads", window.pads, 4);
  if (round_up)
    attrs[n_attrs++] = fx_attr_int ("ceil_mode", 1);
  if (average && padded)
    attrs[n_attrs++] = fx_attr_int ("count_include_pad", 1);
  fx_caffe_op (builder, average ? "AveragePool" : "MaxPool", NULL, builder->bottoms, 1, attrs, n_attrs);
  return TRUE;
}

/* y = x / (1 + alpha × mean of x² in a window of the plane)^beta; k is not used. */
static void
lrn_within_channel (FxCaffeBuilder *builder, const Fx__Caffe__LRNParameter *param)
{
  gint64 size = param->local_size, kernel[] = { size, size }, strides[] = { 1, 1 };
  gint64 pad = (size - 1) / 2, pads[] = { pad, pad, pad, pad };
  FxId x = builder->bottoms[0], y;

  y = fx_caffe_op2 (builder, "Mul", "square", x, x);
  y = fx_caffe_op (builder, "AveragePool", "mean", &y, 1,
                   (FxAttr[]){ fx_attr_ints ("kernel_shape", kernel, 2), fx_attr_ints ("strides", strides, 2),
                               fx_attr_ints ("pads", pads, 4), fx_attr_int ("count_include_pad", 1) },
                   4);
  y = fx_caffe_op2 (builder, "Mul", "scaled", y, fx_caffe_float (builder, "alpha", param->alpha));
  y = fx_caffe_op2 (builder, "Add", "shifted", y, fx_caffe_float (builder, "one", 1.0f));
  y = fx_caffe_op2 (builder, "Pow", "power", y, fx_caffe_float (builder, "beta", param->beta));
  fx_caffe_op2 (builder, "Div", NULL, x, y);
}

gboolean
fx_caffe_layer_lrn (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__LRNParameter defaults = FX__CAFFE__LRNPARAMETER__INIT;
  const Fx__Caffe__LRNParameter *param = layer->lrn_param != NULL ? layer->lrn_param : &defaults;
  int rank;

  if (param->local_size % 2 == 0 || param->local_size > MAX_SIZE)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "local_size is %u, wanted an odd number", param->local_size);
  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  if (param->norm_region == FX__CAFFE__LRNPARAMETER__NORM_REGION__WITHIN_CHANNEL)
    lrn_within_channel (builder, param);
  else
    fx_caffe_op (builder, "LRN", NULL, builder->bottoms, 1,
                 (FxAttr[]){ fx_attr_int ("size", param->local_size), fx_attr_float ("alpha", param->alpha),
                             fx_attr_float ("beta", param->beta), fx_attr_float ("bias", param->k) },
                 4);
  return TRUE;
}

gboolean
fx_caffe_layer_roi_pooling (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__ROIPoolingParameter *param = layer->roi_pooling_param;

  if (param == NULL || param->pooled_h == 0 || param->pooled_w == 0 || param->pooled_h > MAX_SIZE
      || param->pooled_w > MAX_SIZE)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "pooled_h or pooled_w is missing, wanted 1 or more");
  fx_caffe_op (builder, "MaxRoiPool", NULL, builder->bottoms, 2,
               (FxAttr[]){ fx_attr_ints ("pooled_shape", (gint64[]){ param->pooled_h, param->pooled_w }, 2),
                           fx_attr_float ("spatial_scale", param->spatial_scale) },
               2);
  return TRUE;
}

/* ---- SPP ---- */

#define MAX_LEVELS 6 /* 32 × 32 windows */

typedef Fx__Caffe__SPPParameter Spp;

/* `bins` windows side by side that cover `size` exactly, with the padding that Caffe gives them: no more behind than in
 * front, so that an average counts all of it. */
static gboolean
read_bins (gint64 size, gint64 bins, gint64 *kernel, gint64 *begin, gint64 *end, GError **error)
{
  gint64 rest;

  *kernel = (size + bins - 1) / bins;
  rest = *kernel * bins - size;
  *begin = (rest + 1) / 2;
  *end = rest - *begin;
  return *begin < *kernel
         || fx_fail (error, FX_ERROR_BAD_GRAPH, "a bottom of size %" PRId64 " is too small for %" PRId64 " windows",
                     size, bins);
}

/* One level: bins × bins windows, and unless it is the only one, their results as a vector. FX_NONE and *error. */
static FxId
add_level (FxCaffeBuilder *builder, const Spp *param, guint level, const FxShape *x, GError **error)
{
  gboolean average = param->pool == FX__CAFFE__SPPPARAMETER__POOL_METHOD__AVE, alone = param->pyramid_height == 1;
  gint64 bins = (gint64)1 << level, kernel[2], pads[4], flat[] = { 0, x->dims[1] * bins * bins };
  g_autofree char *pooled = g_strdup_printf ("pool%u", level), *flattened = g_strdup_printf ("flat%u", level);
  g_autofree char *shape = g_strdup_printf ("shape%u", level);
  FxAttr attrs[4];
  guint n_attrs = 3;
  FxId y;

  if (!read_bins (x->dims[2], bins, &kernel[0], &pads[0], &pads[2], error)
      || !read_bins (x->dims[3], bins, &kernel[1], &pads[1], &pads[3], error))
    return FX_NONE;
  attrs[0] = fx_attr_ints ("kernel_shape", kernel, 2);
  attrs[1] = fx_attr_ints ("strides", kernel, 2);
  attrs[2] = fx_attr_ints ("pads", pads, 4);
  if (average)
    attrs[n_attrs++] = fx_attr_int ("count_include_pad", 1);
  y = fx_caffe_op (builder, average ? "AveragePool" : "MaxPool", alone ? NULL : pooled, builder->bottoms, 1, attrs,
                   n_attrs);
  /* the size is said, so that an input of another size is an error and not another network */
  return alone ? y : fx_caffe_op2 (builder, "Reshape", flattened, y, fx_caffe_ints (builder, shape, flat, 2));
}

/* Pools 1, 2 × 2, 4 × 4 … windows over the plane and lines their results up. */
gboolean
fx_caffe_layer_spp (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Spp defaults = FX__CAFFE__SPPPARAMETER__INIT;
  const Spp *param = layer->spp_param != NULL ? layer->spp_param : &defaults;
  FxId levels[MAX_LEVELS];
  FxShape x;
  int rank;

  if (param->pyramid_height < 1 || param->pyramid_height > MAX_LEVELS)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "pyramid_height is %u, wanted 1 to %d", param->pyramid_height,
                    MAX_LEVELS);
  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  x = *fx_caffe_declared (builder, builder->bottoms[0]);
  if (param->pool == FX__CAFFE__SPPPARAMETER__POOL_METHOD__STOCHASTIC || x.dims[1] < 1 || x.dims[2] < 1
      || x.dims[3] < 1)
    {
      fx_caffe_note (builder, FX_SEVERITY_ERROR, "unsupported-layer",
                     param->pool == FX__CAFFE__SPPPARAMETER__POOL_METHOD__STOCHASTIC
                         ? N_ ("SPP of method STOCHASTIC is not translated")
                         : N_ ("SPP is not translated where the network does not give the size of its input"));
      return fx_caffe_keep (builder, error);
    }
  for (guint i = 0; i < param->pyramid_height; i++)
    {
      levels[i] = add_level (builder, param, i, &x, error);
      if (levels[i] == FX_NONE)
        return FALSE;
    }
  if (param->pyramid_height > 1)
    fx_caffe_op (builder, "Concat", NULL, levels, param->pyramid_height, (FxAttr[]){ fx_attr_int ("axis", 1) }, 1);
  return TRUE;
}
