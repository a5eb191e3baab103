/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-attr.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

static const char *const kind_names[] = {
  [FX_ATTR_INT] = "int",       [FX_ATTR_FLOAT] = "float",   [FX_ATTR_STRING] = "string",
  [FX_ATTR_INTS] = "ints",     [FX_ATTR_FLOATS] = "floats", [FX_ATTR_STRINGS] = "strings",
  [FX_ATTR_TENSOR] = "tensor", [FX_ATTR_GRAPH] = "graph",   [FX_ATTR_OTHER] = "other",
};

const char *
fx_attr_kind_name (FxAttrKind kind)
{
  return kind_names[kind];
}

FxAttr
fx_attr_int (const char *name, gint64 value)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_INT, .i = value };
}

FxAttr
fx_attr_float (const char *name, float value)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_FLOAT, .f = value };
}

FxAttr
fx_attr_string (const char *name, const char *value)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_STRING, .s = g_strdup (value) };
}

FxAttr
fx_attr_ints (const char *name, const gint64 *values, guint n)
{
  return (
      FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_INTS, .n = n, .ints = g_memdup2 (values, n * sizeof *values) };
}

FxAttr
fx_attr_floats (const char *name, const float *values, guint n)
{
  return (FxAttr){
    .name = g_strdup (name), .kind = FX_ATTR_FLOATS, .n = n, .floats = g_memdup2 (values, n * sizeof *values)
  };
}

FxAttr
fx_attr_strings (const char *name, const char *const *values, guint n)
{
  char **copy = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    copy[i] = g_strdup (values[i]);
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_STRINGS, .n = n, .strings = copy };
}

FxAttr
fx_attr_take_tensor (const char *name, FxTensor *tensor)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_TENSOR, .tensor = tensor };
}

FxAttr
fx_attr_take_graph (const char *name, FxGraph *graph)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_GRAPH, .graph = graph };
}

FxAttr
fx_attr_other (const char *name)
{
  return (FxAttr){ .name = g_strdup (name), .kind = FX_ATTR_OTHER };
}

FxAttr
fx_attr_copy (const FxAttr *attr)
{
  switch (attr->kind)
    {
    case FX_ATTR_INT: return fx_attr_int (attr->name, attr->i);
    case FX_ATTR_FLOAT: return fx_attr_float (attr->name, attr->f);
    case FX_ATTR_STRING: return fx_attr_string (attr->name, attr->s);
    case FX_ATTR_INTS: return fx_attr_ints (attr->name, attr->ints, attr->n);
    case FX_ATTR_FLOATS: return fx_attr_floats (attr->name, attr->floats, attr->n);
    case FX_ATTR_STRINGS: return fx_attr_strings (attr->name, (const char *const *)attr->strings, attr->n);
    case FX_ATTR_TENSOR: return fx_attr_take_tensor (attr->name, fx_tensor_ref (attr->tensor));
    case FX_ATTR_GRAPH: return fx_attr_take_graph (attr->name, fx_graph_copy (attr->graph));
    case FX_ATTR_OTHER: break;
    }
  return fx_attr_other (attr->name);
}

void
fx_attr_clear (FxAttr *attr)
{
  switch (attr->kind)
    {
    case FX_ATTR_STRING: g_free (attr->s); break;
    case FX_ATTR_INTS: g_free (attr->ints); break;
    case FX_ATTR_FLOATS: g_free (attr->floats); break;
    case FX_ATTR_STRINGS: g_strfreev (attr->strings); break;
    case FX_ATTR_TENSOR: fx_tensor_unref (attr->tensor); break;
    case FX_ATTR_GRAPH: fx_graph_free (attr->graph); break;
    case FX_ATTR_INT:
    case FX_ATTR_FLOAT:
    case FX_ATTR_OTHER: break;
    }
  g_free (attr->name);
  *attr = (FxAttr){ 0 };
}

static void
append_float (GString *text, float value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  /* nine digits bring every float back exactly */
  g_ascii_formatd (digits, sizeof digits, "%.9g", value);
  g_string_append (text, digits);
  if (strpbrk (digits, ".en") == NULL)
    g_string_append (text, ".0"); /* so that a reader sees a float, not an int */
}

static void
append_string (GString *text, const char *value)
{
  g_autofree char *escaped = g_strescape (value, NULL);

  g_string_append_printf (text, "\"%s\"", escaped);
}

char *
fx_attr_to_string (const FxAttr *attr)
{
  GString *text = g_string_new (NULL);

  switch (attr->kind)
    {
    case FX_ATTR_INT: g_string_append_printf (text, "%" PRId64, attr->i); break;
    case FX_ATTR_FLOAT: append_float (text, attr->f); break;
    case FX_ATTR_STRING: append_string (text, attr->s); break;
    case FX_ATTR_INTS:
    case FX_ATTR_FLOATS:
    case FX_ATTR_STRINGS:
      g_string_append_c (text, '[');
      for (guint i = 0; i < attr->n; i++)
        {
          if (i > 0)
            g_string_append_c (text, ',');
          if (attr->kind == FX_ATTR_INTS)
            g_string_append_printf (text, "%" PRId64, attr->ints[i]);
          else if (attr->kind == FX_ATTR_FLOATS)
            append_float (text, attr->floats[i]);
          else
            append_string (text, attr->strings[i]);
        }
      g_string_append_c (text, ']');
      break;
    case FX_ATTR_TENSOR:
      {
        g_autofree char *shape = fx_shape_to_string (fx_tensor_shape (attr->tensor));

        g_string_append_printf (text, "tensor %s%s", fx_dtype_name (fx_tensor_dtype (attr->tensor)), shape);
        break;
      }
    case FX_ATTR_GRAPH: g_string_append_printf (text, "graph of %u nodes", fx_graph_n_nodes (attr->graph)); break;
    case FX_ATTR_OTHER: g_string_append (text, "other"); break;
    }
  return g_string_free (text, FALSE);
}
