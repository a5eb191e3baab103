/* SPDX-License-Identifier: Apache-2.0 */
#include "xdnd.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <gdk/x11/gdkx.h>
#include <string.h>

#define VERSION 5
#define TIMEOUT_S 10

enum
{
  ENTER,
  POSITION,
  STATUS,
  LEAVE,
  DROP,
  FINISHED,
  SELECTION,
  COPY,
  URI_LIST,
  N_ATOMS,
};

static const char *const names[N_ATOMS]
    = { "XdndEnter",    "XdndPosition",  "XdndStatus",     "XdndLeave",    "XdndDrop",
        "XdndFinished", "XdndSelection", "XdndActionCopy", "text/uri-list" };

struct _Xdnd
{
  Display *display;
  Window source, target;
  Atom atoms[N_ATOMS];
  char *uris;
  Atom answered; /* the last message of the target, STATUS or FINISHED; None: none yet */
  gboolean accepted;
};

static void
send_message (Xdnd *drag, int atom, long a, long b, long c, long d)
{
  XEvent event = { .xclient = { .type = ClientMessage, .window = drag->target, .format = 32 } };

  event.xclient.message_type = drag->atoms[atom];
  event.xclient.data.l[0] = (long)drag->source;
  event.xclient.data.l[1] = a;
  event.xclient.data.l[2] = b;
  event.xclient.data.l[3] = c;
  event.xclient.data.l[4] = d;
  drag->answered = None;
  XSendEvent (drag->display, drag->target, False, NoEventMask, &event);
  XFlush (drag->display);
}

/* Somebody wants to see what is dragged. */
static void
give_uris (Xdnd *drag, const XSelectionRequestEvent *request)
{
  XEvent event = { .xselection = { .type = SelectionNotify,
                                   .requestor = request->requestor,
                                   .selection = request->selection,
                                   .target = request->target,
                                   .time = request->time } };

  if (request->target == drag->atoms[URI_LIST])
    {
      XChangeProperty (drag->display, request->requestor, request->property, request->target, 8, PropModeReplace,
                       (const unsigned char *)drag->uris, (int)strlen (drag->uris));
      event.xselection.property = request->property;
    }
  XSendEvent (drag->display, request->requestor, False, NoEventMask, &event);
  XFlush (drag->display);
}

static void
take_event (Xdnd *drag, const XEvent *event)
{
  if (event->type == SelectionRequest)
    give_uris (drag, &event->xselectionrequest);
  if (event->type != ClientMessage)
    return;
  drag->answered = event->xclient.message_type;
  drag->accepted = (event->xclient.data.l[1] & 1) != 0;
}

/* Both programs are this one: neither may wait for the other. */
static void
wait_for (Xdnd *drag, int atom)
{
  gint64 end = g_get_monotonic_time () + TIMEOUT_S * G_USEC_PER_SEC;
  XEvent event;

  while (drag->answered != drag->atoms[atom])
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited too long for: %s", names[atom]);
      while (XPending (drag->display) > 0)
        {
          XNextEvent (drag->display, &event);
          take_event (drag, &event);
        }
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static char *
to_uris (const char *const *paths)
{
  GString *text = g_string_new (NULL);

  for (; *paths != NULL; paths++)
    {
      g_autofree char *uri = g_filename_to_uri (*paths, NULL, NULL);

      g_string_append_printf (text, "%s\r\n", uri);
    }
  return g_string_free (text, FALSE);
}

Xdnd *
xdnd_enter (GtkWindow *window, const char *const *paths)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  Xdnd *drag;

  if (!GDK_IS_X11_SURFACE (surface))
    return NULL;
  drag = g_new0 (Xdnd, 1);
  drag->display = XOpenDisplay (NULL);
  g_assert_nonnull (drag->display);
  drag->target = gdk_x11_surface_get_xid (surface);
  drag->source = XCreateSimpleWindow (drag->display, DefaultRootWindow (drag->display), 0, 0, 1, 1, 0, 0, 0);
  drag->uris = to_uris (paths);
  XInternAtoms (drag->display, (char **)names, N_ATOMS, False, drag->atoms);
  XSetSelectionOwner (drag->display, drag->atoms[SELECTION], drag->source, CurrentTime);
  send_message (drag, ENTER, (long)VERSION << 24, (long)drag->atoms[URI_LIST], None, None);
  return drag;
}

gboolean
xdnd_move (Xdnd *drag, int x, int y)
{
  Window child;
  int root_x, root_y;

  XTranslateCoordinates (drag->display, drag->target, DefaultRootWindow (drag->display), x, y, &root_x, &root_y,
                         &child);
  send_message (drag, POSITION, 0, (long)root_x << 16 | root_y, CurrentTime, (long)drag->atoms[COPY]);
  wait_for (drag, STATUS);
  return drag->accepted;
}

static void
end (Xdnd *drag)
{
  XCloseDisplay (drag->display);
  g_free (drag->uris);
  g_free (drag);
}

void
xdnd_leave (Xdnd *drag)
{
  send_message (drag, LEAVE, 0, 0, 0, 0);
  end (drag);
}

gboolean
xdnd_drop (Xdnd *drag)
{
  gboolean accepted;

  send_message (drag, DROP, 0, CurrentTime, 0, 0);
  wait_for (drag, FINISHED);
  accepted = drag->accepted;
  end (drag);
  return accepted;
}
