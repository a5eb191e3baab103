/* Step: channels of an activation are brought to similar ranges by factors between layers (fx-equalize.h), and
 * everything is calibrated again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-equalize.h"

gboolean
fx_accuracy_equalize (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                      GError **error)
{
  FxEqualization result = { 0 };

  if (!fx_equalize (accuracy->graph, accuracy->statistics, &result, cancellable, error))
    return FALSE;
  *changed = result.n_channels > 0;
  return !*changed
         || (fx_accuracy_calibrate (accuracy, progress, cancellable, error) && fx_accuracy_assign (accuracy, error));
}
