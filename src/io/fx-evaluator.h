/* Running a classifier over a dataset.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-evaluate.h"
#include "core/exec/fx-engine.h"
#include "core/fx-progress.h"
#include "io/fx-dataset.h"

G_BEGIN_DECLS

/* Feeds every labelled sample to the model's one input and counts how often output 0 is right. Samples are spread over
 * `n_threads` workers (0: all processors), each with a run of its own; the result does not depend on their number.
 * `engine` is best made with n_threads = 1.
 *
 * FALSE and *error: the model has not exactly one input, a sample that cannot be read or does not fit (the first one in
 * order that a worker met), G_IO_ERROR_CANCELLED. */
gboolean
fx_evaluate_dataset (FxEngine *engine, const FxDataset *dataset, const FxPreprocess *preprocess, guint n_threads,
                     FxEvaluation *evaluation, const FxProgress *progress, GCancellable *cancellable, GError **error);

G_END_DECLS
