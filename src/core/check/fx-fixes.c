/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-fix.h"

#include <string.h>

const FxFix fx_fixes[] = { { NULL } };

const FxFix *
fx_fix_find (const char *rule)
{
  for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
    if (strcmp (fix->rule, rule) == 0)
      return fix;
  return NULL;
}

gboolean
fx_fix_apply (FxGraph *graph, const FxFix *fix, GPtrArray *log, GError **error)
{
  guint n_changes = 0;

  return fix->apply (graph, &n_changes, log, error);
}

gboolean
fx_fix_apply_all (G_GNUC_UNUSED FxGraph *graph, G_GNUC_UNUSED GPtrArray *log, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}
