/* What the verbs that estimate latencies share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-perf.h"

G_BEGIN_DECLS

/* Which model, and what is done to it before it is estimated. All borrowed. */
typedef struct
{
  const char *path, *weights; /* weights: may be NULL */
  char **shapes;              /* "NAME=1x3x224x224", may be NULL */
  const char *fix;            /* "all", or NULL */
  FxPerfOptions perf;
} FxCliModel;

/* The prices of a target, some or all replaced by those of a file (may be NULL). */
gboolean fx_cli_machine (const FxTarget *target, const char *path, FxMachine *machine, GError **error);

/* NULL and *error, which begins with the model's path. */
FxPerf *fx_cli_estimate (const FxCliModel *model, const FxTarget *target, const FxMachine *machine, GError **error);

G_END_DECLS
