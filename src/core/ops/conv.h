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

typedef struct
{
  FxWindowAttrs window;
  gint64 group;
  FxInts output_padding, output_shape;
} FxConvTransposeParams;

/* The geometry of a ConvTranspose: X [N, C, in…], W [C, M/group, kernel…]. window->in is X's size, window->out Y's. */
gboolean fx_conv_transpose_resolve (const FxConvTransposeParams *params, const FxShape *x, const FxShape *w,
                                    FxWindow *window, GError **error);
