/* DFT: discrete Fourier transform along one axis.  https://onnx.ai/onnx/operators/onnx__DFT.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-fft.h"
#include "core/ops/fx-kernel.h"

#define AXIS_DEFAULT G_MININT64

typedef struct
{
  gint64 axis;
  gint64 inverse;
  gint64 onesided;
} Params;

static const FxAttrRow attrs[] = {
  { .name = "axis",
    .kind = FX_ATTR_INT,
    .offset = G_STRUCT_OFFSET (Params, axis),
    .default_int = AXIS_DEFAULT,
    .default_string = "1 before opset 20, -2 since",
    .doc = "Axis to transform; an input since opset 20" },
  FX_INT (Params, inverse, 0, "1: the inverse transform"),
  FX_INT (Params, onesided, 0, "1: only the first half of the result"),
  FX_ATTR_END,
};

enum
{
  X,
  LENGTH,
  AXIS,
};

/* The result is x with `length` points along the axis, half of them if one-sided, and pairs of numbers last. */
static gboolean
result_shape (const Params *params, guint version, const FxShape *x, gint64 axis, gint64 length, FxShape *y,
              int *normalized, GError **error)
{
  if (axis == AXIS_DEFAULT)
    axis = version < 20 ? 1 : -2;
  if (!fx_shape_axis (x, axis, normalized, error))
    return FALSE;
  if (*normalized == x->rank - 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d is that of real and imaginary parts", *normalized);
  if (x->dims[x->rank - 1] > 2 || x->dims[x->rank - 1] == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the last axis has size %" PRId64 ", wanted 1 or 2",
                    x->dims[x->rank - 1]);
  if (length == 0 || (length < 0 && length != FX_DIM_UNKNOWN))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the transform has %" PRId64 " points, wanted at least 1", length);
  *y = *x;
  y->dims[x->rank - 1] = 2;
  y->dims[*normalized] = length > 0 && params->onesided != 0 ? length / 2 + 1 : length;
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *x = &infer->inputs[X].shape;
  FxShape y = x->rank >= 0 ? fx_shape_of_rank (x->rank) : FX_SHAPE_UNKNOWN;
  gint64 length = FX_DIM_UNKNOWN, axis = params->axis;
  gboolean length_known, axis_known;
  int normalized;

  if (!fx_infer_check_type (infer, X, "input", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, X, "input", 2, FX_MAX_RANK, error)
      || !fx_infer_get_scalar (infer, LENGTH, "dft_length", &length, &length_known, error)
      || !fx_infer_get_scalar (infer, AXIS, "axis", &axis, &axis_known, error))
    return FALSE;
  if (length_known && length <= 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "dft_length is %" PRId64 ", wanted at least 1", length);
  if (x->rank >= 0 && (axis_known || !infer->inputs[AXIS].present))
    {
      /* first to find the axis, then for the number of points it has */
      if (!result_shape (params, infer->version, x, axis, length, &y, &normalized, error))
        return FALSE;
      if (!infer->inputs[LENGTH].present)
        length = MAX (x->dims[normalized], FX_DIM_UNKNOWN);
      if (!result_shape (params, infer->version, x, axis, length, &y, &normalized, error))
        return FALSE;
    }
  fx_infer_set (infer, 0, infer->inputs[X].dtype, &y);
  return TRUE;
}

/* One line of the axis: `parts` numbers a point, `inner` points apart. */
static void
load_line (const FxArray *x, gsize begin, gsize n_in, gsize parts, gsize inner, double *line, gsize n)
{
  for (gsize k = 0; k < n; k++)
    {
      gsize at = begin + k * inner * parts;

      line[2 * k] = k < n_in ? fx_array_get (x, at) : 0;
      line[2 * k + 1] = k < n_in && parts == 2 ? fx_array_get (x, at + 1) : 0;
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[X];
  FxArray *y = &eval->outputs[0];
  gint64 axis_wanted = params->axis, length = FX_DIM_UNKNOWN;
  gsize n_in, n_out, parts, inner, outer;
  g_autofree double *line = NULL;
  g_autoptr (FxFft) fft = NULL;
  FxShape wanted;
  int axis;

  if ((eval->inputs[AXIS].data != NULL && !fx_eval_get_scalar (eval, AXIS, "axis", &axis_wanted, error))
      || (eval->inputs[LENGTH].data != NULL && !fx_eval_get_scalar (eval, LENGTH, "dft_length", &length, error))
      || !result_shape (params, eval->version, &x->shape, axis_wanted, length, &wanted, &axis, error))
    return FALSE;
  if (eval->inputs[LENGTH].data == NULL)
    length = x->shape.dims[axis];
  if (length <= 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the transform has %" PRId64 " points, wanted at least 1", length);
  wanted.dims[axis] = params->onesided != 0 ? length / 2 + 1 : length;
  if (!fx_eval_check_shape (eval, 0, &wanted, error))
    return FALSE;

  n_in = (gsize)x->shape.dims[axis];
  n_out = (gsize)wanted.dims[axis];
  parts = (gsize)x->shape.dims[x->shape.rank - 1];
  outer = fx_shape_product (&x->shape, 0, axis);
  inner = fx_shape_product (&x->shape, axis + 1, x->shape.rank - 1);
  line = fx_scratch_new ((gsize)length, 2 * sizeof *line, error);
  fft = line != NULL ? fx_fft_new ((gsize)length, params->inverse != 0, error) : NULL;
  if (fft == NULL)
    return FALSE;
  for (gsize i = 0; i < outer * inner; i++)
    {
      load_line (x, (i / inner * n_in * inner + i % inner) * parts, n_in, parts, inner, line, (gsize)length);
      fx_fft_run (fft, line);
      for (gsize k = 0; k < 2 * n_out; k++)
        fx_array_set (y, ((i / inner * n_out + k / 2) * inner + i % inner) * 2 + k % 2, line[k]);
    }
  return TRUE;
}

const FxOp fx_op_dft = {
  .name = "DFT",
  .doc = "Discrete Fourier transform along one axis; the last axis holds real and imaginary parts",
  .since = 17,
  .min_inputs = 1,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
