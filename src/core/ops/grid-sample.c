/* GridSample: samples an image, or a volume, at the points of a grid.
 * https://onnx.ai/onnx/operators/onnx__GridSample.html
 *
 * X [N, C, size…], grid [N, out size…, d] with d = 2 or 3 coordinates per point, x first, -1…1 across the image; the
 * result is [N, C, out size…]. Each coordinate gives 1, 2 or 4 pixels and weights; the sample is their product.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-index.h"

#include <math.h>
#include <string.h>

typedef struct
{
  int mode, padding_mode;
  gint64 align_corners;
} Params;

enum
{
  MODE_BILINEAR,
  MODE_NEAREST,
  MODE_BICUBIC,
  MODE_LINEAR, /* opset 20 names */
  MODE_CUBIC
};

enum
{
  PADDING_ZEROS,
  PADDING_BORDER,
  PADDING_REFLECTION
};

static const char *const modes[] = { "bilinear", "nearest", "bicubic", "linear", "cubic", NULL };
static const char *const paddings[] = { "zeros", "border", "reflection", NULL };

static const FxAttrRow attrs[] = {
  FX_CHOICE (Params, mode, modes, MODE_BILINEAR, "How a sample is made of the pixels around it"),
  FX_CHOICE (Params, padding_mode, paddings, PADDING_ZEROS, "What is outside of the image"),
  FX_INT (Params, align_corners, 0, "1: -1 and 1 are the centers of the corner pixels, 0: their outer edges"),
  FX_ATTR_END,
};

#define MAX_AXES 3
#define MAX_TAPS 4
#define MAX_POINTS (MAX_TAPS * MAX_TAPS * MAX_TAPS)

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape, *grid = &infer->inputs[1].shape;
  FxShape shape = FX_SHAPE_UNKNOWN;
  int rank = x->rank >= 0 ? x->rank : grid->rank;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "grid", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "X", 4, MAX_AXES + 2, error)
      || !fx_infer_check_rank (infer, 1, "grid", MAX (rank, 4), rank >= 0 ? rank : MAX_AXES + 2, error))
    return FALSE;
  if (rank >= 0)
    {
      FxShape from = x->rank >= 0 ? *x : fx_shape_of_rank (rank);
      FxShape points = grid->rank >= 0 ? *grid : fx_shape_of_rank (rank);

      if (points.dims[rank - 1] >= 0 && points.dims[rank - 1] != rank - 2)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "grid has %" PRId64 " coordinates, wanted %d", points.dims[rank - 1],
                        rank - 2);
      if (from.dims[0] >= 0 && points.dims[0] >= 0 && from.dims[0] != points.dims[0])
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has %" PRId64 " images, but grid is for %" PRId64, from.dims[0],
                        points.dims[0]);
      for (int i = 2; i < rank; i++)
        if (from.dims[i] == 0)
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has no pixels to sample");
      shape.rank = rank;
      shape.dims[0] = from.dims[0] >= 0 ? from.dims[0] : points.dims[0];
      shape.dims[1] = from.dims[1];
      for (int i = 2; i < rank; i++)
        shape.dims[i] = points.dims[i - 1];
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

/* Index of a pixel inside, or -1 for zeros. */
static gint64
pad_index (const Params *params, gint64 i, gint64 n)
{
  gint64 period;

  if (i >= 0 && i < n)
    return i;
  if (params->padding_mode == PADDING_ZEROS)
    return -1;
  if (params->padding_mode == PADDING_BORDER)
    return CLAMP (i, 0, n - 1);
  period = params->align_corners ? MAX (2 * (n - 1), 1) : 2 * n;
  i = (i % period + period) % period;
  return i < n ? i : params->align_corners ? period - i : period - 1 - i;
}

