/* The image under one output pixel's window as a row of a matrix.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8.h"

G_BEGIN_DECLS

/* Elements [first, first + n) of the window of (out_y, out_x) in `group`: kernel row, kernel column, channel, the last
 * one running fastest. Elements have `size` bytes, those in the padding bytes of `padding`, and those past the end of
 * the window are 0. */
void fx_int8_gather_row (const FxInt8Window *window, gsize size, gint8 padding, gconstpointer image, gint64 group,
                         gint64 out_y, gint64 out_x, gsize first, gsize n, gpointer row);

G_END_DECLS
