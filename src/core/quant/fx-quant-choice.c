/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-choice.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <string.h>

static gboolean
is_named (const FxNode *node, const char *name)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);

  for (guint i = 0; i < n; i++)
    if (strcmp (origins[i], name) == 0)
      return TRUE;
  return strcmp (node->name, name) == 0;
}

static gboolean
is_of_type (const FxNode *node, const char *name)
{
  return strcmp (node->op_type, name) == 0;
}

static gboolean
is_any (G_GNUC_UNUSED const FxNode *node, const char *name)
{
  return strcmp (name, "all") == 0;
}

/* Ways to speak of a node, the most precise first. */
static gboolean (*const matches[]) (const FxNode *, const char *) = { is_named, is_of_type, is_any };

typedef struct
{
  GHashTable *precisions; /* node name → FxPrecision */
  GHashTable *ways;       /* node name → index in matches[] of what said it */
} Choice;

static void
say (const Choice *choice, const FxNode *node, guint way, FxPrecision precision)
{
  gpointer before;

  if (g_hash_table_lookup_extended (choice->ways, node->name, NULL, &before) && GPOINTER_TO_UINT (before) < way)
    return;
  g_hash_table_insert (choice->ways, node->name, GUINT_TO_POINTER (way));
  g_hash_table_insert (choice->precisions, g_strdup (node->name), GINT_TO_POINTER (precision));
}

static gboolean
choose (const FxGraph *graph, const Choice *choice, const char *name, FxPrecision precision)
{
  gboolean found = FALSE;

  for (guint way = 0; way < G_N_ELEMENTS (matches) && !found; way++)
    for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
      {
        const FxNode *node = fx_graph_node (graph, id);

        if (node->removed || !matches[way](node, name))
          continue;
        say (choice, node, way, precision);
        found = TRUE;
      }
  return found;
}

GHashTable *
fx_quant_choose (const FxGraph *graph, const FxNodeChoices *choices, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) ways = g_hash_table_new (g_str_hash, g_str_equal);
  const Choice choice = { table, ways };
  const struct
  {
    char **names;
    FxPrecision precision;
  } lists[] = {
    { choices->bpu, FX_PRECISION_INT8 },
    { choices->int16, FX_PRECISION_INT16 },
    { choices->cpu, FX_PRECISION_FLOAT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (char **name = lists[i].names; name != NULL && *name != NULL; name++)
      if (!choose (graph, &choice, *name, lists[i].precision) && fx_op_find ("", *name) == NULL)
        {
          fx_fail (error, FX_ERROR_BAD_DATA,
                   "there is no node \"%s\" in the optimized model, and no operator of that name", *name);
          return NULL;
        }
  return g_steal_pointer (&table);
}

gboolean
fx_node_choices_suit (const FxNodeChoices *choices, const FxTarget *target, GError **error)
{
  return choices->int16 == NULL || choices->int16[0] == NULL || target == NULL || fx_target_need_int16 (target, error);
}
