/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

typedef enum
{
  FX_RESIZE_NEAREST,
  FX_RESIZE_LINEAR,
  FX_RESIZE_CUBIC,
  FX_RESIZE_BILINEAR, /* what Upsample of opset 1 calls LINEAR */
} FxResizeMode;

/* Where a pixel of the output lies in the input. */
typedef enum
{
  FX_RESIZE_HALF_PIXEL,
  FX_RESIZE_HALF_PIXEL_SYMMETRIC,
  FX_RESIZE_PYTORCH_HALF_PIXEL,
  FX_RESIZE_ALIGN_CORNERS,
  FX_RESIZE_ASYMMETRIC,
  FX_RESIZE_TF_HALF_PIXEL_FOR_NN,
  FX_RESIZE_TF_CROP_AND_RESIZE,
} FxResizeCoordinates;

typedef enum
{
  FX_RESIZE_ROUND_PREFER_FLOOR,
  FX_RESIZE_ROUND_PREFER_CEIL,
  FX_RESIZE_FLOOR,
  FX_RESIZE_CEIL,
  FX_RESIZE_SIMPLE, /* before opset 11, not a choice: down when growing, up when shrinking */
} FxResizeRounding;

typedef enum
{
  FX_RESIZE_STRETCH,
  FX_RESIZE_NOT_LARGER,
  FX_RESIZE_NOT_SMALLER,
} FxResizePolicy;

/* A part of a resize: some rows of the output, of the rows of the input that they need. */
typedef struct
{
  int axis;
  gint64 in, out;             /* the sizes of the whole; out 0: it is no part */
  gint64 first_in, first_out; /* where the parts begin; their sizes are those of the operands */
} FxResizeBand;

typedef struct
{
  int mode;                           /* FxResizeMode */
  int coordinate_transformation_mode; /* FxResizeCoordinates */
  int nearest_mode;                   /* FxResizeRounding */
  int keep_aspect_ratio_policy;       /* FxResizePolicy */
  float cubic_coeff_a;
  gint64 exclude_outside;
  float extrapolation_value;
  gint64 antialias;
  FxInts axes;
  FxFloats scales;                 /* Upsample of opset 7 and 8 */
  float height_scale, width_scale; /* Upsample of opset 1 */
  FxResizeBand band;               /* no attribute: who runs a part sets it, and n_band_rows */
  gint64 n_band_rows;              /* of the output */
} FxResizeParams;
