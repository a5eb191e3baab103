/* How far a quantized network is from the float one at the outputs: the figure that decides between methods and whether
 * a step is kept. It is measured on samples that set no ranges while choices are made.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-sample-loop.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

typedef struct _FxOutputJudge FxOutputJudge;

/* Runs the float network over samples 0 … n_samples − 1 and keeps its outputs, in memory that is limited: of outputs
 * with many elements the first samples only. NULL and *error: as fx_engine_new() and the source, G_IO_ERROR_CANCELLED.
 */
FxOutputJudge *fx_output_judge_new (const FxGraph *graph, guint n_samples, FxSampleSource source, gpointer source_data,
                                    guint n_threads, GCancellable *cancellable, GError **error);
void fx_output_judge_free (FxOutputJudge *judge); /* accepts NULL */

/* Noise by signal of the integer network that the parameters make of the graph: the square of the mean, over the
 * samples, of ‖integer − float‖ / level (1 for one that is not finite), and of that the mean over the outputs. The
 * level is the root of the mean of this sample's ‖float‖² and the usual one (their median): a sample counts by its own
 * size, but one that is all but 0 does not decide. Class scores are compared before the Softmax that ends the network,
 * without what all of them have in common. `graph` has the outputs of the judge's. The same for any number of threads.
 * FALSE and *error. */
gboolean fx_output_judge_params (const FxOutputJudge *judge, const FxGraph *graph, const FxQuantParams *params,
                                 double *noise, GCancellable *cancellable, GError **error);

/* −10 log10 (noise): the signal-to-noise ratio in dB; 200 at most. */
double fx_output_noise_db (double noise);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxOutputJudge, fx_output_judge_free)

G_END_DECLS
