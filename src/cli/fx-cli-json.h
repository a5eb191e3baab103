/* JSON that the verbs have in common. Members are in a fixed order, so that output can be compared.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* [1,3,224,224] in the current array or member; a symbol is a string, an unknown size null, an unknown rank null. */
void fx_cli_json_shape (JsonBuilder *builder, const FxGraph *graph, const FxShape *shape);

/* {"name","dtype","shape"} of a value. */
void fx_cli_json_value (JsonBuilder *builder, const FxGraph *graph, FxId id);

/* [{"severity","rule","node","tensor","message","found","allowed","fix","fix_rule"}]; what is not set is null. */
void fx_cli_json_diagnostics (JsonBuilder *builder, const GPtrArray *diagnostics);

/* Sets a string member, null for NULL. Bytes that are no UTF-8 are replaced. */
void fx_cli_json_string (JsonBuilder *builder, const char *member, const char *value);

/* Sets a number; null for what is not finite. */
void fx_cli_json_double (JsonBuilder *builder, const char *member, double value);
void fx_cli_json_count (JsonBuilder *builder, const char *member, guint64 value);

/* [{"name","dtype","shape"}] of the values that `get` gives: inputs or outputs. */
void fx_cli_json_values (JsonBuilder *builder, const char *member, const FxGraph *graph, guint n,
                         FxId (*get) (const FxGraph *, guint));

/* The text of what was built, ends with a newline. */
char *fx_cli_json_to_text (JsonBuilder *builder);

G_END_DECLS
