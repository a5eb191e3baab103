/* Opening what belongs together: several files at once, and the two files of a Caffe model, of which the one that is
 * not there is asked for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "app/fx-settings.h"

#include "io/caffe/caffe-files.h"
#include "io/fx-file-kind.h"

#include <glib/gi18n.h>

/* ---- the other file of a Caffe model ---- */

static gboolean
is_network (const char *path)
{
  return fx_file_kind (path, NULL) == FX_FILE_CAFFE_NETWORK;
}

static gboolean
lacks_other (const char *path)
{
  FxFileKind kind = fx_file_kind (path, NULL);
  g_autofree char *other = NULL;

  if (kind != FX_FILE_CAFFE_NETWORK && kind != FX_FILE_CAFFE_WEIGHTS)
    return FALSE;
  other = fx_caffe_find_other (path);
  return other == NULL;
}

static void
tell_not_opened (FxWindow *window)
{
  g_autofree char *name = g_filename_display_basename (window->half);
  g_autofree char *text
      = g_strdup_printf (is_network (window->half) ? _ ("“%s” was not opened: its weights, a .caffemodel, are missing")
                                                   : _ ("“%s” was not opened: its network, a .prototxt, is missing"),
                         name);

  fx_window_tell (window, text);
  fx_window_forget_samples (window);
}

static void
take_other (FxWindow *window, const char *path)
{
  fx_document_open (window->document, window->half, path);
}

static void
chooser_answered_cb (FxWindow *window, int response, GtkFileChooser *chooser)
{
  if (!fx_window_was_chosen (chooser, response))
    tell_not_opened (window);
}

