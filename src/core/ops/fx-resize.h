/* The kernels of Resize and Upsample. Every axis is resized on its own: one after the other for weighted modes, by a
 * table of source indices for "nearest".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"
#include "core/ops/resize.h"

G_BEGIN_DECLS

typedef struct
{
  int rank;
  gint64 in[FX_MAX_RANK], out[FX_MAX_RANK];   /* if any of out is > 0, so is in */
  float scale[FX_MAX_RANK];                   /* of the coordinates; about out / in */
  float start[FX_MAX_RANK], end[FX_MAX_RANK]; /* region of interest, 0 to 1 is all; "tf_crop_and_resize" only */
} FxResizeGeometry;

/* x has the sizes `in`, y of the same type the sizes `out`. FALSE and *error (TOO_LARGE) if memory is short. Integers
 * are interpolated in f32 and rounded to the nearest, halves to even. */
gboolean fx_resize_run (const FxResizeParams *params, const FxResizeGeometry *geometry, const FxArray *x, FxArray *y,
                        GError **error);

G_END_DECLS
