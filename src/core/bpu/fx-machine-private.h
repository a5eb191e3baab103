/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number that a member of "machine" or an object in it states: itself, or its "value". With `with_source` it must
 * be such an object and say where it is from. `part` and `name` are for messages. */
gboolean fx_machine_get_number (GVariant *member, gboolean with_source, const char *part, const char *name,
                                double *number, GError **error);

G_END_DECLS
