/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-clocks.h"

FxClocks *
fx_clocks_new (const FxProgram *program, const FxSegment *segment)
{
  FxClocks *clocks = g_new0 (FxClocks, 1);

  clocks->program = program;
  clocks->first = segment->first;
  clocks->clocks = g_new (FxClock, segment->n + 1);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    clocks->last[unit] = -1;
  return clocks;
}

void
fx_clocks_free (FxClocks *clocks)
{
  if (clocks == NULL)
    return;
  g_free (clocks->clocks);
  g_free (clocks);
}

void
fx_clocks_wait (FxClocks *clocks, guint command, gint64 other)
{
  FxClock *clock = fx_clocks_at (clocks, command);
  const FxClock *known = fx_clocks_at (clocks, (guint)other);
  FxUnit unit = fx_program_command (clocks->program, (guint)other)->unit;

  for (int u = 0; u < FX_N_UNITS; u++)
    clock->over[u] = MAX (clock->over[u], known->over[u]);
  clock->over[unit] = MAX (clock->over[unit], other);
}

void
fx_clocks_begin (FxClocks *clocks, guint command)
{
  FxUnit unit = fx_program_command (clocks->program, command)->unit;

  for (int u = 0; u < FX_N_UNITS; u++)
    fx_clocks_at (clocks, command)->over[u] = -1;
  if (clocks->last[unit] >= 0)
    fx_clocks_wait (clocks, command, clocks->last[unit]);
  clocks->last[unit] = command;
}
