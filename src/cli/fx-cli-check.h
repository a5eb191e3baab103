/* Printing a check. docs/checks.md describes both forms, which are stable.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"

G_BEGIN_DECLS

/* `log`: what the fixes did, may be empty. */
void fx_cli_check_print_text (const char *path, const FxGraph *graph, const FxTarget *target, const GPtrArray *log,
                              const FxCheckReport *report);
void fx_cli_check_print_json (const char *path, const FxGraph *graph, const FxTarget *target, const GPtrArray *log,
                              const FxCheckReport *report);

G_END_DECLS
