/* Asking for files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  FxWindow *window;
  FxWindowPathFunc take;
} Question;

gboolean
fx_window_was_chosen (GtkFileChooser *chooser, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (chooser) : NULL;

  return file != NULL && g_file_peek_path (file) != NULL;
}

static void
response_cb (GtkNativeDialog *dialog, int response, Question *question)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;

  if (path != NULL)
    question->take (question->window, path);
  else if (file != NULL)
    fx_window_tell (question->window, _ ("Only files on this computer can be used"));
  g_object_unref (dialog);
}

static void
question_free (gpointer data, G_GNUC_UNUSED GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->window);
  g_free (question);
}

GtkFileChooser *
fx_window_ask_file (FxWindow *window, const char *title, GtkFileChooserAction action, const char *accept,
                    FxWindowPathFunc take)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, GTK_WINDOW (window), action, accept, NULL);
  Question *question = g_new0 (Question, 1);

  question->window = g_object_ref (window);
  question->take = take;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), question, question_free, 0);
  return GTK_FILE_CHOOSER (dialog);
}

void
fx_window_add_filter (GtkFileChooser *chooser, const char *name, const char *const *suffixes)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; suffixes[i] != NULL; i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
add_all_filter (GtkFileChooser *chooser)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("All Files"));
  gtk_file_filter_add_pattern (filter, "*");
  gtk_file_chooser_add_filter (chooser, filter);
}

/* "model.onnx" → "model.fixpoint" */
static void
suggest_name (GtkFileChooser *chooser, FxWindow *window, const char *suffix)
{
  const FxProject *project = fx_document_get_project (window->document);
  g_autofree char *name = g_path_get_basename (project->model);
  g_autofree char *folder = g_path_get_dirname (project->model);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autofree char *suggested = NULL;
  char *dot = strrchr (name, '.');

  if (dot != NULL)
    *dot = '\0';
  suggested = g_strconcat (name, suffix, NULL);
  gtk_file_chooser_set_current_name (chooser, suggested);
  gtk_file_chooser_set_current_folder (chooser, file, NULL);
}

/* ---- open ---- */

void
fx_window_ask_open (FxWindow *window)
{
  static const char *const suffixes[] = { "onnx", "prototxt", "caffemodel", "fixpoint", "yaml", "yml", "fxb", NULL };
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Open Model or Project"), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                _ ("_Open"), fx_window_open);

  fx_window_add_filter (chooser, _ ("Models, Projects and Configurations"), suffixes);
  add_all_filter (chooser);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- save ---- */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FxWindow) window = data;
  g_autoptr (GError) error = NULL;

  fx_window_tell (window, fx_document_write_finish (FX_DOCUMENT (source), result, &error) ? _ ("Project saved")
                                                                                          : error->message);
  fx_window_saved (window, error == NULL);
}

void
fx_window_save (FxWindow *window, const char *path)
{
  fx_document_save_async (window->document, path, saved_cb, g_object_ref (window));
}

static void
save_answered_cb (FxWindow *window, int response, GtkFileChooser *chooser)
{
  if (!fx_window_was_chosen (chooser, response))
    fx_window_saved (window, FALSE);
}

void
fx_window_ask_save (FxWindow *window)
{
  static const char *const suffixes[] = { "fixpoint", NULL };
  GtkFileChooser *chooser
      = fx_window_ask_file (window, _ ("Save Project"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), fx_window_save);

  g_signal_connect_object (chooser, "response", G_CALLBACK (save_answered_cb), window, G_CONNECT_SWAPPED);
  fx_window_add_filter (chooser, _ ("Fixpoint Projects"), suffixes);
  suggest_name (chooser, window, ".fixpoint");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- export ---- */

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FxWindow) window = data;
  g_autoptr (GError) error = NULL;

  if (fx_document_write_finish (FX_DOCUMENT (source), result, &error))
    fx_window_tell (window, _ ("Model exported"));
  else
    fx_window_tell (window, error->message);
}

void
fx_window_export_model (FxWindow *window, const char *path)
{
  fx_document_export_async (window->document, path, exported_cb, g_object_ref (window));
}

