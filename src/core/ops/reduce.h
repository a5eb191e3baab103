/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef struct
{
  FxInts axes; /* before axes became an input */
  gint64 keepdims;
  gint64 noop_with_empty_axes;
} FxReduceParams;

/* Bit i of *mask is set if axis i of a tensor of that rank is reduced; an empty list means all of them, or none where
 * noop_with_empty_axes says so. FALSE and *error if an axis is out of range or listed twice. */
gboolean
fx_reduce_axes (const FxReduceParams *params, const gint64 *axes, guint n, int rank, guint32 *mask, GError **error);

/* The shape that is left. */
FxShape fx_reduce_shape (const FxReduceParams *params, const FxShape *x, guint32 mask);
