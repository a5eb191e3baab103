/* Holding JSON against a JSON Schema, as far as our schemas go.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* NULL if `node` is what `schema` says; else where and what is wrong, g_free() it. Knows type, const, enum, required,
 * properties, additionalProperties false, items and $ref into $defs; any other keyword that constrains is an error. */
char *json_schema_check (JsonNode *schema, JsonNode *node);
