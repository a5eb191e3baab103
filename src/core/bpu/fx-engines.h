/* What the compiler has to know of a BPU: how much it holds on the chip, and how it wants it.
 *
 * No vendor publishes these; a target file says for each where it is from or that it is assumed
 * (docs/target-model.md).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-target.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 sram_bytes;
  guint channel_align; /* elements; channels of images are padded to it */
  double command_ms;   /* what each command costs beside its work */
  guint cores;         /* that can compute one frame together */
} FxEngines;

/* From the member `engines` of a target's `machine`. FALSE and *error: UNSUPPORTED if it has none, BAD_DATA for numbers
 * that are missing or out of range. */
gboolean fx_engines_of_target (FxEngines *engines, const FxTarget *target, GError **error);

G_END_DECLS
