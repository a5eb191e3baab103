/* From items and groups to boxes and wires with places.
 *
 * Each open group, and the whole graph, is one level with its own layered drawing; a group is laid out before the level
 * around it, where it is one large box. What runs through the border of a frame enters at a point on its upper edge and
 * leaves at one on its lower edge: inside, these are two boxes of no height.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

#include <string.h>

#define ROW_GAP 36.0
#define COLUMN_GAP 26.0
#define MARGIN 24.0
#define BORDER_BOX 12.0 /* width of the boxes that stand for the borders */

/* Ends of an edge that are no box. */
#define BORDER (G_MAXUINT32 - 1)

typedef struct
{
  guint32 tensor;
  guint32 source, target; /* boxes; BORDER */
} LevelEdge;

typedef struct
{
  guint32 frame; /* box; FX_NO_BOX for the whole graph */
  guint depth;
  GArray *boxes; /* of guint32, direct children */
  GArray *edges; /* of LevelEdge */

  FxLayered *layered;
  guint32 n_tensors, *tensor_edges; /* first edge of each tensor of the layered input; the targets are the edges */
  guint32 entry, exit;              /* indices behind boxes; FX_NO_BOX: nothing crosses that border */
  double x, y;                      /* where the drawing goes */
} Level;

typedef struct
{
  FxScene *scene;
  guint n_levels;
  Level *levels;         /* parents first */
  guint32 *group_levels; /* [n_groups] of open groups in sight, else FX_NO_BOX */
  guint32 *group_boxes;  /* [n_groups] the box that a group is drawn as or in; FX_NO_BOX: none, it is the whole graph */
  guint32 *box_levels;   /* [n_boxes] in which it lies */
  guint32 *frame_levels; /* [n_boxes] of frames: the level inside */
  guint32 *box_places;   /* [n_boxes] index there */
  GArray *boxes, *points, *wires;
  GArray *links; /* of LevelEdge, without regard to levels */
} Arrange;

/* ---- boxes and levels ---- */

static guint32
add_box (Arrange *arrange, FxBoxKind kind, guint32 item, guint32 group)
{
  FxBox box = { .kind = kind, .item = item, .subgraph = FX_NO_SUBGRAPH, .title = "", .subtitle = "", .detail = "" };

  box.parent = group != FX_NO_GROUP ? arrange->group_boxes[group] : FX_NO_BOX;
  g_array_append_val (arrange->boxes, box);
  return arrange->boxes->len - 1;
}

static void
add_level (Arrange *arrange, guint32 group, guint32 frame)
{
  Level *level = &arrange->levels[arrange->n_levels];

  *level = (Level){ .frame = frame, .depth = arrange->scene->groups->groups[group].depth };
  level->boxes = g_array_new (FALSE, FALSE, sizeof (guint32));
  level->edges = g_array_new (FALSE, FALSE, sizeof (LevelEdge));
  arrange->group_levels[group] = arrange->n_levels++;
}

static void
add_group (Arrange *arrange, guint32 g)
{
  const FxSceneGroup *group = &arrange->scene->groups->groups[g];
  gboolean in_sight = g == 0 || arrange->group_levels[group->parent] != FX_NO_BOX;

  arrange->group_levels[g] = FX_NO_BOX;
  if (g == 0)
    {
      arrange->group_boxes[g] = FX_NO_BOX;
      add_level (arrange, g, FX_NO_BOX);
    }
  else if (!in_sight)
    arrange->group_boxes[g] = arrange->group_boxes[group->parent];
  else
    {
      gboolean open = fx_scene_group_is_open (arrange->scene, g);

      arrange->group_boxes[g] = add_box (arrange, open ? FX_BOX_FRAME : FX_BOX_GROUP, FX_NO_ITEM, group->parent);
      if (open)
        add_level (arrange, g, arrange->group_boxes[g]);
    }
}

/* A constant is shown by the box that uses it first, or where that is shown. */
static void
place_constants (Arrange *arrange)
{
  FxScene *scene = arrange->scene;

  for (guint32 i = scene->content->n_items; i-- > 0;)
    {
      guint32 user = scene->content->items[i].user;

      if (scene->item_boxes[i] == FX_NO_BOX)
        scene->item_boxes[i] = user != FX_NO_ITEM ? scene->item_boxes[user] : FX_NO_BOX;
    }
}

static gboolean
is_left_out (const FxScene *scene, guint32 item)
{
  return scene->content->items[item].is_constant && !scene->options.show_constants
         && scene->content->items[item].user != FX_NO_ITEM;
}

