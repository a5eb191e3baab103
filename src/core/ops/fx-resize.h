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
  FxResizeBand band;                          /* of the axis that only a part of is resized */
} FxResizeGeometry;

/* x has the sizes `in`, y of the same type the sizes `out`. FALSE and *error (TOO_LARGE) if memory is short. Integers
 * are interpolated in f32 and rounded to the nearest, halves to even. */
gboolean fx_resize_run (const FxResizeParams *params, const FxResizeGeometry *geometry, const FxArray *x, FxArray *y,
                        GError **error);

/* TRUE if the axis stays as it is. */
gboolean fx_resize_is_identity (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis);

/* For every output index of one axis, n input indices and their weights; linear interpolation without antialiasing has
 * two, which add up to 1. */
typedef struct
{
  gint64 n;
  gint64 *index;
  float *weight;
} FxResizeTaps;

/* FALSE and *error (TOO_LARGE) if memory is short; clear it all the same. */
gboolean fx_resize_taps_init (FxResizeTaps *taps, const FxResizeParams *params, const FxResizeGeometry *geometry,
                              int axis, GError **error);
void fx_resize_taps_clear (FxResizeTaps *taps);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxResizeTaps, fx_resize_taps_clear)

/* Shape inference of Resize, and the sizes and scales of all axes for a kernel; `eval` has the operands of Resize of
 * opset 11 or later, its params begin with FxResizeParams. */
gboolean fx_resize_infer (FxInfer *infer, GError **error);
gboolean fx_resize_get_geometry (const FxEval *eval, FxResizeGeometry *geometry, GError **error);

/* The first and the last input index that output index i of an axis needs; `params` are those of the geometry. */
void fx_resize_source (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, gint64 i,
                       gint64 *first, gint64 *last);

/* Sizes and scales from facts: those of Resize, or of Upsample. `params` are set to what the version makes of those of
 * the operator. FALSE: they are not known. */
gboolean fx_resize_geometry_of_facts (const FxInfer *infer, gboolean upsample, FxResizeParams *params,
                                      FxResizeGeometry *geometry);

G_END_DECLS
