/* From a pipeline to what a board needs to know: the arithmetic of a pipeline becomes the mean and scale of an input,
 * and what is left of it makes pictures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-input-spec.h"
#include "core/calib/fx-preprocess.h"

G_BEGIN_DECLS

/* Fills in `spec` for an input that is fed `rt` on the board: the color of the training is that of the last step of
 * color (RGB if there is none), mean and scale do what all steps mean, scale and std do together. Returns the pipeline
 * without them: its pictures are the samples of `spec`.
 *
 * NULL and *error (BAD_DATA): a step that changes pictures behind the arithmetic, a scale of zero. Whether the types go
 * together is left to fx_input_spec_check(). */
FxPreprocess *fx_input_split (const FxPreprocess *preprocess, FxInputType rt, FxInputSpec *spec, GError **error);

G_END_DECLS
