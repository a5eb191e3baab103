/* Addresses. Everything in SRAM gets its room some commands before its first one, as many as there is room for: a load
 * does not have to wait then for what was there before. Constants lie in DDR in the order in which they are used, and
 * what one command loads lies in one block in SRAM, too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"
#include "core/bpu/fx-arena.h"

static gsize
padded_bytes (const FxPlace *place)
{
  return (fx_place_bytes (place) + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT * FX_PLACE_ALIGNMENT;
}

static gboolean
is_parameter (const FxPlace *place)
{
  return place->memory == FX_MEMORY_DDR && place->constant_axis >= 0;
}

/* Makes an item of every block, of which item_of[place] is the number. Offsets of places are those in their block. */
static GArray *
make_items (FxProgram *program, FxMemory memory, const GArray *lives, guint early, guint *item_of)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (FxArenaItem));

  for (FxId id = 0; id < program->places->len; id++)
    {
      FxPlace *place = fx_program_place (program, id);
      FxLife life = g_array_index (lives, FxLife, id);
      FxArenaItem fresh = { 0, life.first - MIN (early, life.first), life.last, 0 }, *item;

      if (place->memory != memory || is_parameter (place))
        continue;
      item_of[id] = life.block == id ? items->len : item_of[life.block];
      if (life.block == id)
        g_array_append_val (items, fresh);
      item = &g_array_index (items, FxArenaItem, item_of[id]);
      place->offset = item->size;
      item->size += padded_bytes (place);
      item->first = MIN (item->first, fresh.first);
      item->last = MAX (item->last, fresh.last);
    }
  return items;
}

/* Sets the addresses from `base` on; returns where they end. */
static gsize
plan (FxProgram *program, FxMemory memory, const GArray *lives, guint early, gsize base, GCancellable *cancellable)
{
  g_autofree guint *item_of = g_new (guint, program->places->len + 1);
  g_autoptr (GArray) items = make_items (program, memory, lives, early, item_of);
  gsize bytes = fx_arena_plan ((FxArenaItem *)(gpointer)items->data, items->len, FX_PLACE_ALIGNMENT, cancellable);

  for (FxId id = 0; id < program->places->len; id++)
    {
      FxPlace *place = fx_program_place (program, id);

      if (place->memory == memory && !is_parameter (place))
        place->offset += base + g_array_index (items, FxArenaItem, item_of[id]).offset;
    }
  return base + bytes;
}

/* Constants in DDR, in the order of their first use; returns where they end. */
static gsize
place_parameters (FxProgram *program)
{
  gsize bytes = 0;

  for (FxId id = 0; id < program->places->len; id++)
    if (is_parameter (fx_program_place (program, id)))
      {
        fx_program_place (program, id)->offset = bytes;
        bytes += padded_bytes (fx_program_place (program, id));
      }
  return bytes;
}

gboolean
fx_compile_place (const FxCompilation *c, FxProgram *program, GArray *lives, GCancellable *cancellable)
{
  static const guint early[] = { 24, 8, 3, 0 };
  gboolean has_room = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (early) && !has_room; i++)
    has_room = plan (program, FX_MEMORY_SRAM, lives, early[i], 0, cancellable) <= c->engines.sram_bytes;
  if (has_room)
    program->memory_bytes[FX_MEMORY_DDR]
        = plan (program, FX_MEMORY_DDR, lives, 0, place_parameters (program), cancellable);
  return has_room;
}
