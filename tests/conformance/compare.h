/* Comparing a result with what a test case expects.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* TRUE if type and shape agree and all elements do: floats within atol + rtol × |expected|, where NaN equals NaN;
 * everything else exactly. *error names the first element that does not. */
gboolean fx_compare_tensors (const FxTensor *found, const FxTensor *expected, double rtol, double atol, GError **error);

G_END_DECLS
