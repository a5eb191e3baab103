/* Boxes by name and by what they say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

#include <string.h>

guint32
fx_scene_find (const FxScene *scene, const char *name)
{
  guint32 item = fx_scene_content_find (scene->content, name);

  if (item != FX_NO_ITEM)
    return scene->item_boxes[item];
  /* 0 - 1 is FX_NO_BOX */
  return GPOINTER_TO_UINT (g_hash_table_lookup (scene->group_boxes, name)) - 1;
}

const char *
fx_scene_counterpart (const FxScene *scene, guint32 box, const FxScene *other)
{
  const FxSceneItem *item = fx_scene_item (scene, box);
  guint32 found = fx_scene_find (other, scene->boxes[box].name);

  for (guint i = 0; found == FX_NO_BOX && item != NULL && i < item->n_origins; i++)
    found = fx_scene_find (other, item->origins[i]);
  return found != FX_NO_BOX ? other->boxes[found].name : NULL;
}

static gboolean
has_word (const char *text, const char *word)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, word) != NULL;
}

static gboolean
item_matches (const FxSceneItem *item, char **words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0' && !has_word (item->name, words[i]) && !has_word (item->type, words[i])
        && !has_word (item->detail, words[i]) && !has_word (item->attributes, words[i])
        && !has_word (item->outputs, words[i]) && !has_word (item->inputs, words[i]))
      return FALSE;
  return TRUE;
}

GArray *
fx_scene_search (const FxScene *scene, const char *text)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *stripped = g_strstrip (g_utf8_casefold (text, -1));
  g_auto (GStrv) words = g_strsplit_set (stripped, " \t", -1);
  g_autofree guint8 *seen = g_new0 (guint8, scene->n_boxes + 1);

  for (guint32 i = 0; stripped[0] != '\0' && i < scene->content->n_items; i++)
    {
      guint32 box = scene->item_boxes[i];

      if (box == FX_NO_BOX || seen[box] || !item_matches (&scene->content->items[i], words))
        continue;
      seen[box] = 1;
      g_array_append_val (found, box);
    }
  return found;
}
