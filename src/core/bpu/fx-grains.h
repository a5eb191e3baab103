/* Memory in grains of FX_PLACE_ALIGNMENT bytes, each with the commands that touched it last.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 n;
  guint n_units;  /* of the program */
  guint *touched; /* [n × (1 + n_units)] of each grain who wrote it last, and the last of each unit that read it since:
                     command + 1, or 0 */
} FxGrains;

/* For what the places of a program take of its memories. FALSE if they do not fit this machine's; nothing is left then.
 */
gboolean fx_grains_new_all (const FxProgram *program, FxGrains *grains[FX_N_MEMORIES]);
void fx_grains_free (FxGrains *grains); /* accepts NULL */

static inline guint64
fx_grains_first (guint64 begin)
{
  return begin / FX_PLACE_ALIGNMENT;
}
static inline guint64
fx_grains_end (guint64 end)
{
  return (end + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT;
}

/* Raises needs[unit] to the last command of each unit that has to be over before `command` touches grain i, and
 * remembers it. A command never needs itself, nor those before `first`, its segment's first: a segment begins when the
 * one before is over. */
void fx_grain_touch (FxGrains *grains, guint64 i, const FxProgram *program, guint first, guint command, gboolean writes,
                     gint64 needs[FX_N_UNITS]);

G_END_DECLS
