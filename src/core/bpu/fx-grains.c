/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-grains.h"

static void
raise_need (const FxProgram *program, guint first, guint command, guint after_other, gint64 *needs)
{
  if (after_other > first && after_other != command + 1)
    {
      guint other = after_other - 1;
      FxUnit unit = fx_program_command (program, other)->unit;

      needs[unit] = MAX (needs[unit], (gint64)other);
    }
}

void
fx_grain_touch (FxGrains *grains, guint64 i, const FxProgram *program, guint first, guint command, gboolean writes,
                gint64 needs[FX_N_UNITS])
{
  guint *writer = grains->touched + i * (1 + grains->n_units), *readers = writer + 1;

  raise_need (program, first, command, *writer, needs);
  if (!writes)
    {
      readers[fx_program_command (program, command)->unit] = command + 1;
      return;
    }
  for (guint unit = 0; unit < grains->n_units; unit++)
    {
      raise_need (program, first, command, readers[unit], needs);
      readers[unit] = 0;
    }
  *writer = command + 1;
}

/* Zeros, so that what no command touches takes no memory. */
static FxGrains *
grains_new (guint64 bytes, guint cores)
{
  FxGrains *grains = g_new (FxGrains, 1);

  grains->n = fx_grains_end (bytes);
  grains->n_units = (guint)fx_n_units (cores);
  grains->touched = g_try_new0 (guint, (grains->n + 1) * (1 + grains->n_units));
  return grains;
}

gboolean
fx_grains_new_all (const FxProgram *program, FxGrains *grains[FX_N_MEMORIES])
{
  gboolean good = TRUE;

  for (int m = 0; m < FX_N_MEMORIES; m++)
    {
      grains[m] = grains_new (fx_program_used_bytes (program, (FxMemory)m), program->cores);
      good = good && grains[m]->touched != NULL;
    }
  for (int m = 0; m < FX_N_MEMORIES && !good; m++)
    g_clear_pointer (&grains[m], fx_grains_free);
  return good;
}

void
fx_grains_free (FxGrains *grains)
{
  if (grains == NULL)
    return;
  g_free (grains->touched);
  g_free (grains);
}
