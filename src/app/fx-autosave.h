/* Keeps the journal entry of a document up to date: there while the document has changes that are not saved, gone
 * otherwise.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"
#include "app/fx-journal.h"

G_BEGIN_DECLS

typedef struct _FxAutosave FxAutosave;

/* The document is borrowed, and has to be there until the autosave is freed. */
FxAutosave *fx_autosave_new (FxDocument *document, FxJournal *journal);
/* Accepts NULL. The entry goes: whoever closes a document has decided what becomes of its changes. */
void fx_autosave_free (FxAutosave *autosave);

G_END_DECLS
