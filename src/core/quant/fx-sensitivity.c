/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-sensitivity.h"

static const char *const kind_names[] = { "node", "weight", "activation" };

const char *
fx_sensitivity_kind_name (FxSensitivityKind kind)
{
  return kind_names[kind];
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
  g_free (sensitivity->curve);
  g_free (sensitivity);
}
