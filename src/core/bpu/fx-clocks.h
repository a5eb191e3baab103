/* What is known to be over when a command begins: of each unit the last such command. A command knows what the one
 * before it on its unit knew, that one, and what those knew that it waits for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 over[FX_N_UNITS]; /* command; -1: none */
} FxClock;

typedef struct
{
  const FxProgram *program;
  guint first;             /* command of the segment */
  FxClock *clocks;         /* [commands of the segment] */
  gint64 last[FX_N_UNITS]; /* the last command of each unit so far */
} FxClocks;

FxClocks *fx_clocks_new (const FxProgram *program, const FxSegment *segment);
void fx_clocks_free (FxClocks *clocks); /* accepts NULL */

static inline FxClock *
fx_clocks_at (const FxClocks *clocks, guint command)
{
  return &clocks->clocks[command - clocks->first];
}

/* Begins the clock of the next command with what its unit knows. */
void fx_clocks_begin (FxClocks *clocks, guint command);
/* Adds what an earlier command knew, and that it is over. */
void fx_clocks_wait (FxClocks *clocks, guint command, gint64 other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxClocks, fx_clocks_free)

G_END_DECLS
