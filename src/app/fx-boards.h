/* The boards that a person can choose, by the names they know them by.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Names of all boards in the order of their index. New reference. */
GListModel *fx_boards_model (void);
const char *fx_boards_id (guint index); /* "rdk-x5"; the default board if out of range */
guint fx_boards_find (const char *id);  /* index; the default board's for one that is not known */

G_END_DECLS
