/* What a scene is made of, for those who make, ask and paint it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene.h"

G_BEGIN_DECLS

/* ---- groups ---- */

/* A name scope with at least two nodes or groups in it. */
typedef struct
{
  const char *scope; /* "/layer1/conv" */
  const char *title; /* what its parent's scope does not say: "conv" */
  guint32 parent;    /* group; 0, the whole graph, has none: FX_NO_GROUP */
  guint depth;
  guint32 end; /* groups are in order, parents first: those inside are the next ones, up to here */
} FxSceneGroup;

#define FX_NO_GROUP G_MAXUINT32

typedef struct
{
  guint n_groups; /* at least the whole graph */
  FxSceneGroup *groups;
  guint32 *item_groups; /* [n_items] the innermost */
  GStringChunk *strings;
} FxSceneGroups;

/* Without `by_scope` there is only the whole graph. */
FxSceneGroups *fx_scene_groups_new (const FxSceneContent *content, gboolean by_scope);
void fx_scene_groups_free (FxSceneGroups *groups); /* accepts NULL */

/* ---- wires ---- */

/* A piece of the way of a tensor: points[first] … points[first + n - 1]. */
typedef struct
{
  guint32 tensor;
  guint32 first, n;
  guint32 source, target; /* boxes at this level, FX_NO_BOX for the edge of a frame or, of a trunk, no target */
} FxWire;

typedef enum
{
  FX_LABEL_RIGHT, /* of the wire */
  FX_LABEL_LEFT,
  FX_LABEL_ACROSS,
  FX_LABEL_HIDDEN, /* there is room nowhere */
} FxLabelSide;

/* A shape beside the place where a tensor leaves its box. */
typedef struct
{
  guint32 tensor;
  FxPoint at; /* where the wire leaves */
  FxLabelSide side;
} FxWireLabel;

/* ---- the grid that finds boxes and pieces of wires by place ---- */

typedef struct
{
  double cell;
  guint columns, rows;
  guint32 *first; /* [columns × rows + 1] into ids */
  guint32 *ids;
} FxGrid;

typedef struct
{
  guint column0, row0, column1, row1; /* inclusive */
} FxGridRange;

/* `rects` in order of their ids, all within width × height. */
void fx_grid_init (FxGrid *grid, double width, double height, const FxRect *rects, guint n);
void fx_grid_clear (FxGrid *grid);
FxGridRange fx_grid_range (const FxGrid *grid, const FxRect *rect);

/* Calls for every thing whose cells meet those of `area`, each once; it may lie outside of the area itself. */
typedef void (*FxGridFunc) (guint32 id, gpointer user_data);
void fx_grid_foreach (const FxGrid *grid, const FxRect *rects, const FxRect *area, FxGridFunc func, gpointer user_data);

static inline gboolean
fx_rect_meets (const FxRect *a, const FxRect *b)
{
  return a->x <= b->x + b->width && b->x <= a->x + a->width && a->y <= b->y + b->height && b->y <= a->y + a->height;
}

static inline gboolean
fx_rect_contains (const FxRect *rect, double x, double y)
{
  return x >= rect->x && y >= rect->y && x <= rect->x + rect->width && y <= rect->y + rect->height;
}

/* ---- the scene ---- */

struct _FxScene
{
  gatomicrefcount ref_count;
  FxScene *places; /* a reference to the scene that owns everything but content and boxes; NULL: this one does */
  FxSceneContent *content;
  FxSceneOptions options; /* `expanded` is owned */
  FxSceneGroups *groups;
  double width, height;

  guint n_boxes;
  FxBox *boxes;            /* those of frames come before what is in them */
  guint32 *item_boxes;     /* [n_items] FX_NO_BOX only if there are no boxes at all */
  GHashTable *group_boxes; /* scope → box + 1 */
  GStringChunk *strings;

  guint n_points;
  FxPoint *points;
  guint n_wires;
  FxWire *wires;
  guint n_segments;
  guint32 *segments;      /* [n_segments] first point of each straight or curved piece */
  FxRect *segment_rects;  /* [n_segments] */
  guint32 *segment_wires; /* [n_segments] */
  FxRect *box_rects;      /* [n_boxes] */

  guint n_labels;
  FxWireLabel *labels;  /* by source box */
  guint32 *first_label; /* [n_boxes + 1] */

  /* boxes that feed a box and that it feeds, without frames; CSR as in FxUses */
  guint32 *first_in, *in, *first_out, *out;

  FxGrid box_grid, segment_grid;
};

/* Fills everything but content, options and groups. FALSE and *error if cancelled. */
gboolean fx_scene_arrange (FxScene *scene, GCancellable *cancellable, GError **error);
/* One label for each tensor, where it leaves the box that makes it. */
void fx_scene_add_labels (FxScene *scene);
gboolean fx_scene_group_is_open (const FxScene *scene, guint32 group);

/* Lines and size of a box; `group` for groups and frames, which need their n_nodes. */
void fx_scene_label_box (FxScene *scene, FxBox *box, guint32 group);
/* Counts, placements and subgraphs from the items in each box. */
void fx_scene_summarize_boxes (FxScene *scene);

/* Fonts and places of the text in a box. */
#define FX_TITLE_SIZE 13.0
#define FX_TEXT_SIZE 11.0
#define FX_DETAIL_GAP 8.0
#define FX_BOX_ICON 28.0 /* left of the text: the icon of the placement */
#define FX_BOX_PAD 12.0  /* right of it */

/* Shapes beside wires. */
/* The left end of a label that is so wide, without the gap to its wire. */
double fx_wire_label_left (const FxWireLabel *label, double width);

#define FX_LABEL_SIZE 9.5 /* of the letters */
#define FX_LABEL_HEIGHT 14.0
#define FX_LABEL_GAP 4.0 /* between the wire and its label */
#define FX_LABEL_PAD 3.0 /* on both sides of the text */

/* Margins of a frame around what is in it. */
#define FX_FRAME_HEAD 30.0
#define FX_FRAME_PAD 14.0

G_END_DECLS
