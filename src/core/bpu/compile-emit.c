/* The groups as commands over places.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"

typedef struct
{
  const FxCompilation *c;
  FxProgram *program;
  GArray *lives;
  FxId *ddr;                 /* [n_values] place in DDR of an activation, FX_NONE: none yet */
  GHashTable *ddr_constants; /* value and axis → place + 1 */
  FxId *residents;           /* [n_values] place in SRAM */
  guint *levels;             /* [n_nodes] of nodes on the CPU: BPU subgraphs that run before */
  guint *cpu_steps;          /* [n_nodes] when a node on the CPU runs */
  guint step;

  /* of the group */
  const FxGroupView *view;
  const FxLayerGroup *group;
  FxId *places; /* [view values] */
} Emitter;

/* ---- places ---- */

static void
touch (Emitter *e, FxId place)
{
  FxLife *life = &g_array_index (e->lives, FxLife, place);

  life->first = MIN (life->first, e->step);
  life->last = MAX (life->last, e->step);
}

static FxId
add_place (Emitter *e, FxMemory memory, FxId value, int constant_axis, gint64 slots, const FxRowLayout *layout)
{
  FxPlace place
      = { .value = value, .memory = memory, .slots = slots, .constant_axis = (gint16)constant_axis, .layout = *layout };
  FxLife life = { G_MAXUINT, 0, e->program->places->len }; /* until it is touched */

  g_array_append_val (e->lives, life);
  return fx_program_add_place (e->program, place);
}

/* Constants are there from the first command to the last, in the order in which they are used. */
static FxId
ddr_constant (Emitter *e, const FxGroupValue *value)
{
  gpointer key = GSIZE_TO_POINTER (((gsize)value->value << 4 | (gsize)value->constant_axis) + 1);
  gpointer found = g_hash_table_lookup (e->ddr_constants, key);
  FxId place;

  if (found != NULL)
    return GPOINTER_TO_UINT (found) - 1;
  place = add_place (e, FX_MEMORY_DDR, value->value, value->constant_axis, value->layout.n_rows, &value->layout);
  g_array_index (e->lives, FxLife, place) = (FxLife){ 0, G_MAXUINT, place };
  g_hash_table_insert (e->ddr_constants, key, GUINT_TO_POINTER (place + 1));
  return place;
}

/* What the CPU computes is in DDR from then on, inputs and outputs of the model from the first command or to the last.
 */
static FxId
ddr_place (Emitter *e, const FxGroupValue *value)
{
  FxId producer = e->c->uses->producer[value->value];
  FxLife *life;

  if (value->constant_axis >= 0)
    return ddr_constant (e, value);
  if (e->ddr[value->value] != FX_NONE)
    return e->ddr[value->value];
  e->ddr[value->value] = add_place (e, FX_MEMORY_DDR, value->value, -1, value->layout.n_rows, &value->layout);
  life = &g_array_index (e->lives, FxLife, e->ddr[value->value]);
  if (producer == FX_NONE)
    life->first = 0;
  else if (e->c->layer_of[producer] < 0)
    life->first = e->cpu_steps[producer];
  if (e->c->uses->is_output[value->value])
    life->last = G_MAXUINT;
  return e->ddr[value->value];
}

static FxId
group_place (Emitter *e, const FxGroupValue *value)
{
  if (e->group->streamed)
    return ddr_place (e, value);
  if (value->constant_axis >= 0 || !e->c->resident[value->value])
    return add_place (e, FX_MEMORY_SRAM, value->value, value->constant_axis, value->slots, &value->layout);
  if (e->residents[value->value] == FX_NONE)
    e->residents[value->value] = add_place (e, FX_MEMORY_SRAM, value->value, -1, value->layout.n_rows, &value->layout);
  return e->residents[value->value];
}

/* ---- commands ---- */

