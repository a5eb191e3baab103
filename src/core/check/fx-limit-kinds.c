/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"

#include <string.h>

const FxLimitKind *const fx_limit_kinds[] = { NULL };

const FxLimitKind *
fx_limit_kind_find (const char *name, const char *rule)
{
  for (guint i = 0; fx_limit_kinds[i] != NULL; i++)
    for (const FxLimitKind *kind = fx_limit_kinds[i]; kind->name != NULL; kind++)
      if (strcmp (kind->name, name) == 0 && strcmp (kind->rule, rule) == 0)
        return kind;

  return NULL;
}
