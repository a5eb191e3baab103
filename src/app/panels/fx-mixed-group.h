/* How many nodes may get 16 bits where that gains most, and what it may cost: rows of the conversion's settings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_MIXED_GROUP (fx_mixed_group_get_type ())
G_DECLARE_FINAL_TYPE (FxMixedGroup, fx_mixed_group, FX, MIXED_GROUP, AdwPreferencesGroup)

void fx_mixed_group_set_document (FxMixedGroup *group, FxDocument *document); /* which outlives the group */

G_END_DECLS
