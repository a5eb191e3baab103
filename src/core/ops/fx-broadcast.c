/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-broadcast.h"

#include "core/ops/fx-op.h"

#include <string.h>

/* Longer runs are cut, so that one long run can be shared among threads. */
#define MAX_PIECE 16384
/* Groups of consecutive pieces; a thread looks up where a group begins and steps from there. */
#define MAX_GROUPS 64

typedef struct
{
  guint n_inputs;
  int rank; /* merged dimensions, at least 1; the last one is the run */
  gint64 dims[FX_MAX_RANK];
  gint64 strides[FX_BROADCAST_MAX][FX_MAX_RANK]; /* in elements; 0 where the operand is repeated */
} Plan;

/* Where the outer dimensions stand, and the element of each operand where the run begins. */
typedef struct
{
  gint64 index[FX_MAX_RANK];
  gint64 offset[FX_BROADCAST_MAX];
} Position;

/* The stride of dimension i of an output of rank `rank` in an operand. */
static gint64
operand_stride (const FxShape *shape, const gint64 *strides, int rank, int i)
{
  int at = i - (rank - shape->rank);

  return at < 0 || shape->dims[at] == 1 ? 0 : strides[at];
}

static void
plan_init (Plan *plan, const FxShape *output, const FxArray *inputs, guint n_inputs)
{
  gint64 strides[FX_BROADCAST_MAX][FX_MAX_RANK];
  int rank = 0;

  plan->n_inputs = n_inputs;
  for (guint k = 0; k < n_inputs; k++)
    fx_shape_strides (&inputs[k].shape, strides[k]);

  for (int i = 0; i < output->rank; i++)
    {
      gint64 size = output->dims[i];
      gboolean merge = rank > 0;

      if (size == 1)
        continue;
      for (guint k = 0; k < n_inputs; k++)
        {
          gint64 stride = operand_stride (&inputs[k].shape, strides[k], output->rank, i);

          plan->strides[k][rank] = stride;
          merge = merge && plan->strides[k][rank - 1] == stride * size;
        }
      plan->dims[rank] = size;
      if (merge)
        {
          rank--;
          plan->dims[rank] *= size;
          for (guint k = 0; k < n_inputs; k++)
            plan->strides[k][rank] = plan->strides[k][rank + 1];
        }
      rank++;
    }
  if (rank == 0)
    {
      plan->dims[0] = 1;
      for (guint k = 0; k < n_inputs; k++)
        plan->strides[k][0] = 0;
      rank = 1;
    }
  plan->rank = rank;
}

static void
position_seek (const Plan *plan, gsize run, Position *position)
{
  memset (position, 0, sizeof *position);
  for (int i = plan->rank - 2; i >= 0; i--)
    {
      position->index[i] = (gint64)(run % (gsize)plan->dims[i]);
      run /= (gsize)plan->dims[i];
      for (guint k = 0; k < plan->n_inputs; k++)
        position->offset[k] += position->index[i] * plan->strides[k][i];
    }
}

static void
position_next (const Plan *plan, Position *position)
{
  for (int i = plan->rank - 2; i >= 0; i--)
    {
      gboolean carry = ++position->index[i] == plan->dims[i];

      for (guint k = 0; k < plan->n_inputs; k++)
        position->offset[k] += carry ? plan->strides[k][i] * (1 - plan->dims[i]) : plan->strides[k][i];
      if (!carry)
        return;
      position->index[i] = 0;
    }
}

void
fx_broadcast_run (const FxArray *output, const FxArray *inputs, guint n_inputs, FxBroadcastRow row, gconstpointer data)
{
  Plan plan;
  gsize elements = fx_array_elements (output), out_size = fx_dtype_size (output->dtype);
  gsize sizes[FX_BROADCAST_MAX], length, per_run, pieces, groups;
  guint8 step[FX_BROADCAST_MAX];

  if (elements == 0)
    return;

  plan_init (&plan, &output->shape, inputs, n_inputs);
  length = (gsize)plan.dims[plan.rank - 1];
  for (guint k = 0; k < n_inputs; k++)
    {
      sizes[k] = fx_dtype_size (inputs[k].dtype);
      step[k] = plan.strides[k][plan.rank - 1] != 0;
    }
  per_run = (length + MAX_PIECE - 1) / MAX_PIECE;
  pieces = elements / length * per_run;
  groups = MIN (pieces, MAX_GROUPS);

#pragma omp parallel for if (elements > FX_PARALLEL_MIN)
  for (gsize g = 0; g < groups; g++)
    {
      gsize begin = pieces / groups * g + MIN (g, pieces % groups);
      gsize end = begin + pieces / groups + (g < pieces % groups);
      gsize run = begin / per_run, part = begin % per_run;
      Position position;

      position_seek (&plan, run, &position);
      for (gsize piece = begin; piece < end; piece++)
        {
          gsize at = part * MAX_PIECE;
          const void *x[FX_BROADCAST_MAX];

          for (guint k = 0; k < n_inputs; k++)
            x[k] = (const guint8 *)inputs[k].data + ((gsize)position.offset[k] + (step[k] ? at : 0)) * sizes[k];
          row (MIN (length - at, MAX_PIECE), (guint8 *)output->data + (run * length + at) * out_size, x, step, data);
          if (++part == per_run)
            {
              part = 0;
              run++;
              position_next (&plan, &position);
            }
        }
    }
}

#define COPY_ROW(type)                                                                                                 \
  static void copy_##type (gsize n, void *y, const void *const *x, const guint8 *step,                                 \
                           G_GNUC_UNUSED gconstpointer data)                                                           \
  {                                                                                                                    \
    type *to = y, value = *(const type *)x[0];                                                                         \
                                                                                                                       \
    if (step[0])                                                                                                       \
      memmove (to, x[0], n * sizeof *to);                                                                              \
    else                                                                                                               \
      for (gsize i = 0; i < n; i++)                                                                                    \
        to[i] = value;                                                                                                 \
  }

typedef struct
{
  guint64 half[2];
} Pair;

COPY_ROW (guint8)
COPY_ROW (guint16)
COPY_ROW (guint32)
COPY_ROW (guint64)
COPY_ROW (Pair)

void
fx_broadcast_copy (const FxArray *output, const FxArray *input)
{
  switch (fx_dtype_size (output->dtype))
    {
    case 1: fx_broadcast_run (output, input, 1, copy_guint8, NULL); break;
    case 2: fx_broadcast_run (output, input, 1, copy_guint16, NULL); break;
    case 4: fx_broadcast_run (output, input, 1, copy_guint32, NULL); break;
    case 8: fx_broadcast_run (output, input, 1, copy_guint64, NULL); break;
    case 16: fx_broadcast_run (output, input, 1, copy_Pair, NULL); break;
    default: break;
    }
}
