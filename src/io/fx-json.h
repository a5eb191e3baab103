/* What readers of JSON files have in common.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Whether brackets outside of strings are nested no deeper: json-glib's parser recurses without a bound of its own. It
 * also takes comments and single quotes, in which a bracket or a quote may be anything: behind the first of them all
 * brackets count, and none closes another. */
gboolean fx_json_is_shallow (const char *text, gsize size, int most);

/* "a number", "a list", "nothing", …: what a member is, for messages. NULL: it is not there. */
const char *fx_json_kind (JsonNode *node);

/* FALSE for NULL. */
gboolean fx_json_is_string (JsonNode *node);
gboolean fx_json_is_number (JsonNode *node);

/* *error (BAD_DATA): the member is not what was wanted. Returns FALSE. */
gboolean fx_json_wrong (const char *member, const char *wanted, JsonNode *node, GError **error);

/* Members with a type; FALSE and *error (BAD_DATA) name a member of another one. Where it is not there a string is
 * NULL, unless it is required, a list of strings is empty (g_strfreev() it), and a flag is `otherwise`. */
gboolean
fx_json_get_string (JsonObject *object, const char *member, gboolean required, const char **value, GError **error);
gboolean fx_json_get_strings (JsonObject *object, const char *member, char ***value, GError **error);
gboolean fx_json_get_flag (JsonObject *object, const char *member, gboolean otherwise, gboolean *value, GError **error);

G_END_DECLS