void
fx_window_ask_export_model (FxWindow *window)
{
  static const char *const suffixes[] = { "onnx", NULL };
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Export Model"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"),
                                                fx_window_export_model);

  fx_window_add_filter (chooser, _ ("ONNX Models"), suffixes);
  suggest_name (chooser, window, "_edited.onnx");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- the configuration ---- */

/* What has no place in the file is told at once: nobody looks for it there. */
static void
config_exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FxWindow) window = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (_ ("Configuration exported"));
  const GPtrArray *findings = fx_document_export_config_findings (result);

  for (guint i = 0; i < findings->len; i++)
    g_string_append_printf (text, "\n%s", ((const FxDiagnostic *)findings->pdata[i])->message);
  fx_window_tell (window, fx_document_write_finish (FX_DOCUMENT (source), result, &error) ? text->str : error->message);
}

void
fx_window_export_config (FxWindow *window, const char *path)
{
  fx_document_export_config_async (window->document, path, config_exported_cb, g_object_ref (window));
}

void
fx_window_ask_export_config (FxWindow *window)
{
  static const char *const suffixes[] = { "yaml", "yml", NULL };
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Export Configuration"), GTK_FILE_CHOOSER_ACTION_SAVE,
                                                _ ("_Export"), fx_window_export_config);

  fx_window_add_filter (chooser, _ ("Configurations of the Boards’ Converter"), suffixes);
  suggest_name (chooser, window, ".yaml");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- the picture of the graph ---- */

static void
graph_exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FxWindow) window = data;
  g_autoptr (GError) error = NULL;

  if (fx_canvas_export_finish (FX_CANVAS (source), result, &error))
    fx_window_tell (window, _ ("Picture saved"));
  else
    fx_window_tell (window, error->message);
}

void
fx_window_export_graph (FxWindow *window, const char *path)
{
  fx_canvas_export_async (fx_graph_view_get_canvas (window->graph_view), path, graph_exported_cb,
                          g_object_ref (window));
}

void
fx_window_ask_export_graph (FxWindow *window, const char *format)
{
  const char *const suffixes[] = { format, NULL };
  g_autofree char *ending = g_strconcat (".", format, NULL);
  g_autofree char *name = g_ascii_strup (format, -1);
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Export Graph"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"),
                                                fx_window_export_graph);

  fx_window_add_filter (chooser, name, suffixes);
  suggest_name (chooser, window, ending);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- the plot ---- */

void
fx_window_export_chart (FxWindow *window, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (fx_chart_export (fx_results_panel_get_chart (window->results_panel), path, &error))
    fx_window_tell (window, _ ("Plot saved"));
  else
    fx_window_tell (window, error->message);
}

void
fx_window_ask_export_chart (FxWindow *window)
{
  static const char *const suffixes[] = { "svg", "png", "csv", NULL };
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Save the Plot"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"),
                                                fx_window_export_chart);

  fx_window_add_filter (chooser, "SVG, PNG, CSV", suffixes);
  suggest_name (chooser, window, "_errors.svg");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* ---- calibration samples ---- */

static void
take_dataset (FxWindow *window, const char *path)
{
  const char *const paths[] = { path, NULL };

  fx_window_add_samples (window, paths);
}

void
fx_window_ask_add_dataset (FxWindow *window)
{
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Add Calibration Samples"),
                                                GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Add"), take_dataset);

  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* Files have a question of their own: a dialog of the desktop takes either folders or files. */
static void
files_answered_cb (FxWindow *window, int response, GtkFileChooser *chooser)
{
  g_autoptr (GListModel) files = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_files (chooser) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      if (g_file_peek_path (file) != NULL)
        g_strv_builder_add (builder, g_file_peek_path (file));
    }
  paths = g_strv_builder_end (builder);
  if (paths[0] != NULL)
    fx_window_add_samples (window, (const char *const *)paths);
}

static void
take_nothing (G_GNUC_UNUSED FxWindow *window, G_GNUC_UNUSED const char *path)
{
}

void
fx_window_ask_add_files (FxWindow *window)
{
  GtkFileChooser *chooser = fx_window_ask_file (window, _ ("Add Calibration Samples"), GTK_FILE_CHOOSER_ACTION_OPEN,
                                                _ ("_Add"), take_nothing);

  gtk_file_chooser_set_select_multiple (chooser, TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (files_answered_cb), window, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
