/* JSON that the verbs have in common. Members are in a fixed order, so that output can be compared.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

#include "io/fx-json-write.h"

G_BEGIN_DECLS

/* [1,3,224,224] in the current array or member; a symbol is a string, an unknown size null, an unknown rank null. */
void fx_cli_json_shape (JsonBuilder *builder, const FxGraph *graph, const FxShape *shape);

/* {"name","dtype","shape"} of a value. */
void fx_cli_json_value (JsonBuilder *builder, const FxGraph *graph, FxId id);

/* [{"severity","rule","node","tensor","message","found","allowed","fix","fix_rule"}]; what is not set is null. */
void fx_cli_json_diagnostics (JsonBuilder *builder, const GPtrArray *diagnostics);

/* [{"name","dtype","shape"}] of the values that `get` gives: inputs or outputs. */
void fx_cli_json_values (JsonBuilder *builder, const char *member, const FxGraph *graph, guint n,
                         FxId (*get) (const FxGraph *, guint));

G_END_DECLS