static float
to_pixels (const Params *params, float at, gint64 n)
{
  float x = params->align_corners ? (at + 1.0f) / 2.0f * (float)(n - 1) : ((at + 1.0f) * (float)n - 1.0f) / 2.0f;

  /* keeps indices in range; that far outside a mirrored image is noise anyway */
  return isnan (x) ? -1.0e6f : CLAMP (x, -1.0e6f, (float)n + 1.0e6f);
}

/* Pixels and weights of one coordinate; returns how many. */
static int
axis_taps (const Params *params, float at, gint64 n, gint64 *index, float *weight)
{
  const float a = -0.75f;
  float x = to_pixels (params, at, n), t;
  gint64 first;
  int count = 2;

  if (params->mode == MODE_NEAREST)
    {
      index[0] = pad_index (params, (gint64)rintf (x), n);
      weight[0] = 1.0f;
      return 1;
    }
  first = (gint64)floorf (x);
  t = x - floorf (x);
  weight[0] = 1.0f - t;
  weight[1] = t;
  if (params->mode == MODE_BICUBIC || params->mode == MODE_CUBIC)
    {
      float u = 1.0f - t;

      first--;
      count = 4;
      weight[0] = ((a * (t + 1.0f) - 5.0f * a) * (t + 1.0f) + 8.0f * a) * (t + 1.0f) - 4.0f * a;
      weight[1] = ((a + 2.0f) * t - (a + 3.0f)) * t * t + 1.0f;
      weight[2] = ((a + 2.0f) * u - (a + 3.0f)) * u * u + 1.0f;
      weight[3] = ((a * (u + 1.0f) - 5.0f * a) * (u + 1.0f) + 8.0f * a) * (u + 1.0f) - 4.0f * a;
    }
  for (int k = 0; k < count; k++)
    index[k] = pad_index (params, first + k, n);
  return count;
}

/* All pixels of one point: offsets in a plane and weights. Returns how many. */
static int
point_taps (const Params *params, const float *at, const FxShape *x, gint64 *offset, float *weight)
{
  int axes = x->rank - 2, n = 1;

  offset[0] = 0;
  weight[0] = 1.0f;
  for (int d = 0; d < axes; d++)
    {
      gint64 size = x->dims[2 + d], index[MAX_TAPS], base[MAX_POINTS];
      float factor[MAX_TAPS], so_far[MAX_POINTS];
      int taps = axis_taps (params, at[axes - 1 - d], size, index, factor), count = 0;

      memcpy (base, offset, (gsize)n * sizeof *base);
      memcpy (so_far, weight, (gsize)n * sizeof *so_far);
      for (int i = 0; i < n; i++)
        for (int k = 0; k < taps; k++)
          if (index[k] >= 0)
            {
              offset[count] = base[i] * size + index[k];
              weight[count++] = so_far[i] * factor[k];
            }
      n = count;
    }
  return n;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data, *grid = eval->inputs[1].data;
  float *y = eval->outputs[0].data;
  int rank = shape->rank, axes = rank - 2;
  gint64 channels = shape->dims[1], plane = (gint64)fx_shape_product (shape, 2, rank);
  gint64 points = (gint64)fx_shape_product (&eval->outputs[0].shape, 2, rank), total = shape->dims[0] * points;

#pragma omp parallel for if (total * channels > FX_PARALLEL_MIN)
  for (gint64 p = 0; p < total; p++)
    {
      gint64 image = p / points, offset[MAX_POINTS];
      float weight[MAX_POINTS];
      int n = point_taps (eval->params, grid + p * axes, shape, offset, weight);

      for (gint64 c = 0; c < channels; c++)
        {
          const float *from = x + (image * channels + c) * plane;
          float sum = 0.0f;

          for (int k = 0; k < n; k++)
            sum += from[offset[k]] * weight[k];
          y[(image * channels + c) * points + p % points] = sum;
        }
    }
  return TRUE;
}

const FxOp fx_op_grid_sample = {
  .name = "GridSample",
  .doc = "Samples an image at the points of a grid",
  .since = 16,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
