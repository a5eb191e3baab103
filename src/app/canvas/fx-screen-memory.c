/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-screen-memory.h"

#ifdef GDK_WINDOWING_X11

#include <cairo-xlib.h>
#include <gdk/x11/gdkx.h>

/* Large enough for cairo to share it, which small ones are not worth. */
#define KEPT_SIZE 64

/* Cairo's pool for a picture has room for more of them. */
static cairo_surface_t *
keep_pool (GdkSurface *surface, int width, int height)
{
  Display *display = gdk_x11_display_get_xdisplay (gdk_surface_get_display (surface));
  Window window = gdk_x11_surface_get_xid (surface);
  XWindowAttributes attributes;
  cairo_surface_t *screen, *picture, *kept;

  if (!XGetWindowAttributes (display, window, &attributes))
    return NULL;
  screen = cairo_xlib_surface_create (display, window, attributes.visual, width, height);
  picture = cairo_surface_create_similar_image (screen, CAIRO_FORMAT_RGB24, width, height);
  kept = cairo_surface_create_similar_image (screen, CAIRO_FORMAT_RGB24, KEPT_SIZE, KEPT_SIZE);
  cairo_surface_destroy (picture);
  cairo_surface_destroy (screen);
  return kept;
}

/* What is kept for a window, as data of its surface. */
typedef struct
{
  cairo_surface_t *kept; /* NULL: no pool is kept */
  int width, height;     /* pixels of the picture that the pool has room for */
} Memory;

static void
memory_free (gpointer data)
{
  Memory *memory = data;

  g_clear_pointer (&memory->kept, cairo_surface_destroy);
  g_free (memory);
}

static void
layout_cb (GdkSurface *surface, int width, int height, Memory *memory)
{
  int scale = gdk_surface_get_scale_factor (surface);

  if (width * scale <= memory->width && height * scale <= memory->height)
    return;
  g_clear_pointer (&memory->kept, cairo_surface_destroy);
  memory->width = width * scale;
  memory->height = height * scale;
  memory->kept = keep_pool (surface, memory->width, memory->height);
}

void
fx_screen_memory_keep (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  Memory *memory;

  if (!GDK_IS_X11_SURFACE (surface) || !GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native))
      || g_object_get_data (G_OBJECT (surface), "fx-screen-memory") != NULL)
    return;
  memory = g_new0 (Memory, 1);
  g_object_set_data_full (G_OBJECT (surface), "fx-screen-memory", memory, memory_free);
  g_signal_connect (surface, "layout", G_CALLBACK (layout_cb), memory);
}

#else

void
fx_screen_memory_keep (G_GNUC_UNUSED GtkWidget *widget)
{
}

#endif
