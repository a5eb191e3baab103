/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"

#include <string.h>

const FxLimitKind fx_limit_kinds[] = { { NULL } };

const FxLimitKind *
fx_limit_kind_find (const char *name)
{
  for (const FxLimitKind *kind = fx_limit_kinds; kind->name != NULL; kind++)
    if (strcmp (kind->name, name) == 0)
      return kind;
  return NULL;
}
