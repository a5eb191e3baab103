/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-timeline.h"

#include <string.h>

static void
count_bytes (FxTimeline *timeline, const FxProgram *program, const FxCommand *command)
{
  for (guint i = 0; i < command->n_operands && !fx_unit_computes (command->unit); i++)
    {
      const FxPlaceRows *rows = &command->operands[i];
      guint64 bytes
          = (guint64)(rows->rows.end - rows->rows.begin) * fx_program_place (program, rows->place)->layout.row_bytes;

      *(command->unit == FX_UNIT_LOAD ? &timeline->loaded_bytes : &timeline->stored_bytes) += bytes;
    }
}

static void
count_node (FxTimeline *timeline, const FxCommand *command)
{
  FxNodeTimes *times = &timeline->nodes[command->node];

  if (command->unit == FX_UNIT_LOAD)
    times->load_ms += command->ms;
  else if (command->unit == FX_UNIT_STORE)
    times->store_ms += command->ms;
  else
    {
      times->compute_ms += command->ms;
      if (times->n_tiles++ == 0)
        {
          times->tile_rows = command->results[0].rows.end - command->results[0].rows.begin;
          times->tile_channels = command->channels.end - command->channels.begin;
        }
    }
}

static double
run_segment (FxTimeline *timeline, const FxProgram *program, const FxSegment *segment)
{
  double free_ms[FX_N_UNITS] = { 0 }, end = 0;

  for (guint i = segment->first; i < segment->first + segment->n; i++)
    {
      const FxCommand *command = fx_program_command (program, i);
      FxTimelineItem *item = &timeline->commands[i];

      item->start_ms = free_ms[command->unit];
      for (int unit = 0; unit < FX_N_UNITS; unit++)
        if (command->after[unit] >= 0)
          item->start_ms = MAX (item->start_ms, timeline->commands[command->after[unit]].end_ms);
      item->end_ms = free_ms[command->unit] = item->start_ms + command->ms;
      timeline->busy_ms[command->unit] += command->ms;
      end = MAX (end, item->end_ms);
      count_bytes (timeline, program, command);
      count_node (timeline, command);
    }
  return end;
}

FxTimeline *
fx_timeline_new (const FxProgram *program)
{
  FxTimeline *timeline = g_new0 (FxTimeline, 1);

  timeline->n_commands = program->commands->len;
  timeline->commands = g_new0 (FxTimelineItem, program->commands->len + 1);
  timeline->nodes = g_new0 (FxNodeTimes, fx_graph_n_nodes (program->graph) + 1);
  timeline->segment_ms = g_new0 (double, program->segments->len + 1);
  for (guint s = 0; s < program->segments->len; s++)
    if (fx_program_segment (program, s)->on_bpu)
      {
        timeline->segment_ms[s] = run_segment (timeline, program, fx_program_segment (program, s));
        timeline->bpu_ms += timeline->segment_ms[s];
        timeline->longest_ms = MAX (timeline->longest_ms, timeline->segment_ms[s]);
        timeline->n_calls++;
      }
  timeline->sram_peak = fx_program_used_bytes (program, FX_MEMORY_SRAM);
  return timeline;
}

void
fx_timeline_free (FxTimeline *timeline)
{
  if (timeline == NULL)
    return;
  g_free (timeline->commands);
  g_free (timeline->nodes);
  g_free (timeline->segment_ms);
  g_free (timeline);
}

/* ---- what is in use ---- */

typedef struct
{
  double begin, end; /* ms */
} Interval;

static void
widen (Interval *lives, const FxPlaceRows *rows, guint n, const FxTimelineItem *item)
{
  for (guint i = 0; i < n; i++)
    if (rows[i].place != FX_NONE)
      {
        Interval *life = &lives[rows[i].place];

        life->begin = MIN (life->begin, item->start_ms);
        life->end = MAX (life->end, item->end_ms);
      }
}

void
fx_timeline_sram (const FxTimeline *timeline, const FxProgram *program, guint segment, guint n, guint64 *bytes)
{
  const FxSegment *part = fx_program_segment (program, segment);
  double width = timeline->segment_ms[segment] / n;
  g_autofree Interval *lives = g_new (Interval, program->places->len + 1);

  for (FxId id = 0; id < program->places->len; id++)
    lives[id] = (Interval){ G_MAXDOUBLE, -1 };
  for (guint i = part->first; i < part->first + part->n; i++)
    {
      const FxCommand *command = fx_program_command (program, i);

      widen (lives, command->operands, command->n_operands, &timeline->commands[i]);
      widen (lives, command->results, command->n_results, &timeline->commands[i]);
    }
  memset (bytes, 0, n * sizeof *bytes);
  for (FxId id = 0; id < program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (program, id);

      if (place->memory != FX_MEMORY_SRAM || lives[id].end < 0 || !(width > 0))
        continue;
      for (guint k = (guint)(lives[id].begin / width); k < n && k * width < lives[id].end; k++)
        bytes[k] += fx_place_bytes (place);
    }
}