static void
add_boxes (Arrange *arrange)
{
  FxScene *scene = arrange->scene;
  const FxSceneGroups *groups = scene->groups;

  for (guint32 g = 0; g < groups->n_groups; g++)
    add_group (arrange, g);
  for (guint32 i = 0; i < scene->content->n_items; i++)
    {
      guint32 group = groups->item_groups[i];

      if (is_left_out (scene, i))
        scene->item_boxes[i] = FX_NO_BOX;
      else if (arrange->group_levels[group] == FX_NO_BOX)
        scene->item_boxes[i] = arrange->group_boxes[group];
      else
        scene->item_boxes[i] = add_box (arrange, FX_BOX_ITEM, i, group);
    }
  place_constants (arrange);
  scene->n_boxes = arrange->boxes->len;
  scene->boxes = (FxBox *)g_array_free (g_steal_pointer (&arrange->boxes), FALSE);
}

/* Labels need the counts; levels need to know their boxes. */
static void
label_boxes (Arrange *arrange)
{
  FxScene *scene = arrange->scene;

  arrange->frame_levels = g_new0 (guint32, scene->n_boxes + 1);
  arrange->box_levels = g_new (guint32, scene->n_boxes + 1);
  arrange->box_places = g_new (guint32, scene->n_boxes + 1);
  fx_scene_summarize_boxes (scene);
  for (guint32 g = 1; g < scene->groups->n_groups; g++)
    {
      guint32 box = arrange->group_boxes[g];

      /* not for groups inside of a closed one */
      if (arrange->group_boxes[scene->groups->groups[g].parent] != box)
        fx_scene_label_box (scene, &scene->boxes[box], g);
      if (arrange->group_levels[g] != FX_NO_BOX)
        arrange->frame_levels[box] = arrange->group_levels[g];
    }
  for (guint32 b = 0; b < scene->n_boxes; b++)
    {
      guint32 parent = scene->boxes[b].parent;

      if (scene->boxes[b].kind == FX_BOX_ITEM)
        fx_scene_label_box (scene, &scene->boxes[b], FX_NO_GROUP);
      arrange->box_levels[b] = parent != FX_NO_BOX ? arrange->frame_levels[parent] : 0;
    }
  for (guint32 b = 0; b < scene->n_boxes; b++)
    {
      GArray *boxes = arrange->levels[arrange->box_levels[b]].boxes;

      arrange->box_places[b] = boxes->len;
      g_array_append_val (boxes, b);
    }
}

/* ---- edges ---- */

static void
add_edge (Arrange *arrange, guint32 level, guint32 tensor, guint32 source, guint32 target)
{
  const LevelEdge edge = { tensor, source, target };

  g_array_append_val (arrange->levels[level].edges, edge);
}

/* From box to box, through the borders of all frames around only one of them. */
static void
connect (Arrange *arrange, guint32 tensor, guint32 source, guint32 target)
{
  const LevelEdge link = { tensor, source, target };

  g_array_append_val (arrange->links, link);
  while (arrange->box_levels[source] != arrange->box_levels[target])
    {
      guint32 above = arrange->box_levels[source], below = arrange->box_levels[target];

      if (arrange->levels[above].depth >= arrange->levels[below].depth)
        {
          add_edge (arrange, above, tensor, source, BORDER);
          source = arrange->levels[above].frame;
        }
      else
        {
          add_edge (arrange, below, tensor, BORDER, target);
          target = arrange->levels[below].frame;
        }
    }
  add_edge (arrange, arrange->box_levels[source], tensor, source, target);
}

static int
compare_links (gconstpointer a, gconstpointer b)
{
  const LevelEdge *left = a, *right = b;

  if (left->source != right->source)
    return left->source < right->source ? -1 : 1;
  return left->target < right->target ? -1 : left->target > right->target;
}

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const LevelEdge *left = a, *right = b;

  if (left->tensor != right->tensor)
    return left->tensor < right->tensor ? -1 : 1;
  return compare_links (a, b);
}

/* and drops those that are equal */
static void
sort_edges (GArray *edges, GCompareFunc compare_edge)
{
  LevelEdge *all = (LevelEdge *)edges->data;
  guint kept = 0;

  g_array_sort (edges, compare_edge);
  for (guint i = 0; i < edges->len; i++)
    if (kept == 0 || compare_edge (&all[i], &all[kept - 1]) != 0)
      all[kept++] = all[i];
  g_array_set_size (edges, kept);
}

