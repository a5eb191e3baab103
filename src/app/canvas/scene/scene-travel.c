/* Keyboard travel: from box to box along wires, or to the side.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

#include <math.h>

/* How far to the side a neighbor may be off, in multiples of how far away it is. */
#define CONE 1.5

static double
center_x (const FxRect *rect)
{
  return rect->x + rect->width / 2;
}

static double
center_y (const FxRect *rect)
{
  return rect->y + rect->height / 2;
}

/* Of the boxes at the other ends of the wires, the one that is most straight ahead. */
static guint32
along_wires (const FxScene *scene, guint32 box, const guint32 *ends, guint n)
{
  guint32 best = FX_NO_BOX;
  double best_cost = G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    {
      double x = fabs (center_x (&scene->box_rects[ends[i]]) - center_x (&scene->box_rects[box]));
      double cost = x + fabs (center_y (&scene->box_rects[ends[i]]) - center_y (&scene->box_rects[box])) / 8;

      if (cost < best_cost)
        {
          best = ends[i];
          best_cost = cost;
        }
    }
  return best;
}

/* A frame has no wires of its own: down leads into it, up out of it. */
static guint32
from_frame (const FxScene *scene, guint32 frame, FxDirection direction)
{
  if (direction == FX_DIRECTION_UP)
    return scene->boxes[frame].parent;
  return frame + 1 < scene->n_boxes && direction == FX_DIRECTION_DOWN ? fx_scene_box_at (
             scene, center_x (&scene->box_rects[frame]), scene->box_rects[frame].y + FX_FRAME_HEAD + 2)
                                                                      : FX_NO_BOX;
}

static guint32
to_the_side (const FxScene *scene, guint32 box, gboolean right)
{
  const FxRect *from = &scene->box_rects[box];
  guint32 best = FX_NO_BOX;
  double best_cost = G_MAXDOUBLE;

  for (guint32 b = 0; b < scene->n_boxes; b++)
    {
      const FxRect *to = &scene->box_rects[b];
      double x = right ? center_x (to) - center_x (from) : center_x (from) - center_x (to);
      double y = fabs (center_y (to) - center_y (from));

      if (b == box || scene->boxes[b].kind == FX_BOX_FRAME || x <= 0 || y > x * CONE + from->height)
        continue;
      if (x + 3 * y < best_cost)
        {
          best = b;
          best_cost = x + 3 * y;
        }
    }
  return best;
}

guint32
fx_scene_neighbor (const FxScene *scene, guint32 box, FxDirection direction)
{
  g_return_val_if_fail (box < scene->n_boxes, FX_NO_BOX);
  if (direction == FX_DIRECTION_LEFT || direction == FX_DIRECTION_RIGHT)
    return to_the_side (scene, box, direction == FX_DIRECTION_RIGHT);
  if (scene->boxes[box].kind == FX_BOX_FRAME)
    return from_frame (scene, box, direction);
  if (direction == FX_DIRECTION_UP)
    return along_wires (scene, box, scene->in + scene->first_in[box], scene->first_in[box + 1] - scene->first_in[box]);
  return along_wires (scene, box, scene->out + scene->first_out[box],
                      scene->first_out[box + 1] - scene->first_out[box]);
}

guint32
fx_scene_first_box (const FxScene *scene)
{
  guint32 first = FX_NO_BOX;

  for (guint32 b = 0; b < scene->n_boxes; b++)
    if (scene->boxes[b].kind != FX_BOX_FRAME
        && (first == FX_NO_BOX || scene->box_rects[b].y < scene->box_rects[first].y))
      first = b;
  return first;
}
