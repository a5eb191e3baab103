/* Groups by name scope: what nodes have in common in front of the slashes of their names.
 *
 * A scope becomes a group if it holds at least two things and does not hold all nodes there are; a scope that holds
 * only one other scope is one group with it ("layer1/layer1.0").
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-private.h"

#include <string.h>

/* Names are free text: deeper scopes count as one. */
#define MAX_DEPTH 12

typedef struct
{
  char *scope;
  guint32 parent;
  guint depth, n_children; /* things directly inside: nodes and scopes */
  gboolean is_all;         /* holds all nodes */
  guint32 group;           /* what it becomes */
} Scope;

typedef struct
{
  GArray *scopes;     /* of Scope */
  GHashTable *lookup; /* scope → index + 1 */
  guint32 *innermost; /* [n_items] scope */
} Scopes;

static guint32
add_scope (Scopes *scopes, const char *name, gsize length, guint32 parent)
{
  g_autofree char *key = g_strndup (name, length);
  guint32 id = GPOINTER_TO_UINT (g_hash_table_lookup (scopes->lookup, key));
  Scope scope;

  if (id > 0)
    return id - 1;
  id = scopes->scopes->len;
  scope = (Scope){ .scope = g_steal_pointer (&key), .parent = parent };
  scope.depth = g_array_index (scopes->scopes, Scope, parent).depth + 1;
  g_array_index (scopes->scopes, Scope, parent).n_children++;
  g_array_append_val (scopes->scopes, scope);
  g_hash_table_insert (scopes->lookup, scope.scope, GUINT_TO_POINTER (id + 1));
  return id;
}

/* The scope that a name ends in. Slashes at the start, and several in a row, separate nothing. */
static guint32
scope_of_name (Scopes *scopes, const char *name)
{
  const char *part = name + strspn (name, "/"), *slash;
  guint32 scope = 0;

  while ((slash = strchr (part, '/')) != NULL && slash[1] != '\0'
         && g_array_index (scopes->scopes, Scope, scope).depth < MAX_DEPTH)
    {
      if (slash > part)
        scope = add_scope (scopes, name, slash - name, scope);
      part = slash + 1;
    }
  return scope;
}

static void
scopes_init (Scopes *scopes, const FxSceneContent *content, gboolean by_scope)
{
  const Scope whole = { .scope = g_strdup (""), .parent = FX_NO_GROUP, .is_all = TRUE };

  scopes->scopes = g_array_new (FALSE, FALSE, sizeof (Scope));
  scopes->lookup = g_hash_table_new (g_str_hash, g_str_equal);
  scopes->innermost = g_new0 (guint32, content->n_items + 1);
  g_array_append_val (scopes->scopes, whole);
  for (guint32 i = 0; by_scope && i < content->n_items; i++)
    if (content->items[i].kind == FX_ITEM_NODE && !content->items[i].is_constant)
      {
        scopes->innermost[i] = scope_of_name (scopes, content->items[i].name);
        g_array_index (scopes->scopes, Scope, scopes->innermost[i]).n_children++;
      }
}

static void
scopes_clear (Scopes *scopes)
{
  for (guint i = 0; i < scopes->scopes->len; i++)
    g_free (g_array_index (scopes->scopes, Scope, i).scope);
  g_array_unref (scopes->scopes);
  g_hash_table_unref (scopes->lookup);
  g_free (scopes->innermost);
}

static void
add_group (FxSceneGroups *groups, GArray *list, const Scope *scope, guint32 parent)
{
  FxSceneGroup group = { .parent = parent };
  gsize known = 0;

  if (parent != FX_NO_GROUP)
    {
      const FxSceneGroup *above = &g_array_index (list, FxSceneGroup, parent);

      known = strlen (above->scope);
      group.depth = above->depth + 1;
    }
  group.scope = g_string_chunk_insert (groups->strings, scope->scope);
  group.title = group.scope + known + strspn (group.scope + known, "/");
  g_array_append_val (list, group);
}

/* Children of each scope in one list, so that groups come out in the order of a walk. */
static void
walk_scopes (FxSceneGroups *groups, GArray *list, Scopes *scopes)
{
  guint n = scopes->scopes->len;
  Scope *all = (Scope *)scopes->scopes->data;
  g_autofree guint32 *first = g_new0 (guint32, n + 2), *children = g_new (guint32, n + 1);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint32));
  const guint32 root = 0;

  for (guint s = 1; s < n; s++)
    first[all[s].parent + 2]++;
  for (guint s = 0; s < n; s++)
    first[s + 2] += first[s + 1];
  for (guint s = 1; s < n; s++)
    children[first[all[s].parent + 1]++] = s;

  g_array_append_val (stack, root);
  while (stack->len > 0)
    {
      guint32 s = g_array_index (stack, guint32, stack->len - 1);
      guint32 parent = s > 0 ? all[all[s].parent].group : FX_NO_GROUP;

      g_array_set_size (stack, stack->len - 1);
      if (s > 0)
        all[s].is_all = all[all[s].parent].is_all && all[all[s].parent].n_children == 1;
      if (s == 0 || (all[s].n_children > 1 && !all[s].is_all))
        {
          all[s].group = list->len;
          add_group (groups, list, &all[s], parent);
        }
      else
        all[s].group = parent;
      for (guint k = first[s + 1]; k > first[s]; k--)
        g_array_append_val (stack, children[k - 1]);
    }
}

static void
set_ends (FxSceneGroups *groups)
{
  for (guint g = 0; g < groups->n_groups; g++)
    groups->groups[g].end = g + 1;
  for (guint g = groups->n_groups; g-- > 1;)
    groups->groups[groups->groups[g].parent].end
        = MAX (groups->groups[groups->groups[g].parent].end, groups->groups[g].end);
}

FxSceneGroups *
fx_scene_groups_new (const FxSceneContent *content, gboolean by_scope)
{
  FxSceneGroups *groups = g_new0 (FxSceneGroups, 1);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FxSceneGroup));
  Scopes scopes;

  groups->strings = g_string_chunk_new (1024);
  scopes_init (&scopes, content, by_scope);
  walk_scopes (groups, list, &scopes);
  groups->item_groups = g_new (guint32, content->n_items + 1);
  for (guint32 i = 0; i < content->n_items; i++)
    groups->item_groups[i] = g_array_index (scopes.scopes, Scope, scopes.innermost[i]).group;
  scopes_clear (&scopes);
  groups->n_groups = list->len;
  groups->groups = (FxSceneGroup *)g_array_free (list, FALSE);
  set_ends (groups);
  return groups;
}

void
fx_scene_groups_free (FxSceneGroups *groups)
{
  if (groups == NULL)
    return;
  g_free (groups->groups);
  g_free (groups->item_groups);
  g_string_chunk_free (groups->strings);
  g_free (groups);
}
