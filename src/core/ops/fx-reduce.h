/* The kernel of reductions. Neighboring axes that are all kept or all reduced act as one. What is left is walked in
 * runs along the innermost group: either the run is reduced, or every element of the run belongs to another output.
 * Floats are accumulated in double, integers in 64 bits that wrap.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

G_BEGIN_DECLS

typedef enum
{
  FX_REDUCE_SUM,
  FX_REDUCE_MEAN,
  FX_REDUCE_MAX,
  FX_REDUCE_MIN,
  FX_REDUCE_PROD,
  FX_REDUCE_L1,
  FX_REDUCE_L2,
  FX_REDUCE_LOG_SUM,
  FX_REDUCE_LOG_SUM_EXP,
  FX_REDUCE_SUM_SQUARE,
} FxReduceKind;

/* Reduces the axes of `mask` (bit i: axis i). y has the type of x (f32, f64, integer or bool), its shape is the kept
 * axes in order, with or without sizes of 1. Nothing to reduce gives 0, 1 for products, NaN for means, the least or
 * largest number of the type for maxima and minima. */
void fx_reduce_run (FxReduceKind kind, const FxArray *x, FxArray *y, guint32 mask);

G_END_DECLS
