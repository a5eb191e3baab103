/* Which values stay in SRAM between groups. Each that does saves a store and as many loads as groups read it; it takes
 * room in all groups from the one that computes it to the last that reads it. Those that save most for the groups they
 * pass come first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"

typedef struct
{
  FxId value;
  guint from, to; /* groups */
  guint64 bytes;
  double worth;
} Candidate;

/* Groups that could have it in SRAM: those of one function call that do not work on DDR and are no pieces. */
static gboolean
can_keep (const FxLayerGroup *group, guint call)
{
  return !group->streamed && group->pieces == 1 && group->call == call;
}

/* FALSE if the value cannot stay. */
static gboolean
find_span (const FxCompilation *c, FxId value, Candidate *candidate)
{
  FxId producer = c->uses->producer[value];
  int layer = producer != FX_NONE ? c->layer_of[producer] : -1;
  guint n_groups = 0, last = G_MAXUINT, call;

  if (layer < 0)
    return FALSE;
  call = fx_compilation_group (c, c->group_of[layer])->call;
  if (!can_keep (fx_compilation_group (c, c->group_of[layer]), call))
    return FALSE;
  *candidate = (Candidate){ .value = value, .from = c->group_of[layer], .to = c->group_of[layer] };
  for (guint32 u = c->uses->first[value]; u < c->uses->first[value + 1]; u++)
    {
      int reader = c->layer_of[c->uses->users[u]];
      guint group;

      if (reader < 0)
        continue;
      group = c->group_of[reader];
      if (!can_keep (fx_compilation_group (c, group), call))
        return FALSE;
      candidate->to = MAX (candidate->to, group);
      n_groups += group != last && group != candidate->from;
      last = group;
    }
  if (candidate->to > candidate->from)
    {
      FxRowLayout layout = fx_compilation_layout (c, value, -1);

      candidate->bytes = ((guint64)layout.n_rows * layout.row_bytes + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT
                         * FX_PLACE_ALIGNMENT;
      candidate->worth = (n_groups + 1.0) / (candidate->to - candidate->from + 1.0);
    }
  return candidate->to > candidate->from;
}

static int
by_worth (gconstpointer a, gconstpointer b)
{
  const Candidate *left = a, *right = b;

  if (left->worth != right->worth)
    return left->worth > right->worth ? -1 : 1;
  if (left->bytes != right->bytes)
    return left->bytes > right->bytes ? -1 : 1;
  return left->value < right->value ? -1 : left->value > right->value;
}

void
fx_compile_residency (FxCompilation *c)
{
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autofree guint64 *taken = g_new0 (guint64, c->groups->len + 1);

  for (guint i = 0; i < c->groups->len; i++)
    taken[i] = fx_compilation_group (c, i)->bytes;
  for (FxId value = 0; value < fx_graph_n_values (c->graph); value++)
    {
      Candidate candidate;

      c->resident[value] = 0;
      if (c->options.level > 0 && find_span (c, value, &candidate))
        g_array_append_val (candidates, candidate);
    }
  g_array_sort (candidates, by_worth);
  for (guint i = 0; i < candidates->len; i++)
    {
      const Candidate *candidate = &g_array_index (candidates, Candidate, i);
      gboolean has_room = TRUE;

      for (guint g = candidate->from; g <= candidate->to; g++)
        has_room = has_room && taken[g] + candidate->bytes <= c->limit;
      for (guint g = candidate->from; g <= candidate->to && has_room; g++)
        taken[g] += candidate->bytes;
      c->resident[candidate->value] = has_room;
    }
}
