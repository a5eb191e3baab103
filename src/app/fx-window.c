/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-window-private.h"

#include "app/fx-boards.h"
#include "app/fx-settings.h"
#include "fx-screen-memory.h"

#include <glib/gi18n.h>

#define SHORT_TEXT 60 /* letters that a toast always has room for */

G_DEFINE_FINAL_TYPE (FxWindow, fx_window, ADW_TYPE_APPLICATION_WINDOW)

/* Toasts have one line and cut off what does not fit: a long sentence gets several, and more time to be read. */
static void
make_room (AdwToast *toast, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), SHORT_TEXT);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_set_margin_top (label, 9);
  gtk_widget_set_margin_bottom (label, 9);
  adw_toast_set_custom_title (toast, label);
  adw_toast_set_timeout (toast, 12);
}

/* Above the results, whose plots have their names at the bottom. */
static AdwToastOverlay *
toast_place (FxWindow *window)
{
  return gtk_widget_get_mapped (GTK_WIDGET (window->graph_toasts)) ? window->graph_toasts : window->toasts;
}

void
fx_window_tell (FxWindow *window, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);
  AdwToast *toast = adw_toast_new (escaped);

  if (g_utf8_strlen (valid, -1) > SHORT_TEXT)
    make_room (toast, valid);
  adw_toast_overlay_add_toast (toast_place (window), toast);
}

void
fx_window_select_node (FxWindow *window, const char *node)
{
  fx_inspector_set_node (window->inspector, node);
  fx_graph_view_reveal (window->graph_view, node);
}

/* Somebody selected a box: a node, or something that is none. */
static void
selected_cb (FxWindow *window)
{
  g_autofree char *selected = NULL;

  g_object_get (window->graph_view, "selected", &selected, NULL);
  fx_inspector_set_node (window->inspector, selected != NULL ? selected : "");
  fx_results_panel_select (window->results_panel, selected);
}

FxApplication *
fx_window_get_program (FxWindow *window)
{
  return FX_APPLICATION (gtk_window_get_application (GTK_WINDOW (window)));
}

FxDocument *
fx_window_get_document (FxWindow *window)
{
  return window->document;
}

gboolean
fx_window_is_empty (FxWindow *window)
{
  FxDocumentState state = fx_document_get_state (window->document);

  return state == FX_DOCUMENT_EMPTY || state == FX_DOCUMENT_FAILED;
}

/* ---- the document's state on the widgets ---- */

static void
state_cb (FxWindow *window)
{
  static const char *const pages[] = { "start", "loading", "workspace", "failed" };
  FxDocumentState state = fx_document_get_state (window->document);

  gtk_stack_set_visible_child_name (window->stack, pages[state]);
  gtk_widget_set_sensitive (window->workspace_only, state == FX_DOCUMENT_READY);
  gtk_widget_set_visible (window->workspace_only, state == FX_DOCUMENT_READY);
  fx_window_update_actions (window);
}

static void
title_cb (FxWindow *window)
{
  g_autofree char *title = NULL, *subtitle = NULL;
  g_autofree char *shown = NULL;
  gboolean modified;

  g_object_get (window->document, "title", &title, "subtitle", &subtitle, "modified", &modified, NULL);
  /* Translators: the title of a window whose project has changes that are not saved */
  shown = modified ? g_strdup_printf (_ ("• %s"), title) : g_strdup (title != NULL ? title : _ ("Fixpoint"));
  adw_window_title_set_title (window->window_title, shown);
  adw_window_title_set_subtitle (window->window_title, subtitle != NULL ? subtitle : "");
  gtk_window_set_title (GTK_WINDOW (window), shown);
}

/* What was there before a file that cannot be opened is one click away. */
static void
offer_last (FxWindow *window)
{
  g_autofree char *name = window->last != NULL ? g_filename_display_basename (window->last) : NULL;
  g_autofree char *label = name != NULL ? g_strdup_printf (_ ("Back to “%s”"), name) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (window->back_button), label != NULL);
  if (label == NULL)
    return;
  gtk_button_set_label (window->back_button, label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (window->back_button), "s", window->last);
}

