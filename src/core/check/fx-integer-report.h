/* Where the nodes of an integer network run, as a report of its own.
 *
 * The limits of a board are about the float network, and a conversion has obeyed them: what is left to say of the
 * integer network is which of its nodes compute with integers, in which BPU subgraph, and why the others do not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* `integer` was built (fx_quantize_integer()) of `params`, which belong to the graph `optimized`; the reasons are
 * theirs, found by the names that nodes keep. Nodes are on the BPU or on the CPU as fx_bpu_partition() says; constants
 * are folded away. There are no diagnostics. */
FxCheckReport *fx_integer_report_new (const FxGraph *integer, const FxGraph *optimized, const FxQuantParams *params);

G_END_DECLS
