/* All kinds of limits. A new kind is a row in the file that looks at the same thing, or a new file with its table here;
 * tests/core/test-limits.c wants a case that holds and one that does not for every row.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"

#include <string.h>

const FxLimitKind *const fx_limit_kinds[] = {
  fx_limit_kinds_attribute, fx_limit_kinds_axis,
  fx_limit_kinds_broadcast, fx_limit_kinds_form,
  fx_limit_kinds_formula,   fx_limit_kinds_model,
  fx_limit_kinds_note,      fx_limit_kinds_operand,
  fx_limit_kinds_pads,      fx_limit_kinds_shape,
  fx_limit_kinds_size,      fx_limit_kinds_type,
  fx_limit_kinds_window,    NULL,
};

const FxLimitKind *
fx_limit_kind_find (const char *name, const char *rule)
{
  for (guint i = 0; fx_limit_kinds[i] != NULL; i++)
    for (const FxLimitKind *kind = fx_limit_kinds[i]; kind->name != NULL; kind++)
      if (strcmp (kind->name, name) == 0 && strcmp (kind->rule, rule) == 0)
        return kind;

  return NULL;
}

FxVerdict
fx_limit_judge_nothing (G_GNUC_UNUSED const FxLimit *limit, G_GNUC_UNUSED const FxLimitSubject *subject,
                        G_GNUC_UNUSED char **found, G_GNUC_UNUSED char **allowed)
{
  return FX_VERDICT_HOLDS;
}