static void
choose_other (FxWindow *window)
{
  static const char *const network_suffixes[] = { "prototxt", NULL }, *const weights_suffixes[]
                                                                      = { "caffemodel", NULL };
  gboolean wants_weights = is_network (window->half);
  const char *title = wants_weights ? _ ("Choose the Weights") : _ ("Choose the Network");
  g_autofree char *folder = g_path_get_dirname (window->half);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  GtkFileChooser *chooser = fx_window_ask_file (window, title, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), take_other);

  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_answered_cb), window, G_CONNECT_SWAPPED);
  fx_window_add_filter (chooser, wants_weights ? _ ("Caffe Weights") : _ ("Caffe Networks"),
                        wants_weights ? weights_suffixes : network_suffixes);
  gtk_file_chooser_set_current_folder (chooser, file, NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
other_answered_cb (FxWindow *window, const char *response)
{
  if (g_strcmp0 (response, "choose") == 0)
    choose_other (window);
  else if (g_strcmp0 (response, "without") == 0)
    fx_document_open (window->document, window->half, NULL);
  else
    tell_not_opened (window);
}

static void
ask_other (FxWindow *window, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  gboolean wants_weights = is_network (path);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (window), wants_weights ? _ ("Where Are the Weights?") : _ ("Where Is the Network?"), NULL);

  g_free (window->half);
  window->half = g_strdup (path);
  adw_message_dialog_format_body (
      ADW_MESSAGE_DIALOG (dialog),
      wants_weights
          ? _ ("The weights of “%s” are in a .caffemodel file, which is not beside it. Without them the network can "
               "be looked at, but not converted.")
          : _ ("The network of “%s” is in a .prototxt file, which is not beside it. Without it the network is taken "
               "from the weights, as it was trained."),
      name);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "without",
                                    _ ("Open _Without"), "choose", _ ("_Choose File…"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "choose", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "choose");
  g_signal_connect_object (dialog, "response", G_CALLBACK (other_answered_cb), window, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- models ---- */

/* What is there stays where it has changes that are not saved. NULL: the window has left the program. */
static FxWindow *
window_for (FxWindow *window)
{
  FxApplication *application = fx_window_get_program (window);

  if (application == NULL)
    return NULL;
  return fx_document_is_modified (window->document) ? fx_application_empty_window (application) : window;
}

/* The sample belongs to the program, wherever it is opened from: a session, the recent files. */
static gboolean
is_sample (const char *path)
{
  g_autofree char *sample = fx_settings_sample ();

  return g_str_equal (path, sample);
}

static void
open_here (FxWindow *window, const char *path, const char *weights)
{
  if (window == NULL)
    return;
  if (weights == NULL && lacks_other (path))
    ask_other (window, path);
  else if (is_sample (path))
    fx_document_open_copy (window->document, path);
  else
    fx_document_open (window->document, path, weights);
}

/* A place without samples: those that wait there came with another model. */
static FxWindow *
place_for (FxWindow *window)
{
  FxWindow *place = window_for (window);

  if (place != NULL)
    fx_window_forget_samples (place);
  return place;
}

void
fx_window_open (FxWindow *window, const char *path)
{
  open_here (place_for (window), path, NULL);
}

void
fx_window_open_pair (FxWindow *window, const char *path, const char *weights)
{
  FxWindow *place = place_for (window);

  if (place != NULL)
    fx_document_open (place->document, path, *weights != '\0' ? weights : NULL);
}

void
fx_window_open_copy (FxWindow *window, const char *path)
{
  fx_window_forget_samples (window);
  fx_document_open_copy (window->document, path);
}

void
fx_window_restore (FxWindow *window, const char *path)
{
  fx_window_forget_samples (window);
  fx_document_restore (window->document, path);
}

/* ---- samples that came with their model ---- */

void
fx_window_forget_samples (FxWindow *window)
{
  g_clear_pointer (&window->samples, g_strfreev);
}

static void
state_cb (FxWindow *window)
{
  FxDocumentState state = fx_document_get_state (window->document);
  g_auto (GStrv) samples = NULL;

  if (state == FX_DOCUMENT_LOADING)
    return;
  samples = g_steal_pointer (&window->samples);
  if (state == FX_DOCUMENT_READY && samples != NULL)
    fx_window_add_samples (window, (const char *const *)samples);
}

void
fx_window_add_samples (FxWindow *window, const char *const *paths)
{
  fx_document_add_samples (window->document, paths);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.show-page", "s", "calibration");
}

/* ---- several files ---- */

static char **
to_strv (const GPtrArray *paths)
{
  char **strv = g_new0 (char *, paths->len + 1);

  for (guint i = 0; i < paths->len; i++)
    strv[i] = g_strdup (paths->pdata[i]);
  return strv;
}

/* The first model takes this window, unless it has changes, and the samples; each other one gets a window of its own.
 */
static void
open_models (FxWindow *window, const FxIntake *intake)
{
  FxApplication *application = fx_window_get_program (window);

  for (guint i = 0; application != NULL && i < intake->models->len; i++)
    {
      const FxIntakeModel *model = intake->models->pdata[i];
      FxWindow *place = i == 0 ? window_for (window) : fx_application_new_window (application);

      if (i == 0)
        {
          fx_window_forget_samples (place);
          place->samples = intake->data->len > 0 ? to_strv (intake->data) : NULL;
        }
      open_here (place, model->path, model->weights);
    }
}

gboolean
fx_window_take_files (FxWindow *window, const char *const *paths)
{
  gboolean has_model = fx_document_get_state (window->document) == FX_DOCUMENT_READY;
  g_autoptr (FxIntake) intake = fx_intake_new (paths, has_model);

  if (fx_intake_is_refused (intake) || intake->n_left_out > 0)
    fx_window_tell (window, intake->text);
  if (intake->models->len > 0)
    open_models (window, intake);
  else if (intake->data->len > 0)
    {
      g_auto (GStrv) samples = to_strv (intake->data);

      fx_window_add_samples (window, (const char *const *)samples);
    }
  return !fx_intake_is_refused (intake);
}

void
fx_window_init_open (FxWindow *window)
{
  g_signal_connect_object (window->document, "notify::state", G_CALLBACK (state_cb), window, G_CONNECT_SWAPPED);
}
