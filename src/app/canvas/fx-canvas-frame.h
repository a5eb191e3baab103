/* The picture of a widget that is painted here rather than by a graphics card.
 *
 * GTK's cairo renderer records what each node draws, plays that into a picture and copies it, node by node and layer
 * by layer. An image that has all layers already costs a fraction of that. There are two images, because the one last
 * shown must not change while the screen may still be refreshed from it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  cairo_surface_t *painted, *shown; /* two names of the same pixels, NULL until they are needed */
} FxCanvasImage;

typedef struct
{
  FxCanvasImage images[2];
  guint next;
} FxCanvasFrame;

/* Whether what `widget` shows is painted by the processor. */
gboolean fx_canvas_frame_is_wanted (GtkWidget *widget);

/* Begins a picture as large as `widget`, in its pixels; what is in it before is undefined. */
cairo_t *fx_canvas_frame_begin (FxCanvasFrame *frame, GtkWidget *widget);
/* Ends it, and adds what there is to see, within `area` (units of the widget), to the snapshot. Frees `cr`. */
void fx_canvas_frame_end (FxCanvasFrame *frame, cairo_t *cr, const cairo_rectangle_int_t *area, GtkSnapshot *snapshot);

/* Drops the images. */
void fx_canvas_frame_clear (FxCanvasFrame *frame);

G_END_DECLS
