/* Limits in words, for reasons and documentation.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit.h"

G_BEGIN_DECLS

/* "Kernel height and width 1 to 31 (where input rank 4)". To be freed. */
char *fx_limit_to_string (const FxLimit *limit);

/* Conditions, an a{sv}: "opset 11, mode nearest or linear". To be freed. */
char *fx_limit_when_to_string (GVariant *when);

G_END_DECLS
