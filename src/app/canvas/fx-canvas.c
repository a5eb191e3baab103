/* The object: its scene, what is selected in it, and its properties.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

#include "fx-screen-memory.h"

#include <adwaita.h>

G_DEFINE_FINAL_TYPE (FxCanvas, fx_canvas, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SELECTED,
  PROP_ZOOM,
  PROP_SHOW_MINIMAP,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

enum
{
  NODE_ACTIVATED,
  GROUP_TOGGLED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

const FxSceneStyle *
fx_canvas_style (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (manager), contrast = adw_style_manager_get_high_contrast (manager);

  return fx_scene_style (contrast ? (dark ? FX_STYLE_HIGH_CONTRAST_DARK : FX_STYLE_HIGH_CONTRAST)
                                  : (dark ? FX_STYLE_DARK : FX_STYLE_LIGHT));
}

void
fx_canvas_select_box (FxCanvas *canvas, guint32 box)
{
  const char *name = box != FX_NO_BOX ? fx_scene_box (canvas->scene, box)->name : NULL;

  canvas->selected_box = box;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  fx_canvas_describe (canvas);
  if (g_strcmp0 (name, canvas->selected) == 0)
    return;
  g_free (canvas->selected);
  canvas->selected = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (canvas), props[PROP_SELECTED]);
}

void
fx_canvas_set_selected (FxCanvas *canvas, const char *name)
{
  guint32 box = name != NULL && canvas->scene != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;

  fx_canvas_select_box (canvas, box);
}

const char *
fx_canvas_get_selected (FxCanvas *canvas)
{
  return canvas->selected;
}

gboolean
fx_canvas_reveal (FxCanvas *canvas, const char *name)
{
  guint32 box = canvas->scene != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;

  if (box == FX_NO_BOX)
    return FALSE;
  fx_canvas_select_box (canvas, box);
  fx_canvas_reveal_box (canvas, box);
  return TRUE;
}

void
fx_canvas_activate_box (FxCanvas *canvas, guint32 box)
{
  const FxBox *shown = fx_scene_box (canvas->scene, box);

  if (shown->kind == FX_BOX_ITEM)
    g_signal_emit (canvas, signals[NODE_ACTIVATED], 0, shown->name);
  else
    g_signal_emit (canvas, signals[GROUP_TOGGLED], 0, shown->name);
}

static void
update_picture (FxCanvas *canvas)
{
  fx_tiles_set_picture (canvas->tiles, canvas->scene, fx_canvas_style (), canvas->overlay);
  fx_minimap_set_picture (canvas->minimap, canvas->scene, fx_canvas_style (), canvas->overlay);
  if (fx_canvas_width (canvas) > 0)
    fx_canvas_show_view (canvas, canvas->view);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

/* Where the selection, or what was in the middle, is in the new drawing: it stays at its place on the screen. */
static void
carry_view_over (FxCanvas *canvas, FxScene *before)
{
  double x = canvas->view.x + fx_canvas_width (canvas) / canvas->view.zoom / 2;
  double y = canvas->view.y + fx_canvas_height (canvas) / canvas->view.zoom / 2;
  guint32 old = canvas->selected_box != FX_NO_BOX ? canvas->selected_box : fx_scene_box_at (before, x, y), box;
  const char *name = old != FX_NO_BOX ? fx_scene_counterpart (before, old, canvas->scene) : NULL;
  const FxRect *from, *to;

  box = name != NULL ? fx_scene_find (canvas->scene, name) : FX_NO_BOX;
  if (box == FX_NO_BOX)
    return;
  from = &fx_scene_box (before, old)->rect;
  to = &fx_scene_box (canvas->scene, box)->rect;
  canvas->view.x += to->x - from->x;
  canvas->view.y += to->y - from->y;
}

void
fx_canvas_set_scene (FxCanvas *canvas, FxScene *scene)
{
  g_autoptr (FxScene) before = g_steal_pointer (&canvas->scene);
  g_autofree char *selected = g_strdup (canvas->selected), *search = g_strdup (canvas->search);

  fx_canvas_stop_animation (canvas);
  if (before != NULL && canvas->selected_box == FX_NO_BOX && fx_canvas_has_first_view (canvas, before))
    canvas->fit_wanted = TRUE; /* nobody has looked at anything else yet */
  canvas->scene = scene != NULL ? fx_scene_ref (scene) : NULL;
  canvas->hovered_box = FX_NO_BOX;
  g_clear_pointer (&canvas->found, g_array_unref);
  if (scene != NULL && before != NULL && !canvas->fit_wanted)
    carry_view_over (canvas, before);
  else
    canvas->fit_wanted = TRUE;
  canvas->selected_box = FX_NO_BOX;
  if (scene != NULL && selected != NULL)
    {
      g_clear_pointer (&canvas->selected, g_free);
      fx_canvas_set_selected (canvas, selected);
    }
  else
    fx_canvas_describe (canvas);
  if (scene != NULL && search != NULL)
    fx_canvas_search (canvas, search);
  if (canvas->fit_wanted && scene != NULL && fx_canvas_width (canvas) > 0)
    {
      canvas->fit_wanted = FALSE;
      canvas->view = fx_canvas_first_view (canvas);
    }
  update_picture (canvas);
}

