/* Activation functions of recurrent operators.  https://onnx.ai/onnx/operators/onnx__LSTM.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-rnn.h"

/* The functions of all directions, n_directions × cell->n_activations of them. FALSE and *error for an unknown name or
 * a wrong number of them. */
gboolean fx_rnn_activations (const FxRnnParams *params, const FxRnnCell *cell, guint n_directions,
                             FxRnnActivation *activations, GError **error);

void fx_rnn_apply (const FxRnnActivation *activation, float clip, float *v, gsize n);
