/* What makes a program one that can be run. A file may hold anything, so nothing is taken for granted but what was
 * checked further up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-clocks.h"
#include "core/bpu/fx-grains.h"
#include "core/bpu/fx-partition.h"
#include "core/bpu/fx-program.h"
#include "core/bpu/fx-tile.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>

/* The boards set less aside for their BPU. */
#define MAX_MEMORY (G_GUINT64_CONSTANT (1) << 31)

/* Thirty years for one command; sums of such times stay numbers. */
#define MAX_MS 1e12

/* ---- places ---- */

static gboolean
check_place (const FxProgram *program, FxId id, GError **error)
{
  const FxPlace *place = fx_program_place (program, id);
  FxPlace fresh = *place;

  if (place->value >= fx_graph_n_values (program->graph) || place->memory >= FX_N_MEMORIES || place->constant_axis < -1
      || !fx_place_resolve (&fresh, program->graph, program->channel_align)
      || memcmp (&fresh.layout, &place->layout, sizeof fresh.layout) != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "place %u is of no value of the network with a known size", id);
  if ((place->constant_axis >= 0) != (fx_graph_value (program->graph, place->value)->constant != NULL))
    return fx_fail (error, FX_ERROR_BAD_DATA, "place %u takes a constant for an activation, or the reverse", id);
  if (place->slots < 1 || place->slots > place->layout.n_rows
      || (place->memory == FX_MEMORY_DDR && place->slots != place->layout.n_rows))
    return fx_fail (error, FX_ERROR_BAD_DATA, "place %u has %" PRId64 " slots for %" PRId64 " rows", id, place->slots,
                    place->layout.n_rows);
  if (place->offset % FX_PLACE_ALIGNMENT != 0 || place->offset > program->memory_bytes[place->memory]
      || fx_place_bytes (place) > program->memory_bytes[place->memory] - place->offset)
    return fx_fail (error, FX_ERROR_BAD_DATA, "place %u does not lie in the memory %s", id,
                    fx_memory_names[place->memory]);
  return TRUE;
}

static gboolean
check_places (const FxProgram *program, GError **error)
{
  g_autofree guint8 *has_ddr = g_new0 (guint8, fx_graph_n_values (program->graph) + 1);
  guint64 in_ddr = 0;

  for (int m = 0; m < FX_N_MEMORIES; m++)
    if (program->memory_bytes[m] > MAX_MEMORY)
      return fx_fail (error, FX_ERROR_BAD_DATA, "the memory %s has %" PRIu64 " bytes, more than can be",
                      fx_memory_names[m], program->memory_bytes[m]);
  if (program->cores < 1 || program->cores > FX_MAX_CORES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the program is for %u cores, wanted 1 to %d", program->cores,
                    FX_MAX_CORES);
  if (program->channel_align < 1 || program->channel_align > 4096)
    return fx_fail (error, FX_ERROR_BAD_DATA, "channels are aligned to %u, wanted 1 to 4096", program->channel_align);
  for (FxId id = 0; id < program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (program, id);

      if (!check_place (program, id, error))
        return FALSE;
      if (place->memory == FX_MEMORY_DDR && place->constant_axis < 0 && has_ddr[place->value]++ != 0)
        return fx_fail (error, FX_ERROR_BAD_DATA, "value \"%s\" has two places in DDR",
                        fx_graph_value (program->graph, place->value)->name);
      if (place->memory == FX_MEMORY_DDR)
        in_ddr += fx_place_bytes (place) + FX_PLACE_ALIGNMENT;
    }
  if (program->memory_bytes[FX_MEMORY_DDR] > in_ddr)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the memory ddr has more bytes than all places in it");
  return TRUE;
}

/* ---- commands ---- */

static gboolean
check_rows (const FxProgram *program, const FxPlaceRows *rows)
{
  const FxPlace *place;

  if (rows->place >= program->places->len)
    return FALSE;
  place = fx_program_place (program, rows->place);
  return rows->rows.begin >= 0 && rows->rows.end > rows->rows.begin && rows->rows.end <= place->layout.n_rows
         && rows->rows.end - rows->rows.begin <= place->slots;
}

