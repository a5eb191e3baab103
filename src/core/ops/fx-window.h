/* The sliding window that convolutions and pools share: kernel, stride, dilation and padding per spatial axis.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-shape.h"
#include "core/ops/fx-op-params.h"

G_BEGIN_DECLS

#define FX_MAX_SPATIAL 3

typedef enum
{
  FX_AUTO_PAD_NOTSET,
  FX_AUTO_PAD_SAME_UPPER,
  FX_AUTO_PAD_SAME_LOWER,
  FX_AUTO_PAD_VALID,
} FxAutoPad;

extern const char *const fx_auto_pad_names[]; /* for FX_CHOICE */

/* The attributes as the file gives them; empty lists mean the default (kernel from the weights, 1, 1, 0). */
typedef struct
{
  int auto_pad;                                  /* FxAutoPad */
  FxInts kernel_shape, strides, dilations, pads; /* pads: begin of every axis, then end of every axis */
} FxWindowAttrs;

typedef struct
{
  int spatial_rank;                               /* 1…FX_MAX_SPATIAL */
  gint64 in[FX_MAX_SPATIAL], out[FX_MAX_SPATIAL]; /* FX_DIM_UNKNOWN where not known */
  gint64 kernel[FX_MAX_SPATIAL], stride[FX_MAX_SPATIAL], dilation[FX_MAX_SPATIAL];
  gint64 pad_begin[FX_MAX_SPATIAL], pad_end[FX_MAX_SPATIAL];
} FxWindow;

/* Resolves the attributes for an input of shape [N, C, in…]: defaults, auto_pad, output sizes (floor, or ceil with
 * `ceil_mode`). `kernel` gives the sizes where kernel_shape is empty ([spatial_rank], may be NULL).
 * FALSE and *error (BAD_GRAPH) for lists of the wrong length, sizes that are not positive or over 2³⁰, negative pads,
 * a kernel that does not fit the padded input. */
gboolean fx_window_resolve (const FxWindowAttrs *attrs, const FxShape *input, const gint64 *kernel, gboolean ceil_mode,
                            FxWindow *window, GError **error);

G_END_DECLS