static void
connect_boxes (Arrange *arrange)
{
  const FxScene *scene = arrange->scene;
  const FxSceneContent *content = scene->content;

  for (guint32 t = 0; t < content->n_tensors; t++)
    {
      const FxSceneTensor *tensor = &content->tensors[t];

      if (is_left_out (scene, tensor->source))
        continue;
      for (guint k = 0; k < tensor->n_targets; k++)
        {
          guint32 source = scene->item_boxes[tensor->source];
          guint32 target = scene->item_boxes[content->targets[tensor->first_target + k]];

          if (source != target && source != FX_NO_BOX && target != FX_NO_BOX)
            connect (arrange, t, source, target);
        }
    }
  for (guint l = 0; l < arrange->n_levels; l++)
    sort_edges (arrange->levels[l].edges, compare_edges);
  sort_edges (arrange->links, compare_links);
}

/* ---- the layered drawing of one level ---- */

static guint32
index_in_level (const Arrange *arrange, guint32 box, guint32 border)
{
  return box == BORDER ? border : arrange->box_places[box];
}

static void
add_border (GArray *widths, GArray *heights, guint32 *index)
{
  const double width = BORDER_BOX, height = 1.0;

  *index = widths->len;
  g_array_append_val (widths, width);
  g_array_append_val (heights, height);
}

static void
measure_level (const Arrange *arrange, Level *level, GArray *widths, GArray *heights)
{
  gboolean enters = FALSE, leaves = FALSE;

  for (guint i = 0; i < level->boxes->len; i++)
    {
      const FxRect *rect = &arrange->scene->boxes[g_array_index (level->boxes, guint32, i)].rect;

      g_array_append_val (widths, rect->width);
      g_array_append_val (heights, rect->height);
    }
  for (guint i = 0; i < level->edges->len; i++)
    {
      enters = enters || g_array_index (level->edges, LevelEdge, i).source == BORDER;
      leaves = leaves || g_array_index (level->edges, LevelEdge, i).target == BORDER;
    }
  level->entry = level->exit = FX_NO_BOX;
  if (enters)
    add_border (widths, heights, &level->entry);
  if (leaves)
    add_border (widths, heights, &level->exit);
}

static gboolean
lay_out_level (Arrange *arrange, Level *level, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) widths = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) heights = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree FxLayeredTensor *tensors = g_new (FxLayeredTensor, level->edges->len + 1);
  g_autofree guint32 *targets = g_new (guint32, level->edges->len + 1);
  const LevelEdge *edges = (const LevelEdge *)level->edges->data;
  FxLayeredInput input = { .row_gap = ROW_GAP, .column_gap = COLUMN_GAP, .tensors = tensors, .targets = targets };

  measure_level (arrange, level, widths, heights);
  level->tensor_edges = g_new (guint32, level->edges->len + 1);
  for (guint32 i = 0; i < level->edges->len; i++)
    {
      if (i == 0 || edges[i].tensor != edges[i - 1].tensor || edges[i].source != edges[i - 1].source)
        {
          level->tensor_edges[input.n_tensors] = i;
          tensors[input.n_tensors++]
              = (FxLayeredTensor){ index_in_level (arrange, edges[i].source, level->entry), i, 0 };
        }
      tensors[input.n_tensors - 1].n_targets++;
      targets[i] = index_in_level (arrange, edges[i].target, level->exit);
    }
  level->n_tensors = input.n_tensors;
  input.n_targets = level->edges->len;
  input.n_boxes = widths->len;
  input.widths = (const double *)widths->data;
  input.heights = (const double *)heights->data;
  level->layered = fx_layered_new (&input, cancellable, error);
  return level->layered != NULL;
}

/* A frame is as large as its level and its head. */
static void
size_frame (const Arrange *arrange, Level *level)
{
  FxBox *frame;

  if (level->frame == FX_NO_BOX)
    return;
  frame = &arrange->scene->boxes[level->frame];
  frame->rect.width = MAX (frame->rect.width, level->layered->width + 2 * FX_FRAME_PAD);
  frame->rect.height = level->layered->height + FX_FRAME_HEAD + FX_FRAME_PAD;
}

/* Parents first: frames get their places before what is in them. */
static void
place_level (Arrange *arrange, Level *level)
{
  level->x = level->y = MARGIN;
  if (level->frame != FX_NO_BOX)
    {
      const FxRect *frame = &arrange->scene->boxes[level->frame].rect;

      level->x = frame->x + (frame->width - level->layered->width) / 2;
      level->y = frame->y + FX_FRAME_HEAD;
    }
  for (guint i = 0; i < level->boxes->len; i++)
    {
      FxRect *rect = &arrange->scene->boxes[g_array_index (level->boxes, guint32, i)].rect;

      rect->x = level->x + level->layered->boxes[i].x;
      rect->y = level->y + level->layered->boxes[i].y;
    }
}