static void
failure_cb (FxWindow *window)
{
  g_autofree char *failure = NULL;
  g_autofree char *escaped = NULL;

  g_object_get (window->document, "failure", &failure, NULL);
  escaped = g_markup_escape_text (failure != NULL ? failure : "", -1);
  adw_status_page_set_description (window->failed_page, escaped);
  offer_last (window);
}

static void
set_step_tooltip (GtkWidget *button, const char *plain, const char *format, const char *label)
{
  g_autofree char *text = label != NULL ? g_strdup_printf (format, label) : g_strdup (plain);

  gtk_widget_set_tooltip_text (button, text);
}

static void
history_cb (FxWindow *window)
{
  g_autofree char *undo = NULL, *redo = NULL;

  g_object_get (window->document, "undo-label", &undo, "redo-label", &redo, NULL);
  set_step_tooltip (window->undo_button, _ ("Undo"), _ ("Undo: %s"), undo);
  set_step_tooltip (window->redo_button, _ ("Redo"), _ ("Redo: %s"), redo);
  fx_window_update_actions (window);
}

static void
target_cb (FxWindow *window)
{
  g_autofree char *target = NULL;

  g_object_get (window->document, "target", &target, NULL);
  if (target != NULL)
    gtk_drop_down_set_selected (window->target_drop_down, fx_boards_find (target));
}

static void
target_selected_cb (FxWindow *window)
{
  fx_document_set_target (window->document, fx_boards_id (gtk_drop_down_get_selected (window->target_drop_down)));
}

static void
badge_cb (FxWindow *window)
{
  guint n_errors, n_warnings;

  if (fx_document_get_report (window->document) == NULL)
    return;
  g_object_get (window->document, "n-errors", &n_errors, "n-warnings", &n_warnings, NULL);
  adw_view_stack_page_set_badge_number (window->problems_stack_page, n_errors + n_warnings);
  adw_view_stack_page_set_needs_attention (window->problems_stack_page, n_errors > 0);
}

static void
ready_cb (FxWindow *window)
{
  if (fx_document_get_state (window->document) != FX_DOCUMENT_READY)
    return;
  g_free (window->last);
  window->last = g_strdup (fx_document_get_file (window->document));
  fx_settings_add_recent (window->last);
  if (fx_window_get_program (window) != NULL)
    fx_application_keep_session (fx_window_get_program (window));
}

static void
bind_document (FxWindow *window)
{
  static const struct
  {
    const char *signal;
    void (*callback) (FxWindow *);
  } rows[] = {
    { "notify::state", state_cb },
    { "notify::state", ready_cb },
    { "notify::title", title_cb },
    { "notify::subtitle", title_cb },
    { "notify::modified", title_cb },
    { "notify::failure", failure_cb },
    { "notify::undo-label", history_cb },
    { "notify::redo-label", history_cb },
    { "notify::target", target_cb },
    { "report-changed", badge_cb },
    { "report-changed", fx_window_update_actions },
    { "report-changed", fx_window_estimate },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect_object (window->document, rows[i].signal, G_CALLBACK (rows[i].callback), window,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (window->document, "message", G_CALLBACK (fx_window_tell), window, G_CONNECT_SWAPPED);
  g_object_bind_property (window->document, "loading-fraction", window->loading_bar, "fraction", 0);
  g_object_bind_property (window->document, "loading-message", window->loading_page, "description", 0);
}

/* ---- life ---- */

FxWindow *
fx_window_new (FxApplication *application)
{
  FxWindow *window = g_object_new (FX_TYPE_WINDOW, "application", application, NULL);
  FxJournal *journal = fx_application_get_journal (application);

  if (journal != NULL)
    window->autosave = fx_autosave_new (window->document, journal);
  return window;
}

void
fx_window_leave (FxWindow *window)
{
  window->left = TRUE;
  g_clear_pointer (&window->autosave, fx_autosave_free);
  fx_window_latency_clear (window);
}

/* Fading one page into another paints the whole window three times: not without a graphics card. */
static void
fx_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (fx_window_parent_class)->realize (widget);
  fx_screen_memory_keep (widget);
  if (GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (GTK_NATIVE (widget))))
    gtk_stack_set_transition_type (FX_WINDOW (widget)->stack, GTK_STACK_TRANSITION_TYPE_NONE);
}

