/* What there is to say of a program of the BPU: for compile and inspect.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Facts a line each; with `commands` every command. */
void fx_cli_program_print (const FxProgram *program, gboolean commands);

/* The same as members of the current object. */
void fx_cli_program_json (JsonBuilder *builder, const FxProgram *program);

G_END_DECLS
