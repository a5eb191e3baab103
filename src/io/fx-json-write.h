/* What writers of JSON have in common: members of the current object.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Strings are made valid UTF-8, NULL is null; numbers that are not finite are null. */
void fx_json_add_string (JsonBuilder *builder, const char *member, const char *value);
void fx_json_add_number (JsonBuilder *builder, const char *member, double value);
void fx_json_add_count (JsonBuilder *builder, const char *member, guint64 value);
void fx_json_add_bool (JsonBuilder *builder, const char *member, gboolean value);

/* The text of what was built, indented, ends with a newline. */
char *fx_json_to_text (JsonBuilder *builder);

G_END_DECLS
