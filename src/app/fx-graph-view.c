/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-graph-view.h"

struct _FxGraphView
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  AdwBin *canvas_slot;
};

G_DEFINE_FINAL_TYPE (FxGraphView, fx_graph_view, ADW_TYPE_BIN)

void
fx_graph_view_set_document (FxGraphView *view, FxDocument *document)
{
  view->document = document;
}

static void
fx_graph_view_class_init (FxGraphViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-graph-view.ui");
  gtk_widget_class_bind_template_child (widget_class, FxGraphView, canvas_slot);
}

static void
fx_graph_view_init (FxGraphView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
}
