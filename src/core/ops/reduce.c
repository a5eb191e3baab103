/* ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp and
 * ReduceSumSquare: one number from all elements along some axes.
 * https://onnx.ai/onnx/operators/onnx__ReduceSum.html
 *
 * Neighboring axes that are all kept or all reduced act as one. What is left is walked in runs along the innermost
 * group: either the run is reduced, or every element of the run belongs to another output. Floats are accumulated in
 * double, integers in 64 bits that wrap.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/reduce.h"

#include "core/ops/fx-kernel.h"

#include <math.h>
#include <string.h>

#define CHUNK 256 /* elements converted at a time */
#define LANES 16  /* independent sums along a reduced run; divides CHUNK */

typedef enum
{
  SUM,
  MEAN,
  MAXIMUM,
  MINIMUM,
  PROD,
  L1,
  L2,
  LOG_SUM,
  LOG_SUM_EXP,
  SUM_SQUARE,
} Kind;

static const FxAttrRow attrs[] = {
  FX_INTS (FxReduceParams, axes, "Axes to reduce, all if empty; an input since opset 18 (ReduceSum: 13)"),
  FX_INT (FxReduceParams, keepdims, 1, "1: reduced axes stay with size 1; 0: they go"),
  FX_INT (FxReduceParams, noop_with_empty_axes, 0, "1: no axes means no reduction; 0: it means all axes"),
  FX_ATTR_END,
};

/* Axis groups from the innermost outwards, without the run. */
typedef struct
{
  int n;
  gsize size[FX_MAX_RANK], stride[FX_MAX_RANK];
  gsize count; /* product of sizes */
} Groups;

typedef struct
{
  Kind kind;
  const FxArray *x;
  FxArray *y;
  Groups kept, reduced;
  gsize run;
  gboolean run_is_reduced;
  gsize n_reduced; /* elements behind each output */
} Reduction;

gboolean
fx_reduce_axes (const FxReduceParams *params, const gint64 *axes, guint n, int rank, guint32 *mask, GError **error)
{
  FxShape shape = fx_shape_of_rank (rank);

  *mask = n > 0 || params->noop_with_empty_axes != 0 ? 0 : (1u << rank) - 1;
  for (guint i = 0; i < n; i++)
    {
      int axis;

      if (!fx_shape_axis (&shape, axes[i], &axis, error))
        return FALSE;
      if (*mask & (1u << axis))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d is reduced twice", axis);
      *mask |= 1u << axis;
    }
  return TRUE;
}

FxShape
fx_reduce_shape (const FxReduceParams *params, const FxShape *x, guint32 mask)
{
  FxShape y = FX_SHAPE_SCALAR;

  for (int i = 0; i < x->rank; i++)
    if (!(mask & (1u << i)))
      y.dims[y.rank++] = x->dims[i];
    else if (params->keepdims != 0)
      y.dims[y.rank++] = 1;
  return y;
}

