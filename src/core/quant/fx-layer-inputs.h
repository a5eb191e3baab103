/* What linear layers multiply their weights with, for the steps that fit weights to it: rows drawn from the inputs of
 * layers as the float network runs over samples.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-sample-loop.h"
#include "core/ops/fx-window.h"

G_BEGIN_DECLS

/* Row i holds the elements [n_in][taps] that one output pixel (of a Conv) or one row of results (of a Gemm or MatMul)
 * is computed from, in all groups; the padding of a picture is 0. */
typedef struct
{
  FxId node, x;
  gsize row_length;
  gsize n_places; /* of one sample that have a row */
  guint n_rows;   /* a multiple of the number of samples */
  float *rows;    /* [n_rows][row_length] */
  gboolean is_conv;
  FxWindow window; /* of a Conv, in three axes */
} FxLayerInputs;

/* Describes the node, with no rows yet. FALSE: it is no Conv, Gemm or MatMul that fx_layer_weights_read() takes, or its
 * shapes are not known. */
gboolean fx_layer_inputs_init (FxLayerInputs *inputs, const FxGraph *graph, FxId node);
/* About so many rows of all samples, the same number of each, and none twice. */
void fx_layer_inputs_set_rows (FxLayerInputs *inputs, gsize n_rows, guint n_samples);
void fx_layer_inputs_clear (FxLayerInputs *inputs);

static inline gsize
fx_layer_inputs_bytes (const FxLayerInputs *inputs)
{
  return inputs->n_rows * inputs->row_length * sizeof (float);
}

/* Runs the float network over samples 0 … n_samples − 1 and fills the rows of all layers; the same number from each
 * sample, at places that depend on the sample only, so that the result is the same for any number of threads. Rows of
 * values that the engine does not compute stay 0. FALSE and *error: as fx_engine_new() and the source,
 * G_IO_ERROR_CANCELLED. */
gboolean fx_layer_inputs_collect (const FxGraph *graph, FxLayerInputs *layers, guint n_layers, guint n_samples,
                                  FxSampleSource source, gpointer source_data, guint n_threads,
                                  GCancellable *cancellable, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxLayerInputs, fx_layer_inputs_clear)

G_END_DECLS
