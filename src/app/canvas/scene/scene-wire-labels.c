/* Shapes of tensors beside their wires.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"
#include "fx-text-width.h"

#include <string.h>

double
fx_wire_label_left (const FxWireLabel *label, double width)
{
  switch (label->side)
    {
    case FX_LABEL_LEFT: return label->at.x - FX_LABEL_GAP - width;
    case FX_LABEL_ACROSS: return label->at.x - width / 2;
    case FX_LABEL_RIGHT:
    case FX_LABEL_HIDDEN:
    default: return label->at.x + FX_LABEL_GAP;
    }
}

static double
label_width (const FxScene *scene, const FxWireLabel *label)
{
  return 2 * FX_LABEL_PAD + fx_text_width (scene->content->tensors[label->tensor].shape) * FX_LABEL_SIZE;
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  const FxWireLabel *left = *(FxWireLabel *const *)a, *right = *(FxWireLabel *const *)b;

  if (left->at.y != right->at.y)
    return left->at.y < right->at.y ? -1 : 1;
  return left->at.x < right->at.x ? -1 : left->at.x > right->at.x;
}

/* Tries one side after the other. What is taken reaches as far as `end`, and is moved there. */
static void
place (FxWireLabel *label, double width, double begin, double limit, double *end)
{
  static const FxLabelSide sides[] = { FX_LABEL_RIGHT, FX_LABEL_LEFT, FX_LABEL_ACROSS };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      double left;

      label->side = sides[i];
      left = fx_wire_label_left (label, width);
      if (left < begin || left + width > limit)
        continue;
      *end = MAX (label->at.x, left + width);
      return;
    }
  label->side = FX_LABEL_HIDDEN;
  *end = label->at.x;
}

/* A label has the room between what its left neighbor took and the wire of the right one. One that has none is left to
 * the hover card: lying on each other, none could be read. */
static void
part_labels (FxScene *scene)
{
  g_autoptr (GPtrArray) order = g_ptr_array_sized_new (scene->n_labels);
  double row = -1, end = 0; /* of the label before, in its row */

  for (guint i = 0; i < scene->n_labels; i++)
    g_ptr_array_add (order, &scene->labels[i]);
  g_ptr_array_sort (order, compare_labels);
  for (guint i = 0; i < order->len; i++)
    {
      FxWireLabel *label = order->pdata[i], *next = i + 1 < order->len ? order->pdata[i + 1] : NULL;
      double begin = label->at.y == row ? end : -G_MAXDOUBLE;
      double limit = next != NULL && next->at.y == label->at.y ? next->at.x : G_MAXDOUBLE;

      row = label->at.y;
      place (label, label_width (scene, label), begin, limit, &end);
    }
}

void
fx_scene_add_labels (FxScene *scene)
{
  const FxSceneContent *content = scene->content;
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (FxWireLabel));
  g_autofree guint32 *wire_of = g_new (guint32, content->n_tensors + 1);
  g_autofree guint32 *first = g_new0 (guint32, scene->n_boxes + 2);

  memset (wire_of, 0xff, content->n_tensors * sizeof *wire_of);
  for (guint32 w = scene->n_wires; w-- > 0;)
    {
      const FxWire *wire = &scene->wires[w];

      if (wire->source != FX_NO_BOX && wire->source == scene->item_boxes[content->tensors[wire->tensor].source]
          && content->tensors[wire->tensor].shape[0] != '\0')
        wire_of[wire->tensor] = w;
    }
  for (guint32 t = 0; t < content->n_tensors; t++)
    if (wire_of[t] != G_MAXUINT32)
      first[scene->wires[wire_of[t]].source + 2]++;
  for (guint32 b = 0; b < scene->n_boxes; b++)
    first[b + 2] += first[b + 1];
  scene->n_labels = first[scene->n_boxes + 1];
  g_array_set_size (labels, scene->n_labels);
  for (guint32 t = 0; t < content->n_tensors; t++)
    if (wire_of[t] != G_MAXUINT32)
      {
        const FxWire *wire = &scene->wires[wire_of[t]];

        g_array_index (labels, FxWireLabel, first[wire->source + 1]++)
            = (FxWireLabel){ .tensor = t, .at = scene->points[wire->first] };
      }
  scene->labels = (FxWireLabel *)g_array_free (g_steal_pointer (&labels), FALSE);
  part_labels (scene);
  scene->first_label = g_steal_pointer (&first);
}
