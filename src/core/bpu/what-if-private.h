/* Between the files that look for changes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-what-if.h"

G_BEGIN_DECLS

typedef struct
{
  const FxGraph *graph;
  const FxMachine *machine;
  const FxCostReport *cost;
  GPtrArray *list;
} FxWhatIfSearch;

/* Takes the text over; node may be NULL. */
FxWhatIf *fx_what_if_add (FxWhatIfSearch *search, FxWhatIfKind kind, const char *node, double ms, char *text);
gboolean fx_what_if_is_worth_it (const FxWhatIfSearch *search, double ms);
/* What is saved if the network is this one. */
double fx_what_if_saved (const FxWhatIfSearch *search, const FxGraph *changed);

/* Channels that do not fill the BPU's steps (what-if-channels.c), and 16 bits for the dearest products
 * (what-if-wide.c). */
void fx_what_if_try_channels (FxWhatIfSearch *search);
void fx_what_if_try_wide (FxWhatIfSearch *search);

G_END_DECLS
