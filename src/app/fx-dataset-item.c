/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-dataset-item.h"

#include "app/fx-problem.h"
#include "app/fx-workers.h"
#include "core/calib/fx-doctor.h"
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-dataset.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#define MAX_PICTURES 500 /* that can be looked at in the window */
#define MAX_EXAMINED 64  /* that the doctor sees; a conversion looks at all */
#define MAX_SKIPPED 5    /* that are named */

struct _FxDatasetItem
{
  GObject parent_instance;

  char *input, *path, *labels;
  FxDType raw_dtype;
  FxDatasetItemState state;
  char *detail;
  FxShared *dataset;
  GtkStringList *pictures;
  GListStore *findings;
  GCancellable *examining;
  /* with which the samples were looked at, or are being; NULL: they were not */
  FxShared *graph;
  char *preprocess;
};

G_DEFINE_FINAL_TYPE (FxDatasetItem, fx_dataset_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DETAIL,
  PROP_STATE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* ---- on the worker ---- */

typedef struct
{
  char *path, *labels, *input, *preprocess;
  FxDType raw_dtype;
  FxShared *graph;
  /* made: */
  FxShared *dataset;
  GPtrArray *findings; /* FxDiagnostic */
} Examination;

static void
examination_free (gpointer data)
{
  Examination *examination = data;

  g_free (examination->path);
  g_free (examination->labels);
  g_free (examination->input);
  g_free (examination->preprocess);
  fx_shared_unref (examination->graph);
  fx_shared_unref (examination->dataset);
  g_clear_pointer (&examination->findings, g_ptr_array_unref);
  g_free (examination);
}

static const FxValue *
find_input (const Examination *examination, gboolean *first)
{
  const FxGraph *graph = fx_shared_get (examination->graph);

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));

      if (examination->input == NULL || g_str_equal (examination->input, value->name))
        {
          *first = i == 0;
          return value;
        }
    }
  return NULL;
}

static void
note_skipped (const FxDataset *dataset, GPtrArray *findings)
{
  for (guint i = 0; i < MIN (dataset->skipped->len, MAX_SKIPPED); i++)
    {
      const FxSkipped *skipped = dataset->skipped->pdata[i];

      fx_diagnostics_add (findings, FX_SEVERITY_INFO, "calibration-skipped", NULL, skipped->name, "%s",
                          skipped->reason);
    }
  if (dataset->skipped->len > MAX_SKIPPED)
    fx_diagnostics_add (
        findings, FX_SEVERITY_INFO, "calibration-skipped", NULL, NULL,
        ngettext ("%u more file was left out", "%u more files were left out", dataset->skipped->len - MAX_SKIPPED),
        dataset->skipped->len - MAX_SKIPPED);
}

/* What the doctor says about some samples, spread over all of them. FALSE if cancelled. */
static gboolean
look (Examination *examination, const FxDataset *dataset, GCancellable *cancellable, GError **error)
{
  gboolean first = FALSE;
  const FxValue *input = find_input (examination, &first);
  g_autoptr (FxPreprocess) preprocess = NULL;
  g_autoptr (FxDoctor) doctor = NULL;
  g_autoptr (GError) local = NULL;
  guint all = fx_dataset_n_samples (dataset), n = MIN (all, MAX_EXAMINED);

  if (input == NULL)
    return TRUE;
  preprocess = fx_preprocess_parse (examination->preprocess != NULL ? examination->preprocess : "", &local);
  doctor = first ? fx_doctor_new (fx_shared_get (examination->graph)) : NULL;
  for (guint k = 0; local == NULL && k < n; k++)
    {
      guint i = (guint)((guint64)k * all / n);
      g_autoptr (FxTensor) sample = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (fx_dataset_load (dataset, i, preprocess, input, &sample, &local) && doctor != NULL)
        fx_doctor_look (doctor, fx_dataset_sample (dataset, i)->name, sample);
    }
  if (local != NULL)
    fx_diagnostics_add (examination->findings, FX_SEVERITY_ERROR, "calibration-sample", NULL, NULL, "%s",
                        local->message);
  else if (doctor != NULL)
    return fx_doctor_report (doctor, examination->findings, cancellable, error);
  return TRUE;
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, GCancellable *cancellable)
{
  Examination *examination = data;
  FxDataset *dataset;
  GError *error = NULL;

  if (examination->dataset == NULL)
    {
      dataset = fx_dataset_open_raw (examination->path, examination->labels, examination->raw_dtype, &error);
      if (dataset == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      examination->dataset = fx_shared_new (dataset, (GDestroyNotify)fx_dataset_free);
    }
  dataset = fx_shared_get (examination->dataset);
  examination->findings = fx_diagnostics_new ();
  note_skipped (dataset, examination->findings);
  if (look (examination, dataset, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* ---- on the main thread ---- */

static void
set_state (FxDatasetItem *item, FxDatasetItemState state, char *detail)
{
  g_free (item->detail);
  item->detail = detail;
  item->state = state;
  g_object_notify_by_pspec (G_OBJECT (item), props[PROP_DETAIL]);
  g_object_notify_by_pspec (G_OBJECT (item), props[PROP_STATE]);
}

static void
list_pictures (FxDatasetItem *item)
{
  const FxDataset *dataset = fx_shared_get (item->dataset);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (item->pictures));
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();

  for (guint i = 0; i < fx_dataset_n_samples (dataset) && paths->len < MAX_PICTURES; i++)
    if (fx_dataset_sample (dataset, i)->is_image)
      g_ptr_array_add (paths, fx_dataset_sample (dataset, i)->path);
  g_ptr_array_add (paths, NULL);
  gtk_string_list_splice (item->pictures, 0, n, (const char *const *)paths->pdata);
}

static char *
count_text (const FxDataset *dataset)
{
  guint n = fx_dataset_n_samples (dataset);
  g_autofree char *samples = g_strdup_printf (ngettext ("%u sample", "%u samples", n), n);

  if (dataset->skipped->len == 0)
    return g_steal_pointer (&samples);
  return g_strdup_printf (ngettext ("%s, %u file left out", "%s, %u files left out", dataset->skipped->len), samples,
                          dataset->skipped->len);
}

static void
show_findings (FxDatasetItem *item, const GPtrArray *findings)
{
  g_list_store_remove_all (item->findings);
  for (guint i = 0; i < findings->len; i++)
    {
      g_autoptr (FxProblem) problem = fx_problem_new (findings->pdata[i]);

      g_list_store_append (item->findings, problem);
    }
}

static void
examined_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDatasetItem *item = FX_DATASET_ITEM (source);
  Examination *examination = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != item->examining)
    return;
  g_clear_object (&item->examining);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_clear_pointer (&item->graph, fx_shared_unref);
      set_state (item, FX_DATASET_ITEM_FAILED, g_utf8_make_valid (error->message, -1));
      return;
    }
  if (fx_shared_set (&item->dataset, examination->dataset))
    list_pictures (item);
  show_findings (item, examination->findings);
  set_state (item, FX_DATASET_ITEM_READY, count_text (fx_shared_get (item->dataset)));
}

