/* ArgMax, ArgMin: where the largest or smallest element along an axis is.
 * https://onnx.ai/onnx/operators/onnx__ArgMax.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-order.h"

#define CHUNK 128

typedef struct
{
  gint64 axis;
  gint64 keepdims;
  gint64 select_last_index;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, 0, "Axis to search along; negative counts from the end"),
  FX_INT (Params, keepdims, 1, "1: the axis stays with size 1; 0: it goes"),
  FX_INT (Params, select_last_index, 0, "1: of equal elements take the last one instead of the first"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxShape y = FX_SHAPE_UNKNOWN;
  int axis;

  if (!fx_infer_check_type (infer, 0, "data", FX_TYPES_FLOAT | FX_TYPES_INT, error))
    return FALSE;
  if (x->rank >= 0)
    {
      if (!fx_shape_axis (x, params->axis, &axis, error))
        return FALSE;
      if (x->dims[axis] == 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d has size 0, wanted at least 1 element", axis);
      y = FX_SHAPE_SCALAR;
      for (int i = 0; i < x->rank; i++)
        if (i != axis || params->keepdims != 0)
          y.dims[y.rank++] = i == axis ? 1 : x->dims[i];
    }
  fx_infer_set (infer, 0, FX_DTYPE_INT64, &y);
  return TRUE;
}

/* Outputs begin…begin+width-1 of one row block that starts at element `base`. */
static void
search (const FxArray *x, gsize base, gsize axis_size, gsize inner, gsize width, gboolean smallest, gboolean last,
        gint64 *y)
{
  guint64 best[CHUNK], keys[CHUNK];
  guint64 flip = smallest ? G_MAXUINT64 : 0;

  for (gsize k = 0; k < axis_size; k++)
    {
      fx_order_keys (x, base + k * inner, 1, width, keys);
      for (gsize i = 0; i < width; i++)
        {
          guint64 key = keys[i] == G_MAXUINT64 && fx_dtype_in (x->dtype, FX_TYPES_FLOAT) ? keys[i] : keys[i] ^ flip;

          if (k == 0 || key > best[i] || (last && key == best[i]))
            {
              best[i] = key;
              y[i] = (gint64)k;
            }
        }
    }
}

static gboolean
arg (FxEval *eval, gboolean smallest, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gint64 *y = eval->outputs[0].data;
  gsize n = fx_array_elements (x), outer, inner, n_chunks, axis_size;
  int axis;

  if (!fx_shape_axis (&x->shape, params->axis, &axis, error))
    return FALSE;
  axis_size = (gsize)x->shape.dims[axis];
  outer = fx_shape_product (&x->shape, 0, axis);
  inner = fx_shape_product (&x->shape, axis + 1, x->shape.rank);
  n_chunks = (inner + CHUNK - 1) / CHUNK;

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize task = 0; task < outer * n_chunks; task++)
    {
      gsize row = task / n_chunks, begin = task % n_chunks * CHUNK;

      search (x, row * axis_size * inner + begin, axis_size, inner, MIN (CHUNK, inner - begin), smallest,
              params->select_last_index != 0, y + row * inner + begin);
    }
  return TRUE;
}

static gboolean
eval_max (FxEval *eval, GError **error)
{
  return arg (eval, FALSE, error);
}

static gboolean
eval_min (FxEval *eval, GError **error)
{
  return arg (eval, TRUE, error);
}

#define ARG_OP(id, op_name, op_eval, op_doc)                                                                           \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .doc = (op_doc),                                                                                                   \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),                                                                \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (Params),                                                                                    \
    .infer = infer,                                                                                                    \
    .eval = (op_eval),                                                                                                 \
  }

ARG_OP (arg_max, "ArgMax", eval_max, "Index of the largest element along an axis");
ARG_OP (arg_min, "ArgMin", eval_min, "Index of the smallest element along an axis");
