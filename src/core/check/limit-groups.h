/* The rows of fx_limit_kinds by file; each table ends with a row without name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit.h"

G_BEGIN_DECLS

extern const FxLimitKind fx_limit_kinds_attribute[], fx_limit_kinds_axis[], fx_limit_kinds_broadcast[],
    fx_limit_kinds_form[], fx_limit_kinds_formula[], fx_limit_kinds_model[], fx_limit_kinds_note[],
    fx_limit_kinds_operand[], fx_limit_kinds_pads[], fx_limit_kinds_shape[], fx_limit_kinds_size[],
    fx_limit_kinds_type[], fx_limit_kinds_window[];

/* For kinds that judge nothing themselves: they always hold. */
FxVerdict fx_limit_judge_nothing (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed);

G_END_DECLS
