/* What the files of the graph share, and nobody else sees.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"

G_BEGIN_DECLS

struct _FxGraph
{
  char *name;
  GPtrArray *values; /* of FxValue: pointers, so that a value stays put while others are added */
  GPtrArray *nodes;  /* of FxNode */
  GArray *inputs;    /* of FxId */
  GArray *outputs;   /* of FxId */
  GArray *opsets;    /* of FxOpset */
  GPtrArray *symbols;
  GHashTable *metadata;      /* char * → char * */
  GHashTable *value_by_name; /* borrowed char * → FxId + 1 */
  GHashTable *node_by_name;  /* borrowed char * → FxId + 1 */
};

void fx_value_free (gpointer value);
void fx_node_free (gpointer node);

G_END_DECLS
