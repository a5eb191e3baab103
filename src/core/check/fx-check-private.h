/* The steps of a check and what they hand to each other. Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"
#include "core/check/fx-limit.h"

G_BEGIN_DECLS

typedef struct
{
  FxPlacement placement;
  gboolean assumed;    /* see FxNodeCheck */
  gboolean on_request; /* likewise */
  gboolean narrow;     /* likewise, wherever it was placed */
  gboolean settled;    /* placed before any limit was asked */
  gboolean merged;     /* becomes a part of `host` */
  FxId host;           /* node of the work graph; FX_NONE */
  int subgraph;
  GPtrArray *reasons; /* of FxReason */
} FxWorkNode;

/* The graph as the board's converter sees it: at an opset that the target reads, constants computed, and with nodes
 * that do nothing or become part of another bypassed (they stay in the graph, nobody uses them). */
typedef struct
{
  const FxGraph *source;
  const FxTarget *target;
  FxGraph *graph;
  gboolean converted; /* to opset 11; node ids are not those of the source then */
  FxUses *uses;
  guint n_nodes;
  FxWorkNode *nodes; /* [n_nodes] */
  guint n_subgraphs;
} FxWork;

/* Appends a reason; the texts are copied and may be NULL but for the first. */
FxReason *
fx_reasons_add (GPtrArray *reasons, const char *text, const char *found, const char *allowed, const char *note);
GPtrArray *fx_reasons_new (void);

FxWork *fx_work_new (const FxGraph *source, const FxTarget *target, GPtrArray *diagnostics);
void fx_work_free (FxWork *work); /* accepts NULL */

/* Whether the first dimension is free and all others are known. */
gboolean fx_has_free_batch (const FxShape *shape);

/* The node that produces a value, FX_NONE for inputs and constants. */
FxId fx_work_producer (const FxWork *work, FxId value);
/* The only node that uses what a node computes; FX_NONE if there is none or more than one, or it is a graph output. */
FxId fx_work_only_user (const FxWork *work, FxId node);

/* Places every node of the work graph. FALSE: cancelled. */
gboolean fx_work_place (FxWork *work, GCancellable *cancellable, GError **error);

/* Moves placed nodes to where they are wanted; a name of nothing is a finding, and then none is moved. */
void fx_work_choose (FxWork *work, const FxNodeChoices *choices, GPtrArray *diagnostics);

/* Numbers the BPU subgraphs and notes what each piece of CPU work between them costs. */
void fx_work_number_subgraphs (FxWork *work, GPtrArray *diagnostics);

/* Judges a node (already with its facts) by the limits of a row. Reasons are added for what does not hold. */
FxVerdict fx_judge_device (const FxTargetOp *row, const FxDeviceRules *rules, gboolean caffe,
                           const FxLimitSubject *subject, GPtrArray *reasons);

/* Rules for whole models; findings name source nodes. `work` has been placed, NULL if there is no target; `n_assumed`
 * of the source's nodes are assumed to run on the BPU. */
void fx_check_model (const FxGraph *source, const FxTarget *target, const FxWork *work, guint n_assumed,
                     GPtrArray *diagnostics);

/* Layers that belong behind a model: detection output, suppression of overlapping boxes. */
gboolean fx_is_postprocessing (const FxNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxWork, fx_work_free)

G_END_DECLS
