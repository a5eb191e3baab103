/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-graph-view.h"

#include "app/fx-scene-task.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FxGraphView
{
  AdwBin parent_instance;

  /* Template Widgets */
  GtkWidget *canvas;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkLabel *search_count;
  GtkLabel *zoom_label;
  GtkSpinner *spinner;

  /* Borrowed References */
  FxDocument *document; /* the window owns both */

  /* Owned References */
  FxShared *graph, *report; /* shown instead of the document's, or NULL */
  FxShared *drawn, *asked;  /* the graph of the scene on the canvas, and of the one under way */
  GCancellable *making;     /* a scene is under way */
  char *wanted;             /* to be revealed when it is there */
  GHashTable *expanded;     /* set of scopes; NULL: nothing is grouped */
  gboolean regrouped;       /* since the scene on the canvas was made */
};

G_DEFINE_FINAL_TYPE (FxGraphView, fx_graph_view, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SELECTED,
};

/* ---- the scene ---- */

static void
set_making (FxGraphView *view, GCancellable *cancellable)
{
  if (view->making != NULL)
    g_cancellable_cancel (view->making);
  g_set_object (&view->making, cancellable);
  gtk_spinner_set_spinning (view->spinner, cancellable != NULL);
}

static void
made_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxGraphView *view = FX_GRAPH_VIEW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxScene) scene = fx_scene_task_finish (result, &error);

  /* the answer to a question that nobody asks any more */
  if (g_task_get_cancellable (G_TASK (result)) != view->making)
    return;
  set_making (view, NULL);
  if (scene == NULL)
    return;
  fx_shared_set (&view->drawn, view->asked);
  view->regrouped = FALSE;
  fx_canvas_set_scene (FX_CANVAS (view->canvas), scene);
  if (view->wanted != NULL)
    {
      g_autofree char *wanted = g_steal_pointer (&view->wanted);

      fx_canvas_reveal (FX_CANVAS (view->canvas), wanted);
    }
}

/* The scene on the canvas if it has all boxes of `graph` in their places, so that only colors can be others. */
static FxScene *
scene_like (FxGraphView *view, FxShared *graph)
{
  return graph == view->drawn && !view->regrouped ? fx_canvas_get_scene (FX_CANVAS (view->canvas)) : NULL;
}

static gboolean
is_checking (FxGraphView *view)
{
  gboolean checking;

  g_object_get (view->document, "checking", &checking, NULL);
  return checking;
}

static void
make_scene (FxGraphView *view)
{
  FxShared *graph = view->graph != NULL ? view->graph : fx_document_get_graph (view->document);
  FxShared *report = view->graph != NULL ? view->report : fx_document_get_report (view->document);
  g_autofree const char **expanded
      = view->expanded != NULL ? (const char **)g_hash_table_get_keys_as_array (view->expanded, NULL) : NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  FxScene *like;

  if (graph == NULL)
    {
      set_making (view, NULL);
      fx_shared_set (&view->drawn, NULL);
      fx_canvas_set_scene (FX_CANVAS (view->canvas), NULL);
      return;
    }
  like = scene_like (view, graph);
  if (like != NULL && report == NULL && is_checking (view))
    return; /* the old colors stay until the answer is there */
  cancellable = g_cancellable_new ();
  set_making (view, cancellable);
  fx_shared_set (&view->asked, graph);
  fx_scene_task_start (view, graph, report, like, expanded, cancellable, made_cb, NULL);
}

static void
regroup (FxGraphView *view)
{
  view->regrouped = TRUE;
  make_scene (view);
}

/* Another model begins with its own place and nothing selected. */
static void
state_cb (FxGraphView *view)
{
  if (fx_document_get_state (view->document) == FX_DOCUMENT_READY)
    return;
  g_clear_pointer (&view->graph, fx_shared_unref);
  g_clear_pointer (&view->report, fx_shared_unref);
  g_clear_pointer (&view->wanted, g_free);
  if (view->expanded != NULL)
    g_hash_table_remove_all (view->expanded);
  make_scene (view);
}

static void
group_toggled_cb (FxGraphView *view, const char *scope)
{
  if (view->expanded == NULL)
    return;
  if (!g_hash_table_remove (view->expanded, scope))
    g_hash_table_add (view->expanded, g_strdup (scope));
  regroup (view);
}

void
fx_graph_view_set_grouped (FxGraphView *view, gboolean grouped)
{
  if (grouped == (view->expanded != NULL))
    return;
  g_clear_pointer (&view->expanded, g_hash_table_unref);
  if (grouped)
    view->expanded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  regroup (view);
}

