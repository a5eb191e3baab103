/* Whether a model that was fixed computes what it computed before, on random inputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <glib.h>

G_BEGIN_DECLS

/* Runs both graphs on the same random elements and compares every output of `fixed` with the value of that name in
 * `before`: the largest difference, relative to the largest value of that output. Inputs of `fixed` may have another
 * shape of the same elements, or only the first sample of a batch; free sizes of `before` are taken from `fixed`.
 * Fails the test if a name is not found or a graph does not run. */
double fix_compare (const FxGraph *before, const FxGraph *fixed, guint32 seed);

G_END_DECLS
