/* A grid of square cells: which boxes and pieces of wires are where.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

#define CELL 512.0
#define MAX_CELLS 250000.0

static guint
cell_of (double at, double cell, guint n)
{
  return (guint)CLAMP (at / cell, 0.0, (double)n - 1.0);
}

FxGridRange
fx_grid_range (const FxGrid *grid, const FxRect *rect)
{
  return (FxGridRange){ cell_of (rect->x, grid->cell, grid->columns), cell_of (rect->y, grid->cell, grid->rows),
                        cell_of (rect->x + rect->width, grid->cell, grid->columns),
                        cell_of (rect->y + rect->height, grid->cell, grid->rows) };
}

void
fx_grid_init (FxGrid *grid, double width, double height, const FxRect *rects, guint n)
{
  gsize n_cells;

  grid->cell = CELL;
  while ((width / grid->cell + 1) * (height / grid->cell + 1) > MAX_CELLS)
    grid->cell *= 2;
  grid->columns = (guint)(width / grid->cell) + 1;
  grid->rows = (guint)(height / grid->cell) + 1;
  n_cells = (gsize)grid->columns * grid->rows;
  grid->first = g_new0 (guint32, n_cells + 2);
  for (guint i = 0; i < n; i++)
    {
      FxGridRange range = fx_grid_range (grid, &rects[i]);

      for (guint row = range.row0; row <= range.row1; row++)
        for (guint column = range.column0; column <= range.column1; column++)
          grid->first[(gsize)row * grid->columns + column + 2]++;
    }
  for (gsize c = 0; c < n_cells; c++)
    grid->first[c + 2] += grid->first[c + 1];
  grid->ids = g_new (guint32, grid->first[n_cells + 1] + 1);
  for (guint i = 0; i < n; i++)
    {
      FxGridRange range = fx_grid_range (grid, &rects[i]);

      for (guint row = range.row0; row <= range.row1; row++)
        for (guint column = range.column0; column <= range.column1; column++)
          grid->ids[grid->first[(gsize)row * grid->columns + column + 1]++] = i;
    }
}

void
fx_grid_clear (FxGrid *grid)
{
  g_clear_pointer (&grid->first, g_free);
  g_clear_pointer (&grid->ids, g_free);
}

void
fx_grid_foreach (const FxGrid *grid, const FxRect *rects, const FxRect *area, FxGridFunc func, gpointer user_data)
{
  FxGridRange wanted = fx_grid_range (grid, area);

  for (guint row = wanted.row0; row <= wanted.row1; row++)
    for (guint column = wanted.column0; column <= wanted.column1; column++)
      {
        gsize cell = (gsize)row * grid->columns + column;

        for (guint32 k = grid->first[cell]; k < grid->first[cell + 1]; k++)
          {
            FxGridRange own = fx_grid_range (grid, &rects[grid->ids[k]]);

            /* once: in the first of the cells that it shares with the area */
            if (MAX (own.row0, wanted.row0) == row && MAX (own.column0, wanted.column0) == column
                && fx_rect_meets (&rects[grid->ids[k]], area))
              func (grid->ids[k], user_data);
          }
      }
}

typedef struct
{
  const FxScene *scene;
  double x, y;
  guint32 found;
} Hit;

/* What is in a frame has a greater id than the frame: the greatest wins. */
static void
test_box (guint32 id, gpointer user_data)
{
  Hit *hit = user_data;

  if (fx_rect_contains (&hit->scene->box_rects[id], hit->x, hit->y) && (hit->found == FX_NO_BOX || id > hit->found))
    hit->found = id;
}

guint32
fx_scene_box_at (const FxScene *scene, double x, double y)
{
  const FxRect area = { x, y, 0, 0 };
  Hit hit = { scene, x, y, FX_NO_BOX };

  fx_grid_foreach (&scene->box_grid, scene->box_rects, &area, test_box, &hit);
  return hit.found;
}