void
fx_dataset_item_examine (FxDatasetItem *item, FxShared *graph, const char *preprocess)
{
  Examination *examination;
  g_autoptr (GTask) task = NULL;

  if (item->graph == graph && g_strcmp0 (item->preprocess, preprocess) == 0)
    return;
  fx_dataset_item_cancel (item);
  fx_shared_set (&item->graph, graph);
  g_free (item->preprocess);
  item->preprocess = g_strdup (preprocess);
  examination = g_new0 (Examination, 1);
  item->examining = g_cancellable_new ();
  examination->path = g_strdup (item->path);
  examination->labels = g_strdup (item->labels);
  examination->raw_dtype = item->raw_dtype;
  examination->input = g_strdup (item->input);
  examination->preprocess = g_strdup (preprocess);
  examination->graph = fx_shared_ref (graph);
  examination->dataset = fx_shared_ref (item->dataset);
  task = g_task_new (item, item->examining, examined_cb, NULL);
  g_task_set_task_data (task, examination, examination_free);
  fx_workers_run (task, run);
  if (item->dataset == NULL)
    set_state (item, FX_DATASET_ITEM_READING, g_strdup (_ ("Reading…")));
}

void
fx_dataset_item_cancel (FxDatasetItem *item)
{
  if (item->examining == NULL)
    return;
  g_cancellable_cancel (item->examining);
  g_clear_object (&item->examining);
  g_clear_pointer (&item->graph, fx_shared_unref);
}

FxDatasetItem *
fx_dataset_item_new (const FxProjectDataset *dataset)
{
  FxDatasetItem *item = g_object_new (FX_TYPE_DATASET_ITEM, NULL);

  item->input = g_strdup (dataset->input);
  item->path = g_strdup (dataset->path);
  item->labels = g_strdup (dataset->labels);
  item->raw_dtype = fx_project_dataset_dtype (dataset);
  return item;
}

gboolean
fx_dataset_item_is (FxDatasetItem *item, const FxProjectDataset *dataset)
{
  return g_strcmp0 (item->input, dataset->input) == 0 && g_strcmp0 (item->path, dataset->path) == 0
         && g_strcmp0 (item->labels, dataset->labels) == 0 && item->raw_dtype == fx_project_dataset_dtype (dataset);
}

FxDatasetItemState
fx_dataset_item_get_state (FxDatasetItem *item)
{
  return item->state;
}

const char *
fx_dataset_item_get_path (FxDatasetItem *item)
{
  return item->path;
}

const char *
fx_dataset_item_get_input (FxDatasetItem *item)
{
  return item->input;
}

FxShared *
fx_dataset_item_get_dataset (FxDatasetItem *item)
{
  return item->dataset;
}

GListModel *
fx_dataset_item_get_pictures (FxDatasetItem *item)
{
  return G_LIST_MODEL (item->pictures);
}

GListModel *
fx_dataset_item_get_findings (FxDatasetItem *item)
{
  return G_LIST_MODEL (item->findings);
}

static void
fx_dataset_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxDatasetItem *item = FX_DATASET_ITEM (object);

  switch (id)
    {
    case PROP_NAME: g_value_take_string (value, g_filename_display_basename (item->path)); break;
    case PROP_DETAIL: g_value_set_string (value, item->detail); break;
    case PROP_STATE: g_value_set_uint (value, item->state); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_dataset_item_finalize (GObject *object)
{
  FxDatasetItem *item = FX_DATASET_ITEM (object);

  g_free (item->input);
  g_free (item->path);
  g_free (item->labels);
  g_free (item->detail);
  g_free (item->preprocess);
  fx_shared_unref (item->dataset);
  fx_shared_unref (item->graph);
  g_object_unref (item->pictures);
  g_object_unref (item->findings);
  g_clear_object (&item->examining);
  G_OBJECT_CLASS (fx_dataset_item_parent_class)->finalize (object);
}

static void
fx_dataset_item_class_init (FxDatasetItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = fx_dataset_item_get_property;
  object_class->finalize = fx_dataset_item_finalize;
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, FX_DATASET_ITEM_FAILED, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fx_dataset_item_init (FxDatasetItem *item)
{
  item->pictures = gtk_string_list_new (NULL);
  item->findings = g_list_store_new (FX_TYPE_PROBLEM);
}
