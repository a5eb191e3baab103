/* Random networks and their programs, for the tests of the compiler.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-simulate.h"

#include "integer-net.h"

/* A network with all kinds of operators; `text` (g_free() it) is what it was parsed from. */
FxGraph *compiled_graph (guint seed, char **text);
FxGraph *compiled_graph_of_size (guint seed, const IntegerNetSize *size, char **text);
FxTarget *compiled_target (const char *id);

/* Room for the outputs of a network. */
GPtrArray *compiled_outputs (const FxGraph *graph);
/* What the integer engine computes. */
GPtrArray *compiled_engine (const FxGraph *graph, FxTensor *input);
/* Stops the test, with `text` and the commands, if the program does not give the same bits. */
void compiled_assert_simulates (const FxProgram *program, FxSimulateOrder order, guint seed, FxTensor *input,
                                const GPtrArray *wanted, const char *text);
