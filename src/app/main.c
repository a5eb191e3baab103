/* fixpoint: the desktop application.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-application.h"
#include "app/fx-settings.h"
#include "app/fx-workers.h"
#include "core/fx-i18n.h"

#include <gtk/gtk.h>

static int
local_options_cb (G_GNUC_UNUSED GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1; /* go on */
  g_print ("fixpoint %s\n", FX_VERSION);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (FxApplication) application = NULL;
  int status;

  fx_i18n_setup (FX_LOCALE_DIR);
  gtk_disable_setlocale (); /* it would bring the user's decimal sign back */

  if (!fx_settings_available ())
    {
      g_printerr (_ ("fixpoint: the settings schema %s is not installed; in a build directory use "
                     "\"meson devenv\" or set GSETTINGS_SCHEMA_DIR\n"),
                  FX_APP_ID);
      return 1;
    }
  application = fx_application_new (G_APPLICATION_DEFAULT_FLAGS);
  g_application_add_main_option (G_APPLICATION (application), "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _ ("Print the version"), NULL);
  g_signal_connect (application, "handle-local-options", G_CALLBACK (local_options_cb), NULL);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  fx_workers_wait ();
  return status;
}
