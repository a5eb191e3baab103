/* DeformConv: a convolution over images whose kernel elements are moved by learned offsets and weighted by a mask
 * (Zhu et al. 2019, "Deformable ConvNets v2").  https://onnx.ai/onnx/operators/onnx__DeformConv.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/conv.h"
#include "core/ops/fx-op.h"

#include <math.h>

typedef struct
{
  FxWindowAttrs window;
  gint64 group, offset_group;
} Params;

#define ATTR(field, text) FX_WINDOW_ROW (Params, field, FX_ATTR_INTS, FALSE, text)

static const FxAttrRow attrs[] = {
  ATTR (kernel_shape, "Window size along each spatial axis; that of the weights if empty"),
  ATTR (strides, "Step along each spatial axis; 1 if empty"),
  ATTR (dilations, "Distance between kernel elements; 1 if empty"),
  ATTR (pads, "Padding at the begin of every axis, then at the end; 0 if empty"),
  FX_INT (Params, group, 1, "Number of groups that channels are divided into"),
  FX_INT (Params, offset_group, 1, "Number of groups of input channels with offsets of their own"),
  FX_ATTR_END,
};

enum
{
  X,
  W,
  OFFSET,
  B,
  MASK
};

static gboolean
resolve (const Params *params, const FxShape *x, const FxShape *w, FxWindow *window, GError **error)
{
  const FxConvParams conv = { params->window, params->group };

  return fx_conv_resolve (&conv, x, w, window, error);
}

/* The offsets are [N, groups × taps × 2, out…] and the mask [N, groups × taps, out…], as far as can be told. */
static gboolean
check_field (const FxInfer *infer, guint i, const char *what, int per_tap, const FxWindow *window, gint64 n,
             GError **error)
{
  const Params *params = infer->params;
  FxShape wanted, shape = infer->inputs[i].shape;

  if (!infer->inputs[i].present)
    return TRUE;
  wanted = fx_window_output_shape (window, n, FX_DIM_UNKNOWN);
  /* the kernel has at most 2³⁰ elements, offset_group divides the channels */
  if (window->kernel[0] >= 0 && window->kernel[1] >= 0)
    wanted.dims[1] = params->offset_group * per_tap * window->kernel[0] * window->kernel[1];
  if (!fx_shape_merge (&shape, &wanted))
    {
      g_autofree char *found = fx_shape_to_string (&infer->inputs[i].shape);
      g_autofree char *text = fx_shape_to_string (&wanted);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted %s", what, found, text);
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  static const char *const names[] = { "X", "W", "offset", "B", "mask" };
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[X].shape, *w = &infer->inputs[W].shape;
  gint64 n = x->rank >= 0 ? x->dims[0] : FX_DIM_UNKNOWN, channels = x->rank >= 2 ? x->dims[1] : FX_DIM_UNKNOWN;
  gint64 m = w->rank >= 0 ? w->dims[0] : FX_DIM_UNKNOWN;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxWindow window;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!fx_infer_check_type (infer, i, names[i], FX_TYPES_FLOAT, error))
      return FALSE;
  if (!fx_infer_check_rank (infer, X, "X", 4, 4, error) || !fx_infer_check_rank (infer, W, "W", 4, 4, error)
      || !fx_conv_check_vector (infer, B, "B", m, FALSE, error))
    return FALSE;
  if (params->offset_group < 1 || params->offset_group > FX_WINDOW_MAX
      || (channels >= 0 && channels % params->offset_group != 0))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "attribute \"offset_group\" is %" PRId64 ", wanted a divisor of the number of channels",
                    params->offset_group);
  if (x->rank >= 0 || w->rank >= 0)
    {
      if (!resolve (params, x, w, &window, error) || !check_field (infer, OFFSET, "offset", 2, &window, n, error)
          || !check_field (infer, MASK, "mask", 1, &window, n, error))
        return FALSE;
      y = fx_window_output_shape (&window, n, m);
    }
  fx_infer_set (infer, 0, infer->inputs[X].dtype, &y);
  return TRUE;
}