static gboolean
is_copy (const FxProgram *program, const FxCommand *command, guint i)
{
  const FxPlaceRows *read = &command->operands[i], *written = &command->results[i];
  const FxPlace *from, *to;

  if (!check_rows (program, read) || !check_rows (program, written))
    return FALSE;
  from = fx_program_place (program, read->place);
  to = fx_program_place (program, written->place);
  return from->value == to->value && from->constant_axis == to->constant_axis && read->rows.begin == written->rows.begin
         && read->rows.end == written->rows.end
         && from->memory == (command->unit == FX_UNIT_LOAD ? FX_MEMORY_DDR : FX_MEMORY_SRAM)
         && to->memory == (command->unit == FX_UNIT_LOAD ? FX_MEMORY_SRAM : FX_MEMORY_DDR)
         && (command->n_operands == 1 || from->constant_axis >= 0)
         && (command->unit == FX_UNIT_LOAD || to->constant_axis < 0);
}

/* What is remembered from command to command, so that looking at each takes as long as it is long itself: a resize is
 * cut by a list of all its rows, and may have a command for each. */
typedef struct
{
  guint n_nodes;
  FxTileCut *cuts;  /* [n_nodes] how a node is cut; without operands: not looked for yet */
  guint *copied_to; /* [places] the last command that copies something there, + 1 */
} Commands;

static void
commands_init (Commands *commands, const FxProgram *program)
{
  commands->n_nodes = fx_graph_n_nodes (program->graph);
  commands->cuts = g_new0 (FxTileCut, commands->n_nodes + 1);
  commands->copied_to = g_new0 (guint, program->places->len + 1);
}

