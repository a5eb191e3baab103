/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-inspector.h"

#include "app/panels/fx-inspector-groups.h"
#include "app/panels/fx-precision-group.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <glib/gi18n.h>

struct _FxInspector
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  FxShared *latency;    /* FxLatency; NULL: not known */
  char *node;
  GPtrArray *groups; /* GtkWidget, borrowed: what was put below the heading */

  GtkScrolledWindow *scroller;
  GtkBox *box;
  GtkWidget *heading;
  FxPrecisionGroup *precision;
  GtkLabel *title, *subtitle, *placement;
};

G_DEFINE_FINAL_TYPE (FxInspector, fx_inspector, ADW_TYPE_BIN)

static void
add (FxInspector *inspector, GtkWidget *group)
{
  if (group == NULL)
    return;
  gtk_box_append (inspector->box, group);
  g_ptr_array_add (inspector->groups, group);
}

/* Above the choice of the precision, which stays. */
static void
add_reasons (FxInspector *inspector, const FxNodeCheck *check)
{
  GtkWidget *group = fx_inspector_reasons (check);

  if (group == NULL)
    return;
  gtk_box_insert_child_after (inspector->box, group, inspector->heading);
  g_ptr_array_add (inspector->groups, group);
}

/* The focus goes first: GTK 4.8 complains of a row that is removed with it, once the rest is laid out anew. */
static void
clear_groups (FxInspector *inspector)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (inspector));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (guint i = 0; focus != NULL && i < inspector->groups->len; i++)
    if (gtk_widget_is_ancestor (focus, inspector->groups->pdata[i]))
      {
        gtk_root_set_focus (root, NULL);
        break;
      }
  for (guint i = 0; i < inspector->groups->len; i++)
    gtk_box_remove (inspector->box, inspector->groups->pdata[i]);
  g_ptr_array_set_size (inspector->groups, 0);
}

static void
show_placement (FxInspector *inspector, const FxNodeCheck *check)
{
  static const char *const styles[] = { "unknown", "bpu", "cpu", "folded", "unsupported" };
  GtkWidget *label = GTK_WIDGET (inspector->placement);

  gtk_widget_set_visible (label, check != NULL);
  if (check == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (label, styles[i]);
  gtk_widget_add_css_class (label, styles[check->placement]);
  gtk_label_set_text (inspector->placement, fx_placement_title (check->placement));
}

static void
show_heading (FxInspector *inspector, const char *title, const char *subtitle)
{
  g_autofree char *valid_title = g_utf8_make_valid (title, -1);
  g_autofree char *valid_subtitle = g_utf8_make_valid (subtitle, -1);

  gtk_label_set_text (inspector->title, valid_title);
  gtk_label_set_text (inspector->subtitle, valid_subtitle);
}

static void
show_node (FxInspector *inspector, const FxGraph *graph, FxId id)
{
  const FxNode *node = fx_graph_node (graph, id);
  const FxCheckReport *report = fx_shared_get (fx_document_get_report (inspector->document));
  const FxNodeCheck *check = report != NULL && id < report->n_nodes ? &report->nodes[id] : NULL;

  show_heading (inspector, node->op_type, node->name);
  show_placement (inspector, check);
  if (check != NULL)
    add_reasons (inspector, check);
  fx_precision_group_show (inspector->precision, inspector->document,
                           check != NULL && check->placement != FX_PLACEMENT_FOLDED ? node->name : NULL);
  add (inspector, fx_inspector_cost (fx_shared_get (inspector->latency), node));
  add (inspector, fx_inspector_attributes (node));
  add (inspector, fx_inspector_operands (graph, node, FALSE));
  add (inspector, fx_inspector_operands (graph, node, TRUE));
  add (inspector, fx_inspector_origins (node));
}

static void
show_model (FxInspector *inspector, const FxGraph *graph)
{
  g_autofree char *file = NULL;
  const char *name = fx_graph_name (graph);

  g_object_get (inspector->document, "title", &file, NULL);
  show_heading (inspector, name != NULL && *name != '\0' ? name : file, _ ("Select a node to see its details"));
  show_placement (inspector, NULL);
  fx_precision_group_show (inspector->precision, inspector->document, NULL);
  add (inspector, fx_inspector_model (graph));
  add (inspector, fx_inspector_placement (fx_shared_get (fx_document_get_report (inspector->document))));
  add (inspector, fx_inspector_latency (fx_shared_get (inspector->latency)));
  add (inspector, fx_inspector_what_if (fx_shared_get (inspector->latency)));
  add (inspector, fx_inspector_interface (graph));
}

static void
update (FxInspector *inspector)
{
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (inspector->document));
  FxId id;

  clear_groups (inspector);
  if (graph == NULL)
    return;
  id = inspector->node != NULL ? fx_graph_find_node (graph, inspector->node) : FX_NONE;
  if (id != FX_NONE)
    show_node (inspector, graph, id);
  else
    show_model (inspector, graph);
}

void
fx_inspector_set_latency (FxInspector *inspector, FxShared *latency)
{
  if (fx_shared_set (&inspector->latency, latency))
    update (inspector);
}

void
fx_inspector_set_node (FxInspector *inspector, const char *name)
{
  if (g_strcmp0 (inspector->node, name) == 0)
    return;
  g_free (inspector->node);
  inspector->node = g_strdup (name);
  update (inspector);
  /* from the name on, wherever the one before was left */
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (inspector->scroller), 0);
}

/* Between two checks the old rows stay for the moment. */
static void
report_changed_cb (FxInspector *inspector)
{
  if (fx_document_get_report (inspector->document) != NULL)
    update (inspector);
}

void
fx_inspector_set_document (FxInspector *inspector, FxDocument *document)
{
  inspector->document = document;
  g_signal_connect_object (document, "graph-changed", G_CALLBACK (update), inspector, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "report-changed", G_CALLBACK (report_changed_cb), inspector, G_CONNECT_SWAPPED);
}

static void
fx_inspector_finalize (GObject *object)
{
  FxInspector *inspector = FX_INSPECTOR (object);

  fx_shared_unref (inspector->latency);
  g_free (inspector->node);
  g_ptr_array_unref (inspector->groups);
  G_OBJECT_CLASS (fx_inspector_parent_class)->finalize (object);
}

static void
fx_inspector_class_init (FxInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fx_inspector_finalize;
  g_type_ensure (FX_TYPE_PRECISION_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, FxInspector, scroller);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, box);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, heading);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, precision);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, title);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, subtitle);
  gtk_widget_class_bind_template_child (widget_class, FxInspector, placement);
}

static void
fx_inspector_init (FxInspector *inspector)
{
  inspector->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (inspector));
}
