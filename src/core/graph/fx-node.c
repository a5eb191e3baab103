/* Attributes, inputs and origins of a node.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"

#include <string.h>

void
fx_node_take_attr (FxNode *node, FxAttr attr)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, attr.name) == 0)
      {
        fx_attr_clear (&node->attrs[i]);
        node->attrs[i] = attr;
        return;
      }

  node->attrs = g_renew (FxAttr, node->attrs, node->n_attrs + 1);
  node->attrs[node->n_attrs++] = attr;
}

const FxAttr *
fx_node_attr (const FxNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, name) == 0)
      return &node->attrs[i];

  return NULL;
}

void
fx_node_remove_attr (FxNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, name) == 0)
      {
        fx_attr_clear (&node->attrs[i]);
        node->n_attrs--;
        memmove (&node->attrs[i], &node->attrs[i + 1], (node->n_attrs - i) * sizeof (FxAttr));
        return;
      }
}

void
fx_node_set_inputs (FxNode *node, const FxId *inputs, guint n)
{
  FxId *copy = g_memdup2 (inputs, n * sizeof *inputs);

  g_free (node->inputs);
  node->inputs = copy;
  node->n_inputs = n;
}

const char *const *
fx_node_origins (const FxNode *node, guint *n)
{
  if (node->origins == NULL)
    {
      *n = 1;
      return (const char *const *)&node->name;
    }
  *n = g_strv_length (node->origins);
  return (const char *const *)node->origins;
}

void
fx_node_add_origins (FxNode *node, const FxNode *from)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const FxNode *both[] = { node, from };
  char **joined;

  for (guint k = 0; k < G_N_ELEMENTS (both); k++)
    {
      guint n;
      const char *const *names = fx_node_origins (both[k], &n);

      for (guint i = 0; i < n; i++)
        if (k == 0 || node->origins == NULL || !g_strv_contains ((const char *const *)node->origins, names[i]))
          g_strv_builder_add (builder, names[i]);
    }
  joined = g_strv_builder_end (builder);
  g_strfreev (node->origins);
  node->origins = joined;
}
