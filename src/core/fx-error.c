/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"

#include "core/fx-i18n.h"

G_DEFINE_QUARK (fx - error - quark, fx_error)

gboolean
fx_error_prefix (GError **error, const char *format, ...)
{
  if (error != NULL && *error != NULL)
    {
      va_list args;
      g_autofree char *prefix = NULL;
      char *message;

      va_start (args, format);
      prefix = g_strdup_vprintf (fx_translate (format), args);
      va_end (args);
      message = g_strdup_printf ("%s: %s", prefix, (*error)->message);
      g_free ((*error)->message);
      (*error)->message = message;
    }

  return FALSE;
}

gboolean
fx_fail (GError **error, FxError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    g_propagate_error (error, g_error_new_valist (FX_ERROR, code, fx_translate (format), args));
  va_end (args);

  return FALSE;
}
