/* The list of what is wrong with a document's model for its board.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_PROBLEMS_PAGE (fx_problems_page_get_type ())
G_DECLARE_FINAL_TYPE (FxProblemsPage, fx_problems_page, FX, PROBLEMS_PAGE, AdwBin)

/* Once, before the page is shown. Activating a finding activates the action win.select-node. */
void fx_problems_page_set_document (FxProblemsPage *page, FxDocument *document);

G_END_DECLS
