/* Estimating in the background what a frame costs, for the inspector and the colors of the graph.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "core/bpu/fx-cost.h"
#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of an integer operator; all source nodes that it stands for have the same one. */
typedef struct
{
  double ms;
  int subgraph;     /* FX_NO_SUBGRAPH: on the CPU */
  FxCostKind bound; /* the largest part of `ms` */
  guint n_nodes;    /* that it stands for */
} FxNodeLatency;

typedef struct
{
  double total_ms;
  guint n_subgraphs;
  const char *basis;  /* interned */
  GHashTable *nodes;  /* name of a source node → FxNodeLatency * */
  GHashTable *firsts; /* the same, for the first node that each operator stands for: adds up to the operators */
  GPtrArray *what_if; /* of FxWhatIf *: what changes would do */
} FxLatency;

/* `graph` is an FxGraph with inferred shapes. Calls back on the main loop; models that cannot be converted fail. */
void fx_latency_task_start (gpointer source, FxShared *graph, const FxProject *project, GCancellable *cancellable,
                            GAsyncReadyCallback done, gpointer user_data);
/* A new FxShared of FxLatency. */
FxShared *fx_latency_task_finish (GAsyncResult *result, GError **error);

G_END_DECLS
