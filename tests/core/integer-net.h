/* Random integer networks for property tests, in the text form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

typedef struct
{
  guint n_nodes;      /* at most 30 */
  gint32 most_pixels; /* along each side of the input */
  gboolean moves;     /* with operators that move data, and with nodes in float */
} IntegerNetSize;

/* Floats in, quantized, some values and the last one in float out. The same seed and size give the same text. */
char *integer_net_new (guint seed, const IntegerNetSize *size);

/* Random floats for a graph input. */
FxTensor *integer_net_input (const FxValue *value, guint seed);
