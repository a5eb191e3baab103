/* The commands of a segment in one of the orders that the program allows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-timeline.h"
#include "core/bpu/simulate-private.h"

#include <string.h>

static int
by_start (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const FxTimeline *timeline = user_data;
  guint left = *(const guint *)a, right = *(const guint *)b;
  double difference = timeline->commands[left].start_ms - timeline->commands[right].start_ms;

  return difference != 0 ? (difference < 0 ? -1 : 1) : left < right ? -1 : left > right;
}

/* The next command of each unit, and how far each has come. */
typedef struct
{
  const FxProgram *program;
  guint end;
  guint next[FX_N_UNITS];
  gint64 done[FX_N_UNITS]; /* the last command of each that is over */
} Units;

static void
advance (Units *units, int unit)
{
  while (units->next[unit] < units->end && fx_program_command (units->program, units->next[unit])->unit != (FxUnit)unit)
    units->next[unit]++;
}

static gboolean
is_ready (const Units *units, int unit)
{
  const FxCommand *command;

  if (units->next[unit] >= units->end)
    return FALSE;
  command = fx_program_command (units->program, units->next[unit]);
  for (int u = 0; u < FX_N_UNITS; u++)
    if (command->after[u] > units->done[u])
      return FALSE;
  return TRUE;
}

/* There is always one: the earliest command that is left waits only for earlier ones. */
static int
pick_unit (const Units *units, GRand *rand)
{
  int ready[FX_N_UNITS], n = 0;

  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (is_ready (units, unit))
      ready[n++] = unit;
  return ready[g_rand_int_range (rand, 0, n)];
}

static void
shuffle (const FxProgram *program, const FxSegment *segment, guint32 seed, guint *sequence)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Units units = { .program = program, .end = segment->first + segment->n };

  for (int unit = 0; unit < FX_N_UNITS; unit++)
    {
      units.next[unit] = segment->first;
      units.done[unit] = -1;
      advance (&units, unit);
    }
  for (guint i = 0; i < segment->n; i++)
    {
      int unit = pick_unit (&units, rand);

      sequence[i] = units.next[unit];
      units.done[unit] = units.next[unit]++;
      advance (&units, unit);
    }
}

guint *
fx_sim_order (const FxProgram *program, const FxSegment *segment, const FxSimulateOptions *options)
{
  guint *sequence = g_new (guint, segment->n + 1);

  for (guint i = 0; i < segment->n; i++)
    sequence[i] = segment->first + i;
  if (options->order == FX_SIMULATE_BY_TIME)
    {
      g_autoptr (FxTimeline) timeline = fx_timeline_new (program);

      g_qsort_with_data (sequence, (int)segment->n, sizeof *sequence, by_start, timeline);
    }
  else if (options->order == FX_SIMULATE_SHUFFLED)
    shuffle (program, segment, options->seed, sequence);
  return sequence;
}
