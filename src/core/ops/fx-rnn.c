/* The products with W do not depend on the state, so they are done for a whole sequence at once. After that every batch
 * element walks its own sequence.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-rnn.h"

#include "core/fx-i18n.h"
#include "core/ops/fx-gemm.h"
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-rnn-activation.h"

#include <string.h>

const char *const fx_rnn_directions[] = { "forward", "reverse", "bidirectional", NULL };

enum
{
  REVERSE = 1,
  BIDIRECTIONAL = 2,
};

enum
{
  X,
  W,
  R,
  B,
  SEQUENCE_LENS,
  INITIAL_H,
  INITIAL_C,
  P,
};

static guint
n_directions (const FxRnnParams *params)
{
  return params->direction == BIDIRECTIONAL ? 2 : 1;
}

static gboolean
check_operand (const FxInfer *infer, guint i, const char *name, FxDTypeMask types, const FxShape *wanted,
               GError **error)
{
  FxShape merged = *wanted;
  g_autofree char *found = NULL, *text = NULL;

  if (!infer->inputs[i].present)
    return TRUE;
  if (!fx_infer_check_type (infer, i, name, types, error))
    return FALSE;
  if (fx_shape_merge (&merged, &infer->inputs[i].shape))
    return TRUE;
  found = fx_shape_to_string (&infer->inputs[i].shape);
  text = fx_shape_to_string (wanted);
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted %s", name, found, text);
}

static gint64
dim_of (const FxInfer *infer, guint i, int axis)
{
  return infer->inputs[i].shape.rank == 3 ? infer->inputs[i].shape.dims[axis] : FX_DIM_UNKNOWN;
}

static gboolean
find_hidden_size (const FxInfer *infer, gint64 *hidden, GError **error)
{
  const FxRnnParams *params = infer->params;

  *hidden = params->hidden_size != 0 ? params->hidden_size : dim_of (infer, R, 2);
  if (*hidden == 0 || *hidden > G_MAXINT32 || (params->hidden_size != 0 && *hidden < 0))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "hidden size is %" PRId64 ", wanted at least 1", *hidden);
  if (dim_of (infer, X, 2) == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "input size is 0, wanted at least 1");
  return TRUE;
}

gboolean
fx_rnn_infer (FxInfer *infer, const FxRnnCell *cell, GError **error)
{
  const FxRnnParams *params = infer->params;
  gboolean batch_first = params->layout != 0;
  gint64 d = n_directions (params), hidden, gates, input = dim_of (infer, X, 2);
  gint64 sequence = dim_of (infer, X, batch_first ? 1 : 0), batch = dim_of (infer, X, batch_first ? 0 : 1);
  FxRnnActivation activations[2 * FX_RNN_MAX_ACTIVATIONS];
  FxShape state, y;

  if (!fx_infer_check_rank (infer, X, "X", 3, 3, error) || !find_hidden_size (infer, &hidden, error)
      || !fx_rnn_activations (params, cell, (guint)d, activations, error))
    return FALSE;
  gates = hidden >= 0 ? hidden * cell->n_gates : FX_DIM_UNKNOWN;
  state = batch_first ? FX_SHAPE (batch, d, hidden) : FX_SHAPE (d, batch, hidden);
  y = batch_first ? FX_SHAPE (batch, sequence, d, hidden) : FX_SHAPE (sequence, d, batch, hidden);

  if (!check_operand (infer, X, "X", FX_TYPES_FLOAT, &FX_SHAPE_UNKNOWN, error)
      || !check_operand (infer, W, "W", FX_TYPES_FLOAT, &FX_SHAPE (d, gates, input), error)
      || !check_operand (infer, R, "R", FX_TYPES_FLOAT, &FX_SHAPE (d, gates, hidden), error)
      || !check_operand (infer, B, "B", FX_TYPES_FLOAT, &FX_SHAPE (d, gates >= 0 ? 2 * gates : gates), error)
      || !check_operand (infer, SEQUENCE_LENS, "sequence_lens", FX_TYPE_BIT (INT32), &FX_SHAPE (batch), error)
      || !check_operand (infer, INITIAL_H, "initial_h", FX_TYPES_FLOAT, &state, error))
    return FALSE;
  if (cell->has_cell
      && (!check_operand (infer, INITIAL_C, "initial_c", FX_TYPES_FLOAT, &state, error)
          || !check_operand (infer, P, "P", FX_TYPES_FLOAT, &FX_SHAPE (d, hidden >= 0 ? 3 * hidden : hidden), error)))
    return FALSE;

  fx_infer_set (infer, 0, infer->inputs[X].dtype, &y);
  fx_infer_set (infer, 1, infer->inputs[X].dtype, &state);
  if (cell->has_cell)
    fx_infer_set (infer, 2, infer->inputs[X].dtype, &state);
  return TRUE;
}

void
fx_rnn_recur (const FxRnnStep *step, const float *v, gsize first, gsize n_columns, float *out)
{
  gsize stride = step->n_gates * step->hidden;

  for (gsize j = 0; j < n_columns; j++)
    out[j] = 0;
  for (gsize k = 0; k < step->hidden; k++)
    {
      const float *row = step->recurrence + k * stride + first;

      for (gsize j = 0; j < n_columns; j++)
        out[j] += v[k] * row[j];
    }
}

void
fx_rnn_activate (const FxRnnStep *step, guint k, float *v)
{
  fx_rnn_apply (&step->activations[k], step->params->clip, v, step->hidden);
}

/* One run over all directions. */
typedef struct
{
  FxEval *eval;
  const FxRnnCell *cell;
  const FxRnnParams *params;
  gsize sequence, batch, input, hidden, gates, directions; /* gates = G × H */
  float *projected;                                        /* [sequence × batch, gates], rows in the order of X */
  float *recurrence;                                       /* [hidden, gates] */
  float *zeros;                                            /* [gates] */
  float *states;                                           /* [batch, 2 × hidden + gates]: h, c, scratch */
} Run;

