/* How the inputs of the model are fed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_INPUTS_PAGE (fx_inputs_page_get_type ())
G_DECLARE_FINAL_TYPE (FxInputsPage, fx_inputs_page, FX, INPUTS_PAGE, AdwBin)

/* Once, before it is shown. */
void fx_inputs_page_set_document (FxInputsPage *page, FxDocument *document);
/* Moves the keyboard to the shape of the input of that name; no other input does anything. */
void fx_inputs_page_edit (FxInputsPage *page, const char *input);

G_END_DECLS
