/* The window's conversions: from the document's decisions to a job, and the list of jobs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "app/fx-convert-job.h"
#include "app/fx-job-row.h"
#include "app/fx-settings.h"
#include "io/fx-project-conversion.h"

#include <glib/gi18n.h>
#include <math.h>

/* ---- options ---- */

/* A folder beside the model, unless the project names one. The sample belongs to the program: its results go to the
 * person's own data. */
static char *
output_dir (const FxProject *project)
{
  g_autofree char *stem = g_strdup (project->model), *folder = fx_settings_sample_folder ();
  g_autofree char *sample = g_strconcat (folder, "/", NULL);
  char *slash = strrchr (stem, '/'), *dot = strrchr (stem, '.');

  if (project->output != NULL)
    return g_strdup (project->output);
  if (g_str_has_prefix (project->model, sample))
    return g_build_filename (g_get_user_data_dir (), "fixpoint", "sample", NULL);
  if (dot != NULL && dot > slash)
    *dot = '\0';
  return g_strconcat (stem, "_fixpoint", NULL);
}

static FxConversionOptions *
make_options (FxWindow *window, FxProjectPart *part, GError **error)
{
  const FxProject *project = fx_document_get_project (window->document);
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (window->document));
  FxConversionOptions *options = fx_project_to_conversion (project, graph, part, error);

  if (options == NULL)
    return NULL;
  options->n_threads = g_settings_get_uint (fx_settings_get (), "threads");
  options->compile.jobs = options->n_threads;
  g_free (options->output_dir);
  options->output_dir = output_dir (project);
  return options;
}

/* ---- the job ---- */

/* One for each window: the newest takes the place of the last. */
static char *
notification_id (FxWindow *window)
{
  return g_strdup_printf ("conversion-%u", gtk_application_window_get_id (GTK_APPLICATION_WINDOW (window)));
}

/* Told in the window, unless it stands there already, and by the desktop if nobody is looking at it: clicking there
 * shows the run. */
static void
notify_done (FxWindow *window, FxConvertJob *job, const char *text)
{
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (window)));
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *id = NULL;

  if (!fx_results_panel_tells_failure (window->results_panel, fx_convert_job_get_results (job)))
    fx_window_tell (window, text);
  if (gtk_window_is_active (GTK_WINDOW (window)) || application == NULL)
    return;
  if (g_application_get_dbus_connection (application) == NULL) /* a session without a bus has no one to tell */
    return;
  id = notification_id (window);
  notification = g_notification_new (fx_job_get_title (FX_JOB (job)));
  g_notification_set_body (notification, text);
  g_notification_set_default_action_and_target (notification, "app.show-run", "(us)",
                                                gtk_application_window_get_id (GTK_APPLICATION_WINDOW (window)),
                                                fx_results_get_title (fx_convert_job_get_results (job)));
  g_application_send_notification (application, id, notification);
  window->notified = TRUE;
}

/* Whoever looks at the window needs no notification any more. */
static void
active_cb (FxWindow *window)
{
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (window)));
  g_autofree char *id = NULL;

  if (!window->notified || !gtk_window_is_active (GTK_WINDOW (window)) || application == NULL)
    return;
  window->notified = FALSE;
  id = notification_id (window);
  g_application_withdraw_notification (application, id);
}

void
fx_window_show_run (FxWindow *window, const char *run)
{
  gtk_widget_set_visible (GTK_WIDGET (window->results_slot), TRUE);
  fx_results_panel_show (window->results_panel, run);
}

void
fx_window_show_board (FxWindow *window, const char *number)
{
  gtk_widget_set_visible (GTK_WIDGET (window->results_slot), TRUE);
  fx_results_panel_show_board (window->results_panel, (guint)g_ascii_strtoull (number, NULL, 10));
}

void
fx_window_compare_run (FxWindow *window, const char *run)
{
  fx_results_panel_compare (window->results_panel, run);
}

void
fx_window_open_report (FxWindow *window)
{
  FxResults *results = fx_results_panel_get_results (window->results_panel);
  const char *path = results != NULL ? fx_results_find_file (results, "_report.html") : NULL;
  g_autofree char *uri = path != NULL ? g_filename_to_uri (path, NULL, NULL) : NULL;

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (window), uri, GDK_CURRENT_TIME);
}

static FxOverlay *
error_overlay (FxWindow *window)
{
  FxResults *results = fx_results_panel_get_results (window->results_panel);
  FxOverlay *overlay;

  if (results == NULL)
    return NULL;
  overlay = fx_overlay_new (FX_OVERLAY_ERROR, _ ("1 − cosine"));
  for (guint i = 0; i < fx_results_n_layers (results); i++)
    {
      const FxResultLayer *layer = fx_results_layer (results, i);

      if (layer->node != NULL && !isnan (layer->cosine))
        fx_overlay_set (overlay, layer->node, 1 - layer->cosine);
    }
  return overlay;
}