static gsize
state_offset (const Run *run, gsize direction, gsize b)
{
  gsize at = run->params->layout != 0 ? b * run->directions + direction : direction * run->batch + b;

  return at * run->hidden;
}

static gsize
y_offset (const Run *run, gsize direction, gsize b, gsize t)
{
  gsize at = run->params->layout != 0 ? (b * run->sequence + t) * run->directions + direction
                                      : (t * run->directions + direction) * run->batch + b;

  return at * run->hidden;
}

static void
load_state (const Run *run, guint input, gsize offset, float *state)
{
  const float *initial = run->eval->inputs[input].data;

  if (initial != NULL)
    memcpy (state, initial + offset, run->hidden * sizeof *state);
  else
    memset (state, 0, run->hidden * sizeof *state);
}

static void
store_state (const Run *run, guint output, gsize offset, const float *state)
{
  float *to = run->eval->outputs[output].data;

  if (to != NULL)
    memcpy (to + offset, state, run->hidden * sizeof *state);
}

static void
walk_sequence (const Run *run, gsize direction, gsize b, const FxRnnActivation *activations)
{
  const FxEval *eval = run->eval;
  float *state = run->states + b * (2 * run->hidden + run->gates);
  const float *bias = eval->inputs[B].data, *peepholes = run->cell->has_cell ? eval->inputs[P].data : NULL;
  const gint32 *lengths = eval->inputs[SEQUENCE_LENS].data;
  gboolean backwards = run->params->direction == REVERSE || direction == 1;
  gsize length = lengths != NULL ? (gsize)lengths[b] : run->sequence;
  gsize offset = state_offset (run, direction, b);
  FxRnnStep step = {
    .params = run->params,
    .activations = activations,
    .hidden = run->hidden,
    .n_gates = run->cell->n_gates,
    .recurrence = run->recurrence,
    .w_bias = bias != NULL ? bias + direction * 2 * run->gates : run->zeros,
    .r_bias = bias != NULL ? bias + (direction * 2 + 1) * run->gates : run->zeros,
    .peepholes = peepholes != NULL ? peepholes + direction * 3 * run->hidden : NULL,
    .h = state,
    .c = state + run->hidden,
    .scratch = state + 2 * run->hidden,
  };

  load_state (run, INITIAL_H, offset, step.h);
  if (run->cell->has_cell)
    load_state (run, INITIAL_C, offset, step.c);
  for (gsize s = 0; s < length; s++)
    {
      gsize t = backwards ? length - 1 - s : s;
      gsize row = run->params->layout != 0 ? b * run->sequence + t : t * run->batch + b;

      step.x = run->projected + row * run->gates;
      run->cell->step (&step);
      store_state (run, 0, y_offset (run, direction, b, t), step.h);
    }
  store_state (run, 1, offset, step.h);
  if (run->cell->has_cell)
    store_state (run, 2, offset, step.c);
}

