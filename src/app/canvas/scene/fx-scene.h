/* A drawing of a graph: boxes and wires with their places. Immutable; made, painted and asked on any thread.
 *
 * Boxes are nodes, graph inputs and outputs, and groups by name scope ("/layer1/…"), each closed (one box that stands
 * for all of its nodes) or open (a frame around their boxes). Nodes that only make a constant are left out unless
 * asked for; what is about them leads to the box that uses the constant.
 *
 * Units are those of the text: a line of a box is 15 high. The same input gives the same drawing on every machine: text
 * is measured by a table of widths, not by the fonts at hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/layout/fx-layered.h"
#include "fx-scene-content.h"

G_BEGIN_DECLS

#define FX_NO_BOX G_MAXUINT32

typedef struct _FxScene FxScene;

typedef struct
{
  gboolean group_scopes;       /* group nodes by the parts of their names between slashes */
  gboolean show_constants;     /* boxes for nodes that only make a constant, too */
  gboolean expand_all;         /* every group is open */
  const char *const *expanded; /* scopes of groups that are open, NULL-terminated; NULL: none */
} FxSceneOptions;

typedef enum
{
  FX_BOX_ITEM,
  FX_BOX_GROUP, /* closed */
  FX_BOX_FRAME, /* open */
} FxBoxKind;

typedef struct
{
  FxBoxKind kind;
  FxRect rect;
  guint32 item;     /* of the content; FX_NO_ITEM for groups and frames */
  guint32 parent;   /* the frame around it, FX_NO_BOX */
  const char *name; /* of the item; of groups the scope, "/layer1/conv" */

  /* the first line and the second; "" where there is nothing; a painter may have to shorten them */
  const char *title, *detail, *subtitle;
  guint n_nodes;           /* that it stands for */
  gboolean checked, mixed; /* mixed: its nodes are not all in one place */
  FxPlacement placement;   /* of most of its nodes, if checked */
  int subgraph;            /* FX_NO_SUBGRAPH; of groups, if all of their BPU nodes are in one */
  guint n_errors, n_warnings;
} FxBox;

typedef enum
{
  FX_DIRECTION_UP,   /* to where a tensor comes from */
  FX_DIRECTION_DOWN, /* to where it goes */
  FX_DIRECTION_LEFT,
  FX_DIRECTION_RIGHT,
} FxDirection;

/* `report` may be NULL, `options` too. Shapes of the graph are inferred already where they shall be shown.
 * NULL only if cancelled. */
FxScene *fx_scene_new (const FxGraph *graph, const FxCheckReport *report, const FxSceneOptions *options,
                       GCancellable *cancellable, GError **error);
/* The boxes of `like`, where they are, with what another report says: `graph` is that of `like`. Far quicker.
 * NULL only if cancelled. */
FxScene *fx_scene_new_like (FxScene *like, const FxGraph *graph, const FxCheckReport *report, GCancellable *cancellable,
                            GError **error);
FxScene *fx_scene_ref (FxScene *scene);
void fx_scene_unref (FxScene *scene); /* accepts NULL */

/* Borrowed. */
const FxSceneContent *fx_scene_content (const FxScene *scene);

/* Everything, wires too; upper left corner is 0, 0. */
FxRect fx_scene_bounds (const FxScene *scene);

/* Frames come before what is in them. */
guint fx_scene_n_boxes (const FxScene *scene);
const FxBox *fx_scene_box (const FxScene *scene, guint32 box);
/* NULL for groups and frames. */
const FxSceneItem *fx_scene_item (const FxScene *scene, guint32 box);
/* The box in which an item is drawn: its own, or that of the closed group around it. */
guint32 fx_scene_box_of_item (const FxScene *scene, guint32 item);

/* The innermost box at a point of the drawing; FX_NO_BOX. */
guint32 fx_scene_box_at (const FxScene *scene, double x, double y);

/* The box for a node (input, output, group) of that name, or for a node that stands for a source node of that name, so
 * that a selection carries over between the source, optimized and quantized views of a model; FX_NO_BOX. */
guint32 fx_scene_find (const FxScene *scene, const char *name);

/* The name under which a box of `scene` is known in `other`: NULL if nothing there corresponds to it. Borrowed from
 * `other`. */
const char *fx_scene_counterpart (const FxScene *scene, guint32 box, const FxScene *other);

/* Boxes that have all words of `text` in their name, type, attributes or shapes, ignoring case; boxes in the order of
 * the graph. Free with g_array_unref(). */
GArray *fx_scene_search (const FxScene *scene, const char *text); /* of guint32 */

/* From a box along its wires (up, down), or to the nearest box beside it; FX_NO_BOX if there is none. */
guint32 fx_scene_neighbor (const FxScene *scene, guint32 box, FxDirection direction);
/* The first box to start travelling from. */
guint32 fx_scene_first_box (const FxScene *scene);

/* "Conv conv1, on the BPU, 2 errors. …" for screen readers; one line and several. */
char *fx_scene_box_label (const FxScene *scene, guint32 box);
char *fx_scene_box_description (const FxScene *scene, guint32 box);

/* "BPU", "CPU", …: for people, translated. */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxScene, fx_scene_unref)

G_END_DECLS
