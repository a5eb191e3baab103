/* Addresses. Everything in SRAM gets its room some commands before its first one, as many as there is room for: a load
 * does not have to wait then for what was there before.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"
#include "core/bpu/fx-arena.h"

static gsize
plan (FxProgram *program, FxMemory memory, const GArray *lives, guint early, GCancellable *cancellable)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (FxArenaItem));
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (FxId));
  gsize bytes;

  for (FxId id = 0; id < program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (program, id);
      FxLife life = g_array_index (lives, FxLife, id);
      FxArenaItem item = { fx_place_bytes (place), life.first - MIN (early, life.first), life.last, 0 };

      if (place->memory != memory)
        continue;
      g_array_append_val (items, item);
      g_array_append_val (places, id);
    }
  bytes = fx_arena_plan ((FxArenaItem *)items->data, items->len, FX_PLACE_ALIGNMENT, cancellable);
  for (guint i = 0; i < items->len; i++)
    fx_program_place (program, g_array_index (places, FxId, i))->offset = g_array_index (items, FxArenaItem, i).offset;
  return bytes;
}

gboolean
fx_compile_place (const FxCompilation *c, FxProgram *program, GArray *lives, GCancellable *cancellable)
{
  static const guint early[] = { 24, 8, 3, 0 };
  gboolean has_room = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (early) && !has_room; i++)
    has_room = plan (program, FX_MEMORY_SRAM, lives, early[i], cancellable) <= c->engines.sram_bytes;
  if (has_room)
    program->memory_bytes[FX_MEMORY_DDR] = plan (program, FX_MEMORY_DDR, lives, 0, cancellable);
  return has_room;
}
