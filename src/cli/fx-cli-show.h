/* What a person sees of a conversion while it runs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-conversion.h"

G_BEGIN_DECLS

typedef struct
{
  FxProgress progress;
  gint64 start;   /* µs */
  gboolean quiet; /* findings are shown from errors on, and steps not at all */
} FxCliShow;

FxCliShow fx_cli_show_new (gboolean quiet);

/* Events that draw a progress bar with the time that is left, and print steps and findings to standard error. `show`
 * must outlive them. */
FxConversionEvents fx_cli_show_events (FxCliShow *show);

G_END_DECLS
