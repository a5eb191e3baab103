/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-copy.h"

#include "core/fx-error.h"

/* A tile of a transposition: 16 elements of the source are one cache line of f32, 64 of the target four. */
#define TILE_FROM 16
#define TILE_TO 64
#define TILE_STEP 8
#define N_CHUNKS 64

typedef struct
{
  guint64 low, high;
} Wide;

/* The inner part of a nest. Rows: n elements. Tiles: n elements along `to`, m along `from`. */
typedef struct
{
  gint64 n, from_stride, to_stride;
  gint64 m, m_to_stride;
  gsize size;
} Inner;

#define DEFINE_ROW(type)                                                                                               \
  static void row_##type (const Inner *inner, const void *source, void *target)                                        \
  {                                                                                                                    \
    const type *from = source;                                                                                         \
    type *to = target;                                                                                                 \
    gint64 n = inner->n, fs = inner->from_stride, ts = inner->to_stride;                                               \
                                                                                                                       \
    if (fs == 0 && ts == 1)                                                                                            \
      for (gint64 i = 0; i < n; i++)                                                                                   \
        to[i] = *from;                                                                                                 \
    else                                                                                                               \
      for (gint64 i = 0; i < n; i++)                                                                                   \
        to[i * ts] = from[i * fs];                                                                                     \
  }                                                                                                                    \
                                                                                                                       \
  static void tile_##type (const Inner *inner, const void *source, void *target)                                       \
  {                                                                                                                    \
    const type *from = source;                                                                                         \
    type *to = target;                                                                                                 \
                                                                                                                       \
    for (gint64 i = 0; i < inner->n; i += TILE_STEP)                                                                   \
      for (gint64 j = 0; j < inner->m; j++)                                                                            \
        for (gint64 k = i; k < MIN (i + TILE_STEP, inner->n); k++)                                                     \
          to[j * inner->m_to_stride + k] = from[j + k * inner->from_stride];                                           \
  }

DEFINE_ROW (guint8)
DEFINE_ROW (guint16)
DEFINE_ROW (guint32)
DEFINE_ROW (guint64)
DEFINE_ROW (Wide)

static void
row_dense (const Inner *inner, const void *from, void *to)
{
  memcpy (to, from, (gsize)inner->n * inner->size);
}

typedef void (*InnerFn) (const Inner *inner, const void *from, void *to);

static InnerFn
choose_inner (gsize size, gboolean tile)
{
  switch (size)
    {
    case 1: return tile ? tile_guint8 : row_guint8;
    case 2: return tile ? tile_guint16 : row_guint16;
    case 4: return tile ? tile_guint32 : row_guint32;
    case 8: return tile ? tile_guint64 : row_guint64;
    default: return tile ? tile_Wide : row_Wide;
    }
}

/* Drops loops of one turn and joins neighbours that step alike. */
static FxCopy
simplify (const FxCopy *copy)
{
  FxCopy out = { .rank = 0 };

  for (int i = 0; i < copy->rank; i++)
    {
      int last = out.rank - 1;

      if (copy->n[i] == 1)
        continue;
      if (last >= 0 && out.from[last] == copy->from[i] * copy->n[i] && out.to[last] == copy->to[i] * copy->n[i])
        {
          out.n[last] *= copy->n[i];
          out.from[last] = copy->from[i];
          out.to[last] = copy->to[i];
        }
      else
        fx_copy_add (&out, copy->n[i], copy->from[i], copy->to[i]);
    }
  return out;
}

/* A loop other than the last that is dense in the source, while the last is not: a transposition. -1: none. */
static int
find_transposed (const FxCopy *copy)
{
  int last = copy->rank - 1;

  if (copy->to[last] == 1 && copy->from[last] != 1 && copy->from[last] != 0)
    for (int i = last - 1; i >= 0; i--)
      if (copy->from[i] == 1)
        return i;
  return -1;
}

typedef struct
{
  FxCopy outer; /* the last two loops count tiles where `tile` is set */
  Inner inner;
  InnerFn run;
  gint64 tile_n, tile_m; /* whole extents of the two tiled loops, 0: not tiled */
} Plan;

