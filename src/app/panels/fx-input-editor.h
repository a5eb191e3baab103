/* How one input of the model is fed: its shape, what a picture goes through on its way, and how the first one looks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_INPUT_EDITOR (fx_input_editor_get_type ())
G_DECLARE_FINAL_TYPE (FxInputEditor, fx_input_editor, FX, INPUT_EDITOR, AdwBin)

/* `input` is the name of an input of the document's graph. */
GtkWidget *fx_input_editor_new (FxDocument *document, const char *input);
const char *fx_input_editor_get_input (FxInputEditor *editor);
/* Shows what the document says now. */
void fx_input_editor_update (FxInputEditor *editor);
/* Moves the keyboard to the shape. */
void fx_input_editor_edit_shape (FxInputEditor *editor);
/* TRUE if this editor's input and that position take the same dataset. */
void fx_input_editor_update_preview (FxInputEditor *editor);

G_END_DECLS