FxScene *
fx_canvas_get_scene (FxCanvas *canvas)
{
  return canvas->scene;
}

void
fx_canvas_set_overlay (FxCanvas *canvas, FxOverlay *overlay)
{
  FxOverlay *before = canvas->overlay;

  canvas->overlay = overlay != NULL ? fx_overlay_ref (overlay) : NULL;
  update_picture (canvas);
  fx_overlay_unref (before);
}

static void
tiles_ready_cb (gpointer data)
{
  gtk_widget_queue_draw (data);
}

void
fx_canvas_set_show_minimap (FxCanvas *canvas, gboolean show)
{
  if (canvas->show_minimap == show)
    return;
  canvas->show_minimap = show;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  g_object_notify_by_pspec (G_OBJECT (canvas), props[PROP_SHOW_MINIMAP]);
}

static void
fx_canvas_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxCanvas *canvas = FX_CANVAS (object);

  switch (id)
    {
    case PROP_SELECTED: g_value_set_string (value, canvas->selected); break;
    case PROP_ZOOM: g_value_set_double (value, canvas->view.zoom); break;
    case PROP_SHOW_MINIMAP: g_value_set_boolean (value, canvas->show_minimap); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_canvas_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxCanvas *canvas = FX_CANVAS (object);

  switch (id)
    {
    case PROP_SELECTED: fx_canvas_set_selected (canvas, g_value_get_string (value)); break;
    case PROP_ZOOM: fx_canvas_zoom_to (canvas, g_value_get_double (value)); break;
    case PROP_SHOW_MINIMAP: fx_canvas_set_show_minimap (canvas, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_canvas_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (fx_canvas_parent_class)->realize (widget);
  fx_screen_memory_keep (widget);
}

static void
fx_canvas_dispose (GObject *object)
{
  FxCanvas *canvas = FX_CANVAS (object);

  fx_canvas_stop_animation (canvas);
  g_signal_handlers_disconnect_by_data (adw_style_manager_get_default (), canvas);
  g_clear_pointer (&canvas->tiles, fx_tiles_free);
  g_clear_pointer (&canvas->minimap, fx_minimap_free);
  fx_canvas_frame_clear (&canvas->frame);
  g_clear_pointer (&canvas->scene, fx_scene_unref);
  g_clear_pointer (&canvas->overlay, fx_overlay_unref);
  g_clear_pointer (&canvas->found, g_array_unref);
  g_clear_pointer (&canvas->selected, g_free);
  g_clear_pointer (&canvas->search, g_free);
  G_OBJECT_CLASS (fx_canvas_parent_class)->dispose (object);
}

static void
fx_canvas_class_init (FxCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = fx_canvas_get_property;
  object_class->set_property = fx_canvas_set_property;
  object_class->dispose = fx_canvas_dispose;
  widget_class->realize = fx_canvas_realize;
  widget_class->snapshot = fx_canvas_snapshot;
  widget_class->size_allocate = fx_canvas_size_allocate;
  widget_class->query_tooltip = fx_canvas_query_tooltip;
  props[PROP_SELECTED] = g_param_spec_string ("selected", NULL, NULL, NULL, flags);
  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, FX_CANVAS_MIN_ZOOM, FX_CANVAS_MAX_ZOOM, 1, flags);
  props[PROP_SHOW_MINIMAP] = g_param_spec_boolean ("show-minimap", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[NODE_ACTIVATED] = g_signal_new ("node-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[GROUP_TOGGLED] = g_signal_new ("group-toggled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
fx_canvas_init (FxCanvas *canvas)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  canvas->tiles = fx_tiles_new (tiles_ready_cb, canvas);
  canvas->minimap = fx_minimap_new (GTK_WIDGET (canvas));
  canvas->view.zoom = canvas->from.zoom = canvas->to.zoom = 1;
  canvas->fit_wanted = TRUE;
  canvas->selected_box = canvas->hovered_box = FX_NO_BOX;
  canvas->show_minimap = TRUE;
  fx_canvas_describe (canvas);
  fx_canvas_add_pointer (canvas);
  fx_canvas_add_keys (canvas);
  gtk_widget_set_focusable (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (canvas), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (canvas), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (manager, "notify::dark", G_CALLBACK (update_picture), canvas);
  g_signal_connect_swapped (manager, "notify::high-contrast", G_CALLBACK (update_picture), canvas);
  g_signal_connect_swapped (canvas, "notify::scale-factor", G_CALLBACK (update_picture), canvas);
}
