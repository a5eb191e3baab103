/* One command on the memories.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/simulate-private.h"
#include "core/fx-error.h"

#include <string.h>

static gboolean
copy (FxSimMemory *memory, const FxPlaceRows *rows, const FxPlaceRows *copied, GError **error)
{
  const FxPlace *from = fx_program_place (memory->program, rows->place);
  const FxPlace *to = fx_program_place (memory->program, copied->place);
  gsize bytes = from->layout.row_bytes;

  if (!fx_sim_memory_check (memory, rows, error))
    return FALSE;
  for (gint64 row = rows->rows.begin; row < rows->rows.end; row++)
    memcpy (fx_sim_memory_at (memory, to) + (gsize)(row % to->slots) * bytes,
            fx_sim_memory_at (memory, from) + (gsize)(row % from->slots) * bytes, bytes);
  fx_sim_memory_tag (memory, copied);
  return TRUE;
}

static gboolean
transfer (FxSimMemory *memory, const FxCommand *command, GError **error)
{
  for (guint i = 0; i < command->n_operands; i++)
    if (!copy (memory, &command->operands[i], &command->results[i], error))
      return FALSE;
  return TRUE;
}

static gpointer
dense_room (const FxPlace *place, FxRowRange rows, int part_axis, FxRowRange part)
{
  FxShape shape = fx_row_part_shape (&place->layout, rows, part_axis, part);

  return g_malloc (fx_shape_elements (&shape) * fx_dtype_size (place->layout.dtype) + 1);
}

/* The elements of an operand, row-major. */
static gpointer
gather (FxSimMemory *memory, const FxPlaceRows *rows)
{
  const FxPlace *place = fx_program_place (memory->program, rows->place);
  gpointer dense = dense_room (place, rows->rows, -1, rows->rows);

  fx_rows_load (&place->layout, fx_sim_memory_at (memory, place), place->slots, rows->rows, -1, rows->rows, dense);
  return dense;
}

static gboolean
gather_all (FxSimMemory *memory, const FxCommand *command, gpointer *inputs, GError **error)
{
  for (guint i = 0; i < command->n_operands; i++)
    if (command->operands[i].place != FX_NONE)
      {
        if (!fx_sim_memory_check (memory, &command->operands[i], error))
          return FALSE;
        inputs[i] = gather (memory, &command->operands[i]);
      }
  return TRUE;
}

/* Rows are there when their last channels are. */
static void
scatter (FxSimMemory *memory, const FxCommand *command, const FxTileCut *cut, guint i, gconstpointer dense)
{
  const FxPlaceRows *rows = &command->results[i];
  const FxPlace *place = fx_program_place (memory->program, rows->place);

  fx_rows_store (&place->layout, fx_sim_memory_at (memory, place), place->slots, rows->rows, cut->channel_axis,
                 command->channels, dense);
  if (command->channels.end == cut->n_channels)
    fx_sim_memory_tag (memory, rows);
}

static void
free_all (gpointer *blocks, guint n)
{
  for (guint i = 0; i < n; i++)
    g_free (blocks[i]);
}

static gboolean
run (FxSimMemory *memory, const FxCommand *command, const FxTileCut *cut, GError **error)
{
  const FxNode *node = fx_graph_node (memory->program->graph, command->node);
  g_autofree gpointer *inputs = g_new0 (gpointer, command->n_operands + 1);
  g_autofree gpointer *outputs = g_new0 (gpointer, command->n_results + 1);
  gboolean good = gather_all (memory, command, inputs, error);

  for (guint i = 0; i < command->n_results; i++)
    if (command->results[i].place != FX_NONE)
      outputs[i] = dense_room (fx_program_place (memory->program, command->results[i].place), command->results[i].rows,
                               cut->channel_axis, command->channels);
  good = good
         && fx_tile_run (memory->program->graph, node, cut, command->results[0].rows, command->channels, inputs,
                         outputs, error);
  for (guint i = 0; i < command->n_results && good; i++)
    if (command->results[i].place != FX_NONE)
      scatter (memory, command, cut, i, outputs[i]);
  free_all (inputs, command->n_operands);
  free_all (outputs, command->n_results);
  return good || fx_error_prefix (error, "node \"%s\"", node->name);
}

gboolean
fx_sim_command (FxSimMemory *memory, const FxCommand *command, const FxTileCut *cut, GError **error)
{
  return fx_unit_computes (command->unit) ? run (memory, command, cut, error) : transfer (memory, command, error);
}
