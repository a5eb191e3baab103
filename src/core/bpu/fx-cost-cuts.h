/* What each BPU subgraph costs beside its work: because the network is cut there, the CPU calls the BPU once more, and
 * what passes between the two is converted and goes through memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"

G_BEGIN_DECLS

typedef struct
{
  guint n_nodes;
  guint64 macs;
  double ms;                   /* of its nodes */
  double call_ms, convert_ms;  /* of the call, and of the conversions at its borders */
  guint64 in_bytes, out_bytes; /* through memory at its borders, without parameters */
} FxCostCut;

/* One for each subgraph of the report (of FxCostCut). A conversion that two subgraphs read is counted for both. */
GArray *fx_cost_cuts (const FxGraph *integer, const FxMachine *machine, const FxCostReport *report);

/* What share of a frame the BPU's multipliers would need for all multiply-accumulates at the price of dense ones. */
double fx_cost_utilization (const FxMachine *machine, const FxCostReport *report);

G_END_DECLS
