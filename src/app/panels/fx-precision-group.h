/* The inspector's choice of how one node is computed: how many bits it gets, or that it stays on the CPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_PRECISION_GROUP (fx_precision_group_get_type ())
G_DECLARE_FINAL_TYPE (FxPrecisionGroup, fx_precision_group, FX, PRECISION_GROUP, AdwPreferencesGroup)

/* Shows what the document says of a node, to be chosen by "win.set-node-precision"; NULL hides the group. What is there
 * is changed and not replaced, so that the keyboard stays where it is. */
void fx_precision_group_show (FxPrecisionGroup *group, FxDocument *document, const char *node);

G_END_DECLS
