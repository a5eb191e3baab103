/* Printing of the text form; fx-text.h has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "core/ops/fx-op.h"

#include <string.h>

#define MAX_INLINE_ELEMENTS 32

static void print_graph (GString *text, const FxGraph *graph, FxTextFlags flags, guint indent);

static void
append_quoted (GString *text, const char *string)
{
  g_autofree char *escaped = g_strescape (string, NULL);

  g_string_append_printf (text, "\"%s\"", escaped);
}

static gboolean
is_plain_name (const char *name)
{
  if (*name == '\0')
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("_./:+-", *at) == NULL)
      return FALSE;

  return TRUE;
}

static void
append_name (GString *text, const char *name)
{
  if (is_plain_name (name))
    g_string_append (text, name);
  else
    append_quoted (text, name);
}

static void
append_value_name (GString *text, const FxGraph *graph, FxId id)
{
  if (id == FX_NONE)
    g_string_append_c (text, '_');
  else
    {
      g_string_append_c (text, '%');
      append_name (text, fx_graph_value (graph, id)->name);
    }
}

static void
append_shape (GString *text, const FxGraph *graph, const FxShape *shape)
{
  g_string_append_c (text, '[');
  if (shape->rank < 0)
    g_string_append_c (text, '*');
  for (int i = 0; i < shape->rank; i++)
    {
      const char *symbol = fx_graph_symbol_name (graph, shape->dims[i]);

      if (i > 0)
        g_string_append_c (text, ',');
      if (shape->dims[i] >= 0)
        g_string_append_printf (text, "%" PRId64, shape->dims[i]);
      else if (symbol != NULL && (symbol[0] == '_' || g_ascii_isalpha (symbol[0])))
        append_name (text, symbol);
      else if (symbol != NULL)
        append_quoted (text, symbol); /* so that "-1" or "8" is no size */
      else
        g_string_append_c (text, '?');
    }
  g_string_append_c (text, ']');
}

static void
append_typed_value (GString *text, const FxGraph *graph, FxId id)
{
  append_value_name (text, graph, id);
  if (id != FX_NONE)
    {
      const FxValue *value = fx_graph_value (graph, id);

      g_string_append_printf (text, " %s", fx_dtype_name (value->dtype));
      append_shape (text, graph, &value->shape);
    }
}

static void
append_element (GString *text, const FxTensor *tensor, gsize i)
{
  FxDType dtype = fx_tensor_dtype (tensor);
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (fx_dtype_in (dtype, FX_TYPES_FLOAT))
    /* so many digits bring every value of the type back exactly */
    g_string_append (text, g_ascii_formatd (digits, sizeof digits, dtype == FX_DTYPE_DOUBLE ? "%.17g" : "%.9g",
                                            fx_tensor_get_double (tensor, i)));
  else if (dtype == FX_DTYPE_UINT64)
    g_string_append_printf (text, "%" PRIu64, (guint64)fx_tensor_get_int64 (tensor, i));
  else
    g_string_append_printf (text, "%" PRId64, fx_tensor_get_int64 (tensor, i));
}

/* FNV-1a; only to tell two dumps with different weights apart. */
static guint64
hash_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint64 hash = 0xcbf29ce484222325;

  for (gsize i = 0; i < size; i++)
    hash = (hash ^ data[i]) * 0x100000001b3;
  return hash;
}

static void
append_data (GString *text, const FxTensor *tensor, FxTextFlags flags)
{
  gsize n = fx_tensor_elements (tensor);
  gboolean is_complex
      = fx_tensor_dtype (tensor) == FX_DTYPE_COMPLEX64 || fx_tensor_dtype (tensor) == FX_DTYPE_COMPLEX128;

  if (is_complex || (n > MAX_INLINE_ELEMENTS && !(flags & FX_TEXT_ALL_DATA)))
    {
      g_string_append_printf (text, "elided 0x%" G_GINT64_MODIFIER "x", hash_bytes (fx_tensor_bytes (tensor)));
      return;
    }
  g_string_append_c (text, '[');
  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_element (text, tensor, i);
    }
  g_string_append_c (text, ']');
}

