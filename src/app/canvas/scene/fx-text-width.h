/* The width that a text takes about, from a table: the same on every machine and quick.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* In units of the font size: "m" is about 0.85 wide. Meant to be on the large side. */
double fx_text_width (const char *utf8);

G_END_DECLS
