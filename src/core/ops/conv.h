/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-window.h"

typedef struct
{
  FxWindowAttrs window;
  gint64 group;
} FxConvParams;

/* The geometry of a Conv: X [N, C, in…], W [M, C/group, kernel…]; checks everything that shapes can tell. */
gboolean
fx_conv_resolve (const FxConvParams *params, const FxShape *x, const FxShape *w, FxWindow *window, GError **error);

/* FALSE and *error unless input i, if present, is a vector of `channels` elements (or, with `or_one`, one element or a
 * scalar), as far as can be told. */
gboolean fx_conv_check_vector (const FxInfer *infer, guint i, const char *what, gint64 channels, gboolean or_one,
                               GError **error);

/* Multiply-accumulates of a convolution with output y and weights [M, C/group, kernel…]. */
guint64 fx_conv_macs (const FxShape *y, const FxShape *w);

typedef struct
{
  FxWindowAttrs window;
  gint64 group;
  FxInts output_padding, output_shape;
} FxConvTransposeParams;

/* The geometry of a ConvTranspose: X [N, C, in…], W [C, M/group, kernel…]. window->in is X's size, window->out Y's. */
gboolean fx_conv_transpose_resolve (const FxConvTransposeParams *params, const FxShape *x, const FxShape *w,
                                    FxWindow *window, GError **error);