static gboolean
lay_out (Arrange *arrange, GCancellable *cancellable, GError **error)
{
  for (guint l = arrange->n_levels; l-- > 0;)
    {
      if (!lay_out_level (arrange, &arrange->levels[l], cancellable, error))
        return FALSE;
      size_frame (arrange, &arrange->levels[l]);
    }
  for (guint l = 0; l < arrange->n_levels; l++)
    place_level (arrange, &arrange->levels[l]);
  arrange->scene->width = arrange->levels[0].layered->width + 2 * MARGIN;
  arrange->scene->height = arrange->levels[0].layered->height + 2 * MARGIN;
  return TRUE;
}

/* ---- wires ---- */

/* Where wires cross the border of a frame. */
static double
border_x (const Arrange *arrange, guint32 box, gboolean lower)
{
  const FxRect *frame = &arrange->scene->boxes[box].rect;
  const Level *level = &arrange->levels[arrange->frame_levels[box]];
  guint32 border = lower ? level->exit : level->entry;

  if (border == FX_NO_BOX)
    return frame->x + frame->width / 2;
  return level->x + level->layered->boxes[border].x + level->layered->boxes[border].width / 2;
}

static void
add_point (Arrange *arrange, double x, double y)
{
  const FxPoint point = { x, y };

  g_array_append_val (arrange->points, point);
}

static void
add_wire (Arrange *arrange, const Level *level, const LevelEdge *edge, const FxLayeredLine *line, gboolean from_source,
          gboolean to_target)
{
  const FxScene *scene = arrange->scene;
  const FxPoint *from = level->layered->points + line->first;
  FxWire wire = { edge->tensor, arrange->points->len, 0, FX_NO_BOX, FX_NO_BOX };

  if (line->n == 0)
    return;
  if (from_source && edge->source == BORDER)
    add_point (arrange, level->x + from->x, scene->boxes[level->frame].rect.y);
  else if (from_source)
    wire.source = edge->source;
  for (guint i = 0; i < line->n; i++)
    add_point (arrange, level->x + from[i].x, level->y + from[i].y);
  if (to_target && edge->target == BORDER)
    add_point (arrange, level->x + from[line->n - 1].x,
               scene->boxes[level->frame].rect.y + scene->boxes[level->frame].rect.height);
  else if (to_target)
    wire.target = edge->target;
  wire.n = arrange->points->len - wire.first;
  if (wire.source != FX_NO_BOX && scene->boxes[wire.source].kind == FX_BOX_FRAME)
    g_array_index (arrange->points, FxPoint, wire.first).x = border_x (arrange, wire.source, TRUE);
  if (wire.target != FX_NO_BOX && scene->boxes[wire.target].kind == FX_BOX_FRAME)
    g_array_index (arrange->points, FxPoint, wire.first + wire.n - 1).x = border_x (arrange, wire.target, FALSE);
  g_array_append_val (arrange->wires, wire);
}

static void
add_wires (Arrange *arrange)
{
  for (guint l = 0; l < arrange->n_levels; l++)
    {
      const Level *level = &arrange->levels[l];
      const LevelEdge *edges = (const LevelEdge *)level->edges->data;

      for (guint32 t = 0; t < level->n_tensors; t++)
        {
          guint32 end = t + 1 < level->n_tensors ? level->tensor_edges[t + 1] : level->edges->len;
          gboolean has_trunk = level->layered->trunks[t].n > 0;

          add_wire (arrange, level, &edges[level->tensor_edges[t]], &level->layered->trunks[t], TRUE, FALSE);
          for (guint32 e = level->tensor_edges[t]; e < end; e++)
            {
              const FxLayeredLine *line = &level->layered->lines[e];
              /* branches that leave a trunk start in mid-air */
              gboolean starts_low = has_trunk && line->n > 0
                                    && level->layered->points[line->first].y
                                           > level->layered->points[level->layered->trunks[t].first].y;

              add_wire (arrange, level, &edges[e], line, !starts_low, TRUE);
            }
        }
    }
}