/* What can be told while the axes are not known: the rank, if sizes of 1 stay or the number of axes is known. */
static FxShape
shape_without_axes (const FxReduceParams *params, const FxShape *x, const FxShape *axes)
{
  if (x->rank < 0)
    return FX_SHAPE_UNKNOWN;
  if (params->keepdims != 0)
    return fx_shape_of_rank (x->rank);
  if (axes->rank == 1 && axes->dims[0] > 0 && axes->dims[0] <= x->rank)
    return fx_shape_of_rank (x->rank - (int)axes->dims[0]);
  return FX_SHAPE_UNKNOWN;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxReduceParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  g_autofree gint64 *list = NULL;
  const gint64 *axes = params->axes.data;
  guint n = params->axes.n;
  guint32 mask = 0;
  FxShape y = FX_SHAPE_UNKNOWN;
  GError *local = NULL;

  if (!fx_infer_check_type (infer, 0, "data", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error)
      || !fx_infer_check_type (infer, 1, "axes", FX_TYPE_BIT (INT64) | FX_TYPE_BIT (INT32), error)
      || !fx_infer_check_rank (infer, 1, "axes", 0, 1, error))
    return FALSE;
  if (fx_infer_get_ints (infer, 1, "axes", &list, &n, &local))
    axes = list;
  else if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  if (infer->inputs[1].present && list == NULL)
    y = shape_without_axes (params, x, &infer->inputs[1].shape);
  else if (x->rank >= 0)
    {
      if (!fx_reduce_axes (params, axes, n, x->rank, &mask, error))
        return FALSE;
      y = fx_reduce_shape (params, x, mask);
    }
  else if (n == 0 && params->keepdims == 0 && params->noop_with_empty_axes == 0)
    y = FX_SHAPE_SCALAR;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static void
add_group (Groups *groups, gsize size, gsize stride)
{
  groups->size[groups->n] = size;
  groups->stride[groups->n++] = stride;
  groups->count *= size;
}

static void
split_axes (Reduction *r, guint32 mask)
{
  const FxShape *shape = &r->x->shape;
  gsize stride = 1;
  gboolean have_run = FALSE;

  r->kept.count = r->reduced.count = r->run = 1;
  for (int i = shape->rank - 1; i >= 0;)
    {
      gboolean reduced = (mask >> i) & 1;
      gsize size = 1;

      if (shape->dims[i] == 1)
        {
          i--;
          continue;
        }
      for (; i >= 0 && (((mask >> i) & 1) == (guint32)reduced || shape->dims[i] == 1); i--)
        size *= (gsize)shape->dims[i];
      if (!have_run)
        {
          r->run = size;
          r->run_is_reduced = reduced;
          have_run = TRUE;
        }
      else
        add_group (reduced ? &r->reduced : &r->kept, size, stride);
      stride *= size;
    }
  r->n_reduced = r->reduced.count * (r->run_is_reduced ? r->run : 1);
}

static gsize
offset_of (const Groups *groups, gsize index)
{
  gsize offset = 0;

  for (int i = 0; i < groups->n; i++)
    {
      offset += index % groups->size[i] * groups->stride[i];
      index /= groups->size[i];
    }
  return offset;
}

#define LOAD_CASE(ID, type)                                                                                            \
  case FX_DTYPE_##ID:                                                                                                  \
    for (gsize i = 0; i < n; i++)                                                                                      \
      v[i] = ((const type *)x->data)[at + i];                                                                          \
    break

static void
load_double (const FxArray *x, gsize at, gsize n, double *v)
{
  switch (x->dtype)
    {
      LOAD_CASE (FLOAT, float);
      LOAD_CASE (DOUBLE, double);
    default:
      for (gsize i = 0; i < n; i++)
        v[i] = fx_array_get (x, at + i);
    }
}

/* Unsigned 64-bit numbers are shifted to the signed range for comparisons; sums and products wrap alike. */
static void
load_int (const FxArray *x, gsize at, gsize n, gboolean ordered, gint64 *v)
{
  switch (x->dtype)
    {
      LOAD_CASE (INT8, gint8);
      LOAD_CASE (UINT8, guint8);
      LOAD_CASE (INT16, gint16);
      LOAD_CASE (UINT16, guint16);
      LOAD_CASE (INT32, gint32);
      LOAD_CASE (UINT32, guint32);
      LOAD_CASE (INT64, gint64);
    case FX_DTYPE_UINT64:
      for (gsize i = 0; i < n; i++)
        v[i] = (gint64)(((const guint64 *)x->data)[at + i] ^ (ordered ? G_GUINT64_CONSTANT (1) << 63 : 0));
      break;
    default: /* bool */
      for (gsize i = 0; i < n; i++)
        v[i] = ((const guint8 *)x->data)[at + i] != 0;
    }
}

static void
store_int (FxArray *y, gsize i, gint64 v, gboolean ordered)
{
  switch (y->dtype)
    {
    case FX_DTYPE_INT8: ((gint8 *)y->data)[i] = (gint8)v; break;
    case FX_DTYPE_UINT8: ((guint8 *)y->data)[i] = (guint8)v; break;
    case FX_DTYPE_INT16: ((gint16 *)y->data)[i] = (gint16)v; break;
    case FX_DTYPE_UINT16: ((guint16 *)y->data)[i] = (guint16)v; break;
    case FX_DTYPE_INT32: ((gint32 *)y->data)[i] = (gint32)v; break;
    case FX_DTYPE_UINT32: ((guint32 *)y->data)[i] = (guint32)v; break;
    case FX_DTYPE_INT64: ((gint64 *)y->data)[i] = v; break;
    case FX_DTYPE_UINT64: ((guint64 *)y->data)[i] = (guint64)v ^ (ordered ? G_GUINT64_CONSTANT (1) << 63 : 0); break;
    default: ((guint8 *)y->data)[i] = v != 0; break;
    }
}

static inline double
step_double (Kind kind, double acc, double v, double shift)
{
  switch (kind)
    {
    case MAXIMUM: return v > acc || v != v ? v : acc; /* NaN wins, as in NumPy */
    case MINIMUM: return v < acc || v != v ? v : acc;
    case PROD: return acc * v;
    case L1: return acc + fabs (v);
    case L2:
    case SUM_SQUARE: return acc + v * v;
    case LOG_SUM_EXP: return acc + exp (v - shift);
    default: return acc + v;
    }
}

static inline gint64
step_int (Kind kind, gint64 acc, gint64 v)
{
  switch (kind)
    {
    case MAXIMUM: return MAX (acc, v);
    case MINIMUM: return MIN (acc, v);
    case PROD: return (gint64)((guint64)acc * (guint64)v);
    case L1: return (gint64)((guint64)acc + (v < 0 ? -(guint64)v : (guint64)v));
    case SUM_SQUARE: return (gint64)((guint64)acc + (guint64)v * (guint64)v);
    default: return (gint64)((guint64)acc + (guint64)v);
    }
}

/* Element j of every stretch of `width` goes to acc[j]. The switch makes one tight loop per kind. */
#define FOLD(KIND, step)                                                                                               \
  case KIND:                                                                                                           \
    for (gsize i = 0; i < n; i += width)                                                                               \
      for (gsize j = 0, m = MIN (width, n - i); j < m; j++)                                                            \
        acc[j] = (step);                                                                                               \
    break

static void
fold_double (Kind kind, double *acc, gsize width, const double *v, gsize n, const double *shift)
{
  switch (kind)
    {
      FOLD (MAXIMUM, step_double (MAXIMUM, acc[j], v[i + j], 0));
      FOLD (MINIMUM, step_double (MINIMUM, acc[j], v[i + j], 0));
      FOLD (PROD, acc[j] * v[i + j]);
      FOLD (L1, acc[j] + fabs (v[i + j]));
      FOLD (L2, acc[j] + v[i + j] * v[i + j]);
      FOLD (SUM_SQUARE, acc[j] + v[i + j] * v[i + j]);
      FOLD (LOG_SUM_EXP, step_double (LOG_SUM_EXP, acc[j], v[i + j], shift[j]));
      FOLD (SUM, acc[j] + v[i + j]);
      FOLD (MEAN, acc[j] + v[i + j]);
      FOLD (LOG_SUM, acc[j] + v[i + j]);
    }
}

static void
fold_int (Kind kind, gint64 *acc, gsize width, const gint64 *v, gsize n)
{
  switch (kind)
    {
      FOLD (MAXIMUM, step_int (MAXIMUM, acc[j], v[i + j]));
      FOLD (MINIMUM, step_int (MINIMUM, acc[j], v[i + j]));
      FOLD (PROD, step_int (PROD, acc[j], v[i + j]));
      FOLD (L1, step_int (L1, acc[j], v[i + j]));
      FOLD (SUM_SQUARE, step_int (SUM_SQUARE, acc[j], v[i + j]));
    default: FOLD (SUM, step_int (SUM, acc[j], v[i + j]));
    }
}

/* How partial results join. */
static Kind
joining_kind (Kind kind)
{
  return kind == MAXIMUM || kind == MINIMUM || kind == PROD ? kind : SUM;
}

/* acc[0…width-1] of the outputs whose first element is at `base`; a reduced run ends in acc[0]. */
static void
sweep_double (const Reduction *r, Kind kind, gsize base, gsize width, double *acc, const double *shift)
{
  double v[CHUNK], start = kind == MAXIMUM ? -INFINITY : kind == MINIMUM ? INFINITY : kind == PROD ? 1 : 0;
  gsize n = r->run_is_reduced ? r->run : width;

  for (gsize j = 0; j < width; j++)
    acc[j] = start;
  for (gsize row = 0; row < r->reduced.count; row++)
    {
      gsize at = base + offset_of (&r->reduced, row);

      for (gsize i = 0; i < n; i += CHUNK)
        {
          gsize m = MIN (CHUNK, n - i);

          load_double (r->x, at + i, m, v);
          fold_double (kind, acc, width, v, m, shift);
        }
    }
  for (gsize j = 1; r->run_is_reduced && j < width; j++)
    acc[0] = step_double (joining_kind (kind), acc[0], acc[j], 0);
}

static void
sweep_int (const Reduction *r, gsize base, gsize width, gint64 *acc)
{
  gint64 v[CHUNK];
  gboolean ordered = r->kind == MAXIMUM || r->kind == MINIMUM;
  gint64 start = r->kind == MAXIMUM ? G_MININT64 : r->kind == MINIMUM ? G_MAXINT64 : r->kind == PROD ? 1 : 0;
  gsize n = r->run_is_reduced ? r->run : width;

  for (gsize j = 0; j < width; j++)
    acc[j] = start;
  for (gsize row = 0; row < r->reduced.count; row++)
    {
      gsize at = base + offset_of (&r->reduced, row);

      for (gsize i = 0; i < n; i += CHUNK)
        {
          gsize m = MIN (CHUNK, n - i);

          load_int (r->x, at + i, m, ordered, v);
          fold_int (r->kind, acc, width, v, m);
        }
    }
  for (gsize j = 1; r->run_is_reduced && j < width; j++)
    acc[0] = step_int (joining_kind (r->kind), acc[0], acc[j]);
}

static double
finish_double (const Reduction *r, double acc, double shift)
{
  switch (r->kind)
    {
    case MEAN: return acc / (double)r->n_reduced;
    case L2: return sqrt (acc);
    case LOG_SUM: return log (acc);
    case LOG_SUM_EXP: return log (acc) + shift;
    default: return acc;
    }
}

static void
reduce_double (const Reduction *r, gsize base, gsize width, gsize out, gsize n_out)
{
  double acc[CHUNK], shift[CHUNK] = { 0 };

  if (r->kind == LOG_SUM_EXP)
    {
      sweep_double (r, MAXIMUM, base, width, shift, NULL);
      for (gsize j = 0; j < width; j++)
        {
          double most = shift[r->run_is_reduced ? 0 : j];

          shift[j] = isfinite (most) ? most : 0; /* exp (inf - inf) would be NaN */
        }
    }
  sweep_double (r, r->kind, base, width, acc, shift);
  for (gsize j = 0; j < n_out; j++)
    {
      double y = finish_double (r, acc[j], shift[j]);

      if (r->y->dtype == FX_DTYPE_FLOAT)
        ((float *)r->y->data)[out + j] = (float)y;
      else if (r->y->dtype == FX_DTYPE_DOUBLE)
        ((double *)r->y->data)[out + j] = y;
      else
        fx_array_set (r->y, out + j, trunc (y));
    }
}

static void
reduce_int (const Reduction *r, gsize base, gsize width, gsize out, gsize n_out)
{
  gint64 acc[CHUNK];

  sweep_int (r, base, width, acc);
  for (gsize j = 0; j < n_out; j++)
    {
      gint64 y = r->kind != MEAN ? acc[j] : r->n_reduced > 0 ? acc[j] / (gint64)r->n_reduced : 0;

      if (r->n_reduced == 0 && (r->kind == MAXIMUM || r->kind == MINIMUM)) /* the least or largest of the type */
        fx_array_set (r->y, out + j, r->kind == MAXIMUM ? -INFINITY : INFINITY);
      else
        store_int (r->y, out + j, y, r->kind == MAXIMUM || r->kind == MINIMUM);
    }
}

static gboolean
read_axes (const FxEval *eval, guint32 *mask, GError **error)
{
  const FxReduceParams *params = eval->params;
  g_autofree gint64 *list = eval->inputs[1].data != NULL ? fx_eval_dup_ints (eval, 1, NULL) : NULL;
  guint n = list != NULL ? (guint)fx_array_elements (&eval->inputs[1]) : params->axes.n;

  return fx_reduce_axes (params, list != NULL ? list : params->axes.data, n, eval->inputs[0].shape.rank, mask, error);
}

static gboolean
reduce (FxEval *eval, Kind kind, GError **error)
{
  const FxReduceParams *params = eval->params;
  Reduction r = { .kind = kind, .x = &eval->inputs[0], .y = &eval->outputs[0] };
  gsize n = fx_array_elements (r.x), n_chunks, n_tasks;
  gboolean integer = !fx_dtype_in (r.x->dtype, FX_TYPES_FLOAT) && kind != L2 && kind != LOG_SUM && kind != LOG_SUM_EXP;
  guint32 mask;
  FxShape wanted;

  if (!read_axes (eval, &mask, error))
    return FALSE;
  wanted = fx_reduce_shape (params, &r.x->shape, mask);
  if (!fx_eval_check_shape (eval, 0, &wanted, error))
    return FALSE;
  if (mask == 0 && params->noop_with_empty_axes != 0)
    {
      memcpy (r.y->data, r.x->data, fx_array_bytes (r.x));
      return TRUE;
    }
  split_axes (&r, mask);
  n_chunks = r.run_is_reduced ? 1 : (r.run + CHUNK - 1) / CHUNK;
  n_tasks = r.kept.count * n_chunks;

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize task = 0; task < n_tasks; task++)
    {
      gsize outer = task / n_chunks, begin = task % n_chunks * CHUNK;
      gsize width = r.run_is_reduced ? CLAMP (r.run, 1, LANES) : MIN (CHUNK, r.run - begin);
      gsize out = r.run_is_reduced ? outer : outer * r.run + begin;

      (integer ? reduce_int : reduce_double) (&r, offset_of (&r.kept, outer) + begin, width, out,
                                              r.run_is_reduced ? 1 : width);
    }
  return TRUE;
}

