/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-sensitivity.h"

#include "core/fx-error.h"

#include <string.h>

static const char *const kind_names[] = { "node", "weight", "activation" };

const char *
fx_sensitivity_kind_name (FxSensitivityKind kind)
{
  return kind_names[kind];
}

gboolean
fx_sensitivity_kind_parse (const char *text, FxSensitivityKind *kind, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (strcmp (kind_names[i], text) == 0)
      {
        *kind = (FxSensitivityKind)i;
        return TRUE;
      }
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is none of: node, weight, activation", text);
}

void
fx_sensitivity_free (FxSensitivity *sensitivity)
{
  if (sensitivity == NULL)
    return;
  for (guint i = 0; i < sensitivity->n_rows; i++)
    {
      g_free (sensitivity->rows[i].name);
      g_free (sensitivity->rows[i].op_type);
    }
  g_free (sensitivity->rows);
  g_free (sensitivity->together);
  g_free (sensitivity->without);
  g_free (sensitivity);
}
