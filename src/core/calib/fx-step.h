/* What the files of steps (fx-step-*.c) share: their rows and the reading and printing of arguments.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-preprocess.h"

G_BEGIN_DECLS

/* Tables of rows, each ended by one without name. */
extern const FxStepKind fx_steps_geometry[];
extern const FxStepKind fx_steps_color[];
extern const FxStepKind fx_steps_values[];

/* FxStep.choice of the steps that say how to store the tensor. */
typedef enum
{
  FX_LAYOUT_NCHW,
  FX_LAYOUT_NHWC,
} FxLayoutChoice;

/* Each takes words from the front; FALSE and *error if they are not as wanted. */
gboolean fx_words_size (FxWords *words, int *width, int *height, GError **error); /* "224x224" or "224" */
gboolean fx_words_side (FxWords *words, int *pixels, GError **error);
/* Up to three numbers, as many as there are ("1/255" is one too); `step` keeps them. With none left or no number in
 * front: `otherwise`, or an error if that is NULL. */
gboolean fx_words_values (FxWords *words, FxStep *step, const double *otherwise, GError **error);
/* One of the NULL-terminated names; with no words left the first one unless `required`. */
gboolean fx_words_choice (FxWords *words, const char *const *names, gboolean required, int *choice, GError **error);
/* A resampling mode; with no words left pil-bilinear. */
gboolean fx_words_resample (FxWords *words, FxResample *mode, GError **error);

void fx_step_print_size (const FxStep *step, GString *text);
void fx_step_print_values (const FxStep *step, GString *text);

/* FALSE and *error if the step has neither one value nor one for each channel. */
gboolean fx_step_check_values (const FxStep *step, const FxFrame *frame, GError **error);

static inline double
fx_step_value (const FxStep *step, int channel)
{
  return step->values[step->n_values == 1 ? 0 : channel];
}

G_END_DECLS
