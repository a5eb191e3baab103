/* The definition of the integer network's numbers: each kernel as plain loops over one output element, no packing, no
 * blocks, no threads. Slow on purpose; every fast kernel is compared with these. Parameters must have passed the checks
 * of the corresponding constructor in fx-int8.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8/fx-int8.h"

G_BEGIN_DECLS

/* params->window with its output size set. */
void fx_int8_conv_reference (const FxInt8ConvParams *params, const gint8 *x, gpointer y);
void fx_int8_add_reference (const FxInt8Add *add, const gint8 *a, const gint8 *b, gint8 *y, gsize n);
void fx_int8_mul_reference (const FxInt8Mul *mul, const gint8 *a, const gint8 *b, gint8 *y, gsize n);
void fx_int8_max_pool_reference (const FxInt8Pool *pool, const gint8 *x, gint8 *y);
void fx_int8_average_pool_reference (const FxInt8Pool *pool, const gint8 *x, gint8 *y);

G_END_DECLS
