/* How the board's program is compiled: rows of the conversion's settings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_PROGRAM_GROUP (fx_program_group_get_type ())
G_DECLARE_FINAL_TYPE (FxProgramGroup, fx_program_group, FX, PROGRAM_GROUP, AdwPreferencesGroup)

void fx_program_group_set_document (FxProgramGroup *group, FxDocument *document); /* which outlives the group */

G_END_DECLS
