/* Half-precision models computed in single precision.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* If the graph (sorted, inferred) multiplies matrices or convolves in f16, bf16 or f64 and no operator in it insists on
 * those types, all its values and constants of those types become f32, once; otherwise nothing changes and kernels
 * widen around each node. Graph inputs and outputs are converted where they are fed and given. FALSE and *error
 * (TOO_LARGE) if memory is short. */
gboolean fx_widen (FxGraph *graph, GError **error);

G_END_DECLS
