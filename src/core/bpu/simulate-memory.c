/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/simulate-private.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

#define NOTHING 0xA5

/* Of a row; two rows with the same tag are as good as impossible within one program. */
static guint32
tag_of (const FxPlace *place, gint64 row)
{
  guint32 tag = place->value * 0x9E3779B1u;

  tag = (tag ^ (tag >> 15) ^ (guint32)(place->constant_axis + 2)) * 0x85EBCA6Bu;
  tag = (tag ^ (tag >> 13) ^ (guint32)row) * 0xC2B2AE35u;
  return tag | 1;
}

gboolean
fx_sim_memory_init (FxSimMemory *memory, const FxProgram *program, GError **error)
{
  *memory = (FxSimMemory){ .program = program };
  for (int m = 0; m < FX_N_MEMORIES; m++)
    memory->bytes[m] = g_try_malloc (program->memory_bytes[m] + FX_PLACE_ALIGNMENT);
  memory->sram_used = fx_program_used_bytes (program, FX_MEMORY_SRAM);
  memory->tags = g_try_new (guint32, memory->sram_used + 1);
  if (memory->bytes[FX_MEMORY_SRAM] != NULL && memory->bytes[FX_MEMORY_DDR] != NULL && memory->tags != NULL)
    return TRUE;
  fx_sim_memory_clear (memory);
  return fx_fail (error, FX_ERROR_TOO_LARGE, "the program's memories do not fit this machine's");
}

void
fx_sim_memory_clear (FxSimMemory *memory)
{
  for (int m = 0; m < FX_N_MEMORIES; m++)
    g_clear_pointer (&memory->bytes[m], g_free);
  g_clear_pointer (&memory->tags, g_free);
}

static void
forget_bytes (FxMemory which, guint64 begin, guint64 end, gpointer user_data)
{
  FxSimMemory *memory = user_data;

  if (which != FX_MEMORY_SRAM)
    return;
  memset (memory->bytes[which] + begin, NOTHING, end - begin);
  memset (memory->tags + begin, 0, (end - begin) * sizeof *memory->tags);
}

void
fx_sim_memory_forget (FxSimMemory *memory, const FxSegment *segment)
{
  for (guint i = segment->first; i < segment->first + segment->n; i++)
    {
      const FxCommand *command = fx_program_command (memory->program, i);

      for (guint k = 0; k < command->n_results; k++)
        fx_place_rows_visit (memory->program, &command->results[k], forget_bytes, memory);
    }
}

void
fx_sim_memory_reset (FxSimMemory *memory)
{
  forget_bytes (FX_MEMORY_SRAM, 0, memory->sram_used, memory);
  memset (memory->bytes[FX_MEMORY_DDR], NOTHING, memory->program->memory_bytes[FX_MEMORY_DDR]);
  for (FxId id = 0; id < memory->program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (memory->program, id);
      g_autoptr (FxTensor) tensor = NULL;

      if (place->memory != FX_MEMORY_DDR || place->constant_axis < 0)
        continue;
      tensor = fx_tensor_aligned (fx_graph_value (memory->program->graph, place->value)->constant);
      fx_rows_store (&place->layout, fx_sim_memory_at (memory, place), place->slots,
                     (FxRowRange){ 0, place->layout.n_rows }, -1, (FxRowRange){ 0, 0 }, fx_tensor_array (tensor).data);
    }
}

void
fx_sim_memory_tag (FxSimMemory *memory, const FxPlaceRows *rows)
{
  const FxPlace *place = fx_program_place (memory->program, rows->place);

  if (place->memory != FX_MEMORY_SRAM)
    return;
  for (gint64 row = rows->rows.begin; row < rows->rows.end; row++)
    {
      guint32 *tags = memory->tags + place->offset + (guint64)(row % place->slots) * place->layout.row_bytes;
      guint32 tag = tag_of (place, row);

      for (gsize i = 0; i < place->layout.row_bytes; i++)
        tags[i] = tag;
    }
}

gboolean
fx_sim_memory_check (const FxSimMemory *memory, const FxPlaceRows *rows, GError **error)
{
  const FxPlace *place = fx_program_place (memory->program, rows->place);

  if (place->memory != FX_MEMORY_SRAM)
    return TRUE;
  for (gint64 row = rows->rows.begin; row < rows->rows.end; row++)
    {
      const guint32 *tags = memory->tags + place->offset + (guint64)(row % place->slots) * place->layout.row_bytes;
      guint32 tag = tag_of (place, row), other = 0;

      for (gsize i = 0; i < place->layout.row_bytes; i++)
        other |= tags[i] ^ tag;
      if (other != 0)
        return fx_fail (error, FX_ERROR_BAD_DATA, "row %" PRId64 " of \"%s\" is not in SRAM where it is read", row,
                        fx_graph_value (memory->program->graph, place->value)->name);
    }
  return TRUE;
}
