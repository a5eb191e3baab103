/* Elementwise loops over broadcast operands.
 *
 * Dimensions that every operand walks in the same way are merged first, so that tensors of one shape become a single
 * run, a scalar operand stays one number, and [N,C,H,W] with [C,1,1] becomes N·C runs of H·W elements. A row kernel
 * does one such run; nothing is divided per element.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

#define FX_BROADCAST_MAX 3

/* n outputs at y. Operand k starts at x[k] and advances by step[k] elements per output: 1, or 0 if it stands still.
 * y may be x[k] where step[k] is 1. */
typedef void (*FxBroadcastRow) (gsize n, void *y, const void *const *x, const guint8 *step, gconstpointer data);

/* Runs `row` over the whole output, on several threads if that is worth it; the pieces do not depend on how many.
 * The operands (at most FX_BROADCAST_MAX) broadcast to the output's shape; shape inference has checked that. */
void
fx_broadcast_run (const FxArray *output, const FxArray *inputs, guint n_inputs, FxBroadcastRow row, gconstpointer data);

/* Copies `input` into all of `output`, which has the same type and a shape that the input broadcasts to. */
void fx_broadcast_copy (const FxArray *output, const FxArray *input);

G_END_DECLS
