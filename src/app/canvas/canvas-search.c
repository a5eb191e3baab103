/* Searching in the canvas: boxes that are found stay marked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-canvas-private.h"

guint
fx_canvas_search (FxCanvas *canvas, const char *text)
{
  char *kept = text != NULL && *text != '\0' ? g_strdup (text) : NULL;

  g_free (canvas->search);
  canvas->search = kept;
  g_clear_pointer (&canvas->found, g_array_unref);
  canvas->found_at = 0;
  if (kept != NULL && canvas->scene != NULL)
    canvas->found = fx_scene_search (canvas->scene, kept);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  return canvas->found != NULL ? canvas->found->len : 0;
}

guint
fx_canvas_search_step (FxCanvas *canvas, int step, guint *n_found)
{
  guint n = canvas->found != NULL ? canvas->found->len : 0;
  guint32 box;

  *n_found = n;
  if (n == 0)
    return 0;
  if (step > 0)
    canvas->found_at = canvas->found_at % n + 1;
  else
    canvas->found_at = canvas->found_at > 1 ? canvas->found_at - 1 : n;
  box = g_array_index (canvas->found, guint32, canvas->found_at - 1);
  fx_canvas_select_box (canvas, box);
  fx_canvas_reveal_box (canvas, box);
  return canvas->found_at;
}