#define REDUCTION(id, kind, op_name, op_doc)                                                                           \
  static gboolean eval_##id (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return reduce (eval, kind, error);                                                                                 \
  }                                                                                                                    \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .doc = (op_doc),                                                                                                   \
    .since = 1,                                                                                                        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),                                                                \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (FxReduceParams),                                                                            \
    .infer = infer,                                                                                                    \
    .eval = eval_##id,                                                                                                 \
  }

REDUCTION (reduce_l1, L1, "ReduceL1", "Sum of absolute values along axes");
REDUCTION (reduce_l2, L2, "ReduceL2", "Square root of the sum of squares along axes");
REDUCTION (reduce_log_sum, LOG_SUM, "ReduceLogSum", "Logarithm of the sum along axes");
REDUCTION (reduce_log_sum_exp, LOG_SUM_EXP, "ReduceLogSumExp", "Logarithm of the sum of exponentials along axes");
REDUCTION (reduce_max, MAXIMUM, "ReduceMax", "Largest element along axes");
REDUCTION (reduce_mean, MEAN, "ReduceMean", "Mean along axes");
REDUCTION (reduce_min, MINIMUM, "ReduceMin", "Smallest element along axes");
REDUCTION (reduce_prod, PROD, "ReduceProd", "Product along axes");
REDUCTION (reduce_sum, SUM, "ReduceSum", "Sum along axes");
REDUCTION (reduce_sum_square, SUM_SQUARE, "ReduceSumSquare", "Sum of squares along axes");
