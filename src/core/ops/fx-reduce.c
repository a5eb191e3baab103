/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-reduce.h"

#include <math.h>

#define CHUNK 256 /* elements converted at a time */
#define LANES 16  /* independent sums along a reduced run; divides CHUNK */

/* Axis groups from the innermost outwards, without the run. */
typedef struct
{
  int n;
  gsize size[FX_MAX_RANK], stride[FX_MAX_RANK];
  gsize count; /* product of sizes */
} Groups;

typedef struct
{
  FxReduceKind kind;
  const FxArray *x;
  FxArray *y;
  Groups kept, reduced;
  gsize run;
  gboolean run_is_reduced;
  gsize n_reduced; /* elements behind each output */
} Reduction;

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
step_double (FxReduceKind kind, double acc, double v, double shift)
{
  switch (kind)
    {
    case FX_REDUCE_MAX: return v > acc || v != v ? v : acc; /* NaN wins, as in NumPy */
    case FX_REDUCE_MIN: return v < acc || v != v ? v : acc;
    case FX_REDUCE_PROD: return acc * v;
    case FX_REDUCE_L1: return acc + fabs (v);
    case FX_REDUCE_L2:
    case FX_REDUCE_SUM_SQUARE: return acc + v * v;
    case FX_REDUCE_LOG_SUM_EXP: return acc + exp (v - shift);
    default: return acc + v;
    }
}

static inline gint64
step_int (FxReduceKind kind, gint64 acc, gint64 v)
{
  switch (kind)
    {
    case FX_REDUCE_MAX: return MAX (acc, v);
    case FX_REDUCE_MIN: return MIN (acc, v);
    case FX_REDUCE_PROD: return (gint64)((guint64)acc * (guint64)v);
    case FX_REDUCE_L1: return (gint64)((guint64)acc + (v < 0 ? -(guint64)v : (guint64)v));
    case FX_REDUCE_SUM_SQUARE: return (gint64)((guint64)acc + (guint64)v * (guint64)v);
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
fold_double (FxReduceKind kind, double *acc, gsize width, const double *v, gsize n, const double *shift)
{
  switch (kind)
    {
      FOLD (FX_REDUCE_MAX, step_double (FX_REDUCE_MAX, acc[j], v[i + j], 0));
      FOLD (FX_REDUCE_MIN, step_double (FX_REDUCE_MIN, acc[j], v[i + j], 0));
      FOLD (FX_REDUCE_PROD, acc[j] * v[i + j]);
      FOLD (FX_REDUCE_L1, acc[j] + fabs (v[i + j]));
      FOLD (FX_REDUCE_L2, acc[j] + v[i + j] * v[i + j]);
      FOLD (FX_REDUCE_SUM_SQUARE, acc[j] + v[i + j] * v[i + j]);
      FOLD (FX_REDUCE_LOG_SUM_EXP, step_double (FX_REDUCE_LOG_SUM_EXP, acc[j], v[i + j], shift[j]));
      FOLD (FX_REDUCE_SUM, acc[j] + v[i + j]);
      FOLD (FX_REDUCE_MEAN, acc[j] + v[i + j]);
      FOLD (FX_REDUCE_LOG_SUM, acc[j] + v[i + j]);
    }
}

static void
fold_int (FxReduceKind kind, gint64 *acc, gsize width, const gint64 *v, gsize n)
{
  switch (kind)
    {
      FOLD (FX_REDUCE_MAX, step_int (FX_REDUCE_MAX, acc[j], v[i + j]));
      FOLD (FX_REDUCE_MIN, step_int (FX_REDUCE_MIN, acc[j], v[i + j]));
      FOLD (FX_REDUCE_PROD, step_int (FX_REDUCE_PROD, acc[j], v[i + j]));
      FOLD (FX_REDUCE_L1, step_int (FX_REDUCE_L1, acc[j], v[i + j]));
      FOLD (FX_REDUCE_SUM_SQUARE, step_int (FX_REDUCE_SUM_SQUARE, acc[j], v[i + j]));
    default: FOLD (FX_REDUCE_SUM, step_int (FX_REDUCE_SUM, acc[j], v[i + j]));
    }
}

/* How partial results join. */
static FxReduceKind
joining_kind (FxReduceKind kind)
{
  return kind == FX_REDUCE_MAX || kind == FX_REDUCE_MIN || kind == FX_REDUCE_PROD ? kind : FX_REDUCE_SUM;
}

/* acc[0…width-1] of the outputs whose first element is at `base`; a reduced run ends in acc[0]. */
static void
sweep_double (const Reduction *r, FxReduceKind kind, gsize base, gsize width, double *acc, const double *shift)
{
  double v[CHUNK], start = kind == FX_REDUCE_MAX    ? -INFINITY
                           : kind == FX_REDUCE_MIN  ? INFINITY
                           : kind == FX_REDUCE_PROD ? 1
                                                    : 0;
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
  gboolean ordered = r->kind == FX_REDUCE_MAX || r->kind == FX_REDUCE_MIN;
  gint64 start = r->kind == FX_REDUCE_MAX    ? G_MININT64
                 : r->kind == FX_REDUCE_MIN  ? G_MAXINT64
                 : r->kind == FX_REDUCE_PROD ? 1
                                             : 0;
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
    case FX_REDUCE_MEAN: return acc / (double)r->n_reduced;
    case FX_REDUCE_L2: return sqrt (acc);
    case FX_REDUCE_LOG_SUM: return log (acc);
    case FX_REDUCE_LOG_SUM_EXP: return log (acc) + shift;
    default: return acc;
    }
}

static void
reduce_double (const Reduction *r, gsize base, gsize width, gsize out, gsize n_out)
{
  double acc[CHUNK], shift[CHUNK] = { 0 };

  if (r->kind == FX_REDUCE_LOG_SUM_EXP)
    {
      sweep_double (r, FX_REDUCE_MAX, base, width, shift, NULL);
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
      gint64 y = r->kind != FX_REDUCE_MEAN ? acc[j] : r->n_reduced > 0 ? acc[j] / (gint64)r->n_reduced : 0;

      if (r->n_reduced == 0
          && (r->kind == FX_REDUCE_MAX || r->kind == FX_REDUCE_MIN)) /* the least or largest of the type */
        fx_array_set (r->y, out + j, r->kind == FX_REDUCE_MAX ? -INFINITY : INFINITY);
      else
        store_int (r->y, out + j, y, r->kind == FX_REDUCE_MAX || r->kind == FX_REDUCE_MIN);
    }
}

void
fx_reduce_run (FxReduceKind kind, const FxArray *x, FxArray *y, guint32 mask)
{
  Reduction r = { .kind = kind, .x = x, .y = y };
  gsize n = fx_array_elements (x), n_chunks, n_tasks;
  gboolean integer = !fx_dtype_in (x->dtype, FX_TYPES_FLOAT) && kind != FX_REDUCE_L2 && kind != FX_REDUCE_LOG_SUM
                     && kind != FX_REDUCE_LOG_SUM_EXP;

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
}
