/* MaxUnpool: puts elements back where a MaxPool took them from; everything else is 0.
 * https://onnx.ai/onnx/operators/onnx__MaxUnpool.html
 *
 * Indices count in the tensor whose sizes follow from kernel, strides and pads. With output_shape, which may be larger,
 * an element keeps its coordinates, not its index: the specification's own example shows it so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/max-unpool.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <string.h>

#define ATTR(field, is_required, text) FX_WINDOW_ROW (FxMaxUnpoolParams, field, FX_ATTR_INTS, is_required, text)

static const FxAttrRow attrs[] = {
  ATTR (kernel_shape, TRUE, "Window size of the pool along each spatial axis"),
  ATTR (strides, FALSE, "Step of the pool along each spatial axis; 1 if empty"),
  ATTR (pads, FALSE, "Padding of the pool at the begin of every axis, then at the end; 0 if empty"),
  FX_ATTR_END,
};

/* The shape that the indices count in: (in - 1) × stride + kernel - pads. */
static gboolean
resolve (const FxMaxUnpoolParams *params, const FxShape *x, FxShape *y, GError **error)
{
  FxWindow window;

  if (!fx_window_read (&params->window, x, NULL, &window, error))
    return FALSE;
  for (int i = 0; i < window.spatial_rank; i++)
    {
      if (window.in[i] < 0)
        continue;
      if (window.in[i] > FX_WINDOW_MAX)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "X has size %" PRId64 " at axis %d", window.in[i], 2 + i);
      window.out[i]
          = (window.in[i] - 1) * window.stride[i] + window.kernel[i] - window.pad_begin[i] - window.pad_end[i];
      if (window.out[i] < 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "output has size %" PRId64 " at axis %d, wanted 0 or more",
                        window.out[i], 2 + i);
    }
  *y = fx_window_output_shape (&window, x->dims[0], x->dims[1]);
  return TRUE;
}

/* Replaces the shape by the output_shape operand if its value is known. */
static gboolean
read_output_shape (const FxInfer *infer, FxShape *y, GError **error)
{
  g_autofree gint64 *sizes = NULL;
  g_autoptr (GError) local_error = NULL;
  guint n;

  if (!infer->inputs[2].present)
    return TRUE;
  if (!fx_infer_get_ints (infer, 2, "output_shape", &sizes, &n, &local_error))
    {
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      *y = y->rank >= 0 ? fx_shape_of_rank (y->rank) : FX_SHAPE_UNKNOWN;
      return TRUE;
    }
  if (n > FX_MAX_RANK || (y->rank >= 0 && n != (guint)y->rank))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "output_shape has %u elements, wanted one for each dimension of X", n);
  for (guint i = 0; i < n; i++)
    if (sizes[i] < 0 || (y->rank >= 0 && y->dims[i] >= 0 && sizes[i] < y->dims[i]))
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "output_shape has size %" PRId64 " at axis %u, too small", sizes[i],
                      i);
  *y = fx_shape_new ((int)n, sizes);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape x = infer->inputs[0].shape, y = FX_SHAPE_UNKNOWN;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_type (infer, 1, "I", FX_TYPE_BIT (INT64), error)
      || !fx_infer_check_type (infer, 2, "output_shape", FX_TYPE_BIT (INT64), error))
    return FALSE;
  if (!fx_shape_merge (&x, &infer->inputs[1].shape))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X and I differ in shape");
  if ((x.rank >= 0 && !resolve (infer->params, &x, &y, error)) || !read_output_shape (infer, &y, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

/* The index in `to` of the element that is number i in `from`; FALSE if it is in neither. */
static gboolean
translate (const FxShape *from, const FxShape *to, gsize i, gsize *index)
{
  gsize step = 1;

  *index = 0;
  for (int axis = from->rank - 1; axis >= 0; axis--)
    {
      gsize at;

      if (from->dims[axis] == 0)
        return FALSE;
      at = i % (gsize)from->dims[axis];
      i /= (gsize)from->dims[axis];
      if (at >= (gsize)to->dims[axis])
        return FALSE;
      *index += at * step;
      step *= (gsize)to->dims[axis];
    }
  return i == 0;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const float *x = eval->inputs[0].data;
  const gint64 *indices = eval->inputs[1].data;
  const FxShape *shape = &eval->outputs[0].shape;
  float *y = eval->outputs[0].data;
  FxShape counted;

  if (!resolve (eval->params, &eval->inputs[0].shape, &counted, error))
    return FALSE;
  memset (y, 0, fx_array_bytes (&eval->outputs[0]));
  for (gsize i = 0; i < fx_array_elements (&eval->inputs[0]); i++)
    {
      gsize index;

      if (indices[i] < 0 || !translate (&counted, shape, (gsize)indices[i], &index))
        return fx_fail (error, FX_ERROR_BAD_DATA, "I has index %" PRId64 ", outside the output", indices[i]);
      y[index] = x[i];
    }
  return TRUE;
}

const FxOp fx_op_max_unpool = {
  .name = "MaxUnpool",
  .doc = "Puts elements back where a MaxPool took them from",
  .since = 9,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxMaxUnpoolParams),
  .infer = infer,
  .eval = eval,
};
