/* RandomNormal, RandomUniform, their Like forms, Bernoulli, Multinomial.
 * https://onnx.ai/onnx/operators/onnx__RandomNormal.html
 *
 * The specification leaves the generator open. Here the result is a function of the seed attribute (0 if absent) and
 * the position: the same model gives the same numbers everywhere.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-random.h"

typedef struct
{
  gint64 dtype;
  FxInts shape;
  gint64 sample_size;
  float seed;
  float mean, scale;
  float low, high;
} RandomParams;

#define SEED FX_FLOAT (RandomParams, seed, 0, "The same seed gives the same numbers")
#define DTYPE(value, text) FX_INT (RandomParams, dtype, value, text)
#define LIKE DTYPE (0, "Number of the element type; 0: that of the operand")
#define SHAPE FX_INTS (RandomParams, shape, "Shape of the output")
#define NORMAL FX_FLOAT (RandomParams, mean, 0, "Mean"), FX_FLOAT (RandomParams, scale, 1, "Standard deviation")
#define UNIFORM FX_FLOAT (RandomParams, low, 0, "Lower end"), FX_FLOAT (RandomParams, high, 1, "Upper end")

static const FxAttrRow normal_attrs[] = { DTYPE (1, "Number of the element type"), NORMAL, SEED, SHAPE, FX_ATTR_END };
static const FxAttrRow uniform_attrs[] = { DTYPE (1, "Number of the element type"), UNIFORM, SEED, SHAPE, FX_ATTR_END };
static const FxAttrRow normal_like_attrs[] = { LIKE, NORMAL, SEED, FX_ATTR_END };
static const FxAttrRow uniform_like_attrs[] = { LIKE, UNIFORM, SEED, FX_ATTR_END };
static const FxAttrRow bernoulli_attrs[] = { LIKE, SEED, FX_ATTR_END };
static const FxAttrRow multinomial_attrs[]
    = { DTYPE (FX_DTYPE_INT32, "Number of the element type: 6 (s32) or 7 (s64)"),
        FX_INT (RandomParams, sample_size, 1, "Draws per row"), SEED, FX_ATTR_END };

/* The element type of the attribute, or `like` if it is 0. */
static gboolean
get_dtype (const RandomParams *params, FxDType like, FxDTypeMask mask, FxDType *dtype, GError **error)
{
  *dtype = params->dtype == 0 ? like : FX_DTYPE_UNDEFINED;
  if (params->dtype == 0)
    return TRUE;
  if (params->dtype < 0 || params->dtype >= FX_N_DTYPES || !fx_dtype_in ((FxDType)params->dtype, mask))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"dtype\" is %" PRId64 ", which is no type of this output",
                    params->dtype);
  *dtype = (FxDType)params->dtype;
  return TRUE;
}

static gboolean
infer_shape (FxInfer *infer, GError **error)
{
  const RandomParams *params = infer->params;
  FxShape shape;
  FxDType dtype;
  gsize count;

  if (!get_dtype (params, FX_DTYPE_FLOAT, FX_TYPES_FLOAT, &dtype, error))
    return FALSE;
  if (params->shape.n > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"shape\" has %u sizes, wanted at most %d", params->shape.n,
                    FX_MAX_RANK);
  shape = fx_shape_new ((int)params->shape.n, params->shape.data);
  if (!fx_shape_count (&shape, &count))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"shape\" is not the shape of a tensor");

  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
infer_like (FxInfer *infer, GError **error)
{
  FxDType dtype;

  if (!get_dtype (infer->params, infer->inputs[0].dtype, FX_TYPES_FLOAT, &dtype, error))
    return FALSE;
  if (dtype != FX_DTYPE_UNDEFINED && !fx_dtype_in (dtype, FX_TYPES_FLOAT))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the input is of type %s, wanted a float or attribute \"dtype\"",
                    fx_dtype_name (dtype));

  fx_infer_set (infer, 0, dtype, &infer->inputs[0].shape);
  return TRUE;
}

static gboolean
infer_bernoulli (FxInfer *infer, GError **error)
{
  FxDType dtype;

  if (!fx_infer_check_type (infer, 0, "the input", FX_TYPES_FLOAT, error)
      || !get_dtype (infer->params, infer->inputs[0].dtype, FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), &dtype,
                     error))
    return FALSE;

  fx_infer_set (infer, 0, dtype, &infer->inputs[0].shape);
  return TRUE;
}