static Plan
make_plan (const FxCopy *copy, gsize size)
{
  Plan plan = { .inner = { .size = size } };
  int last = copy->rank - 1, other = find_transposed (copy);

  for (int i = 0; i < last; i++)
    if (i != other)
      fx_copy_add (&plan.outer, copy->n[i], copy->from[i], copy->to[i]);
  plan.inner.n = copy->n[last];
  plan.inner.from_stride = copy->from[last];
  plan.inner.to_stride = copy->to[last];
  plan.run = choose_inner (size, other >= 0);
  if (other >= 0)
    {
      plan.tile_n = copy->n[last];
      plan.tile_m = copy->n[other];
      plan.inner.m_to_stride = copy->to[other];
      fx_copy_add (&plan.outer, (plan.tile_m + TILE_FROM - 1) / TILE_FROM, TILE_FROM, copy->to[other] * TILE_FROM);
      fx_copy_add (&plan.outer, (plan.tile_n + TILE_TO - 1) / TILE_TO, copy->from[last] * TILE_TO, TILE_TO);
    }
  else if (plan.inner.from_stride == 1 && plan.inner.to_stride == 1)
    plan.run = row_dense;
  return plan;
}

/* Turns begin…end-1 of the outer loops. */
static void
run_part (const Plan *plan, const guint8 *from, guint8 *to, gint64 begin, gint64 end)
{
  const FxCopy *outer = &plan->outer;
  Inner inner = plan->inner;
  gint64 at[FX_COPY_MAX_RANK] = { 0 }, f = 0, t = 0, rest = begin, size = (gint64)inner.size;
  int rank = outer->rank;

  for (int i = rank - 1; i >= 0; i--)
    {
      at[i] = rest % outer->n[i];
      rest /= outer->n[i];
      f += at[i] * outer->from[i];
      t += at[i] * outer->to[i];
    }
  for (gint64 turn = begin; turn < end; turn++)
    {
      if (plan->tile_n > 0)
        {
          inner.m = MIN (plan->tile_m - at[rank - 2] * TILE_FROM, TILE_FROM);
          inner.n = MIN (plan->tile_n - at[rank - 1] * TILE_TO, TILE_TO);
        }
      plan->run (&inner, from + f * size, to + t * size);
      for (int i = rank - 1; i >= 0; i--)
        {
          f += outer->from[i];
          t += outer->to[i];
          if (++at[i] < outer->n[i])
            break;
          at[i] = 0;
          f -= outer->n[i] * outer->from[i];
          t -= outer->n[i] * outer->to[i];
        }
    }
}

void
fx_copy_dense_to (FxCopy *copy)
{
  gint64 stride = 1;

  for (int i = copy->rank - 1; i >= 0; i--)
    {
      copy->to[i] = stride;
      stride *= copy->n[i];
    }
}

void
fx_copy_run (const FxCopy *copy, const void *from, void *to, gsize size)
{
  FxCopy simple = simplify (copy);
  gint64 turns = 1, chunks;
  Plan plan;

  for (int i = 0; i < copy->rank; i++)
    if (copy->n[i] == 0)
      return;
  if (simple.rank == 0)
    fx_copy_add (&simple, 1, 1, 1);

  plan = make_plan (&simple, size);
  for (int i = 0; i < plan.outer.rank; i++)
    turns *= plan.outer.n[i];
  chunks = MIN (turns, N_CHUNKS);
#pragma omp parallel for if (turns * plan.inner.n > FX_PARALLEL_MIN)
  for (gint64 c = 0; c < chunks; c++)
    run_part (&plan, from, to, turns * c / chunks, turns * (c + 1) / chunks);
}

void
fx_copy_fill (void *to, const void *element, gsize size, gsize n)
{
  FxCopy copy = { .rank = 0 };

  fx_copy_add (&copy, (gint64)n, 0, 1);
  fx_copy_run (&copy, element, to, size);
}

gboolean
fx_copy_eval_view (FxEval *eval, GError **error)
{
  gsize bytes = fx_array_bytes (&eval->inputs[0]);

  if (bytes != fx_array_bytes (&eval->outputs[0]))
    {
      g_autofree char *found = fx_shape_to_string (&eval->inputs[0].shape);
      g_autofree char *wanted = fx_shape_to_string (&eval->outputs[0].shape);

      return fx_fail (error, FX_ERROR_BAD_DATA, "%s cannot be seen as %s", found, wanted);
    }
  if (bytes > 0)
    memcpy (eval->outputs[0].data, eval->inputs[0].data, bytes);
  return TRUE;
}
