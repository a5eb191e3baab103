/* Crop: cuts borders off images [N, C, H, W], from the experimental operators up to opset 9.
 * https://github.com/onnx/onnx/blob/v1.2.1/docs/Operators.md
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <string.h>

typedef struct
{
  FxInts border; /* left, top, right, bottom */
  FxInts scale;  /* height and width of the result, which starts at left, top; empty: what the borders leave */
} Params;

static const FxAttrRow attrs[] = {
  FX_INTS (Params, border, "Left, top, right and bottom border to cut off; 0 if empty"),
  FX_INTS (Params, scale, "Height and width of the result, from left and top; empty: what the borders leave"),
  FX_ATTR_END,
};

static gint64
border_of (const Params *params, guint side)
{
  return params->border.n != 0 ? params->border.data[side] : 0;
}

/* axis 0 is the height, 1 the width; sizes are checked to stay inside the input. */
static gboolean
cut_axis (const Params *params, guint axis, gint64 size, gint64 *result, GError **error)
{
  gint64 begin = border_of (params, 1 - axis), end = border_of (params, 3 - axis);

  *result = FX_DIM_UNKNOWN;
  if (begin < 0 || end < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"border\" has a negative element");
  if (params->scale.n != 0)
    *result = params->scale.data[axis];
  else if (size >= 0 && begin <= size && end <= size - begin)
    *result = size - begin - end;
  else if (size < 0)
    return TRUE;
  if (*result < 0 || (size >= 0 && (begin > size || *result > size - begin)))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "crop from %" PRId64 " does not fit %s %" PRId64, begin,
                    axis == 0 ? _ ("height") : _ ("width"), size);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape y = infer->inputs[0].shape;

  if (!fx_infer_check_type (infer, 0, "input", FX_TYPES_STORED, error)
      || !fx_infer_check_rank (infer, 0, "input", 4, 4, error))
    return FALSE;
  if (params->border.n != 0 && params->border.n != 4)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"border\" has %u elements, wanted 4", params->border.n);
  if (params->scale.n != 0 && params->scale.n != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"scale\" has %u elements, wanted 2", params->scale.n);
  if (y.rank < 0)
    y = fx_shape_of_rank (4);
  for (guint i = 0; i < 2; i++)
    if (!cut_axis (params, i, y.dims[2 + i], &y.dims[2 + i], error))
      return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxShape *in = &eval->inputs[0].shape, *out = &eval->outputs[0].shape;
  const guint8 *x = eval->inputs[0].data;
  guint8 *y = eval->outputs[0].data;
  gsize element = fx_dtype_size (eval->inputs[0].dtype), row = (gsize)out->dims[3] * element;
  gsize left = (gsize)border_of (params, 0), top = (gsize)border_of (params, 1), height = (gsize)out->dims[2];

  for (gsize k = 0; k < fx_shape_product (out, 0, 3); k++)
    {
      gsize from = k / height * (gsize)in->dims[2] + top + k % height;

      memcpy (y + k * row, x + (from * (gsize)in->dims[3] + left) * element, row);
    }
  return TRUE;
}

const FxOp fx_op_crop = {
  .name = "Crop",
  .doc = "Cuts borders off images (experimental, up to opset 9)",
  .since = 1,
  .until = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
