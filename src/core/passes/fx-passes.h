/* The passes that simplify a float graph, and the loop that runs them.
 *
 * A pass edits the graph in place and leaves its meaning as it was. Its comment says what it requires and what it
 * leaves. Names of graph inputs and outputs stay; a node that takes over the work of others gets their origins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* "fold-batchnorm" */
  gboolean (*run) (FxGraph *graph, GError **error);
  const char *doc;     /* one line for people */
  gboolean for_boards; /* how the boards' converters have it, and no faster elsewhere */
} FxPass;

extern const FxPass fx_float_passes[];
extern const guint fx_n_float_passes;

/* All nodes whose operands are constants become constants, and so do Shape and Size of a tensor whose shape is all
 * numbers, as long as all of them together are at most 256 MiB larger than what they come from. Requires a sorted graph
 * with inferred shapes. Nodes that draw random numbers stay. */
gboolean fx_pass_fold_constants (FxGraph *graph, GError **error);

/* Identity, and Dropout as it is after training, go. Those that connect a graph input with a graph output stay. */
gboolean fx_pass_remove_identity (FxGraph *graph, GError **error);

/* BatchNormalization with constant parameters, and Mul and Add of a constant per channel, go into the constant weights
 * of the Conv, ConvTranspose, Gemm or BatchNormalization in front of them, if nobody else sees what is between.
 * Requires a sorted graph with inferred shapes. */
gboolean fx_pass_fold_batchnorm (FxGraph *graph, GError **error);

/* BatchNormalization with constant parameters that is left in a graph of four axes becomes a convolution of each
 * channel with one weight. Requires inferred shapes; leaves the graph sorted, and changes ids. */
gboolean fx_pass_convolve_batchnorm (FxGraph *graph, GError **error);

/* Runs all passes but those for boards, in order: looks at `cancellable`, reports, runs, verifies. The graph is sorted
 * and inferred. On failure the graph is not to be used any more. */
gboolean fx_passes_run_float (FxGraph *graph, const FxProgress *progress, GCancellable *cancellable, GError **error);

/* The same with all passes: what is checked, measured and quantized for a board. */
gboolean fx_passes_run_board (FxGraph *graph, const FxProgress *progress, GCancellable *cancellable, GError **error);

G_END_DECLS
