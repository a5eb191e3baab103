/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

typedef struct
{
  float epsilon, momentum;
  gint64 spatial;       /* up to opset 8; 0: statistics per element instead of per channel */
  gint64 is_test;       /* up to opset 6 */
  gint64 training_mode; /* from opset 14 */
} FxBatchNormParams;

/* TRUE if statistics come from the batch, not from the operands. n_outputs counts up to the last one present. */
gboolean fx_batch_norm_is_training (const FxBatchNormParams *params, guint version, guint n_outputs);
