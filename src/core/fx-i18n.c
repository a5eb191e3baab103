/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"

#include <libintl.h>
#include <locale.h>

const char *
fx_translate (const char *sentence)
{
  return sentence != NULL && *sentence != '\0' ? _ (sentence) : sentence;
}

void
fx_i18n_setup (const char *locale_dir)
{
  const char *own = g_getenv ("FIXPOINT_LOCALE_DIR");

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  if (locale_dir == NULL)
    return;
  bindtextdomain (GETTEXT_PACKAGE, own != NULL ? own : locale_dir);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