void
fx_graph_view_show (FxGraphView *view, FxShared *graph, FxShared *report)
{
  fx_shared_set (&view->graph, graph);
  fx_shared_set (&view->report, report);
  make_scene (view);
}

void
fx_graph_view_set_document (FxGraphView *view, FxDocument *document)
{
  view->document = document;
  g_signal_connect_object (document, "graph-changed", G_CALLBACK (make_scene), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "report-changed", G_CALLBACK (make_scene), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "notify::state", G_CALLBACK (state_cb), view, G_CONNECT_SWAPPED);
}

FxCanvas *
fx_graph_view_get_canvas (FxGraphView *view)
{
  return FX_CANVAS (view->canvas);
}

void
fx_graph_view_reveal (FxGraphView *view, const char *node)
{
  g_clear_pointer (&view->wanted, g_free);
  if (*node == '\0')
    fx_canvas_set_selected (FX_CANVAS (view->canvas), NULL);
  else if (!fx_canvas_reveal (FX_CANVAS (view->canvas), node))
    view->wanted = g_strdup (node);
}

/* ---- search ---- */

static void
search_changed_cb (FxGraphView *view)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (view->search_entry));
  guint n = fx_canvas_search (FX_CANVAS (view->canvas), text);
  g_autofree char *count = *text == '\0' ? g_strdup ("") : g_strdup_printf (ngettext ("%u found", "%u found", n), n);

  gtk_label_set_text (view->search_count, count);
}

void
fx_graph_view_find_step (FxGraphView *view, int step)
{
  guint n, at = fx_canvas_search_step (FX_CANVAS (view->canvas), step, &n);
  /* Translators: which of the nodes that were found is shown */
  g_autofree char *text = g_strdup_printf (_ ("%u of %u"), at, n);

  if (at > 0)
    gtk_label_set_text (view->search_count, text);
}

static void
search_next_cb (FxGraphView *view)
{
  fx_graph_view_find_step (view, 1);
}

static void
search_previous_cb (FxGraphView *view)
{
  fx_graph_view_find_step (view, -1);
}

static void
search_stopped_cb (FxGraphView *view)
{
  gtk_search_bar_set_search_mode (view->search_bar, FALSE);
  fx_canvas_search (FX_CANVAS (view->canvas), "");
  gtk_widget_grab_focus (view->canvas);
}

void
fx_graph_view_find (FxGraphView *view)
{
  gtk_search_bar_set_search_mode (view->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (view->search_entry));
}

/* ---- the object ---- */

static void
zoom_cb (FxGraphView *view)
{
  g_autofree char *text = g_strdup_printf ("%.0f %%", fx_canvas_get_zoom (FX_CANVAS (view->canvas)) * 100);

  gtk_label_set_text (view->zoom_label, text);
}

static void
selected_cb (FxGraphView *view)
{
  g_object_notify (G_OBJECT (view), "selected");
}

static void
fx_graph_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxGraphView *view = FX_GRAPH_VIEW (object);

  if (id == PROP_SELECTED)
    g_value_set_string (value, fx_canvas_get_selected (FX_CANVAS (view->canvas)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fx_graph_view_dispose (GObject *object)
{
  FxGraphView *view = FX_GRAPH_VIEW (object);

  if (view->making != NULL)
    g_cancellable_cancel (view->making);
  g_clear_object (&view->making);
  g_clear_pointer (&view->graph, fx_shared_unref);
  g_clear_pointer (&view->report, fx_shared_unref);
  g_clear_pointer (&view->drawn, fx_shared_unref);
  g_clear_pointer (&view->asked, fx_shared_unref);
  g_clear_pointer (&view->wanted, g_free);
  g_clear_pointer (&view->expanded, g_hash_table_unref);
  G_OBJECT_CLASS (fx_graph_view_parent_class)->dispose (object);
}

static void
fx_graph_view_class_init (FxGraphViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = fx_graph_view_get_property;
  object_class->dispose = fx_graph_view_dispose;
  g_object_class_install_property (
      object_class, PROP_SELECTED,
      g_param_spec_string ("selected", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_type_ensure (FX_TYPE_CANVAS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-graph-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, canvas);
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, search_entry);
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, search_count);
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, zoom_label);
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, spinner);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, group_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, zoom_cb);
}

static void
fx_graph_view_init (FxGraphView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
  gtk_search_bar_connect_entry (view->search_bar, GTK_EDITABLE (view->search_entry));
}
