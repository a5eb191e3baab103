/* The steps that led to the project as it is, for undo and redo.
 *
 * A step holds a whole project and a whole graph: both are cheap, because tensors are shared and projects are small.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "io/fx-project.h"

G_BEGIN_DECLS

typedef struct _FxHistory FxHistory;

FxHistory *fx_history_new (void);
void fx_history_free (FxHistory *history); /* accepts NULL */
void fx_history_clear (FxHistory *history);

/* The one first step, which counts as saved; takes the project over. */
void fx_history_reset (FxHistory *history, FxProject *project, FxShared *graph);
/* A step after the current one, in place of those that could be redone; takes the project over. A step with the same
 * `key` (static, NULL for none) as the current one replaces it. */
void fx_history_push (FxHistory *history, const char *label, const char *key, FxProject *project, FxShared *graph);
/* One step back (-1) or forth (1), which there is. */
void fx_history_move (FxHistory *history, int direction);

gboolean fx_history_can_undo (const FxHistory *history);
gboolean fx_history_can_redo (const FxHistory *history);
const char *fx_history_undo_label (const FxHistory *history); /* what would be undone */
const char *fx_history_redo_label (const FxHistory *history);

/* Of the current step; borrowed, NULL while there is none. */
const FxProject *fx_history_project (const FxHistory *history);
FxShared *fx_history_graph (const FxHistory *history);

/* Modified is what differs from the project that was saved. */
void fx_history_mark_saved (FxHistory *history, const FxProject *project);
void fx_history_forget_saved (FxHistory *history); /* nothing on the disk is like any step */
gboolean fx_history_is_modified (const FxHistory *history);

G_END_DECLS
