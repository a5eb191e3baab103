/* From a float graph and its statistics to an integer network.
 *
 * fx_quantize_assign() decides, fx_quantize_integer() and fx_quantize_qdq() build what was decided: the network that
 * boards run, and the same network in standard operators. docs/quantization.md tells how parameters are chosen.
 *
 * The graph is the optimized float graph: opset 11, fx_passes_run_board() done, shapes inferred. Names of graph inputs
 * and outputs stay. The integers of the float value `x` are named `x_quantized`; a value that float nodes use keeps its
 * name. A node that stands for several has their names as origins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"
#include "core/calib/fx-thresholds.h"
#include "core/check/fx-check.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* What the user chooses. */
typedef struct
{
  FxThresholdChoice method;    /* of the whole model; method NULL: max */
  double headroom;             /* ranges that a method finds are wider by so many deviations of the samples' largest
                                  magnitudes */
  GHashTable *value_methods;   /* value name → FxThresholdChoice *, or NULL */
  GHashTable *value_ranges;    /* value name → FxRange * set by hand, or NULL */
  GHashTable *node_precisions; /* node name → GINT_TO_POINTER (FxPrecision), or NULL; INT8 and INT16 also ask for the
                                  BPU where it takes the node on request only */
  gboolean asymmetric;         /* activations, where the target allows */
} FxQuantOptions;

/* `placement` is fx_check() of this very graph: nodes of the BPU, and those that are assumed to be, become integer
 * where they have an integer form, the others stay float with the reason. NULL: everything that has an integer form
 * becomes integer. `statistics` are those of this graph, NULL: every range is -1…1, for the network's shape without its
 * accuracy.
 *
 * NULL and *error (BAD_DATA): a name of the options is none of the graph, weights are not finite. */
FxQuantParams *fx_quantize_assign (const FxGraph *graph, const FxCheckReport *placement, const FxStatistics *statistics,
                                   const FxQuantOptions *options, GError **error);
FxQuantParams *fx_quantize_assign_placeholder (const FxGraph *graph, const FxCheckReport *placement, GError **error);

/* The integer network: operators of the domain "fixpoint" (docs/integer-operators.md), standard ones that only move
 * integers, and float ones between QuantizeLinear and DequantizeLinear. Verified, shapes inferred.
 * NULL and *error: what an operator says about its parameters (sums that could leave 32 bits); the node is named. */
FxGraph *fx_quantize_integer (const FxGraph *graph, const FxQuantParams *params, GError **error);

/* The same network as the float operators between QuantizeLinear and DequantizeLinear, opset 13, for ONNX runtimes. */
FxGraph *fx_quantize_qdq (const FxGraph *graph, const FxQuantParams *params, GError **error);

G_END_DECLS
