/* Axes: where ticks go, how numbers are written, and the way from data to the plane and back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-plot.h"

G_BEGIN_DECLS

/* The part of an axis that is seen, and where: data `low` is at `from`, data `high` at `to` (pixels). */
typedef struct
{
  FxAxisScale scale;
  double low, high;
  double from, to;
} FxAxisMap;

double fx_axis_place (const FxAxisMap *map, double value);
double fx_axis_value (const FxAxisMap *map, double place);

/* Round values in low … high, about one for every `spacing` pixels: steps of 1, 2 or 5 times a power of ten, powers of
 * ten where the axis is logarithmic (their halves as well if there is room). At most FX_MAX_TICKS; returns how many. */
#define FX_MAX_TICKS 32
guint fx_axis_ticks (const FxAxisMap *map, double spacing, double *ticks);

/* A number as ticks and read-outs show it: four significant digits, SI prefixes from a million on, exponents where they
 * are shorter. Free it. */
char *fx_axis_format (double value, const char *unit);

G_END_DECLS