static void
add_segments (FxScene *scene)
{
  g_autoptr (GArray) segments = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) wires = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 w = 0; w < scene->n_wires; w++)
    for (guint32 p = scene->wires[w].first; p + 1 < scene->wires[w].first + scene->wires[w].n; p++)
      {
        g_array_append_val (segments, p);
        g_array_append_val (wires, w);
      }
  scene->n_segments = segments->len;
  scene->segment_rects = g_new (FxRect, segments->len + 1);
  for (guint i = 0; i < segments->len; i++)
    {
      const FxPoint *a = &scene->points[g_array_index (segments, guint32, i)], *b = a + 1;

      scene->segment_rects[i] = (FxRect){ MIN (a->x, b->x), MIN (a->y, b->y), ABS (a->x - b->x), ABS (a->y - b->y) };
    }
  scene->segments = (guint32 *)g_array_free (g_steal_pointer (&segments), FALSE);
  scene->segment_wires = (guint32 *)g_array_free (g_steal_pointer (&wires), FALSE);
}

/* ---- who feeds whom ---- */

static void
link_one_way (const FxScene *scene, const GArray *links, gboolean forward, guint32 **first_out, guint32 **list_out)
{
  guint32 *first = g_new0 (guint32, scene->n_boxes + 2), *list = g_new (guint32, links->len + 1);

  for (guint i = 0; i < links->len; i++)
    {
      const LevelEdge *link = &g_array_index (links, LevelEdge, i);

      first[(forward ? link->source : link->target) + 2]++;
    }
  for (guint32 b = 0; b < scene->n_boxes; b++)
    first[b + 2] += first[b + 1];
  for (guint i = 0; i < links->len; i++)
    {
      const LevelEdge *link = &g_array_index (links, LevelEdge, i);

      list[first[(forward ? link->source : link->target) + 1]++] = forward ? link->target : link->source;
    }
  *first_out = first;
  *list_out = list;
}

static void
finish (Arrange *arrange)
{
  FxScene *scene = arrange->scene;

  scene->n_points = arrange->points->len;
  scene->points = (FxPoint *)g_array_free (g_steal_pointer (&arrange->points), FALSE);
  scene->n_wires = arrange->wires->len;
  scene->wires = (FxWire *)g_array_free (g_steal_pointer (&arrange->wires), FALSE);
  add_segments (scene);
  fx_scene_add_labels (scene);
  link_one_way (scene, arrange->links, TRUE, &scene->first_out, &scene->out);
  link_one_way (scene, arrange->links, FALSE, &scene->first_in, &scene->in);
  scene->box_rects = g_new (FxRect, scene->n_boxes + 1);
  for (guint32 b = 0; b < scene->n_boxes; b++)
    scene->box_rects[b] = scene->boxes[b].rect;
  fx_grid_init (&scene->box_grid, scene->width, scene->height, scene->box_rects, scene->n_boxes);
  fx_grid_init (&scene->segment_grid, scene->width, scene->height, scene->segment_rects, scene->n_segments);
}

static void
arrange_clear (Arrange *arrange)
{
  for (guint l = 0; l < arrange->n_levels; l++)
    {
      g_array_unref (arrange->levels[l].boxes);
      g_array_unref (arrange->levels[l].edges);
      fx_layered_free (arrange->levels[l].layered);
      g_free (arrange->levels[l].tensor_edges);
    }
  g_free (arrange->levels);
  g_free (arrange->group_levels);
  g_free (arrange->group_boxes);
  g_free (arrange->box_levels);
  g_free (arrange->box_places);
  g_free (arrange->frame_levels);
  g_clear_pointer (&arrange->points, g_array_unref);
  g_clear_pointer (&arrange->wires, g_array_unref);
  g_clear_pointer (&arrange->links, g_array_unref);
}

gboolean
fx_scene_arrange (FxScene *scene, GCancellable *cancellable, GError **error)
{
  Arrange arrange = { .scene = scene };
  guint n_groups = scene->groups->n_groups;
  gboolean ok;

  scene->item_boxes = g_new (guint32, scene->content->n_items + 1);
  arrange.levels = g_new0 (Level, n_groups);
  arrange.group_levels = g_new (guint32, n_groups);
  arrange.group_boxes = g_new (guint32, n_groups);
  arrange.boxes = g_array_new (FALSE, FALSE, sizeof (FxBox));
  arrange.points = g_array_new (FALSE, FALSE, sizeof (FxPoint));
  arrange.wires = g_array_new (FALSE, FALSE, sizeof (FxWire));
  arrange.links = g_array_new (FALSE, FALSE, sizeof (LevelEdge));
  add_boxes (&arrange);
  label_boxes (&arrange);
  connect_boxes (&arrange);
  ok = lay_out (&arrange, cancellable, error);
  if (ok)
    {
      add_wires (&arrange);
      finish (&arrange);
    }
  arrange_clear (&arrange);
  return ok;
}
