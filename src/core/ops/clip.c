/* Clip: limits elements to a range.  https://onnx.ai/onnx/operators/onnx__Clip.html
 *
 * A bound that is absent does not limit anything. Where min > max, max wins. NaN stays NaN.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/clip.h"

#include "core/graph/fx-graph.h"
#include "core/ops/fx-elementwise.h"

#include <math.h>
#include <string.h>

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxClipParams, min, -INFINITY, "Before opset 11: lower bound"),
  FX_FLOAT (FxClipParams, max, INFINITY, "Before opset 11: upper bound"),
  FX_ATTR_END,
};

#define CLIP_ROW(name, F, ID, T, W)                                                                                    \
  static void name##_##T (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step,                 \
                          gconstpointer data)                                                                          \
  {                                                                                                                    \
    const T *x = in[0], min = ((const T *)data)[0], max = ((const T *)data)[1];                                        \
    T *y = out;                                                                                                        \
                                                                                                                       \
    _Pragma ("omp simd") for (gsize i = 0; i < n; i++)                                                                 \
    {                                                                                                                  \
      T v = x[i] < min ? min : x[i];                                                                                   \
                                                                                                                       \
      y[i] = v > max ? max : v;                                                                                        \
    }                                                                                                                  \
  }

FX_EACH_FLOAT (CLIP_ROW, clip, )
FX_EACH_INT (CLIP_ROW, clip, )
static const FxBroadcastRow rows[FX_N_DTYPES]
    = { FX_EACH_FLOAT (FX_ROW_ENTRY, clip, ) FX_EACH_INT (FX_ROW_ENTRY, clip, ) };

/* One bound as an element of type `dtype` at `place`; the ends of an integer type's range stand for infinity. */
static void
store_bound (const FxEval *eval, guint input, float attr, FxDType dtype, void *place)
{
  FxArray bound = { dtype, FX_SHAPE_SCALAR, place };

  if (eval->inputs[input].data != NULL)
    memcpy (place, eval->inputs[input].data, fx_dtype_size (dtype));
  else
    fx_array_set (&bound, 0, attr);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxClipParams *params = eval->params;
  FxDType dtype = eval->inputs[0].dtype;
  guint64 bounds[2]; /* two elements of that type, one after the other */

  store_bound (eval, 1, params->min, dtype, bounds);
  store_bound (eval, 2, params->max, dtype, (guint8 *)bounds + fx_dtype_size (dtype));
  return fx_unary_eval (eval, rows, bounds, error);
}

static gboolean
check_bound (const FxInfer *infer, guint i, const char *what, GError **error)
{
  const FxFact *bound = &infer->inputs[i];
  FxDType dtype = infer->inputs[0].dtype;
  gsize count;

  if (!bound->present)
    return TRUE;
  if (dtype != FX_DTYPE_UNDEFINED && !fx_infer_check_type (infer, i, what, 1u << dtype, error))
    return FALSE;
  if (fx_shape_count (&bound->shape, &count) && count == 1)
    return TRUE;
  return fx_infer_check_rank (infer, i, what, 0, 0, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_unary_infer (infer, FX_TYPES_NUMERIC, FX_DTYPE_UNDEFINED, error)
         && check_bound (infer, 1, "the lower bound", error) && check_bound (infer, 2, "the upper bound", error);
}

static gboolean
get_bound (const FxGraph *graph, const FxNode *node, guint input, const char *name, double *bound)
{
  const FxAttr *attr = fx_node_attr (node, name);

  if (input < node->n_inputs && node->inputs[input] != FX_NONE)
    {
      const FxTensor *constant = fx_graph_value (graph, node->inputs[input])->constant;

      if (constant == NULL || fx_tensor_elements (constant) != 1)
        return FALSE;
      *bound = fx_tensor_get_double (constant, 0);
    }
  else if (attr != NULL && attr->kind == FX_ATTR_FLOAT)
    *bound = attr->f;
  return TRUE;
}

gboolean
fx_clip_bounds (const FxGraph *graph, const FxNode *node, double *min, double *max)
{
  *min = -INFINITY;
  *max = INFINITY;
  return get_bound (graph, node, 1, "min", min) && get_bound (graph, node, 2, "max", max);
}

const FxOp fx_op_clip = {
  .name = "Clip",
  .doc = "Limits elements to the range from min to max",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxClipParams),
  .infer = infer,
  .eval = eval,
};
