/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-op-params.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <math.h>
#include <string.h>

static int
find_choice (const char *const *choices, const char *name)
{
  for (int i = 0; choices[i] != NULL; i++)
    if (strcmp (choices[i], name) == 0)
      return i;

  return -1;
}

static void
fill_default (const FxAttrRow *row, gpointer field)
{
  switch (row->kind)
    {
    case FX_ATTR_INT: *(gint64 *)field = row->default_int; break;
    case FX_ATTR_FLOAT: *(float *)field = row->default_float; break;
    case FX_ATTR_STRING:
      if (row->choices != NULL)
        *(int *)field = (int)row->default_int;
      else
        *(const char **)field = row->default_string;
      break;
    default: break; /* lists, tensors and graphs are empty when absent, and the struct is zeroed */
    }
}

static gboolean
fill_from_attr (const FxAttrRow *row, const FxAttr *attr, gpointer field, GError **error)
{
  /* exporters write an empty list of ints as an empty list of nothing in particular */
  gboolean empty_list = attr->kind >= FX_ATTR_INTS && attr->kind <= FX_ATTR_STRINGS && attr->n == 0;

  if (row->kind == FX_ATTR_OTHER)
    {
      *(const FxAttr **)field = attr;
      return TRUE;
    }
  /* a few attributes were floats before they became integers: p of LpPool */
  if (row->kind == FX_ATTR_INT && attr->kind == FX_ATTR_FLOAT && attr->f == truncf (attr->f) && fabsf (attr->f) < 1e9f)
    {
      *(gint64 *)field = (gint64)attr->f;
      return TRUE;
    }
  if (attr->kind != row->kind && !(empty_list && row->kind >= FX_ATTR_INTS && row->kind <= FX_ATTR_STRINGS))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"%s\" is of kind %s, wanted %s", row->name,
                    fx_attr_kind_name (attr->kind), fx_attr_kind_name (row->kind));

  switch (row->kind)
    {
    case FX_ATTR_INT: *(gint64 *)field = attr->i; break;
    case FX_ATTR_FLOAT: *(float *)field = attr->f; break;
    case FX_ATTR_STRING:
      if (row->choices == NULL)
        {
          *(const char **)field = attr->s;
          break;
        }
      *(int *)field = find_choice (row->choices, attr->s);
      if (*(int *)field < 0)
        {
          g_autofree char *found = fx_attr_to_string (attr);
          g_autofree char *wanted = g_strjoinv (", ", (char **)row->choices);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"%s\" is %s, wanted one of %s", row->name, found,
                          wanted);
        }
      break;
    case FX_ATTR_INTS: *(FxInts *)field = (FxInts){ attr->ints, attr->n }; break;
    case FX_ATTR_FLOATS: *(FxFloats *)field = (FxFloats){ attr->floats, attr->n }; break;
    case FX_ATTR_STRINGS: *(char ***)field = attr->strings; break;
    case FX_ATTR_TENSOR: *(FxTensor **)field = attr->tensor; break;
    default: break;
    }
  return TRUE;
}

gpointer
fx_op_params_new (const FxOp *op, const FxNode *node, GError **error)
{
  g_autofree guint8 *params = g_malloc0 (MAX (op->params_size, 1));

  for (const FxAttrRow *row = op->attrs; row != NULL && row->name != NULL; row++)
    {
      const FxAttr *attr = fx_node_attr (node, row->name);

      if (attr == NULL && row->required)
        {
          fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"%s\" is missing", row->name);
          return NULL;
        }
      fill_default (row, params + row->offset);
      if (attr != NULL && !fill_from_attr (row, attr, params + row->offset, error))
        return NULL;
    }
  return g_steal_pointer (&params);
}

char *
fx_attr_row_default (const FxAttrRow *row)
{
  if (row->required)
    return g_strdup ("required");
  if (row->kind == FX_ATTR_INT && row->default_string != NULL) /* a default that depends on the opset, in words */
    return g_strdup (row->default_string);
  switch (row->kind)
    {
    case FX_ATTR_INT: return g_strdup_printf ("%" PRId64, row->default_int);
    case FX_ATTR_FLOAT: return g_strdup_printf ("%g", (double)row->default_float);
    case FX_ATTR_STRING:
      if (row->choices != NULL)
        return g_strdup_printf ("\"%s\"", row->choices[row->default_int]);
      return row->default_string != NULL ? g_strdup_printf ("\"%s\"", row->default_string) : g_strdup ("");
    default: return g_strdup ("");
    }
}
