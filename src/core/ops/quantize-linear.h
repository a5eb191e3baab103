/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op-params.h"

/* QuantizeLinear and DequantizeLinear. */
typedef struct
{
  gint64 axis;
  gint64 block_size;
  gint64 saturate;     /* of no meaning for the integer types */
  gint64 output_dtype; /* QuantizeLinear; 0: the type of the zero point, u8 without one */
} FxQuantizeParams;

/* Where the scale of an element is. The tensor is walked in lines; an element of a line has the scale at
 * fx_scale_index(), which moves along the line only where scales are blocked. */
typedef struct
{
  gsize n_lines, line; /* number, elements of each (the last may be shorter when per tensor) */
  gsize axis_size, n_blocks, block;
  gboolean per_tensor;
} FxScaleLayout;

/* FALSE and *error unless scale is one number, a list along the axis or, with a block size, a tensor like x but for the
 * axis. Unknown parts are tolerated. */
gboolean fx_scale_check (const FxQuantizeParams *params, const FxShape *x, const FxShape *scale, GError **error);

/* Of static shapes that fx_scale_check() accepts. */
FxScaleLayout fx_scale_layout (const FxQuantizeParams *params, const FxShape *x, const FxShape *scale);

static inline gsize
fx_scale_index (const FxScaleLayout *layout, gsize line, gsize i)
{
  gsize along = line % layout->axis_size;

  if (layout->per_tensor)
    return 0;
  if (layout->block == 0)
    return along;
  return (line / layout->axis_size * layout->n_blocks + along / layout->block) * layout->line + i;
}