/* Bilinear between the pixels around (h, w); pixels outside of the image are 0. */
static float
sample (const float *plane, gint64 height, gint64 width, float h, float w)
{
  gint64 top, left;
  float down, along, corner[2][2];

  if (!(h > -1.0f && h < (float)height && w > -1.0f && w < (float)width))
    return 0.0f;
  top = (gint64)floorf (h);
  left = (gint64)floorf (w);
  down = h - (float)top;
  along = w - (float)left;
  for (gint64 i = 0; i < 2; i++)
    for (gint64 j = 0; j < 2; j++)
      {
        gboolean inside = top + i >= 0 && top + i < height && left + j >= 0 && left + j < width;

        corner[i][j] = inside ? plane[(top + i) * width + left + j] : 0.0f;
      }
  return (1.0f - down) * ((1.0f - along) * corner[0][0] + along * corner[0][1])
         + down * ((1.0f - along) * corner[1][0] + along * corner[1][1]);
}

/* What the kernel sees at output pixel (oh, ow) of image n: columns[C, taps]. */
static void
gather (const FxEval *eval, const FxWindow *win, gint64 n, gint64 oh, gint64 ow, float *columns)
{
  const Params *params = eval->params;
  gint64 channels = eval->inputs[X].shape.dims[1], taps = win->kernel[0] * win->kernel[1];
  gint64 per_group = channels / params->offset_group, out_plane = win->out[0] * win->out[1];
  gint64 pixel = oh * win->out[1] + ow;
  const float *x = (const float *)eval->inputs[X].data + n * channels * win->in[0] * win->in[1];
  const float *offset = (const float *)eval->inputs[OFFSET].data + n * params->offset_group * taps * 2 * out_plane;
  const float *mask = eval->inputs[MASK].data;

  if (mask != NULL)
    mask += n * params->offset_group * taps * out_plane;
  for (gint64 g = 0; g < params->offset_group; g++)
    for (gint64 k = 0; k < taps; k++)
      {
        gint64 tap = g * taps + k, kh = k / win->kernel[1], kw = k % win->kernel[1];
        float h = (float)(oh * win->stride[0] - win->pad_begin[0] + kh * win->dilation[0]);
        float w = (float)(ow * win->stride[1] - win->pad_begin[1] + kw * win->dilation[1]);
        float weight = mask != NULL ? mask[tap * out_plane + pixel] : 1.0f;

        h += offset[2 * tap * out_plane + pixel];
        w += offset[(2 * tap + 1) * out_plane + pixel];
        for (gint64 c = g * per_group; c < (g + 1) * per_group; c++)
          columns[c * taps + k] = weight * sample (x + c * win->in[0] * win->in[1], win->in[0], win->in[1], h, w);
      }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxShape *x = &eval->inputs[X].shape, *w = &eval->inputs[W].shape;
  const float *weights = eval->inputs[W].data, *bias = eval->inputs[B].data;
  float *y = eval->outputs[0].data;
  gint64 m = w->dims[0], filter, out_plane;
  FxWindow win;

  if (!resolve (params, x, w, &win, error))
    return FALSE;
  filter = w->dims[1] * w->dims[2] * w->dims[3];
  out_plane = win.out[0] * win.out[1];

#pragma omp parallel for schedule(dynamic)
  for (gint64 row = 0; row < x->dims[0] * win.out[0]; row++)
    {
      gint64 n = row / win.out[0], oh = row % win.out[0];
      g_autofree float *columns = g_new (float, (gsize)(filter * params->group + 1));

      for (gint64 ow = 0; ow < win.out[1]; ow++)
        {
          gather (eval, &win, n, oh, ow, columns);
          for (gint64 o = 0; o < m; o++)
            {
              const float *from = columns + o / (m / params->group) * filter;
              float sum = 0.0f;

              for (gint64 i = 0; i < filter; i++)
                sum += weights[o * filter + i] * from[i];
              y[(n * m + o) * out_plane + oh * win.out[1] + ow] = sum + (bias != NULL ? bias[o] : 0.0f);
            }
        }
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_conv_macs (&infer->outputs[0].shape, &infer->inputs[W].shape);
}

const FxOp fx_op_deform_conv = {
  .name = "DeformConv",
  .doc = "Convolution over images with offsets and a mask for each kernel element",
  .since = 19,
  .min_inputs = 3,
  .max_inputs = 5,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
