/* The stages in order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/fx-layered.h"

#include "core/layout/layer-private.h"

#define DEFAULT_ROW_GAP 40.0
#define DEFAULT_COLUMN_GAP 24.0

static void
layering_clear (FxLayering *layering)
{
  g_free (layering->row);
  g_free (layering->width);
  g_free (layering->is_reversed);
  g_clear_pointer (&layering->edges, g_array_unref);
  g_free (layering->attach);
  g_free (layering->first_above);
  g_free (layering->above);
  g_free (layering->first_below);
  g_free (layering->below);
  g_free (layering->first_in_row);
  g_free (layering->order);
  g_free (layering->position);
  g_free (layering->x);
}

void
fx_layered_free (FxLayered *layered)
{
  if (layered == NULL)
    return;
  g_free (layered->boxes);
  g_free (layered->rows);
  g_free (layered->lines);
  g_free (layered->points);
  g_free (layered);
}

FxLayered *
fx_layered_new (const FxLayeredInput *input, GCancellable *cancellable, GError **error)
{
  double row_gap = input->row_gap > 0 ? input->row_gap : DEFAULT_ROW_GAP;
  double column_gap = input->column_gap > 0 ? input->column_gap : DEFAULT_COLUMN_GAP;
  FxLayering layering = { .input = input, .n_boxes = input->n_boxes };
  g_autoptr (FxLayered) layered = g_new0 (FxLayered, 1);

  layered->n_boxes = input->n_boxes;
  layered->n_lines = input->n_targets;
  fx_layering_rank (&layering);
  layered->n_crossings = fx_layering_sort (&layering, cancellable);
  if (!g_cancellable_is_cancelled (cancellable))
    {
      fx_layering_place (&layering, column_gap);
      fx_layering_route (&layering, layered, row_gap);
    }
  layering_clear (&layering);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return g_steal_pointer (&layered);
}