static void
add_command (Emitter *e, FxCommand command)
{
  for (guint i = 0; i < command.n_operands; i++)
    if (command.operands[i].place != FX_NONE)
      touch (e, command.operands[i].place);
  for (guint i = 0; i < command.n_results; i++)
    if (command.results[i].place != FX_NONE)
      touch (e, command.results[i].place);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    command.after[unit] = -1;
  fx_program_add_command (e->program, command);
  e->step++;
}

/* The place joins those of the first one, but for those that are in a block already. */
static void
pack (Emitter *e, FxId first, FxId place)
{
  FxLife *life = &g_array_index (e->lives, FxLife, place);

  if (place > first && life->block == place)
    life->block = g_array_index (e->lives, FxLife, first).block;
}

static void
emit_transfer (Emitter *e, const FxGroupStep *step)
{
  gboolean is_load = step->kind == FX_STEP_LOAD_ROWS;
  FxCommand command = { .unit = is_load ? FX_UNIT_LOAD : FX_UNIT_STORE,
                        .node = fx_compilation_layer (e->c, step->layer)->node,
                        .n_operands = step->n_copies,
                        .n_results = step->n_copies,
                        .operands = g_new (FxPlaceRows, step->n_copies),
                        .results = g_new (FxPlaceRows, step->n_copies),
                        .channels = { 0, 1 },
                        .ms = fx_compilation_transfer_ms (e->c, fx_group_copied_bytes (e->view, step)) };

  for (guint i = 0; i < step->n_copies; i++)
    {
      const FxGroupCopy *copy = &step->copies[i];
      FxId ddr = ddr_place (e, fx_group_view_value (e->view, copy->value)), sram = e->places[copy->value];

      command.operands[i] = (FxPlaceRows){ is_load ? ddr : sram, copy->rows };
      command.results[i] = (FxPlaceRows){ is_load ? sram : ddr, copy->rows };
      pack (e, command.results[0].place, command.results[i].place);
    }
  add_command (e, command);
}

static FxPlaceRows
operand_rows (const Emitter *e, const FxLayer *layer, guint k, guint i, const FxGroupStep *step)
{
  gint32 index = fx_group_view_operand (e->view, k, i);
  gint64 n_rows = index >= 0 ? fx_group_view_value (e->view, (guint)index)->layout.n_rows : 0;
  FxPlaceRows rows = { index >= 0 ? e->places[index] : FX_NONE, { 0, 0 } };

  if (index >= 0)
    rows.rows = layer->cut.operands[i] == FX_OPERAND_CHANNELS
                    ? step->channels
                    : fx_tile_operand_rows (&layer->cut, i, n_rows, step->rows);
  return rows;
}

static void
emit_part (Emitter *e, const FxGroupStep *step, guint core)
{
  const FxLayer *layer = fx_compilation_layer (e->c, step->layer);
  const FxNode *node = fx_graph_node (e->c->graph, layer->node);
  guint k = step->layer - e->view->first;
  FxCommand command
      = { .unit = fx_unit_of_core (layer->unit, core),
          .node = layer->node,
          .n_operands = node->n_inputs,
          .n_results = node->n_outputs,
          .operands = g_new (FxPlaceRows, node->n_inputs + 1),
          .results = g_new (FxPlaceRows, node->n_outputs + 1),
          .channels = step->channels,
          .ms = layer->ms * fx_layer_part (layer, step->rows, step->channels) + e->c->engines.command_ms };

  for (guint i = 0; i < node->n_inputs; i++)
    command.operands[i] = operand_rows (e, layer, k, i, step);
  for (guint i = 0; i < node->n_outputs; i++)
    {
      gint32 index = fx_group_view_operand (e->view, k, node->n_inputs + i);
      gint64 n_rows = index >= 0 ? fx_group_view_value (e->view, (guint)index)->layout.n_rows : 0;

      command.results[i] = (FxPlaceRows){ index >= 0 ? e->places[index] : FX_NONE,
                                          layer->cut.by_rows ? step->rows : (FxRowRange){ 0, n_rows } };
    }
  if (e->group->streamed)
    {
      double bytes = 0;

      for (guint i = 0; i < e->view->values->len; i++)
        bytes += (double)fx_place_bytes (fx_program_place (e->program, e->places[i]));
      bytes *= fx_layer_part (layer, step->rows, step->channels);
      command.ms = MAX (command.ms, fx_compilation_transfer_ms (e->c, (guint64)bytes));
    }
  add_command (e, command);
}

