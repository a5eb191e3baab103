/* RoiAlign: samples regions of an image on a grid with bilinear interpolation (Mask R-CNN, section 3).
 * https://onnx.ai/onnx/operators/onnx__RoiAlign.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

enum
{
  MODE_AVG,
  MODE_MAX
};

enum
{
  HALF_PIXEL,
  OUTPUT_HALF_PIXEL
};

static const char *const modes[] = { "avg", "max", NULL };
static const char *const transformations[] = { "half_pixel", "output_half_pixel", NULL };

typedef struct
{
  int mode, coordinate_transformation_mode;
  gint64 output_height, output_width, sampling_ratio;
  float spatial_scale;
} Params;

static const FxAttrRow attrs[] = {
  FX_CHOICE (Params, mode, modes, MODE_AVG, "How the samples of a cell become one number"),
  FX_CHOICE (Params, coordinate_transformation_mode, transformations, HALF_PIXEL,
             "half_pixel shifts regions by -0.5; before opset 16 it is output_half_pixel"),
  FX_INT (Params, output_height, 1, "Rows of the grid"),
  FX_INT (Params, output_width, 1, "Columns of the grid"),
  FX_INT (Params, sampling_ratio, 0, "Samples along each axis of a cell; 0: as many as it has pixels"),
  FX_FLOAT (Params, spatial_scale, 1.0f, "From coordinates of the regions to those of X"),
  FX_ATTR_END,
};

#define MAX_GRID 65536
#define MAX_SAMPLES 4096 /* along one axis of a cell: more is a region far larger than any image */

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape, *rois = &infer->inputs[1].shape, *images = &infer->inputs[2].shape;
  FxShape y = fx_shape_of_rank (4);

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "rois", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 2, "batch_indices", FX_TYPE_BIT (INT64), error)
      || !fx_infer_check_rank (infer, 0, "X", 4, 4, error) || !fx_infer_check_rank (infer, 1, "rois", 2, 2, error)
      || !fx_infer_check_rank (infer, 2, "batch_indices", 1, 1, error))
    return FALSE;
  if (params->output_height < 1 || params->output_height > MAX_GRID || params->output_width < 1
      || params->output_width > MAX_GRID)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "output is %" PRId64 " by %" PRId64 ", wanted 1 to %d each",
                    params->output_height, params->output_width, MAX_GRID);
  if (params->sampling_ratio < 0 || params->sampling_ratio > MAX_SAMPLES)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"sampling_ratio\" is %" PRId64 ", wanted 0 to %d",
                    params->sampling_ratio, MAX_SAMPLES);
  if (rois->rank >= 0 && rois->dims[1] >= 0 && rois->dims[1] != 4)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "rois has rows of %" PRId64 " elements, wanted 4", rois->dims[1]);
  if (rois->rank >= 0 && images->rank >= 0 && rois->dims[0] >= 0 && images->dims[0] >= 0
      && rois->dims[0] != images->dims[0])
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "batch_indices has %" PRId64 " elements for %" PRId64 " rois",
                    images->dims[0], rois->dims[0]);
  y.dims[0] = rois->rank >= 0 ? rois->dims[0] : images->rank >= 0 ? images->dims[0] : FX_DIM_UNKNOWN;
  y.dims[1] = x->rank >= 0 ? x->dims[1] : FX_DIM_UNKNOWN;
  y.dims[2] = params->output_height;
  y.dims[3] = params->output_width;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* One axis of one region, in pixels. */
typedef struct
{
  double start, cell; /* cell is the size of one */
  gint64 samples;     /* in a cell */
  gint64 size;        /* of the image */
} Axis;

static gboolean
axis_of (const Params *params, guint version, float begin, float end, gint64 cells, gint64 size, Axis *axis,
         GError **error)
{
  gboolean half_pixel = version >= 16 && params->coordinate_transformation_mode == HALF_PIXEL;
  double scale = (double)params->spatial_scale, shift = half_pixel ? 0.5 : 0.0;
  double length = (double)end * scale - (double)begin * scale;

  if (!half_pixel)
    length = MAX (length, 1.0);
  *axis = (Axis){ (double)begin * scale - shift, length / (double)cells, params->sampling_ratio, size };
  if (!isfinite (axis->start) || !isfinite (axis->cell) || axis->cell > MAX_SAMPLES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "rois has a region from %g to %g", (double)begin, (double)end);
  if (axis->samples == 0)
    axis->samples = (gint64)ceil (axis->cell);
  return TRUE;
}

