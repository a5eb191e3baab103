/* Who waits for whom. Bytes are looked at in grains: each remembers who wrote it last, and who of each unit read it
 * since. A unit takes its commands in order, so the last command of a unit stands for all before it. Waits that follow
 * from others are left out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"
#include "core/bpu/fx-clocks.h"
#include "core/bpu/fx-grains.h"
#include "core/fx-error.h"

typedef struct
{
  FxProgram *program;
  FxGrains *grains[FX_N_MEMORIES];
  guint first, command; /* of the segment, and the one that is looked at */
  gboolean writes;
  gint64 needs[FX_N_UNITS]; /* what has to be over */
} Order;

static void
visit_bytes (FxMemory memory, guint64 begin, guint64 end, gpointer user_data)
{
  Order *order = user_data;

  for (guint64 g = fx_grains_first (begin); g < fx_grains_end (end); g++)
    fx_grain_touch (order->grains[memory], g, order->program, order->first, order->command, order->writes,
                    order->needs);
}

static void
visit_all (Order *order, const FxPlaceRows *rows, guint n, gboolean writes)
{
  order->writes = writes;
  for (guint i = 0; i < n; i++)
    fx_place_rows_visit (order->program, &rows[i], visit_bytes, order);
}

/* The latest need that is not known to be met; -1: none. What it brings along may meet others. */
static gint64
latest_need (const Order *order, const FxClock *clock)
{
  gint64 latest = -1;

  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (order->needs[unit] > clock->over[unit])
      latest = MAX (latest, order->needs[unit]);
  return latest;
}

static void
order_command (Order *order, FxClocks *clocks)
{
  FxCommand *command = fx_program_command (order->program, order->command);
  gint64 need;

  for (int unit = 0; unit < FX_N_UNITS; unit++)
    order->needs[unit] = command->after[unit] = -1;
  visit_all (order, command->operands, command->n_operands, FALSE);
  visit_all (order, command->results, command->n_results, TRUE);
  fx_clocks_begin (clocks, order->command);
  while ((need = latest_need (order, fx_clocks_at (clocks, order->command))) >= 0)
    {
      command->after[fx_program_command (order->program, (guint)need)->unit] = need;
      fx_clocks_wait (clocks, order->command, need);
    }
}

gboolean
fx_compile_order (FxProgram *program, GError **error)
{
  Order order = { .program = program };

  if (!fx_grains_new_all (program, order.grains))
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the program's memories are too large for this machine");
  for (guint s = 0; s < program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (program, s);
      g_autoptr (FxClocks) clocks = segment->on_bpu ? fx_clocks_new (program, segment) : NULL;

      order.first = segment->first;
      for (guint i = 0; i < segment->n && segment->on_bpu; i++)
        {
          order.command = segment->first + i;
          order_command (&order, clocks);
        }
    }
  for (int m = 0; m < FX_N_MEMORIES; m++)
    fx_grains_free (order.grains[m]);
  return TRUE;
}
