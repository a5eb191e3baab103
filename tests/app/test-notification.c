/* The desktop is told of a conversion that ends while nobody looks at its window, and clicking there shows the run. The
 * desktop is this test, on a bus of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

#include "app/fx-window-private.h"

#include <string.h>

#define PATH "/io/github/fixpoint/Fixpoint"

static const char interface[]
    = "<node><interface name='org.gtk.Notifications'>"
      "<method name='AddNotification'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='a{sv}' direction='in'/></method>"
      "<method name='RemoveNotification'><arg type='s' direction='in'/><arg type='s' direction='in'/></method>"
      "</interface></node>";

/* What the desktop has been told. */
typedef struct
{
  GDBusConnection *connection;
  char *sender, *id;
  GVariant *notification;
} Desktop;

static void
call_cb (G_GNUC_UNUSED GDBusConnection *connection, const char *sender, G_GNUC_UNUSED const char *path,
         G_GNUC_UNUSED const char *interface_name, const char *method, GVariant *parameters,
         GDBusMethodInvocation *invocation, gpointer data)
{
  Desktop *desktop = data;

  if (strcmp (method, "AddNotification") == 0)
    {
      g_free (desktop->id);
      g_free (desktop->sender);
      g_clear_pointer (&desktop->notification, g_variant_unref);
      g_variant_get (parameters, "(ss@a{sv})", NULL, &desktop->id, &desktop->notification);
      desktop->sender = g_strdup (sender);
    }
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
name_cb (G_GNUC_UNUSED GDBusConnection *connection, G_GNUC_UNUSED const char *name, gpointer owned)
{
  *(gboolean *)owned = TRUE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *)flag;
}

/* Before the application starts: it asks once who shows notifications. */
static void
open_desktop (Desktop *desktop, GTestDBus *bus)
{
  static const GDBusInterfaceVTable table = { call_cb, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (interface, NULL);
  g_autoptr (GError) error = NULL;
  gboolean owned = FALSE;

  desktop->connection = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                                G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                                    | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                                NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (desktop->connection, "/org/gtk/Notifications", info->interfaces[0], &table,
                                     desktop, NULL, &error);
  g_assert_no_error (error);
  g_bus_own_name_on_connection (desktop->connection, "org.gtk.Notifications", G_BUS_NAME_OWNER_FLAGS_NONE, name_cb,
                                NULL, &owned, NULL);
  app_test_wait (is_set, &owned, "the name on the bus");
}

static gboolean
was_told (gpointer data)
{
  return ((Desktop *)data)->notification != NULL;
}

/* Somebody clicks on it, as the desktop passes that on. */
static void
click (const Desktop *desktop)
{
  const char *action;
  g_autoptr (GVariant) target = g_variant_lookup_value (desktop->notification, "default-action-target", NULL);
  GVariantBuilder parameters;

  g_assert_true (g_variant_lookup (desktop->notification, "default-action", "&s", &action));
  g_assert_cmpstr (action, ==, "app.show-run");
  g_assert_nonnull (target);
  g_variant_builder_init (&parameters, G_VARIANT_TYPE ("av"));
  g_variant_builder_add (&parameters, "v", target);
  g_dbus_connection_call (
      desktop->connection, desktop->sender, PATH, "org.freedesktop.Application", "ActivateAction",
      g_variant_new ("(sav@a{sv})", action + strlen ("app."), &parameters, g_variant_new ("a{sv}", NULL)), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static gboolean
shows_results (gpointer window)
{
  return gtk_widget_get_visible (GTK_WIDGET (((FxWindow *)window)->results_slot));
}

static FxResults *
shown (FxWindow *window)
{
  return fx_results_panel_get_results (window->results_panel);
}

static gboolean
is_inactive (gpointer window)
{
  return !gtk_window_is_active (window);
}

static void
test_notification (gconstpointer data)
{
  Desktop desktop = { 0 };
  FxApplication *application;
  FxWindow *window;
  FxResults *run;
  g_autofree char *body = NULL;

  open_desktop (&desktop, (GTestDBus *)data);
  application = app_test_start ();
  window = app_test_window (application);
  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_action (window, "app.new-window", NULL); /* somebody looks at that */
  app_test_wait (is_inactive, window, "another active window");
  app_test_action (window, "win.convert", NULL);
  app_test_wait (was_told, &desktop, "the notification");
  app_test_wait_jobs (window, "the end");
  run = shown (window);
  g_assert_true (g_str_has_prefix (desktop.id, "conversion-"));
  g_assert_true (g_variant_lookup (desktop.notification, "body", "s", &body));
  g_assert_cmpstr (body, ==, "The conversion is done");

  /* meanwhile somebody has started another one, stopped it, and closed the results */
  app_test_idle (1100);
  app_test_action (window, "win.convert", NULL);
  app_test_action (window, "win.cancel-jobs", NULL);
  app_test_wait_jobs (window, "the stop");
  g_assert_true (shown (window) != run);
  gtk_widget_set_visible (GTK_WIDGET (window->results_slot), FALSE);
  click (&desktop);
  app_test_wait (shows_results, window, "the results");
  g_assert_true (shown (window) == run);
  app_test_stop (application);
  g_variant_unref (desktop.notification);
  g_free (desktop.id);
  g_free (desktop.sender);
  g_object_unref (desktop.connection);
}

int
main (int argc, char **argv)
{
  g_autofree char *daemon = g_find_program_in_path ("dbus-daemon"), *display = g_strdup (g_getenv ("DISPLAY"));
  static GTestDBus *bus; /* never freed: that waits until GTK lets go of its connection */
  int status;

  if (daemon == NULL)
    {
      g_print ("1..0 # SKIP dbus-daemon is not installed\n");
      return 0;
    }
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  g_setenv ("DISPLAY", display, TRUE); /* which that takes away */
  app_test_init (&argc, &argv);
  g_test_add_data_func ("/app/notification", bus, test_notification);
  status = g_test_run ();
  g_test_dbus_stop (bus);
  return status;
}
