/* A drawing of a graph: its life, and simple questions to it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

static FxScene *
scene_new (FxSceneContent *content, const FxSceneOptions *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxScene) scene = g_new0 (FxScene, 1);

  g_atomic_ref_count_init (&scene->ref_count);
  scene->content = fx_scene_content_ref (content);
  if (options != NULL)
    scene->options = *options;
  scene->options.expanded = (const char *const *)g_strdupv ((char **)scene->options.expanded);
  scene->strings = g_string_chunk_new (1024);
  scene->groups = fx_scene_groups_new (content, scene->options.group_scopes);
  if (!fx_scene_arrange (scene, cancellable, error))
    return NULL;
  scene->group_boxes = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint32 b = 0; b < scene->n_boxes; b++)
    if (scene->boxes[b].kind != FX_BOX_ITEM)
      g_hash_table_insert (scene->group_boxes, (gpointer)scene->boxes[b].name, GUINT_TO_POINTER (b + 1));
  return g_steal_pointer (&scene);
}

FxScene *
fx_scene_new (const FxGraph *graph, const FxCheckReport *report, const FxSceneOptions *options,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (FxSceneContent) content = fx_scene_content_new (graph, report, cancellable, error);

  return content != NULL ? scene_new (content, options, cancellable, error) : NULL;
}

static void
forget_report (FxBox *box)
{
  box->n_nodes = box->n_errors = box->n_warnings = 0;
  box->checked = box->mixed = FALSE;
  box->placement = (FxPlacement)0;
  box->subgraph = FX_NO_SUBGRAPH;
}

FxScene *
fx_scene_new_like (FxScene *like, const FxGraph *graph, const FxCheckReport *report, GCancellable *cancellable,
                   GError **error)
{
  FxScene *places = like->places != NULL ? like->places : like, *scene;
  g_autoptr (FxSceneContent) content = fx_scene_content_new (graph, report, cancellable, error);

  if (content == NULL)
    return NULL;
  g_assert (content->n_items == places->content->n_items);
  scene = g_memdup2 (places, sizeof *places);
  g_atomic_ref_count_init (&scene->ref_count);
  scene->places = fx_scene_ref (places);
  scene->content = g_steal_pointer (&content);
  scene->boxes = g_memdup2 (places->boxes, places->n_boxes * sizeof *places->boxes);
  for (guint32 b = 0; b < scene->n_boxes; b++)
    forget_report (&scene->boxes[b]);
  fx_scene_summarize_boxes (scene);
  return scene;
}

FxScene *
fx_scene_ref (FxScene *scene)
{
  g_atomic_ref_count_inc (&scene->ref_count);
  return scene;
}

static void
free_places (FxScene *scene)
{
  fx_scene_groups_free (scene->groups);
  g_strfreev ((char **)scene->options.expanded);
  g_clear_pointer (&scene->group_boxes, g_hash_table_unref);
  g_string_chunk_free (scene->strings);
  g_free (scene->item_boxes);
  g_free (scene->points);
  g_free (scene->wires);
  g_free (scene->segments);
  g_free (scene->segment_rects);
  g_free (scene->segment_wires);
  g_free (scene->box_rects);
  g_free (scene->labels);
  g_free (scene->first_label);
  g_free (scene->first_in);
  g_free (scene->in);
  g_free (scene->first_out);
  g_free (scene->out);
  fx_grid_clear (&scene->box_grid);
  fx_grid_clear (&scene->segment_grid);
}

void
fx_scene_unref (FxScene *scene)
{
  if (scene == NULL || !g_atomic_ref_count_dec (&scene->ref_count))
    return;
  if (scene->places == NULL)
    free_places (scene);
  fx_scene_unref (scene->places);
  fx_scene_content_unref (scene->content);
  g_free (scene->boxes);
  g_free (scene);
}

gboolean
fx_scene_group_is_open (const FxScene *scene, guint32 group)
{
  return scene->options.expand_all
         || (scene->options.expanded != NULL
             && g_strv_contains (scene->options.expanded, scene->groups->groups[group].scope));
}

const FxSceneContent *
fx_scene_content (const FxScene *scene)
{
  return scene->content;
}

FxRect
fx_scene_bounds (const FxScene *scene)
{
  return (FxRect){ 0, 0, scene->width, scene->height };
}

guint
fx_scene_n_boxes (const FxScene *scene)
{
  return scene->n_boxes;
}

const FxBox *
fx_scene_box (const FxScene *scene, guint32 box)
{
  g_return_val_if_fail (box < scene->n_boxes, NULL);
  return &scene->boxes[box];
}

const FxSceneItem *
fx_scene_item (const FxScene *scene, guint32 box)
{
  g_return_val_if_fail (box < scene->n_boxes, NULL);
  return scene->boxes[box].kind == FX_BOX_ITEM ? &scene->content->items[scene->boxes[box].item] : NULL;
}

guint32
fx_scene_box_of_item (const FxScene *scene, guint32 item)
{
  return item < scene->content->n_items ? scene->item_boxes[item] : FX_NO_BOX;
}
