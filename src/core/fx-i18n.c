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
fx_list_add (GString *list, const char *format, ...)
{
  va_list args;

  if (list->len > 0)
    /* translators: between the members of a list */
    g_string_append (list, C_ ("list", ", "));
  va_start (args, format);
  g_string_append_vprintf (list, fx_translate (format), args);
  va_end (args);
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
