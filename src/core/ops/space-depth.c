/* DepthToSpace and SpaceToDepth: blocks of channels into blocks of pixels and back.
 * https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 blocksize;
  int mode;
} Params;

/* which of the channels is the outer one: the block (depth-column-row) or the channel (column-row-depth) */
enum
{
  MODE_DCR,
  MODE_CRD
};

static const char *const modes[] = { "DCR", "CRD", NULL };

static const FxAttrRow depth_to_space_attrs[] = {
  FX_INT_REQUIRED (Params, blocksize, "Pixels along each side of a block"),
  FX_CHOICE (Params, mode, modes, MODE_DCR, "Order of the channels: block first, or channel first (opset 11)"),
  FX_ATTR_END,
};

static const FxAttrRow space_to_depth_attrs[] = {
  FX_INT_REQUIRED (Params, blocksize, "Pixels along each side of a block"),
  FX_ATTR_END,
};

static gboolean
divide (gint64 size, gint64 by, const char *what, gint64 *out, GError **error)
{
  *out = size < 0 && by != 1 ? FX_DIM_UNKNOWN : size / by;
  if (size >= 0 && size % by != 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%" PRId64 " %s are not a multiple of %" PRId64, size, what, by);
  return TRUE;
}

static gboolean
check_operands (const FxInfer *infer, GError **error)
{
  const Params *params = infer->params;

  if (params->blocksize < 1 || params->blocksize > G_MAXINT16)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"blocksize\" is %" PRId64 ", wanted 1 to %d",
                    params->blocksize, G_MAXINT16);
  return fx_infer_check_rank (infer, 0, "input", 4, 4, error);
}

static gboolean
infer_depth_to_space (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  gint64 b = params->blocksize;
  FxShape shape = infer->inputs[0].shape;

  if (!check_operands (infer, error))
    return FALSE;
  if (shape.rank < 0)
    shape = fx_shape_of_rank (4);
  if (!divide (shape.dims[1], b * b, "channels", &shape.dims[1], error))
    return FALSE;
  shape.dims[2] = fx_dim_mul (shape.dims[2], b);
  shape.dims[3] = fx_dim_mul (shape.dims[3], b);
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
infer_space_to_depth (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  gint64 b = params->blocksize;
  FxShape shape = infer->inputs[0].shape;

  if (!check_operands (infer, error))
    return FALSE;
  if (shape.rank < 0)
    shape = fx_shape_of_rank (4);
  shape.dims[1] = fx_dim_mul (shape.dims[1], b * b);
  if (!divide (shape.dims[2], b, "rows", &shape.dims[2], error)
      || !divide (shape.dims[3], b, "columns", &shape.dims[3], error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static gboolean
eval_depth_to_space (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const gint64 *dims = x->shape.dims;
  gint64 b = params->blocksize, channels = dims[1] / (b * b), plane = dims[2] * dims[3];
  gint64 block = params->mode == MODE_DCR ? channels * plane : plane;
  gint64 channel = params->mode == MODE_DCR ? plane : b * b * plane;
  FxCopy copy = { .rank = 0 };

  fx_copy_add (&copy, dims[0], dims[1] * plane, 0);
  fx_copy_add (&copy, channels, channel, 0);
  fx_copy_add (&copy, dims[2], dims[3], 0);
  fx_copy_add (&copy, b, b * block, 0);
  fx_copy_add (&copy, dims[3], 1, 0);
  fx_copy_add (&copy, b, block, 0);
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, x->data, eval->outputs[0].data, fx_dtype_size (x->dtype));
  return TRUE;
}

static gboolean
eval_space_to_depth (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const gint64 *dims = x->shape.dims;
  gint64 b = params->blocksize, plane = dims[2] * dims[3];
  FxCopy copy = { .rank = 0 };

  fx_copy_add (&copy, dims[0], dims[1] * plane, 0);
  fx_copy_add (&copy, b, dims[3], 0);
  fx_copy_add (&copy, b, 1, 0);
  fx_copy_add (&copy, dims[1], plane, 0);
  fx_copy_add (&copy, dims[2] / b, b * dims[3], 0);
  fx_copy_add (&copy, dims[3] / b, b, 0);
  fx_copy_dense_to (&copy);
  fx_copy_run (&copy, x->data, eval->outputs[0].data, fx_dtype_size (x->dtype));
  return TRUE;
}

const FxOp fx_op_depth_to_space = {
  .name = "DepthToSpace",
  .doc = "Rearranges channels into blocks of pixels",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = depth_to_space_attrs,
  .params_size = sizeof (Params),
  .infer = infer_depth_to_space,
  .eval = eval_depth_to_space,
};

const FxOp fx_op_space_to_depth = {
  .name = "SpaceToDepth",
  .doc = "Rearranges blocks of pixels into channels",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = space_to_depth_attrs,
  .params_size = sizeof (Params),
  .infer = infer_space_to_depth,
  .eval = eval_space_to_depth,
};
