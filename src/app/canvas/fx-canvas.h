/* The graph on the screen: pans, zooms, selects, and tells what is under the pointer.
 *
 * Drag or scroll to pan; Ctrl and scroll, or pinch, to zoom around the pointer; arrows travel along the wires, Enter
 * activates, + and - zoom, Home shows everything. What is painted comes from a scene, which the owner makes on another
 * thread; the old picture stays until the new one is set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-overlay.h"
#include "scene/fx-scene.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Properties: "selected" (string, name of the selected node, input, output or group; NULL: none), "zoom" (double, 1 is
 * the size of the text), "show-minimap" (boolean). Signals: "node-activated" (name) on Enter or a double click,
 * "group-toggled" (scope) when a group is to be opened or closed: the owner then sets another scene. */
#define FX_TYPE_CANVAS (fx_canvas_get_type ())
G_DECLARE_FINAL_TYPE (FxCanvas, fx_canvas, FX, CANVAS, GtkWidget)

/* The picture; NULL: nothing. The first scene is fitted into the view, later ones keep the place of what is selected,
 * or of the middle. A reference is taken. */
void fx_canvas_set_scene (FxCanvas *canvas, FxScene *scene);
FxScene *fx_canvas_get_scene (FxCanvas *canvas);
/* Colors by figures instead of by placement; NULL: placement. A reference is taken. */
void fx_canvas_set_overlay (FxCanvas *canvas, FxOverlay *overlay);

void fx_canvas_set_selected (FxCanvas *canvas, const char *name);
const char *fx_canvas_get_selected (FxCanvas *canvas);
/* Selects a node and moves it into view. FALSE: the scene has none of that name. */
gboolean fx_canvas_reveal (FxCanvas *canvas, const char *name);

double fx_canvas_get_zoom (FxCanvas *canvas);
/* Around the middle. */
void fx_canvas_zoom_by (FxCanvas *canvas, double factor);
void fx_canvas_zoom_to (FxCanvas *canvas, double zoom);
void fx_canvas_fit (FxCanvas *canvas);

/* Marks all boxes that have the words of `text`, and returns how many; "" marks nothing. */
guint fx_canvas_search (FxCanvas *canvas, const char *text);
/* Reveals the next (1) or previous (-1) of them; its number counted from 1, 0 if there is none. `n_found` gets how many
 * there are, which another drawing of the model may have changed. */
guint fx_canvas_search_step (FxCanvas *canvas, int step, guint *n_found);

void fx_canvas_set_show_minimap (FxCanvas *canvas, gboolean show);

/* Writes a picture of the whole scene as it is shown now (colors, overlay): .png, .svg or .pdf by the file's ending,
 * replacing the file when it is whole. It is drawn on a worker. FALSE and *error, starting with the path. */
void fx_canvas_export_async (FxCanvas *canvas, const char *path, GAsyncReadyCallback done, gpointer user_data);
gboolean fx_canvas_export_finish (FxCanvas *canvas, GAsyncResult *result, GError **error);

G_END_DECLS
