/* Unsaved work on the disk, for the day that the program ends without warning.
 *
 * Each process keeps a folder below the user's state folder locked for as long as it lives; the kernel opens the lock
 * however the process ends. So a folder that can be locked is what somebody left behind, and two running programs never
 * touch each other's. Entries are .fixpoint files whose `origin` names the project that they are a state of. They are
 * written one after the other on a thread, each at once and whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Work that another process left behind. */
typedef struct
{
  char *path;     /* of the entry */
  char *name;     /* of the project or model, for people; NULL: the entry cannot be read */
  char *document; /* the project file or, if there was none, the model; NULL likewise */
} FxLeftover;

void fx_leftover_free (FxLeftover *leftover); /* accepts NULL */

#define FX_TYPE_JOURNAL (fx_journal_get_type ())
G_DECLARE_FINAL_TYPE (FxJournal, fx_journal, FX, JOURNAL, GObject)

/* Signal "failed" (string), on the main thread: an entry could not be written. Not again until one could.
 *
 * `folder` holds the journals of all processes; NULL: that of the user. NULL and *error: nothing can be written there.
 */
FxJournal *fx_journal_new (const char *folder, GError **error);

guint fx_journal_add (FxJournal *journal); /* a number for an entry */
/* Puts an entry down, copying the project, or takes it away. `replaces` is a leftover that is then not needed any more,
 * or NULL; it goes only after the entry has been written. Both return at once. */
void
fx_journal_write (FxJournal *journal, guint entry, const FxProject *project, const char *origin, const char *replaces);
void fx_journal_remove (FxJournal *journal, guint entry, const char *replaces);

/* Looks for leftovers, and keeps them from other processes from now on: list of FxLeftover, to be unreferenced. */
GPtrArray *fx_journal_find_leftovers (FxJournal *journal);
void fx_journal_discard (FxJournal *journal, const char *path); /* of a leftover */

/* Waits until everything asked for is on the disk. Also happens when the journal is freed; its folder goes if it is
 * empty. */
void fx_journal_flush (FxJournal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxLeftover, fx_leftover_free)

G_END_DECLS
