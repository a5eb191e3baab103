/* The object, and what is there to be seen of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include "app/fx-dataset-item.h"
#include "app/fx-problem.h"
#include "core/check/fx-diagnostic.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (FxDocument, fx_document, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_FAILURE,
  PROP_LOADING_MESSAGE,
  PROP_LOADING_FRACTION,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_TARGET,
  PROP_MODIFIED,
  PROP_BUSY,
  PROP_CHECKING,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  PROP_N_ERRORS,
  PROP_N_WARNINGS,
  PROP_CONVERTIBLE,
  N_PROPS
};

enum
{
  GRAPH_CHANGED,
  REPORT_CHANGED,
  PROJECT_CHANGED,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

void
fx_document_tell (FxDocument *document, const char *text)
{
  g_signal_emit (document, signals[MESSAGE], 0, text);
}

FxDocumentState
fx_document_get_state (FxDocument *document)
{
  return document->state;
}

const char *
fx_document_get_path (FxDocument *document)
{
  return document->path;
}

const char *
fx_document_get_journal (FxDocument *document)
{
  return document->journal;
}

const char *
fx_document_get_file (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);

  if (document->load != NULL)
    return g_object_get_data (G_OBJECT (document->load), "path");
  if (document->path != NULL)
    return document->path;
  if (document->origin != NULL)
    return document->origin;
  return project != NULL ? project->model : NULL;
}

gboolean
fx_document_is_modified (FxDocument *document)
{
  return document->state == FX_DOCUMENT_READY && fx_history_is_modified (document->history);
}

const FxProject *
fx_document_get_project (FxDocument *document)
{
  return fx_history_project (document->history);
}

FxShared *
fx_document_get_graph (FxDocument *document)
{
  return fx_history_graph (document->history);
}

FxShared *
fx_document_get_report (FxDocument *document)
{
  return document->report;
}

const FxTarget *
fx_document_get_board (FxDocument *document)
{
  return fx_shared_get (document->board);
}

char *
fx_document_dup_int16_refusal (FxDocument *document)
{
  const FxTarget *board = fx_document_get_board (document);
  g_autoptr (GError) error = NULL;

  return board == NULL || fx_target_need_int16 (board, &error) ? NULL : g_strdup (error->message);
}

GListModel *
fx_document_get_datasets (FxDocument *document)
{
  return G_LIST_MODEL (document->datasets);
}

GListModel *
fx_document_get_problems (FxDocument *document)
{
  return G_LIST_MODEL (document->problems);
}

static char *
dup_title (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);

  if (document->path != NULL)
    return g_filename_display_basename (document->path);
  if (project != NULL)
    return g_filename_display_basename (project->model);
  return document->load != NULL ? g_strdup (fx_job_get_title (FX_JOB (document->load))) : NULL;
}

static char *
dup_subtitle (FxDocument *document)
{
  const FxCheckReport *report = fx_shared_get (document->report);
  guint bpu, nodes = 0;

  if (report == NULL)
    return document->checking != NULL ? g_strdup (_ ("Checking…")) : NULL;
  bpu = report->counts[FX_PLACEMENT_BPU] + report->counts[FX_PLACEMENT_FOLDED];
  for (guint i = 0; i < G_N_ELEMENTS (report->counts); i++)
    nodes += report->counts[i];
  return g_strdup_printf (ngettext ("%u of %u node on the BPU or folded", "%u of %u nodes on the BPU or folded", nodes),
                          bpu, nodes);
}

static guint
count (FxDocument *document, FxSeverity at_least)
{
  const FxCheckReport *report = fx_shared_get (document->report);

  return report != NULL ? fx_diagnostics_count (report->diagnostics, at_least) : 0;
}

static void
fx_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxDocument *document = FX_DOCUMENT (object);
  const FxProject *project = fx_history_project (document->history);
  FxJob *load = (FxJob *)document->load;

  switch (id)
    {
    case PROP_STATE: g_value_set_uint (value, document->state); break;
    case PROP_FAILURE: g_value_set_string (value, document->failure); break;
    case PROP_LOADING_MESSAGE: g_value_set_string (value, load != NULL ? fx_job_get_message (load) : NULL); break;
    case PROP_LOADING_FRACTION: g_value_set_double (value, load != NULL ? fx_job_get_fraction (load) : 0); break;
    case PROP_TITLE: g_value_take_string (value, dup_title (document)); break;
    case PROP_SUBTITLE: g_value_take_string (value, dup_subtitle (document)); break;
    case PROP_TARGET: g_value_set_string (value, project != NULL ? project->target : NULL); break;
    case PROP_MODIFIED: g_value_set_boolean (value, fx_document_is_modified (document)); break;
    case PROP_BUSY: g_value_set_boolean (value, document->editing != NULL); break;
    case PROP_CHECKING: g_value_set_boolean (value, document->checking != NULL); break;
    case PROP_UNDO_LABEL:
      g_value_set_string (value, fx_document_can_undo (document) ? fx_history_undo_label (document->history) : NULL);
      break;
    case PROP_REDO_LABEL:
      g_value_set_string (value, fx_document_can_redo (document) ? fx_history_redo_label (document->history) : NULL);
      break;
    case PROP_N_ERRORS: g_value_set_uint (value, count (document, FX_SEVERITY_ERROR)); break;
    case PROP_N_WARNINGS:
      g_value_set_uint (value, count (document, FX_SEVERITY_WARNING) - count (document, FX_SEVERITY_ERROR));
      break;
    case PROP_CONVERTIBLE:
      g_value_set_boolean (value, document->report != NULL && count (document, FX_SEVERITY_ERROR) == 0);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

FxDocument *
fx_document_new (void)
{
  return g_object_new (FX_TYPE_DOCUMENT, NULL);
}

static void
fx_document_dispose (GObject *object)
{
  fx_document_clear (FX_DOCUMENT (object));
  G_OBJECT_CLASS (fx_document_parent_class)->dispose (object);
}

static void
fx_document_finalize (GObject *object)
{
  FxDocument *document = FX_DOCUMENT (object);

  g_clear_object (&document->problems);
  g_clear_object (&document->datasets);
  g_clear_pointer (&document->history, fx_history_free);
  G_OBJECT_CLASS (fx_document_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, FX_DOCUMENT_FAILED, 0, flags);
  props[PROP_FAILURE] = g_param_spec_string ("failure", NULL, NULL, NULL, flags);
  props[PROP_LOADING_MESSAGE] = g_param_spec_string ("loading-message", NULL, NULL, NULL, flags);
  props[PROP_LOADING_FRACTION] = g_param_spec_double ("loading-fraction", NULL, NULL, 0, 1, 0, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  props[PROP_TARGET] = g_param_spec_string ("target", NULL, NULL, NULL, flags);
  props[PROP_MODIFIED] = g_param_spec_boolean ("modified", NULL, NULL, FALSE, flags);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  props[PROP_CHECKING] = g_param_spec_boolean ("checking", NULL, NULL, FALSE, flags);
  props[PROP_UNDO_LABEL] = g_param_spec_string ("undo-label", NULL, NULL, NULL, flags);
  props[PROP_REDO_LABEL] = g_param_spec_string ("redo-label", NULL, NULL, NULL, flags);
  props[PROP_N_ERRORS] = g_param_spec_uint ("n-errors", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_N_WARNINGS] = g_param_spec_uint ("n-warnings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONVERTIBLE] = g_param_spec_boolean ("convertible", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fx_document_class_init (FxDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char *const plain[] = { "graph-changed", "report-changed", "project-changed" };

  object_class->get_property = fx_document_get_property;
  object_class->dispose = fx_document_dispose;
  object_class->finalize = fx_document_finalize;
  install_properties (object_class);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    signals[i] = g_signal_new (plain[i], FX_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", FX_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
fx_document_init (FxDocument *document)
{
  document->history = fx_history_new ();
  document->problems = g_list_store_new (FX_TYPE_PROBLEM);
  document->datasets = g_list_store_new (FX_TYPE_DATASET_ITEM);
  g_queue_init (&document->edits);
}
