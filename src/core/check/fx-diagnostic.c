/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

static void
diagnostic_free (gpointer data)
{
  FxDiagnostic *diagnostic = data;

  g_free (diagnostic->message);
  g_free (diagnostic->node);
  g_free (diagnostic->tensor);
  g_free (diagnostic->found);
  g_free (diagnostic->allowed);
  g_free (diagnostic->fix);
  g_free (diagnostic);
}

const char *
fx_severity_name (FxSeverity severity)
{
  static const char *const names[] = { "info", "warning", "error" };

  return names[severity];
}

GPtrArray *
fx_diagnostics_new (void)
{
  return g_ptr_array_new_with_free_func (diagnostic_free);
}

FxDiagnostic *
fx_diagnostics_add (GPtrArray *list, FxSeverity severity, const char *rule, const char *node, const char *tensor,
                    const char *format, ...)
{
  FxDiagnostic *diagnostic;
  va_list args;

  if (list == NULL)
    return NULL;

  diagnostic = g_new0 (FxDiagnostic, 1);
  diagnostic->severity = severity;
  diagnostic->rule = rule;
  diagnostic->node = g_strdup (node);
  diagnostic->tensor = g_strdup (tensor);
  va_start (args, format);
  diagnostic->message = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  g_ptr_array_add (list, diagnostic);
  return diagnostic;
}

guint
fx_diagnostics_count (const GPtrArray *list, FxSeverity at_least)
{
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += ((const FxDiagnostic *)list->pdata[i])->severity >= at_least;
  return n;
}

char *
fx_diagnostic_to_string (const FxDiagnostic *diagnostic)
{
  if (diagnostic->node != NULL)
    return g_strdup_printf (_ ("node \"%s\": %s"), diagnostic->node, diagnostic->message);
  if (diagnostic->tensor != NULL)
    return g_strdup_printf (_ ("tensor \"%s\": %s"), diagnostic->tensor, diagnostic->message);
  return g_strdup (diagnostic->message);
}

gboolean
fx_diagnostics_to_error (const GPtrArray *list, GError **error)
{
  for (guint i = 0; i < list->len; i++)
    {
      const FxDiagnostic *diagnostic = list->pdata[i];

      if (diagnostic->severity == FX_SEVERITY_ERROR)
        {
          g_autofree char *text = fx_diagnostic_to_string (diagnostic);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s", text);
        }
    }
  return TRUE;
}
