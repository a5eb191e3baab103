/* MaxRoiPool: the largest element in each cell of a grid laid over regions of an image (Fast R-CNN, section 2.1).
 * https://onnx.ai/onnx/operators/onnx__MaxRoiPool.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

typedef struct
{
  FxInts pooled_shape;
  float spatial_scale;
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, pooled_shape, "Height and width of the grid"),
  FX_FLOAT (Params, spatial_scale, 1.0f, "From coordinates of the regions to those of X"),
  FX_ATTR_END,
};

#define MAX_GRID 65536
#define MAX_COORDINATE 1e9f

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *rois = &infer->inputs[1].shape;
  FxShape y = fx_shape_of_rank (4);

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "rois", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "X", 4, 4, error) || !fx_infer_check_rank (infer, 1, "rois", 2, 2, error))
    return FALSE;
  if (params->pooled_shape.n != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"pooled_shape\" has %u elements, wanted 2",
                    params->pooled_shape.n);
  for (guint i = 0; i < 2; i++)
    {
      y.dims[2 + i] = params->pooled_shape.data[i];
      if (y.dims[2 + i] < 1 || y.dims[2 + i] > MAX_GRID)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"pooled_shape\" has element %" PRId64 ", wanted 1 to %d",
                        y.dims[2 + i], MAX_GRID);
    }
  if (rois->rank >= 0 && rois->dims[1] >= 0 && rois->dims[1] != 5)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "rois has rows of %" PRId64 " elements, wanted 5", rois->dims[1]);
  if (rois->rank >= 0)
    y.dims[0] = rois->dims[0];
  if (x->rank >= 0)
    y.dims[1] = x->dims[1];
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* Cell i of n over the region begin…end, clipped to the image. */
static void
cell_range (float begin, float end, gint64 i, gint64 n, gint64 size, gint64 *first, gint64 *last)
{
  double cell = (double)MAX (end - begin + 1.0f, 1.0f) / (double)n;

  *first = CLAMP ((gint64)floor ((double)i * cell) + (gint64)begin, 0, size);
  *last = CLAMP ((gint64)ceil ((double)(i + 1) * cell) + (gint64)begin, 0, size);
}

static void
pool_plane (const float *x, gint64 height, gint64 width, const float *region, float *y, gint64 rows, gint64 columns)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 c = 0; c < columns; c++)
      {
        gint64 top, bottom, left, right;
        float max = -INFINITY;

        cell_range (region[1], region[3], r, rows, height, &top, &bottom);
        cell_range (region[0], region[2], c, columns, width, &left, &right);
        for (gint64 h = top; h < bottom; h++)
          for (gint64 w = left; w < right; w++)
            max = MAX (max, x[h * width + w]);
        *y++ = bottom > top && right > left ? max : 0.0f;
      }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxShape *in = &eval->inputs[0].shape, *out = &eval->outputs[0].shape;
  const float *x = eval->inputs[0].data, *rois = eval->inputs[1].data;
  float *y = eval->outputs[0].data;
  gint64 channels = in->dims[1];
  gsize in_plane = fx_shape_product (in, 2, 4), out_plane = fx_shape_product (out, 2, 4);

  for (gint64 k = 0; k < out->dims[0]; k++)
    {
      float image = rois[k * 5], region[4];

      if (!(image >= 0.0f && image < (float)in->dims[0]))
        return fx_fail (error, FX_ERROR_BAD_DATA, "rois names image %g of %" PRId64, (double)image, in->dims[0]);
      for (int i = 0; i < 4; i++)
        {
          region[i] = roundf (rois[k * 5 + 1 + i] * params->spatial_scale);
          if (!(fabsf (region[i]) < MAX_COORDINATE))
            return fx_fail (error, FX_ERROR_BAD_DATA, "rois has coordinate %g", (double)region[i]);
        }
#pragma omp parallel for if ((gsize)channels * in_plane > FX_PARALLEL_MIN)
      for (gint64 c = 0; c < channels; c++)
        pool_plane (x + (gsize)((gint64)image * channels + c) * in_plane, in->dims[2], in->dims[3], region,
                    y + (gsize)(k * channels + c) * out_plane, out->dims[2], out->dims[3]);
    }
  return TRUE;
}

const FxOp fx_op_max_roi_pool = {
  .name = "MaxRoiPool",
  .doc = "Largest element in each cell of a grid over regions of interest",
  .since = 1,
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
