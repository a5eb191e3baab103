/* What the boards say about operators, as Markdown.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-target.h"

G_BEGIN_DECLS

/* All targets of the program, of FxTarget; NULL and *error. */
GPtrArray *fx_cli_targets_load (GError **error);

/* The limits of one operator, a paragraph per board; nothing if no board lists it. */
void fx_cli_targets_print_operator (const GPtrArray *targets, const char *op_type);

/* Operators and layers of the boards that Fixpoint does not know by that name: the Caffe tables and the rest. */
void fx_cli_targets_print_others (const GPtrArray *targets);

G_END_DECLS
