/* Prices of work refitted to what somebody measured on a board of their own.
 *
 * Every price gets a factor, the product of one that its part (BPU, CPU, memory) shares and one of its own. Factors are
 * sought that explain the measured milliseconds, and held near 1: a few measurements move mostly what all prices of a
 * part have in common, and what no measured model does moves only with its part. docs/target-model.md has the formula.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"

G_BEGIN_DECLS

typedef struct
{
  const FxCostReport *cost; /* of the model that was measured; its amounts count, not its prices */
  double ms;                /* a frame, one at a time */
  double bpu_ms;            /* of these on the BPU, with its loads and stores; 0: not known */
} FxMeasured;

/* What a frame costs at these prices, and what of it on the BPU, with its loads and stores (may be NULL). */
double fx_machine_price (const FxMachine *machine, const FxCostReport *cost, double *bpu_ms);

/* Changes the prices of `machine`; those of 0 stay. Its `basis` stays too. FALSE and *error (BAD_DATA), which names the
 * measurement, counted from 1: no sensible time, or a model that costs nothing at the given prices. */
gboolean fx_machine_refit (FxMachine *machine, const FxMeasured *measured, guint n, GError **error);

G_END_DECLS
