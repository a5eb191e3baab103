/* What the files of the document share: its state, and what they ask of each other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"
#include "app/fx-history.h"
#include "app/fx-load-job.h"

G_BEGIN_DECLS

/* What a project that is opened is to this document. */
typedef enum
{
  FX_OPEN_AS_FILE,    /* its file */
  FX_OPEN_AS_COPY,    /* to be saved elsewhere */
  FX_OPEN_AS_JOURNAL, /* an unsaved state of the file that it names */
} FxOpenAs;

struct _FxDocument
{
  GObject parent_instance;

  FxDocumentState state;
  char *failure;
  char *path;      /* of the project file */
  FxLoadJob *load; /* while loading */
  FxOpenAs open_as;
  char *journal; /* what it was restored from */
  char *origin;  /* the configuration that it was made of, or the project that it is a copy of */

  FxHistory *history;
  guint n_opened;     /* how often something else took its place: what began before is not about it */
  FxShared *findings; /* GPtrArray of FxDiagnostic: of the reader */

  FxShared *report;
  FxShared *board; /* FxTarget of the last check */
  GListStore *problems;
  GCancellable *checking; /* NULL: no check is under way */

  GListStore *datasets; /* FxDatasetItem */

  GQueue edits; /* FxProjectEdit, waiting for their turn */
  GCancellable *editing;
};

/* ---- fx-document.c ---- */

void fx_document_tell (FxDocument *document, const char *text);

/* ---- fx-document-check.c ---- */

/* Asks anew what the board says. */
void fx_document_start_check (FxDocument *document);
void fx_document_clear_report (FxDocument *document); /* tells nobody */
void fx_document_report_changed (FxDocument *document);

/* ---- fx-document-datasets.c ---- */

/* Makes the list that of the project. */
void fx_document_sync_datasets (FxDocument *document);
void fx_document_examine_datasets (FxDocument *document);
void fx_document_cancel_datasets (FxDocument *document);

/* ---- fx-document-steps.c ---- */

/* A step: `project` is taken over. See fx_document_take_project(). */
void fx_document_push (FxDocument *document, FxProject *project, FxShared *graph, const char *label, const char *key);
void fx_document_history_changed (FxDocument *document);

/* ---- fx-document-open.c ---- */

/* Stops everything, and forgets what is there. Tells nobody. */
void fx_document_clear (FxDocument *document);

G_END_DECLS