static gboolean
infer_multinomial (FxInfer *infer, GError **error)
{
  const RandomParams *params = infer->params;
  const FxShape *in = &infer->inputs[0].shape;
  FxShape shape = FX_SHAPE (FX_DIM_UNKNOWN, params->sample_size);
  FxDType dtype;

  if (!fx_infer_check_type (infer, 0, "the input", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "the input", 2, 2, error)
      || !get_dtype (params, FX_DTYPE_INT32, FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64), &dtype, error))
    return FALSE;
  if (params->sample_size < 1 || params->sample_size > G_MAXINT32)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"sample_size\" is %" PRId64 ", wanted 1 or more",
                    params->sample_size);
  if (in->rank == 2 && in->dims[1] == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the input has no classes to draw from");

  if (in->rank == 2)
    shape.dims[0] = in->dims[0];
  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
eval_normal (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const RandomParams *params = eval->params;
  guint64 seed = fx_random_seed (params->seed);
  FxArray *y = &eval->outputs[0];
  gsize n = fx_array_elements (y);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    fx_array_set (y, i, params->mean + params->scale * fx_random_normal (seed, i));
  return TRUE;
}

static gboolean
eval_uniform (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const RandomParams *params = eval->params;
  guint64 seed = fx_random_seed (params->seed);
  FxArray *y = &eval->outputs[0];
  gsize n = fx_array_elements (y);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    fx_array_set (y, i, params->low + ((double)params->high - params->low) * fx_random_uniform (seed, i));
  return TRUE;
}

static gboolean
eval_bernoulli (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const RandomParams *params = eval->params;
  guint64 seed = fx_random_seed (params->seed);
  FxArray *y = &eval->outputs[0];
  gsize n = fx_array_elements (y);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    fx_array_set (y, i, fx_random_uniform (seed, i) < fx_array_get (&eval->inputs[0], i));
  return TRUE;
}

/* The class in which a point of the total weight falls; the input holds logarithms of weights. */
static gsize
draw (const FxArray *x, gsize row, gsize classes, double point)
{
  double top = -INFINITY, total = 0.0;

  for (gsize c = 0; c < classes; c++)
    top = MAX (top, fx_array_get (x, row * classes + c));
  for (gsize c = 0; c < classes; c++)
    total += exp (fx_array_get (x, row * classes + c) - top);
  point *= total;
  for (gsize c = 0; c + 1 < classes; c++)
    {
      point -= exp (fx_array_get (x, row * classes + c) - top);
      if (point < 0.0)
        return c;
    }
  return classes - 1;
}

static gboolean
eval_multinomial (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const RandomParams *params = eval->params;
  guint64 seed = fx_random_seed (params->seed);
  const FxArray *x = &eval->inputs[0];
  FxArray *y = &eval->outputs[0];
  gsize n = fx_array_elements (y), samples = (gsize)params->sample_size, classes = (gsize)x->shape.dims[1];

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    fx_array_set (y, i, (double)draw (x, i / samples, classes, fx_random_uniform (seed, i)));
  return TRUE;
}

#define RANDOM(id, op_name, first, n_in, rows, infer_fn, eval_fn, text)                                                \
  const FxOp fx_op_##id = {                                                                                            \
    .name = op_name,                                                                                                   \
    .doc = text,                                                                                                       \
    .since = first,                                                                                                    \
    .min_inputs = n_in,                                                                                                \
    .max_inputs = n_in,                                                                                                \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_FLOAT,                                                                                     \
    .flags = FX_OP_RANDOM,                                                                                             \
    .attrs = rows,                                                                                                     \
    .params_size = sizeof (RandomParams),                                                                              \
    .infer = infer_fn,                                                                                                 \
    .eval = eval_fn,                                                                                                   \
  };

RANDOM (bernoulli, "Bernoulli", 15, 1, bernoulli_attrs, infer_bernoulli, eval_bernoulli,
        "1 with the probability that the element says, else 0")
RANDOM (multinomial, "Multinomial", 7, 1, multinomial_attrs, infer_multinomial, eval_multinomial,
        "Draws classes of each row by their logarithmic weights")
RANDOM (random_normal, "RandomNormal", 1, 0, normal_attrs, infer_shape, eval_normal, "Normally distributed numbers")
RANDOM (random_normal_like, "RandomNormalLike", 1, 1, normal_like_attrs, infer_like, eval_normal,
        "Normally distributed numbers in the operand's shape")
RANDOM (random_uniform, "RandomUniform", 1, 0, uniform_attrs, infer_shape, eval_uniform, "Evenly distributed numbers")
RANDOM (random_uniform_like, "RandomUniformLike", 1, 1, uniform_like_attrs, infer_like, eval_uniform,
        "Evenly distributed numbers in the operand's shape")
