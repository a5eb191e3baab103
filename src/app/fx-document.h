/* One model that is being worked on: what the person decided (the project, with its history), the graph that follows
 * from it, and what is known about that graph.
 *
 * Everything here is used on the main thread. Reading, editing and checking happen on workers, which get references of
 * immutable structures; an answer to a question that is out of date is dropped. Widgets bind to the document and keep
 * no copies of its state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "core/check/fx-check.h"
#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FX_DOCUMENT_EMPTY,
  FX_DOCUMENT_LOADING,
  FX_DOCUMENT_READY,
  FX_DOCUMENT_FAILED,
} FxDocumentState;

#define FX_TYPE_DOCUMENT (fx_document_get_type ())
G_DECLARE_FINAL_TYPE (FxDocument, fx_document, FX, DOCUMENT, GObject)

/* Properties, all read-only and notified:
 *   state (uint FxDocumentState), failure (string: why it could not be opened), loading-message, loading-fraction,
 *   title, subtitle, target (id of the board), modified, busy (an edit is being made), checking,
 *   undo-label, redo-label (NULL: there is nothing to undo), n-errors, n-warnings, convertible.
 * Signals, besides: "graph-changed" (another graph), "report-changed" (another check, or none yet), "project-changed"
 * (any decision), "message" (string: to be told to the person once). */
FxDocument *fx_document_new (void);

/* ---- files ---- */

/* Opens a model, project or configuration in place of what is there. `weights` may be NULL. What a configuration says
 * becomes a project that was never saved. */
void fx_document_open (FxDocument *document, const char *path, const char *weights);
/* The same, for a project that is to be saved elsewhere: the sample. */
void fx_document_open_copy (FxDocument *document, const char *path);
/* The same, for the entry of a journal: its origin becomes the project file, and it counts as modified. */
void fx_document_restore (FxDocument *document, const char *path);
void fx_document_cancel_loading (FxDocument *document);
FxDocumentState fx_document_get_state (FxDocument *document);
const char *fx_document_get_path (FxDocument *document);    /* of the project file; NULL: it was never saved */
const char *fx_document_get_journal (FxDocument *document); /* that it was restored from; NULL */
/* What is to be opened to have it again: the project or, never saved, what it was made of; what is being opened;
 * NULL. */
const char *fx_document_get_file (FxDocument *document);
gboolean fx_document_is_modified (FxDocument *document);
/* Writes the project; *done is called when that has ended. */
void fx_document_save_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data);
/* Writes the graph as it is now as ONNX. */
void fx_document_export_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data);
/* Writes the project as a configuration of the boards' converter. What has no place in it is among the findings
 * (FxDiagnostic), which the result owns. */
void
fx_document_export_config_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data);
const GPtrArray *fx_document_export_config_findings (GAsyncResult *result);
gboolean fx_document_write_finish (FxDocument *document, GAsyncResult *result, GError **error);

/* ---- what is there ---- */

/* All borrowed, and NULL while there is nothing. */
const FxProject *fx_document_get_project (FxDocument *document);
FxShared *fx_document_get_graph (FxDocument *document);       /* FxGraph */
FxShared *fx_document_get_report (FxDocument *document);      /* FxCheckReport of this very graph */
const FxTarget *fx_document_get_board (FxDocument *document); /* that the last check was for */
GListModel *fx_document_get_datasets (FxDocument *document);  /* FxDatasetItem, as in the project; never NULL */
GListModel *fx_document_get_problems (FxDocument *document);  /* FxProblem groups; never NULL */

/* Why no node can get 16 bits, for people: the board computes with 8 only. NULL: it has them, or is not known yet. */
char *fx_document_dup_int16_refusal (FxDocument *document);

/* ---- decisions; each is a step of the history ---- */

/* `project` is a changed copy of the document's project and is taken over; its graph is the same. `key` (static) lets
 * one step follow another of the same key without a step of its own: somebody turning a knob. NULL: never. */
void fx_document_take_project (FxDocument *document, FxProject *project, const char *label, const char *key);
void fx_document_set_target (FxDocument *document, const char *target);
/* fx-document-samples.c: files and folders of samples, of which a worker finds out what inputs they are for; as one
 * step, when that is known. What cannot be used is told by "message". */
void fx_document_add_samples (FxDocument *document, const char *const *paths);
/* fx-document-settings.c: steps that change one thing. */
void fx_document_remove_dataset (FxDocument *document, guint index);
void fx_document_set_preprocess (FxDocument *document, const char *input, const char *text);
void fx_document_set_runtime (FxDocument *document, const char *input, const char *type);
void fx_document_set_samples (FxDocument *document, guint samples, guint64 seed);
void fx_document_set_method (FxDocument *document, const char *preset, const char *method);
/* Share of the nodes, 0 to 1, and times the latency, 1 or more, as in FxProject; 0 each: no limit. */
void fx_document_set_mixed (FxDocument *document, double share, double budget);
/* "int8", "int16" or "float" (on the CPU); another word leaves it to the program. */
void fx_document_set_node_precision (FxDocument *document, const char *node, const char *word);

/* Values that fx_compile_check_options() finds right. */
void fx_document_set_compile (FxDocument *document, const FxCompileOptions *compile);

/* Changes of the graph; they are made on a worker one after the other. */
void fx_document_apply_fix (FxDocument *document, const char *rule);
void fx_document_apply_all_fixes (FxDocument *document);
void fx_document_set_input_shape (FxDocument *document, const char *input, const char *shape);

gboolean fx_document_can_undo (FxDocument *document);
gboolean fx_document_can_redo (FxDocument *document);
void fx_document_undo (FxDocument *document);
void fx_document_redo (FxDocument *document);

G_END_DECLS