static void
fx_window_dispose (GObject *object)
{
  FxWindow *window = FX_WINDOW (object);

  fx_window_leave (window);
  fx_window_clear_focus (window);
  if (window->document != NULL)
    g_object_run_dispose (G_OBJECT (window->document));
  G_OBJECT_CLASS (fx_window_parent_class)->dispose (object);
}

static void
fx_window_finalize (GObject *object)
{
  g_clear_object (&FX_WINDOW (object)->document);
  g_clear_object (&FX_WINDOW (object)->queue);
  g_free (FX_WINDOW (object)->last);
  g_free (FX_WINDOW (object)->half);
  g_strfreev (FX_WINDOW (object)->samples);
  G_OBJECT_CLASS (fx_window_parent_class)->finalize (object);
}

static void
fx_window_class_init (FxWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fx_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = fx_window_finalize;
  widget_class->realize = fx_window_realize;
  g_type_ensure (FX_TYPE_START_PAGE);
  g_type_ensure (FX_TYPE_PROBLEMS_PAGE);
  g_type_ensure (FX_TYPE_INPUTS_PAGE);
  g_type_ensure (FX_TYPE_CALIBRATION_PAGE);
  g_type_ensure (FX_TYPE_INSPECTOR);
  g_type_ensure (FX_TYPE_GRAPH_VIEW);
  g_type_ensure (FX_TYPE_RESULTS_PANEL);
  gtk_widget_class_set_template_from_resource (widget_class, FX_RESOURCE_PATH "/ui/fx-window.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, FxWindow, name)
  CHILD (toasts);
  CHILD (graph_toasts);
  CHILD (window_title);
  CHILD (workspace_only);
  CHILD (undo_button);
  CHILD (redo_button);
  CHILD (target_drop_down);
  CHILD (stack);
  CHILD (loading_page);
  CHILD (failed_page);
  CHILD (back_button);
  CHILD (loading_bar);
  CHILD (sidebar_flap);
  CHILD (inspector_flap);
  CHILD (sidebar_stack);
  CHILD (problems_stack_page);
  CHILD (problems_page);
  CHILD (inputs_page);
  CHILD (calibration_page);
  CHILD (inspector);
  CHILD (graph_view);
  CHILD (results_slot);
  CHILD (results_panel);
  CHILD (jobs_button);
  CHILD (jobs_list);
#undef CHILD
}

static void
fx_window_init (FxWindow *window)
{
  GSettings *settings = fx_settings_get ();
  g_autoptr (GListModel) boards = fx_boards_model ();

  window->document = fx_document_new ();
  gtk_widget_init_template (GTK_WIDGET (window));
  g_settings_bind (settings, "window-width", window, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", window, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", window, "maximized", G_SETTINGS_BIND_DEFAULT);
  gtk_drop_down_set_model (window->target_drop_down, boards);
  fx_problems_page_set_document (window->problems_page, window->document);
  fx_inputs_page_set_document (window->inputs_page, window->document);
  fx_calibration_page_set_document (window->calibration_page, window->document);
  fx_inspector_set_document (window->inspector, window->document);
  fx_graph_view_set_document (window->graph_view, window->document);
  /* they may outlive the window for a moment: a task that makes a picture holds them */
  g_signal_connect_object (window->graph_view, "notify::selected", G_CALLBACK (selected_cb), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (window->results_panel, "node-activated", G_CALLBACK (fx_window_select_node), window,
                           G_CONNECT_SWAPPED);
  bind_document (window);
  fx_window_init_jobs (window);
  fx_window_init_close (window);
  fx_window_init_open (window);
  fx_window_init_drop (window);
  fx_window_init_focus (window);
  fx_window_add_actions (window);
  fx_window_init_views (window);
  g_signal_connect_swapped (window->target_drop_down, "notify::selected", G_CALLBACK (target_selected_cb), window);
  state_cb (window);
  title_cb (window);
}
