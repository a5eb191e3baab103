/* What an empty window shows: a place to drop a model on, and recent files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_START_PAGE (fx_start_page_get_type ())
G_DECLARE_FINAL_TYPE (FxStartPage, fx_start_page, FX, START_PAGE, AdwBin)

G_END_DECLS
