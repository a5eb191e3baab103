/* What there is to draw of a graph: items (nodes, inputs, outputs) with the texts about them, and the tensors between.
 *
 * Taken out of the graph and the report once, immutable from then on and independent of both, so that any thread may
 * lay it out and paint it while the graph is being edited. All strings belong to the content.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

#define FX_NO_ITEM G_MAXUINT32

typedef enum
{
  FX_ITEM_NODE,
  FX_ITEM_INPUT,
  FX_ITEM_OUTPUT,
} FxItemKind;

typedef struct
{
  FxItemKind kind;
  FxId node;          /* FX_NONE for inputs and outputs */
  const char *name;   /* of the node, or of the value that goes in or out */
  const char *type;   /* operator; NULL for inputs and outputs */
  const char *detail; /* what sets it apart from others of its type, in one short line: "3×3 /2 · 64"; may be NULL */

  /* lines for hover cards and screen readers; NULL where there is nothing to say */
  const char *inputs, *outputs; /* "weight  f32 [64, 3, 3, 3]" for each operand */
  const char *attributes;       /* "strides  [1,1]" */
  const char *reasons;          /* why it is where it is: "Kernel height: 11 (allowed: 1 … 7)" */
  const char *problems;         /* messages of the findings about it */

  const char *const *origins; /* source nodes it stands for */
  guint n_origins;            /* 0: its own name only */

  gboolean checked; /* there was a report: placement and subgraph mean something */
  FxPlacement placement;
  int subgraph; /* FX_NO_SUBGRAPH */
  guint n_errors, n_warnings;
  gboolean is_constant; /* a node that only makes a constant */
  guint32 user;         /* item that uses what it makes first, FX_NO_ITEM */
} FxSceneItem;

typedef struct
{
  const char *name;
  const char *shape; /* "1×64×56×56"; "" if nothing is known */
  guint32 source;    /* item */
  guint32 first_target, n_targets;
} FxSceneTensor;

typedef struct _FxSceneContent
{
  gatomicrefcount ref_count;
  guint n_items;
  FxSceneItem *items; /* inputs, nodes in graph order, outputs */
  guint n_tensors;
  FxSceneTensor *tensors;
  guint n_targets;
  guint32 *targets; /* items; each at most once for a tensor */
  gboolean checked;
  guint n_subgraphs;
  GHashTable *by_name;   /* node, input or output name → item + 1 */
  GHashTable *by_origin; /* name of a source node → the first item that stands for it + 1 */
  GStringChunk *strings;
} FxSceneContent;

/* `report` (may be NULL) is that of this very graph; nodes that it does not cover count as not checked.
 * NULL only if cancelled. */
FxSceneContent *
fx_scene_content_new (const FxGraph *graph, const FxCheckReport *report, GCancellable *cancellable, GError **error);
FxSceneContent *fx_scene_content_ref (FxSceneContent *content);
void fx_scene_content_unref (FxSceneContent *content); /* accepts NULL */

/* An item by its name, or, failing that, the one that stands for a source node of that name; FX_NO_ITEM. */
guint32 fx_scene_content_find (const FxSceneContent *content, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxSceneContent, fx_scene_content_unref)

G_END_DECLS
