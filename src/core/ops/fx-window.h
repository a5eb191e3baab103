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

/* The attributes as the file gives them; empty lists mean the default (kernel from the weights, 1, 1, 0). With any
 * auto_pad but NOTSET, pads are ignored. */
typedef struct
{
  int auto_pad;                                  /* FxAutoPad */
  FxInts kernel_shape, strides, dilations, pads; /* pads: begin of every axis, then end of every axis */
} FxWindowAttrs;

/* The attribute rows of a params struct P with a field `FxWindowAttrs window`. */
#define FX_WINDOW_ROW(P, field, row_kind, is_required, text)                                                           \
  {                                                                                                                    \
    .name = #field, .kind = (row_kind), .offset = G_STRUCT_OFFSET (P, window.field), .required = (is_required),        \
    .doc = (text)                                                                                                      \
  }
#define FX_WINDOW_ATTRS(P, kernel_required)                                                                            \
  { .name = "auto_pad",                                                                                                \
    .kind = FX_ATTR_STRING,                                                                                            \
    .offset = G_STRUCT_OFFSET (P, window.auto_pad),                                                                    \
    .default_int = FX_AUTO_PAD_NOTSET,                                                                                 \
    .choices = fx_auto_pad_names,                                                                                      \
    .doc = "NOTSET takes pads; SAME_* pads so that output = input / stride, VALID not at all" },                       \
      FX_WINDOW_ROW (P, kernel_shape, FX_ATTR_INTS, kernel_required, "Window size along each spatial axis"),           \
      FX_WINDOW_ROW (P, strides, FX_ATTR_INTS, FALSE, "Step along each spatial axis; 1 if empty"),                     \
      FX_WINDOW_ROW (P, dilations, FX_ATTR_INTS, FALSE, "Distance between kernel elements; 1 if empty"),               \
      FX_WINDOW_ROW (P, pads, FX_ATTR_INTS, FALSE, "Padding at the begin of every axis, then at the end; 0 if empty")

typedef struct
{
  int spatial_rank;                               /* 1…FX_MAX_SPATIAL */
  gint64 in[FX_MAX_SPATIAL], out[FX_MAX_SPATIAL]; /* FX_DIM_UNKNOWN or a symbol where not known */
  gint64 kernel[FX_MAX_SPATIAL];                  /* likewise */
  gint64 stride[FX_MAX_SPATIAL], dilation[FX_MAX_SPATIAL];
  gint64 pad_begin[FX_MAX_SPATIAL], pad_end[FX_MAX_SPATIAL]; /* 0 where SAME_* cannot tell them yet */
} FxWindow;

/* No size, stride, dilation or padding is over this, so that sums and products of two stay in 64 bits. */
#define FX_WINDOW_MAX ((gint64)1 << 30)

/* Resolves the attributes for an input of shape [N, C, in…]: defaults, auto_pad, output sizes (floor, or ceil with
 * `ceil_mode`). `kernel` gives the sizes where kernel_shape is empty ([spatial_rank], may be NULL).
 * The rank of `input` is known; dims may not be.
 * FALSE and *error (BAD_GRAPH) for lists of the wrong length, sizes that are not positive or over 2³⁰, negative pads,
 * a kernel that does not fit the padded input. */
gboolean fx_window_resolve (const FxWindowAttrs *attrs, const FxShape *input, const gint64 *kernel, gboolean ceil_mode,
                            FxWindow *window, GError **error);

/* The steps of fx_window_resolve(), for the operators that compute their sizes otherwise. Fills kernel, stride,
 * dilation and in, and the explicit pads. */
gboolean fx_window_read (const FxWindowAttrs *attrs, const FxShape *input, const gint64 *kernel, FxWindow *window,
                         GError **error);

/* (kernel - 1) × dilation + 1: how much of the input one window spans. */
static inline gint64
fx_window_span (const FxWindow *window, int axis)
{
  return (window->kernel[axis] - 1) * window->dilation[axis] + 1;
}

/* A shape of `out` behind the two dims N and C. */
FxShape fx_window_output_shape (const FxWindow *window, gint64 n, gint64 channels);

/* The same window in three spatial axes, size 1 in front, so that a kernel is one nest of loops. */
FxWindow fx_window_3d (const FxWindow *window);

/* The outputs *begin ≤ o < *end of an axis for which kernel element k lies inside the input, at index
 * o × stride + k × dilation - pad_begin. *begin ≤ *end. */
void fx_window_range (const FxWindow *window, int axis, gint64 k, gint64 *begin, gint64 *end);

/* The kernel elements *begin ≤ k < *end that lie inside the input for output o of an axis. *begin ≤ *end. */
void fx_window_taps (const FxWindow *window, int axis, gint64 o, gint64 *begin, gint64 *end);

/* Walks the kernel elements that meet one row of outputs, of a window in three axes (fx_window_3d):
 *
 *   FxRowTaps tap = fx_row_taps (&window, od, oh);
 *   while (fx_row_taps_next (&tap))
 *     for (i = 0; i < tap.end - tap.begin; i++)
 *       output tap.begin + i of the row sees input tap.first + i × stride[2] of the plane, weight tap.k of the filter.
 *
 * So the innermost loop meets no border. The order is that of the kernel in memory. */
typedef struct
{
  const FxWindow *window;
  gint64 od, oh;                /* the row */
  gint64 d_end, h_begin, h_end; /* the kernel elements inside the input along the outer axes */
  gint64 kd, kh, kw;            /* the element */
  gint64 k;                     /* its index in the kernel */
  gint64 begin, end;            /* the outputs of the row that it serves; begin < end */
  gint64 d, h, w, first;        /* the input for output `begin`, as coordinates and as an index in the plane */
} FxRowTaps;

FxRowTaps fx_row_taps (const FxWindow *window, gint64 od, gint64 oh);
gboolean fx_row_taps_next (FxRowTaps *tap);

G_END_DECLS