static void
commands_clear (Commands *commands)
{
  for (guint i = 0; i < commands->n_nodes; i++)
    fx_tile_cut_clear (&commands->cuts[i]);
  g_free (commands->cuts);
  g_free (commands->copied_to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Commands, commands_clear)

/* Several copies in one command are constants of one node, each to a place of its own. */
static gboolean
is_transfer (const FxProgram *program, guint number, Commands *commands)
{
  const FxCommand *command = fx_program_command (program, number);
  const FxNode *node = fx_graph_node (program->graph, command->node);

  if (command->n_operands == 0 || command->n_results != command->n_operands
      || command->n_operands > MAX (node->n_inputs, 1))
    return FALSE;
  for (guint i = 0; i < command->n_operands; i++)
    {
      if (!is_copy (program, command, i) || commands->copied_to[command->results[i].place] == number + 1)
        return FALSE;
      commands->copied_to[command->results[i].place] = number + 1;
    }
  return TRUE;
}

static gboolean
is_operand (const FxProgram *program, const FxCommand *command, const FxTileCut *cut, guint i, FxRowRange rows)
{
  const FxNode *node = fx_graph_node (program->graph, command->node);
  const FxPlaceRows *given = &command->operands[i];
  const FxPlace *place;
  FxRowRange wanted;
  int axis = -1;

  if (node->inputs[i] == FX_NONE || fx_tile_is_immediate (program->graph, node, i))
    return given->place == FX_NONE;
  if (!check_rows (program, given))
    return FALSE;
  place = fx_program_place (program, given->place);
  if (place->constant_axis >= 0)
    axis = fx_tile_constant_axis (program->graph, node, i);
  wanted = cut->operands[i] == FX_OPERAND_CHANNELS ? command->channels
                                                   : fx_tile_operand_rows (cut, i, place->layout.n_rows, rows);
  return place->value == node->inputs[i] && place->constant_axis == axis && given->rows.begin == wanted.begin
         && given->rows.end == wanted.end;
}

static gboolean
is_result (const FxProgram *program, const FxCommand *command, const FxTileCut *cut, guint i, FxRowRange rows)
{
  const FxNode *node = fx_graph_node (program->graph, command->node);
  const FxPlaceRows *given = &command->results[i];
  const FxPlace *place;

  if (node->outputs[i] == FX_NONE)
    return given->place == FX_NONE;
  if (!check_rows (program, given))
    return FALSE;
  place = fx_program_place (program, given->place);
  return place->value == node->outputs[i]
         && (cut->by_rows ? given->rows.begin == rows.begin && given->rows.end == rows.end
                          : given->rows.begin == 0 && given->rows.end == place->layout.n_rows);
}

/* `cut` is that of the command's node. */
static gboolean
fits_node (const FxProgram *program, const FxCommand *command, const FxTileCut *cut)
{
  const FxNode *node = fx_graph_node (program->graph, command->node);
  FxRowRange rows = cut->by_rows ? command->results[0].rows : (FxRowRange){ 0, cut->n_rows };
  gboolean good = rows.begin >= 0 && rows.end > rows.begin && rows.end <= cut->n_rows && command->channels.begin >= 0
                  && command->channels.end > command->channels.begin && command->channels.end <= cut->n_channels;

  for (guint i = 0; i < node->n_inputs && good; i++)
    good = is_operand (program, command, cut, i, rows);
  for (guint i = 0; i < node->n_outputs && good; i++)
    good = is_result (program, command, cut, i, rows);
  return good;
}

static const FxTileCut *
cut_of (Commands *commands, const FxProgram *program, FxId node)
{
  if (commands->cuts[node].operands == NULL)
    commands->cuts[node] = fx_tile_cut (program->graph, fx_graph_node (program->graph, node));
  return &commands->cuts[node];
}

static gboolean
is_run (const FxProgram *program, const FxCommand *command, Commands *commands)
{
  const FxNode *node = fx_graph_node (program->graph, command->node);

  return fx_bpu_takes_node (program->graph, node) && command->n_operands == node->n_inputs
         && command->n_results == node->n_outputs
         && fx_tile_is_product (node) == (fx_unit_of_core (command->unit, 0) == FX_UNIT_TENSOR)
         && fits_node (program, command, cut_of (commands, program, command->node));
}

static gboolean
check_command (const FxProgram *program, const FxSegment *segment, guint i, Commands *commands, GError **error)
{
  const FxCommand *command = fx_program_command (program, i);
  gboolean moves = !fx_unit_computes (command->unit);

  if ((int)command->unit >= fx_n_units (program->cores) || command->node >= fx_graph_n_nodes (program->graph)
      || !(command->ms >= 0 && command->ms <= MAX_MS))
    return fx_fail (error, FX_ERROR_BAD_DATA, "command %u is of no unit, for no node or takes no time that can be", i);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (command->after[unit] != -1
        && (command->after[unit] < segment->first || command->after[unit] >= i
            || fx_program_command (program, (guint)command->after[unit])->unit != (FxUnit)unit))
      return fx_fail (error, FX_ERROR_BAD_DATA, "command %u waits for what is no earlier command of that unit", i);
  if (moves ? !is_transfer (program, i, commands) : !is_run (program, command, commands))
    return fx_fail (error, FX_ERROR_BAD_DATA, "command %u (%s, node \"%s\") does not fit its node or its places", i,
                    fx_unit_names[command->unit], fx_graph_node (program->graph, command->node)->name);
  return TRUE;
}

/* ---- order ---- */

typedef struct
{
  const FxProgram *program;
  FxGrains *grains[FX_N_MEMORIES];
  guint first, command; /* of the segment, and the one that is looked at */
  gboolean writes;
  gint64 needs[FX_N_UNITS];
} Race;

static void
visit_bytes (FxMemory memory, guint64 begin, guint64 end, gpointer user_data)
{
  Race *race = user_data;

  for (guint64 g = fx_grains_first (begin); g < fx_grains_end (end); g++)
    fx_grain_touch (race->grains[memory], g, race->program, race->first, race->command, race->writes, race->needs);
}

/* The first command that has to be over and is not known to be; -1: none. */
static gint64
find_conflict (Race *race, FxClocks *clocks)
{
  const FxCommand *command = fx_program_command (race->program, race->command);

  for (int unit = 0; unit < FX_N_UNITS; unit++)
    race->needs[unit] = -1;
  race->writes = FALSE;
  for (guint k = 0; k < command->n_operands; k++)
    fx_place_rows_visit (race->program, &command->operands[k], visit_bytes, race);
  race->writes = TRUE;
  for (guint k = 0; k < command->n_results; k++)
    fx_place_rows_visit (race->program, &command->results[k], visit_bytes, race);
  fx_clocks_begin (clocks, race->command);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (command->after[unit] >= 0)
      fx_clocks_wait (clocks, race->command, command->after[unit]);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (race->needs[unit] > fx_clocks_at (clocks, race->command)->over[unit])
      return race->needs[unit];
  return -1;
}

static gboolean
check_order (Race *race, const FxSegment *segment, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxClocks) clocks = fx_clocks_new (race->program, segment);
  gint64 conflict = -1;

  race->first = segment->first;
  for (guint i = 0; i < segment->n && conflict < 0 && !g_cancellable_is_cancelled (cancellable); i++)
    {
      race->command = segment->first + i;
      conflict = find_conflict (race, clocks);
    }
  if (conflict >= 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "commands %" PRId64 " and %u touch the same bytes in no fixed order",
                    conflict, race->command);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* All segments; their commands have been checked. */
static gboolean
check_orders (const FxProgram *program, GCancellable *cancellable, GError **error)
{
  Race race = { .program = program };
  gboolean good = TRUE;

  if (!fx_grains_new_all (program, race.grains))
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the program's memories are too large to be looked at here");
  for (guint s = 0; s < program->segments->len && good; s++)
    if (fx_program_segment (program, s)->on_bpu)
      good = check_order (&race, fx_program_segment (program, s), cancellable, error);
  for (int m = 0; m < FX_N_MEMORIES; m++)
    fx_grains_free (race.grains[m]);
  return good;
}

/* ---- segments ---- */

static gboolean
check_cpu (const FxProgram *program, const FxSegment *segment, guint8 *seen, GError **error)
{
  for (guint i = 0; i < segment->n; i++)
    {
      if (segment->nodes == NULL || segment->nodes[i] >= fx_graph_n_nodes (program->graph)
          || seen[segment->nodes[i]]++ != 0)
        return fx_fail (error, FX_ERROR_BAD_DATA,
                        "a segment of the CPU has a node that is none, or not for the first time");
    }
  return TRUE;
}

gboolean
fx_program_verify (const FxProgram *program, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *seen = NULL;
  g_auto (Commands) commands = { 0 };
  guint next = 0;

  if (program->graph == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the program has no network");
  if (!fx_graph_verify (program->graph, error) || !check_places (program, error))
    return FALSE;
  seen = g_new0 (guint8, fx_graph_n_nodes (program->graph) + 1);
  commands_init (&commands, program);
  for (guint s = 0; s < program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (program, s);

      if (segment->n == 0)
        return fx_fail (error, FX_ERROR_BAD_DATA, "segment %u has nothing in it", s);
      if (!segment->on_bpu)
        {
          if (!check_cpu (program, segment, seen, error))
            return FALSE;
          continue;
        }
      if (segment->first != next || segment->n > program->commands->len - next)
        return fx_fail (error, FX_ERROR_BAD_DATA, "segment %u does not begin where the commands before it end", s);
      next += segment->n;
      for (guint i = segment->first; i < next; i++)
        if (!check_command (program, segment, i, &commands, error))
          return FALSE;
    }
  if (next != program->commands->len)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%u commands are in no segment", program->commands->len - next);
  return check_orders (program, cancellable, error);
}