static gboolean
begins_grain (const FxPlace *place, gint64 row)
{
  return place == NULL || (guint64)(row % place->slots) * place->layout.row_bytes % FX_PLACE_ALIGNMENT == 0;
}

/* Where the rows of a core may begin that computes a part of a tile: at a grain of the memory, because two commands
 * that write the same one wait for each other; near to where all parts are as large. The end of the tile if there is
 * none. */
static gint64
first_row (const Emitter *e, const FxGroupStep *step, guint core)
{
  const FxNode *node = fx_graph_node (e->c->graph, fx_compilation_layer (e->c, step->layer)->node);
  gint32 index = fx_group_view_operand (e->view, step->layer - e->view->first, node->n_inputs);
  const FxPlace *place = index >= 0 ? fx_program_place (e->program, e->places[index]) : NULL;
  gint64 cores = e->c->options.cores, n = step->rows.end - step->rows.begin;
  gint64 even = step->rows.begin + (n * core + cores - 1) / cores;

  for (gint64 off = 0; off < 4; off++)
    {
      if (even + off < step->rows.end && begins_grain (place, even + off))
        return even + off;
      if (even - off > step->rows.begin && begins_grain (place, even - off))
        return even - off;
    }
  return step->rows.end;
}

/* Cores take about as many of the rows each; fewer cores where there are few rows. */
static void
emit_run (Emitter *e, const FxGroupStep *step)
{
  guint cores = fx_compilation_layer (e->c, step->layer)->cut.by_rows ? e->c->options.cores : 1, used = 0;
  FxGroupStep part = *step;

  for (guint core = 1; core < cores; core++)
    {
      part.rows.end = first_row (e, step, core);
      if (part.rows.end <= part.rows.begin || part.rows.end == step->rows.end)
        continue;
      emit_part (e, &part, used++);
      part.rows.begin = part.rows.end;
    }
  part.rows.end = step->rows.end;
  emit_part (e, &part, used);
}

static void
emit_step (const FxGroupStep *step, gpointer user_data)
{
  if (step->kind == FX_STEP_RUN_ROWS)
    emit_run (user_data, step);
  else
    emit_transfer (user_data, step);
}

static void
emit_group (Emitter *e, const FxLayerGroup *group)
{
  g_autoptr (FxGroupView) view = fx_group_view_new (e->c, group->first, group->n);
  const FxLayer *layer = fx_compilation_layer (e->c, group->first);

  e->view = view;
  e->group = group;
  e->places = g_new (FxId, view->values->len + 1);
  fx_group_walk (view, group, NULL, NULL);
  for (guint i = 0; i < view->values->len; i++)
    e->places[i] = group_place (e, fx_group_view_value (view, i));
  if (group->streamed)
    emit_run (e, &(FxGroupStep){ .kind = FX_STEP_RUN_ROWS,
                                 .layer = group->first,
                                 .rows = fx_layer_group_rows (group, layer->cut.n_rows),
                                 .channels = { 0, layer->cut.n_channels } });
  else
    fx_group_walk (view, group, emit_step, e);
  g_clear_pointer (&e->places, g_free);
}

/* ---- segments ---- */