/* Colors by the error of every layer, or by what it costs. */
void
fx_window_update_overlay (FxWindow *window)
{
  g_autoptr (FxOverlay) overlay = window->show_errors ? error_overlay (window) : NULL;

  if (overlay == NULL && window->show_latency)
    overlay = fx_window_latency_overlay (window);
  fx_canvas_set_overlay (fx_graph_view_get_canvas (window->graph_view), overlay);
}

void
fx_window_show_latency (FxWindow *window, gboolean show)
{
  window->show_latency = show;
  fx_window_update_overlay (window);
}

void
fx_window_show_errors (FxWindow *window, gboolean show)
{
  window->show_errors = show;
  fx_window_update_overlay (window);
}

static void
finished_cb (FxWindow *window, FxJob *job)
{
  FxConvertJob *convert = FX_CONVERT_JOB (job);
  const GError *error = fx_job_get_error (job);

  if (fx_job_get_state (job) == FX_JOB_DONE)
    notify_done (window, convert, _ ("The conversion is done"));
  else
    fx_results_fail (fx_convert_job_get_results (convert), error != NULL ? error->message : _ ("Somebody stopped it."));
  if (error != NULL)
    notify_done (window, convert, error->message);
  fx_window_update_overlay (window);
}

void
fx_window_convert (FxWindow *window)
{
  static const char *const pages[]
      = { [FX_PROJECT_PART_DATASETS] = "calibration", [FX_PROJECT_PART_INPUTS] = "inputs" };
  FxProjectPart part;
  g_autoptr (GError) error = NULL;
  FxConversionOptions *options = make_options (window, &part, &error);
  g_autofree char *title = NULL, *name = NULL, *time = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (FxConvertJob) job = NULL;

  if (options == NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", pages[part]);
      fx_window_tell (window, error->message);
      return;
    }
  g_object_get (window->document, "title", &name, NULL);
  time = g_date_time_format (now, "%H:%M:%S");
  /* Translators: the name of a conversion: the model's name and the time of day */
  title = g_strdup_printf (_ ("%s at %s"), name, time);
  job = fx_convert_job_new (title, time, options);
  g_signal_connect_object (job, "finished", G_CALLBACK (finished_cb), window, G_CONNECT_SWAPPED);
  fx_results_panel_add (window->results_panel, fx_convert_job_get_results (job));
  gtk_widget_set_visible (GTK_WIDGET (window->results_slot), TRUE);
  fx_job_queue_add (window->queue, FX_JOB (job));
}

void
fx_window_cancel_jobs (FxWindow *window)
{
  fx_job_queue_cancel_all (window->queue);
}

/* Those of that title that have not ended. */
void
fx_window_cancel_job (FxWindow *window, const char *title)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (window->queue)); i > 0; i--)
    {
      g_autoptr (FxJob) job = g_list_model_get_item (G_LIST_MODEL (window->queue), i - 1);

      if (g_strcmp0 (fx_job_get_title (job), title) == 0)
        fx_job_cancel (job);
    }
}

/* ---- the list of jobs ---- */

static GtkWidget *
create_row (gpointer item, G_GNUC_UNUSED gpointer data)
{
  return fx_job_row_new (item);
}

static void
jobs_changed_cb (FxWindow *window)
{
  gtk_widget_set_visible (GTK_WIDGET (window->jobs_button),
                          g_list_model_get_n_items (G_LIST_MODEL (window->queue)) > 0);
  fx_window_update_actions (window);
}

/* Another model: the results of the last one are not its. */
static void
state_cb (FxWindow *window)
{
  if (fx_document_get_state (window->document) == FX_DOCUMENT_LOADING)
    fx_results_panel_clear (window->results_panel);
}

void
fx_window_init_jobs (FxWindow *window)
{
  window->queue = fx_job_queue_new ();
  gtk_list_box_bind_model (window->jobs_list, G_LIST_MODEL (window->queue), create_row, NULL, NULL);
  g_signal_connect_object (window->queue, "items-changed", G_CALLBACK (jobs_changed_cb), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (window->queue, "notify::active", G_CALLBACK (jobs_changed_cb), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (window->document, "notify::state", G_CALLBACK (state_cb), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (window->results_panel, "run-changed", G_CALLBACK (fx_window_update_actions), window,
                           G_CONNECT_SWAPPED);
  g_signal_connect (window, "notify::is-active", G_CALLBACK (active_cb), NULL);
  jobs_changed_cb (window);
}
