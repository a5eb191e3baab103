/* Fuzz target: configuration files. What can be read is written, and reads again to the same text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "fuzz/fuzz.h"
#include "io/config/fx-config.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxConfig) config = fx_config_parse ((const char *)data, size, "/", findings, NULL);
  g_autoptr (FxConfig) again = NULL;
  g_autofree char *once = NULL, *twice = NULL;

  if (config == NULL || !g_utf8_validate ((const char *)data, (gssize)size, NULL))
    return 0;
  once = fx_config_to_string (config);
  again = fx_config_parse (once, strlen (once), "/", findings, NULL);
  if (again == NULL)
    g_error ("\"%s\" does not read again", once);
  twice = fx_config_to_string (again);
  if (!g_str_equal (once, twice))
    g_error ("\"%s\" became \"%s\"", once, twice);
  return 0;
}