/* A node on the CPU runs when all subgraphs are over that it hears of. */
static guint
set_levels (Emitter *e)
{
  guint most = 0;

  for (FxId id = 0; id < fx_graph_n_nodes (e->c->graph); id++)
    {
      const FxNode *node = fx_graph_node (e->c->graph, id);

      for (guint i = 0; i < node->n_inputs; i++)
        {
          FxId from = node->inputs[i] != FX_NONE ? e->c->uses->producer[node->inputs[i]] : FX_NONE;

          if (from != FX_NONE)
            e->levels[id]
                = MAX (e->levels[id], e->c->layer_of[from] >= 0 ? (guint)e->c->subgraphs[from] + 1 : e->levels[from]);
        }
      most = MAX (most, e->levels[id]);
    }
  return most;
}

static void
emit_cpu (Emitter *e, guint level)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (FxId));

  for (FxId id = 0; id < fx_graph_n_nodes (e->c->graph); id++)
    {
      const FxNode *node = fx_graph_node (e->c->graph, id);

      if (e->c->layer_of[id] >= 0 || e->levels[id] != level || node->removed)
        continue;
      g_array_append_val (nodes, id);
      e->cpu_steps[id] = e->step;
      for (guint i = 0; i < node->n_inputs; i++)
        if (node->inputs[i] != FX_NONE && e->ddr[node->inputs[i]] != FX_NONE)
          touch (e, e->ddr[node->inputs[i]]);
    }
  if (nodes->len == 0)
    return;
  fx_program_add_segment (e->program,
                          (FxSegment){ .n = nodes->len, .nodes = g_memdup2 (nodes->data, nodes->len * sizeof (FxId)) });
  e->step++;
}

/* A segment for each function call. */
static void
emit_subgraph (Emitter *e, int subgraph)
{
  guint first = e->program->commands->len, n_groups = e->c->groups->len;

  for (guint g = 0; g < n_groups; g++)
    {
      const FxLayerGroup *group = fx_compilation_group (e->c, g);

      if (fx_compilation_layer (e->c, group->first)->subgraph != subgraph)
        continue;
      emit_group (e, group);
      if (g + 1 < n_groups && fx_compilation_group (e->c, g + 1)->call == group->call)
        continue;
      fx_program_add_segment (e->program,
                              (FxSegment){ .on_bpu = TRUE, .first = first, .n = e->program->commands->len - first });
      first = e->program->commands->len;
    }
}

static FxId *
no_places (guint n)
{
  FxId *places = g_new (FxId, n + 1);

  for (guint i = 0; i < n; i++)
    places[i] = FX_NONE;
  return places;
}

FxProgram *
fx_compile_emit (const FxCompilation *c, GArray *lives)
{
  guint n_values = fx_graph_n_values (c->graph), n_nodes = fx_graph_n_nodes (c->graph), most;
  g_autofree FxId *ddr = no_places (n_values), *residents = no_places (n_values);
  g_autofree guint *levels = g_new0 (guint, n_nodes + 1), *cpu_steps = g_new0 (guint, n_nodes + 1);
  g_autoptr (GHashTable) constants = g_hash_table_new (NULL, NULL);
  Emitter e = { .c = c,
                .program = fx_program_new (),
                .lives = lives,
                .ddr = ddr,
                .ddr_constants = constants,
                .residents = residents,
                .levels = levels,
                .cpu_steps = cpu_steps };

  e.program->graph = fx_graph_copy (c->graph);
  e.program->target = g_strdup (c->target->id);
  e.program->channel_align = c->engines.channel_align;
  e.program->cores = c->options.cores;
  e.program->memory_bytes[FX_MEMORY_SRAM] = c->engines.sram_bytes;
  most = MAX (set_levels (&e), c->n_subgraphs);
  for (guint level = 0; level <= most; level++)
    {
      emit_cpu (&e, level);
      if (level < c->n_subgraphs)
        emit_subgraph (&e, (int)level);
    }
  for (guint i = 0; i < lives->len; i++)
    g_array_index (lives, FxLife, i).last = MIN (g_array_index (lives, FxLife, i).last, e.step);
  return e.program;
}
