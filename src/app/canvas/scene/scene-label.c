/* Lines and size of a box, and what a group says about the nodes in it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"
#include "fx-text-width.h"

#include <glib/gi18n.h>
#include <string.h>

#define MIN_WIDTH 96.0
#define MAX_WIDTH 264.0
#define LINE_HEIGHT 15.0
#define BOLD 1.16 /* width of bold letters to that of plain ones */

static double
width_of_lines (const FxBox *box)
{
  double first = fx_text_width (box->title) * FX_TITLE_SIZE * BOLD,
         second = fx_text_width (box->subtitle) * FX_TEXT_SIZE;

  if (box->detail[0] != '\0')
    first += FX_DETAIL_GAP + fx_text_width (box->detail) * FX_TEXT_SIZE;
  return CLAMP (MAX (first, second) + FX_BOX_ICON + FX_BOX_PAD, MIN_WIDTH, MAX_WIDTH);
}

static void
label_item (FxBox *box, const FxSceneItem *item)
{
  box->name = item->name;
  box->title = item->kind == FX_ITEM_NODE ? item->type : item->name;
  box->subtitle = item->kind == FX_ITEM_NODE ? item->name : "";
  box->detail = item->detail != NULL ? item->detail : "";
}

/* "12 nodes" */
static void
label_group (FxScene *scene, FxBox *box, const FxSceneGroup *group)
{
  g_autofree char *count = g_strdup_printf (ngettext ("%u node", "%u nodes", box->n_nodes), box->n_nodes);

  box->name = group->scope;
  box->title = group->title;
  box->detail = "";
  box->subtitle = g_string_chunk_insert_const (scene->strings, count);
}

void
fx_scene_label_box (FxScene *scene, FxBox *box, guint32 group)
{
  if (box->kind == FX_BOX_ITEM)
    label_item (box, &scene->content->items[box->item]);
  else
    label_group (scene, box, &scene->groups->groups[group]);
  box->rect.width = width_of_lines (box);
  box->rect.height = (box->subtitle[0] != '\0' ? 2 : 1) * LINE_HEIGHT + 14.0;
}

void
fx_scene_summarize_boxes (FxScene *scene)
{
  const FxSceneContent *content = scene->content;
  g_autofree guint (*counts)[FX_PLACEMENT_UNSUPPORTED + 1] = g_malloc0 (sizeof *counts * (scene->n_boxes + 1));

  for (guint32 i = 0; i < content->n_items; i++)
    {
      const FxSceneItem *item = &content->items[i];

      for (guint32 b = scene->item_boxes[i]; b != FX_NO_BOX; b = scene->boxes[b].parent)
        {
          FxBox *box = &scene->boxes[b];

          box->n_errors += item->n_errors;
          box->n_warnings += item->n_warnings;
          if (item->kind != FX_ITEM_NODE || (box->kind == FX_BOX_ITEM && box->item != i))
            continue;
          box->n_nodes++;
          if (!item->checked)
            continue;
          counts[b][item->placement]++;
          if (!box->checked || box->subgraph == FX_NO_SUBGRAPH)
            box->subgraph = item->subgraph;
          else if (item->subgraph != FX_NO_SUBGRAPH && item->subgraph != box->subgraph)
            box->subgraph = G_MAXINT; /* several */
          box->checked = TRUE;
        }
    }
  for (guint32 b = 0; b < scene->n_boxes; b++)
    {
      guint kinds = 0;

      if (scene->boxes[b].subgraph == G_MAXINT)
        scene->boxes[b].subgraph = FX_NO_SUBGRAPH;
      for (guint p = 0; p < G_N_ELEMENTS (counts[b]); p++)
        {
          /* what is folded away is nowhere: it does not count beside the others */
          kinds += counts[b][p] > 0 && p != FX_PLACEMENT_FOLDED;
          if (counts[b][p] > counts[b][scene->boxes[b].placement])
            scene->boxes[b].placement = (FxPlacement)p;
        }
      scene->boxes[b].mixed = kinds > 1;
    }
}

/* ---- for screen readers ---- */

static void
append_count (GString *text, guint n, const char *format)
{
  if (n == 0)
    return;
  g_string_append (text, ", ");
  g_string_append_printf (text, format, n);
}

char *
fx_scene_box_label (const FxScene *scene, guint32 id)
{
  const FxBox *box = &scene->boxes[id];
  const FxSceneItem *item = fx_scene_item (scene, id);
  GString *text = g_string_new (NULL);

  if (item == NULL)
    g_string_append_printf (text, _ ("Group %s"), box->name);
  else if (item->kind == FX_ITEM_INPUT)
    g_string_append_printf (text, _ ("Input %s"), box->name);
  else if (item->kind == FX_ITEM_OUTPUT)
    g_string_append_printf (text, _ ("Output %s"), box->name);
  else
    g_string_append_printf (text, "%s %s", box->title, box->name);
  if (item == NULL)
    append_count (text, box->n_nodes, ngettext ("%u node", "%u nodes", box->n_nodes));
  if (box->checked)
    g_string_append_printf (text, ", %s", box->mixed ? _ ("in several places") : fx_placement_title (box->placement));
  append_count (text, box->n_errors, ngettext ("%u error", "%u errors", box->n_errors));
  append_count (text, box->n_warnings, ngettext ("%u warning", "%u warnings", box->n_warnings));
  return g_string_free (text, FALSE);
}

static void
append_lines (GString *text, const char *title, const char *lines)
{
  if (lines != NULL)
    g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", title, lines);
}

static void
append_names (const FxScene *scene, GString *text, const char *title, const guint32 *boxes, guint n)
{
  for (guint k = 0; k < n && k < 8; k++)
    {
      g_string_append (text, k > 0 ? ", " : text->len > 0 ? "\n" : "");
      if (k == 0)
        g_string_append_printf (text, "%s: ", title);
      g_string_append (text, scene->boxes[boxes[k]].name);
    }
}

char *
fx_scene_box_description (const FxScene *scene, guint32 id)
{
  const FxSceneItem *item = fx_scene_item (scene, id);
  GString *text = g_string_new (NULL);

  append_names (scene, text, _ ("From"), scene->in + scene->first_in[id],
                scene->first_in[id + 1] - scene->first_in[id]);
  append_names (scene, text, _ ("To"), scene->out + scene->first_out[id],
                scene->first_out[id + 1] - scene->first_out[id]);
  if (item != NULL)
    {
      append_lines (text, _ ("Inputs"), item->inputs);
      append_lines (text, _ ("Outputs"), item->outputs);
      append_lines (text, _ ("Attributes"), item->attributes);
      append_lines (text, _ ("Placement"), item->reasons);
      append_lines (text, _ ("Problems"), item->problems);
    }
  return g_string_free (text, FALSE);
}
