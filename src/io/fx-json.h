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

G_END_DECLS
