/* SPDX-License-Identifier: Apache-2.0 */
#include "program-lives.h"

#include "core/bpu/fx-arena.h"

typedef struct
{
  const FxProgram *program;
  FxArenaItem *lives; /* [places] */
  FxId *blocks;       /* [places] the first place of what one command loads */
  FxId *ddr;          /* [values] the place of an activation in DDR */
  guint step;
} Walk;

static gsize
padded_bytes (const FxPlace *place)
{
  return (fx_place_bytes (place) + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT * FX_PLACE_ALIGNMENT;
}

static void
touch (Walk *walk, FxId place)
{
  if (place == FX_NONE)
    return;
  walk->lives[place].first = MIN (walk->lives[place].first, walk->step);
  walk->lives[place].last = MAX (walk->lives[place].last, walk->step);
}

static void
touch_value (Walk *walk, FxId value)
{
  if (value != FX_NONE)
    touch (walk, walk->ddr[value]);
}

static void
run_command (Walk *walk, const FxCommand *command)
{
  for (guint i = 0; i < command->n_operands; i++)
    touch (walk, command->operands[i].place);
  for (guint i = 0; i < command->n_results; i++)
    {
      FxId place = command->results[i].place, first = command->results[0].place;

      touch (walk, place);
      if (!fx_unit_computes (command->unit) && place > first && walk->blocks[place] == place)
        walk->blocks[place] = walk->blocks[first];
    }
  walk->step++;
}

static void
run_nodes (Walk *walk, const FxSegment *segment)
{
  for (guint i = 0; i < segment->n; i++)
    {
      const FxNode *node = fx_graph_node (walk->program->graph, segment->nodes[i]);

      for (guint k = 0; k < node->n_inputs; k++)
        touch_value (walk, node->inputs[k]);
      for (guint k = 0; k < node->n_outputs; k++)
        touch_value (walk, node->outputs[k]);
    }
  walk->step++;
}

/* Inputs are there before the first step, outputs after the last. */
static void
run (Walk *walk)
{
  const FxGraph *graph = walk->program->graph;

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    touch_value (walk, fx_graph_input (graph, i));
  for (guint s = 0; s < walk->program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (walk->program, s);

      for (guint i = 0; i < segment->n && segment->on_bpu; i++)
        run_command (walk, fx_program_command (walk->program, segment->first + i));
      if (!segment->on_bpu)
        run_nodes (walk, segment);
    }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    touch_value (walk, fx_graph_output (graph, i));
}

static gboolean
is_constant (const FxPlace *place)
{
  return place->memory == FX_MEMORY_DDR && place->constant_axis >= 0;
}

static GArray *
join_blocks (const Walk *walk, FxMemory memory, guint early)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (FxArenaItem));
  g_autofree guint *item_of = g_new (guint, walk->program->places->len + 1);

  for (FxId id = 0; id < walk->program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (walk->program, id);
      FxArenaItem life = walk->lives[id], *item;

      if (place->memory != memory || is_constant (place))
        continue;
      life.size = 0;
      life.first -= MIN (early, life.first);
      item_of[id] = walk->blocks[id] == id ? items->len : item_of[walk->blocks[id]];
      if (walk->blocks[id] == id)
        g_array_append_val (items, life);
      item = &g_array_index (items, FxArenaItem, item_of[id]);
      item->size += padded_bytes (place);
      item->first = MIN (item->first, life.first);
      item->last = MAX (item->last, life.last);
    }
  return items;
}

GArray *
program_lives (const FxProgram *program, FxMemory memory, guint early)
{
  guint n_places = program->places->len, n_values = fx_graph_n_values (program->graph);
  g_autofree FxArenaItem *lives = g_new0 (FxArenaItem, n_places + 1);
  g_autofree FxId *blocks = g_new (FxId, n_places + 1), *ddr = g_new (FxId, n_values + 1);
  Walk walk = { program, lives, blocks, ddr, 0 };

  for (FxId value = 0; value < n_values; value++)
    ddr[value] = FX_NONE;
  for (FxId id = 0; id < n_places; id++)
    {
      const FxPlace *place = fx_program_place (program, id);

      lives[id].first = G_MAXUINT;
      blocks[id] = id;
      if (place->memory == FX_MEMORY_DDR && !is_constant (place))
        ddr[place->value] = id;
    }
  run (&walk);
  return join_blocks (&walk, memory, early);
}

guint64
program_constant_bytes (const FxProgram *program)
{
  guint64 bytes = 0;

  for (FxId id = 0; id < program->places->len; id++)
    if (is_constant (fx_program_place (program, id)))
      bytes += padded_bytes (fx_program_place (program, id));
  return bytes;
}
