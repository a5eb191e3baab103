/* What the files of FxApplication share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-application.h"
#include "app/fx-window.h"

G_BEGIN_DECLS

struct _FxApplication
{
  AdwApplication parent_instance;

  gboolean started;  /* the first activation restores the session */
  gboolean quitting; /* the session is what was open before the first window closed */

  FxJournal *journal;   /* NULL: it cannot be kept */
  char *problem;        /* why not */
  GPtrArray *leftovers; /* of FxLeftover: what other processes left, until somebody decides; NULL */
};

FxWindow *fx_application_new_window (FxApplication *application);
FxWindow *fx_application_active_window (FxApplication *application); /* not a dialog; NULL: there is none */
/* The active window if nothing is in it, or a new one. */
FxWindow *fx_application_empty_window (FxApplication *application);

/* fx-application-session.c: what is open again at the start. */
void fx_application_go_on (FxApplication *application);               /* somebody keeps a window: it does not quit */
void fx_application_init_session (FxApplication *application);        /* at startup, after the actions */
gboolean fx_application_restore_session (FxApplication *application); /* FALSE: nothing of it is there any more */
/* Looks for work that was not saved because a process ended without warning, and offers it. */
void fx_application_offer_work (FxApplication *application);
void fx_application_restore_work (FxApplication *application);
void fx_application_discard_work (FxApplication *application);

G_END_DECLS
