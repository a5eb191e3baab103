/* Step: with every choice made, the samples that were held out for them widen the statistics, too, and the ranges are
 * set anew by the methods that were chosen. One sample often reaches far beyond all others, and a range that does not
 * know it clips others like it; to choose, it had to be kept apart. Fitting a chosen model to all data is what
 * cross-validation does (Hastie et al., "The Elements of Statistical Learning", 2009, section 7.10).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"
#include "core/quant/fx-accuracy.h"

gboolean
fx_accuracy_refit (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                   GError **error)
{
  const FxAccuracySamples *samples = accuracy->samples;
  FxCalibrateOptions options = { .n_threads = accuracy->options->n_threads };

  /* Of too few samples all do both. */
  if (samples->n_held_out >= samples->n_calibration)
    return TRUE;
  *changed = TRUE;
  return fx_calibrate (accuracy->graph, accuracy->statistics, samples->n_calibration + samples->n_held_out,
                       samples->source, samples->source_data, &options, progress, cancellable, error)
         && fx_accuracy_assign (accuracy, error);
}
