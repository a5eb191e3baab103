/* Col2Im: adds up overlapping blocks, given as columns, into images.
 * https://onnx.ai/onnx/operators/onnx__Col2Im.html
 *
 * input [N, C × block elements, blocks]; the result is [N, C, image_shape…].
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-index.h"

#include <string.h>

typedef struct
{
  FxInts dilations, pads, strides;
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, dilations, "Step between the elements of a block along each axis; default: 1"),
  FX_INTS (Params, pads, "Pixels before each axis, then after each, that blocks may reach over; default: 0"),
  FX_INTS (Params, strides, "Step between blocks along each axis; default: 1"),
  FX_ATTR_END,
};

#define MAX_AXES (FX_MAX_RANK - 2)

/* Everything fits 31 bits, so that products of two do not overflow. */
typedef struct
{
  int axes;
  gint64 image[MAX_AXES], block[MAX_AXES], blocks[MAX_AXES];
  gint64 dilation[MAX_AXES], stride[MAX_AXES], pad[MAX_AXES];
} Layout;

static gboolean
in_range (gint64 value, gint64 min)
{
  return value >= min && value <= G_MAXINT32;
}

static gboolean
fill_layout (const Params *params, const gint64 *image, guint n, const gint64 *block, guint n_block, Layout *layout,
             GError **error)
{
  if (n == 0 || n > MAX_AXES || n_block != n)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "image_shape and block_shape have %u and %u sizes, wanted 1 to %d each",
                    n, n_block, MAX_AXES);
  if ((params->dilations.n != 0 && params->dilations.n != n) || (params->strides.n != 0 && params->strides.n != n)
      || (params->pads.n != 0 && params->pads.n != 2 * n))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "dilations, strides and pads have %u, %u and %u elements, wanted %u, %u and %u",
                    params->dilations.n, params->strides.n, params->pads.n, n, n, 2 * n);
  layout->axes = (int)n;
  for (guint i = 0; i < n; i++)
    {
      gint64 end = params->pads.n > 0 ? params->pads.data[n + i] : 0, span;

      layout->image[i] = image[i];
      layout->block[i] = block[i];
      layout->dilation[i] = params->dilations.n > 0 ? params->dilations.data[i] : 1;
      layout->stride[i] = params->strides.n > 0 ? params->strides.data[i] : 1;
      layout->pad[i] = params->pads.n > 0 ? params->pads.data[i] : 0;
      if (!in_range (image[i], 1) || !in_range (block[i], 1) || !in_range (layout->dilation[i], 1)
          || !in_range (layout->stride[i], 1) || !in_range (layout->pad[i], 0) || !in_range (end, 0))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "a size, dilation, stride or pad of axis %u is out of range", i);
      span = image[i] + layout->pad[i] + end - layout->dilation[i] * (block[i] - 1) - 1;
      if (span < 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "a block is larger than the padded image along axis %u", i);
      layout->blocks[i] = span / layout->stride[i] + 1;
    }
  return TRUE;
}

static gint64
product (const gint64 *values, int n)
{
  gint64 result = 1;

  for (int i = 0; i < n; i++)
    result = fx_dim_mul (result, values[i]);
  return result;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape;
  g_autofree gint64 *image = NULL, *block = NULL;
  FxShape shape = FX_SHAPE_UNKNOWN;
  Layout layout;
  guint n, n_block;
  FxListState state = fx_infer_list (infer, 1, "image_shape", (FxInts){ NULL, 0 }, &image, &n, error), other;

  if (state == FX_LIST_ERROR || !fx_infer_check_rank (infer, 0, "input", 3, 3, error)
      || !fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT, error))
    return FALSE;
  other = fx_infer_list (infer, 2, "block_shape", (FxInts){ NULL, 0 }, &block, &n_block, error);
  if (other == FX_LIST_ERROR)
    return FALSE;
  if (state == FX_LIST_KNOWN && other == FX_LIST_KNOWN)
    {
      gint64 elements, blocks;

      if (!fill_layout (infer->params, image, n, block, n_block, &layout, error))
        return FALSE;
      elements = product (layout.block, layout.axes);
      blocks = product (layout.blocks, layout.axes);
      shape = fx_shape_of_rank (layout.axes + 2);
      for (int i = 0; i < layout.axes; i++)
        shape.dims[2 + i] = layout.image[i];
      if (x->rank == 3)
        {
          if ((x->dims[1] >= 0 && x->dims[1] % elements != 0) || (x->dims[2] >= 0 && x->dims[2] != blocks))
            return fx_fail (error, FX_ERROR_BAD_GRAPH,
                            "input has %" PRId64 " rows and %" PRId64 " columns, wanted a multiple of %" PRId64
                            " and %" PRId64,
                            x->dims[1], x->dims[2], elements, blocks);
          shape.dims[0] = x->dims[0];
          shape.dims[1] = x->dims[1] >= 0 ? x->dims[1] / elements : FX_DIM_UNKNOWN;
        }
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

/* One image from all rows of its channel. */
static void
add_blocks (const Layout *layout, const float *x, float *y)
{
  gsize elements = (gsize)product (layout->block, layout->axes), blocks = (gsize)product (layout->blocks, layout->axes);
  FxOdometer element = fx_odometer_new (layout->block, layout->axes, 0);

  for (gsize e = 0; e < elements; e++, fx_odometer_step (&element))
    {
      FxOdometer block = fx_odometer_new (layout->blocks, layout->axes, 0);

      for (gsize b = 0; b < blocks; b++, fx_odometer_step (&block), x++)
        {
          gint64 at = 0;
          gboolean inside = TRUE;

          for (int d = 0; d < layout->axes; d++)
            {
              gint64 i = block.at[d] * layout->stride[d] - layout->pad[d] + element.at[d] * layout->dilation[d];

              inside = inside && i >= 0 && i < layout->image[d];
              at = at * layout->image[d] + (inside ? i : 0);
            }
          if (inside)
            y[at] += *x;
        }
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *x = &eval->inputs[0];
  FxArray *y = &eval->outputs[0];
  g_autofree gint64 *image = NULL, *block = NULL;
  gint64 images, columns, plane;
  Layout layout;
  guint n, n_block;

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
  image = fx_eval_dup_ints (eval, 1, &n);
  block = fx_eval_dup_ints (eval, 2, &n_block);
  if (!fill_layout (eval->params, image, n, block, n_block, &layout, error))
    return FALSE;
  if (fx_array_elements (y) == 0)
    return TRUE;
  memset (y->data, 0, fx_array_bytes (y));
  images = y->shape.dims[0] * y->shape.dims[1];
  plane = (gint64)fx_shape_product (&y->shape, 2, y->shape.rank);
  columns = (gint64)fx_array_elements (x) / images;
#pragma omp parallel for if (images * columns > FX_PARALLEL_MIN)
  for (gint64 i = 0; i < images; i++)
    add_blocks (&layout, (const float *)x->data + i * columns, (float *)y->data + i * plane);
  return TRUE;
}

const FxOp fx_op_col2im = {
  .name = "Col2Im",
  .doc = "Adds up overlapping blocks into images",
  .since = 18,
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