static void
run_direction (const Run *run, gsize direction, const FxRnnActivation *activations)
{
  const float *w = (const float *)run->eval->inputs[W].data + direction * run->gates * run->input;
  const float *r = (const float *)run->eval->inputs[R].data + direction * run->gates * run->hidden;

  fx_gemm (FX_DTYPE_FLOAT, run->sequence * run->batch, run->gates, run->input,
           (FxMatrix){ run->eval->inputs[X].data, run->input, 1 }, (FxMatrix){ w, 1, run->input }, run->projected);
  for (gsize k = 0; k < run->hidden; k++)
    for (gsize j = 0; j < run->gates; j++)
      run->recurrence[k * run->gates + j] = r[j * run->hidden + k];

#pragma omp parallel for if (run->batch > 1)
  for (gsize b = 0; b < run->batch; b++)
    walk_sequence (run, direction, b, activations);
}

static gboolean
check_lengths (const Run *run, GError **error)
{
  const gint32 *lengths = run->eval->inputs[SEQUENCE_LENS].data;

  for (gsize b = 0; lengths != NULL && b < run->batch; b++)
    if (lengths[b] < 0 || (gsize)lengths[b] > run->sequence)
      return fx_fail (error, FX_ERROR_BAD_DATA, "sequence_lens[%zu] is %d, wanted 0 to %zu", b, lengths[b],
                      run->sequence);
  return TRUE;
}

gboolean
fx_rnn_eval (FxEval *eval, const FxRnnCell *cell, GError **error)
{
  const FxRnnParams *params = eval->params;
  const FxShape *x = &eval->inputs[X].shape;
  gboolean batch_first = params->layout != 0;
  Run run = {
    .eval = eval,
    .cell = cell,
    .params = params,
    .sequence = (gsize)x->dims[batch_first ? 1 : 0],
    .batch = (gsize)x->dims[batch_first ? 0 : 1],
    .input = (gsize)x->dims[2],
    .hidden = (gsize)eval->inputs[R].shape.dims[2],
    .directions = n_directions (params),
  };
  FxRnnActivation activations[2 * FX_RNN_MAX_ACTIVATIONS];
  g_autofree float *projected = NULL, *recurrence = NULL, *zeros = NULL, *states = NULL;

  run.gates = run.hidden * cell->n_gates;
  if (!fx_rnn_activations (params, cell, (guint)run.directions, activations, error) || !check_lengths (&run, error))
    return FALSE;
  /* the product of the other sizes is that of operands in memory, so none of these counts overflows */
  projected = fx_scratch_new (run.sequence * run.batch, run.gates * sizeof *projected, error);
  recurrence = projected != NULL ? fx_scratch_new (run.hidden, run.gates * sizeof *recurrence, error) : NULL;
  states = recurrence != NULL ? fx_scratch_new (run.batch, (2 * run.hidden + run.gates) * sizeof *states, error) : NULL;
  if (states == NULL)
    return FALSE;
  zeros = g_new0 (float, run.gates);
  run.projected = projected;
  run.recurrence = recurrence;
  run.states = states;
  run.zeros = zeros;

  if (eval->outputs[0].data != NULL)
    memset (eval->outputs[0].data, 0, fx_array_bytes (&eval->outputs[0])); /* what is behind the end of a sequence */
  for (gsize direction = 0; direction < run.directions; direction++)
    run_direction (&run, direction, activations + direction * cell->n_activations);
  return TRUE;
}

guint64
fx_rnn_macs (const FxInfer *infer)
{
  const FxShape *x = &infer->inputs[X].shape;
  gsize steps = fx_shape_product (x, 0, 2);

  return steps * (fx_shape_elements (&infer->inputs[W].shape) + fx_shape_elements (&infer->inputs[R].shape));
}
