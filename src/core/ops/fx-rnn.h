/* What LSTM, GRU and RNN share: operands, directions, sequence lengths, layouts and activation functions. An operator
 * file adds the step from one state to the next.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

G_BEGIN_DECLS

#define FX_RNN_MAX_ACTIVATIONS 3

typedef struct
{
  FxFloats activation_alpha, activation_beta;
  char **activations;
  float clip; /* 0: none */
  int direction;
  gint64 hidden_size;
  gint64 input_forget;        /* LSTM */
  gint64 linear_before_reset; /* GRU */
  gint64 layout;
  gint64 output_sequence; /* before opset 7 */
} FxRnnParams;

extern const char *const fx_rnn_directions[];

#define FX_RNN_ATTRS                                                                                                   \
  FX_FLOATS (FxRnnParams, activation_alpha, "Alpha of those activation functions that have one, in order"),            \
      FX_FLOATS (FxRnnParams, activation_beta, "Beta of those activation functions that have one, in order"),          \
      FX_STRINGS (FxRnnParams, activations, "Activation functions of each direction"),                                 \
      FX_FLOAT (FxRnnParams, clip, 0.0f, "Limit of what goes into an activation function; 0: none"),                   \
      FX_CHOICE (FxRnnParams, direction, fx_rnn_directions, 0, "Which way along the sequence"),                        \
      FX_INT (FxRnnParams, hidden_size, 0, "Size of the state; 0: that of R"),                                         \
      FX_INT (FxRnnParams, layout, 0, "0: [sequence, batch, …]; 1: [batch, sequence, …]"),                             \
      FX_INT (FxRnnParams, output_sequence, 0, "Before opset 7; Y is given if anybody wants it")

typedef struct
{
  int kind;
  float alpha, beta;
} FxRnnActivation;

/* One time step of one batch element in one direction. G = gates of the operator, H = hidden size. */
typedef struct
{
  const FxRnnParams *params;
  const FxRnnActivation *activations;
  gsize hidden, n_gates;
  const float *x;               /* [G·H] W × x */
  const float *recurrence;      /* [H, G·H] R transposed */
  const float *w_bias, *r_bias; /* [G·H] each */
  const float *peepholes;       /* [3·H] or NULL */
  float *h, *c;                 /* [H] the state, in place */
  float *scratch;               /* [G·H] */
} FxRnnStep;

typedef struct
{
  guint n_gates, n_activations;
  const char *const *default_activations; /* [n_activations] */
  gboolean has_cell;                      /* inputs initial_c and P, output Y_c */
  void (*step) (const FxRnnStep *step);
} FxRnnCell;

/* X [sequence, batch, I], W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H], sequence_lens [batch], initial_h [D, batch, H],
 * initial_c likewise, P [D, 3·H] → Y [sequence, D, batch, H], Y_h [D, batch, H], Y_c likewise; layout 1 puts batch
 * first everywhere. */
gboolean fx_rnn_infer (FxInfer *infer, const FxRnnCell *cell, GError **error);
gboolean fx_rnn_eval (FxEval *eval, const FxRnnCell *cell, GError **error);
guint64 fx_rnn_macs (const FxInfer *infer);

/* out [n_columns] = v × columns first…first+n_columns-1 of the transposed R. */
void fx_rnn_recur (const FxRnnStep *step, const float *v, gsize first, gsize n_columns, float *out);

/* v = activation k (clip (v)). */
void fx_rnn_activate (const FxRnnStep *step, guint k, float *v);

G_END_DECLS