/* The two pixels next to a sample and the weight of the second; FALSE outside the image by more than one pixel. */
static gboolean
locate (const Axis *axis, gint64 cell, gint64 sample, gint64 *low, gint64 *high, double *weight)
{
  double at = axis->start + (double)cell * axis->cell + ((double)sample + 0.5) * axis->cell / (double)axis->samples;

  if (!(at >= -1.0 && at <= (double)axis->size) || axis->size == 0)
    return FALSE;
  at = MAX (at, 0.0);
  *low = MIN ((gint64)at, axis->size - 1);
  *high = MIN (*low + 1, axis->size - 1);
  *weight = *high == *low ? 0.0 : at - (double)*low;
  return TRUE;
}

static float
pool_cell (const float *x, const Axis *rows, const Axis *columns, gint64 r, gint64 c, int mode)
{
  double sum = 0.0, max = 0.0;
  gboolean first = TRUE;

  for (gint64 i = 0; i < rows->samples; i++)
    for (gint64 j = 0; j < columns->samples; j++)
      {
        gint64 top, bottom, left, right;
        double v = 0.0, down, along, corner[4] = { 0 };

        if (locate (rows, r, i, &top, &bottom, &down) && locate (columns, c, j, &left, &right, &along))
          {
            corner[0] = (1.0 - down) * (1.0 - along) * (double)x[top * columns->size + left];
            corner[1] = (1.0 - down) * along * (double)x[top * columns->size + right];
            corner[2] = down * (1.0 - along) * (double)x[bottom * columns->size + left];
            corner[3] = down * along * (double)x[bottom * columns->size + right];
          }
        sum += corner[0] + corner[1] + corner[2] + corner[3];
        /* the largest weighted corner, not the largest sample: what the reference does */
        v = MAX (MAX (corner[0], corner[1]), MAX (corner[2], corner[3]));
        max = first ? v : MAX (max, v);
        first = FALSE;
      }
  if (mode == MODE_MAX)
    return (float)max;
  return (float)(sum / (double)MAX (rows->samples * columns->samples, 1));
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxShape *in = &eval->inputs[0].shape, *out = &eval->outputs[0].shape;
  const float *x = eval->inputs[0].data, *rois = eval->inputs[1].data;
  const gint64 *images = eval->inputs[2].data;
  float *y = eval->outputs[0].data;
  gint64 channels = in->dims[1];
  gsize in_plane = fx_shape_product (in, 2, 4), out_plane = fx_shape_product (out, 2, 4);

  for (gint64 k = 0; k < out->dims[0]; k++)
    {
      const float *roi = rois + k * 4;
      Axis rows, columns;

      if (images[k] < 0 || images[k] >= in->dims[0])
        return fx_fail (error, FX_ERROR_BAD_DATA, "batch_indices names image %" PRId64 " of %" PRId64, images[k],
                        in->dims[0]);
      if (!axis_of (params, eval->version, roi[1], roi[3], out->dims[2], in->dims[2], &rows, error)
          || !axis_of (params, eval->version, roi[0], roi[2], out->dims[3], in->dims[3], &columns, error))
        return FALSE;
#pragma omp parallel for if ((gsize)channels * out_plane > FX_PARALLEL_MIN / 16)
      for (gint64 c = 0; c < channels; c++)
        for (gsize i = 0; i < out_plane; i++)
          y[(gsize)(k * channels + c) * out_plane + i]
              = pool_cell (x + (gsize)(images[k] * channels + c) * in_plane, &rows, &columns, (gint64)i / out->dims[3],
                           (gint64)i % out->dims[3], params->mode);
    }
  return TRUE;
}

const FxOp fx_op_roi_align = {
  .name = "RoiAlign",
  .doc = "Samples regions of interest on a grid with bilinear interpolation",
  .since = 10,
  .min_inputs = 3,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