static void
append_attr (GString *text, const FxGraph *graph, const FxAttr *attr, FxTextFlags flags, guint indent)
{
  append_name (text, attr->name);
  g_string_append_c (text, '=');
  if (attr->kind == FX_ATTR_TENSOR)
    {
      g_string_append_printf (text, "%s", fx_dtype_name (fx_tensor_dtype (attr->tensor)));
      append_shape (text, graph, fx_tensor_shape (attr->tensor));
      g_string_append_c (text, ' ');
      append_data (text, attr->tensor, flags);
    }
  else if (attr->kind == FX_ATTR_GRAPH)
    {
      g_string_append (text, "{\n");
      print_graph (text, attr->graph, flags, indent + 2);
      g_string_append_printf (text, "%*s}", indent, "");
    }
  else if (attr->n == 0 && attr->kind == FX_ATTR_FLOATS)
    g_string_append (text, "floats[]");
  else if (attr->n == 0 && attr->kind == FX_ATTR_STRINGS)
    g_string_append (text, "strings[]");
  else
    {
      g_autofree char *value = fx_attr_to_string (attr);

      g_string_append (text, value);
    }
}

static void
append_node (GString *text, const FxGraph *graph, const FxNode *node, FxTextFlags flags, guint indent)
{
  for (guint i = 0; i < node->n_outputs; i++)
    {
      g_string_append (text, i > 0 ? ", " : "");
      append_typed_value (text, graph, node->outputs[i]);
    }
  g_string_append (text, node->n_outputs > 0 ? " = " : "= ");
  if (node->domain[0] != '\0')
    {
      append_quoted (text, node->domain);
      g_string_append (text, "::");
    }
  append_name (text, node->op_type);
  g_string_append_c (text, '(');
  for (guint i = 0; i < node->n_inputs; i++)
    {
      g_string_append (text, i > 0 ? ", " : "");
      append_value_name (text, graph, node->inputs[i]);
    }
  g_string_append_c (text, ')');
  if (node->n_attrs > 0)
    {
      g_string_append (text, " {");
      for (guint i = 0; i < node->n_attrs; i++)
        {
          g_string_append (text, i > 0 ? ", " : "");
          append_attr (text, graph, &node->attrs[i], flags, indent);
        }
      g_string_append_c (text, '}');
    }
  g_string_append_c (text, ' ');
  append_quoted (text, node->name);
  g_string_append_printf (text, " v%u", node->version);
  if (node->origins != NULL)
    {
      g_string_append (text, " from [");
      for (guint i = 0; node->origins[i] != NULL; i++)
        {
          g_string_append (text, i > 0 ? "," : "");
          append_quoted (text, node->origins[i]);
        }
      g_string_append_c (text, ']');
    }
}

static void
begin_line (GString *text, guint indent, const char *word)
{
  g_string_append_printf (text, "%*s%s", indent, "", word);
}

static void
print_graph (GString *text, const FxGraph *graph, FxTextFlags flags, guint indent)
{
  GList *keys = fx_graph_metadata_keys (graph);

  begin_line (text, indent, "graph ");
  append_quoted (text, fx_graph_name (graph));
  g_string_append_c (text, '\n');
  for (GList *key = keys; key != NULL; key = key->next)
    {
      begin_line (text, indent, "meta ");
      append_quoted (text, key->data);
      g_string_append_c (text, ' ');
      append_quoted (text, fx_graph_metadata (graph, key->data));
      g_string_append_c (text, '\n');
    }
  g_list_free (keys);
  for (guint i = 0; i < fx_graph_n_opsets (graph); i++)
    {
      const FxOpset *opset = fx_graph_opset_at (graph, i);

      begin_line (text, indent, "opset ");
      append_quoted (text, opset->domain);
      g_string_append_printf (text, " %" PRId64 "\n", opset->version);
    }
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      begin_line (text, indent, "input ");
      append_typed_value (text, graph, fx_graph_input (graph, i));
      g_string_append_c (text, '\n');
    }
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      const FxValue *value = fx_graph_value (graph, v);

      if (value->constant == NULL && !value->captured)
        continue;
      begin_line (text, indent, value->constant != NULL ? "const " : "captured ");
      append_typed_value (text, graph, v);
      if (value->constant != NULL)
        {
          g_string_append (text, " = ");
          append_data (text, value->constant, flags);
        }
      g_string_append_c (text, '\n');
    }
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed)
      {
        begin_line (text, indent, "");
        append_node (text, graph, fx_graph_node (graph, i), flags, indent);
        g_string_append_c (text, '\n');
      }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    {
      begin_line (text, indent, "output ");
      append_value_name (text, graph, fx_graph_output (graph, i));
      g_string_append_c (text, '\n');
    }
}

char *
fx_graph_print (const FxGraph *graph, FxTextFlags flags)
{
  GString *text = g_string_new (NULL);

  print_graph (text, graph, flags, 0);
  return g_string_free (text, FALSE);
}
