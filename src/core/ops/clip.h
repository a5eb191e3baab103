/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* The attributes of Clip before opset 11; since then the bounds are inputs 1 and 2. */
typedef struct
{
  float min;
  float max;
} FxClipParams;

/* The bounds of a Clip node in either form: TRUE if both are known, as constants or as absent (∓infinity). */
gboolean fx_clip_bounds (const FxGraph *graph, const FxNode *node, double *min, double *max);

G_END_DECLS
