/* The texts about one node.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-item-text.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

/* Longer texts tell nobody anything on a card. */
#define MAX_LINES 12
#define MAX_TEXT 160

void
fx_item_append_shape (GString *text, const FxGraph *graph, const FxShape *shape)
{
  if (shape->rank == 0)
    g_string_append (text, "scalar");
  for (int i = 0; i < shape->rank; i++)
    {
      gint64 dim = shape->dims[i];

      if (i > 0)
        g_string_append (text, "×");
      if (dim >= 0)
        g_string_append_printf (text, "%" G_GINT64_FORMAT, dim);
      else
        g_string_append (text, fx_dim_is_symbol (dim) ? fx_graph_symbol_name (graph, dim) : "?");
    }
}

/* Appends text that came from a file: valid, on one line, of bounded length. */
static void
append_clean (GString *text, const char *raw)
{
  g_autofree char *valid = g_utf8_make_valid (raw, -1);

  if (g_utf8_strlen (valid, -1) > MAX_TEXT)
    strcpy (g_utf8_offset_to_pointer (valid, MAX_TEXT - 3), "…"); /* at least four bytes are there */
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (text, g_unichar_iscntrl (g_utf8_get_char (p)) ? ' ' : g_utf8_get_char (p));
}

static void
begin_line (GString *text)
{
  if (text->len > 0)
    g_string_append_c (text, '\n');
}

/* ---- the line of detail ---- */

static gboolean
all_are (const FxAttr *attr, gint64 value)
{
  for (guint i = 0; i < attr->n; i++)
    if (attr->ints[i] != value)
      return FALSE;
  return TRUE;
}

/* 3×3, or the one number if all are the same and `squeeze`. */
static void
append_ints (GString *text, const FxAttr *attr, const char *between, gboolean squeeze)
{
  guint n = squeeze && attr->n > 0 && all_are (attr, attr->ints[0]) ? 1 : MIN (attr->n, 8);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? between : "", attr->ints[i]);
}

/* How an attribute appears in the line of detail. */
typedef struct
{
  const char *attr;
  const char *prefix;  /* to be translated */
  const char *between; /* of a list */
  gboolean squeeze;    /* a list of equal numbers is one number */
  gboolean joins;      /* belongs to what is before: a space and no dot */
  gint64 unsaid;       /* goes without saying if all numbers are this */
} DetailRow;

#define ALWAYS G_MININT64

static const DetailRow detail_rows[] = {
  { "kernel_shape", "", "×", FALSE, FALSE, ALWAYS },
  { "strides", "/", ",", TRUE, TRUE, 1 },
  { "dilations", N_ ("dilated "), ",", TRUE, FALSE, 1 },
  { "group", N_ ("groups "), "", FALSE, FALSE, 1 },
  { "axis", N_ ("axis "), "", FALSE, FALSE, ALWAYS },
  { "axes", N_ ("axes "), ",", FALSE, FALSE, ALWAYS },
  { "perm", "", " ", FALSE, FALSE, ALWAYS },
  { "blocksize", N_ ("block "), "", FALSE, FALSE, ALWAYS },
  { "transB", N_ ("transposed "), "", FALSE, FALSE, 0 },
};

static void
append_row (GString *text, const DetailRow *row, const FxAttr *attr)
{
  if (attr->kind != FX_ATTR_INT && attr->kind != FX_ATTR_INTS)
    return;
  if (attr->kind == FX_ATTR_INT ? attr->i == row->unsaid : attr->n == 0 || all_are (attr, row->unsaid))
    return;
  if (text->len > 0)
    g_string_append (text, row->joins ? " " : " · ");
  g_string_append (text, fx_translate (row->prefix));
  if (attr->kind == FX_ATTR_INT)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, attr->i);
  else
    append_ints (text, attr, row->between, row->squeeze);
}

/* Output channels of a node with weights, the most telling number about it; 0 if it has none. */
static gint64
output_channels (const FxGraph *graph, const FxNode *node)
{
  gboolean transposed = g_str_has_suffix (node->op_type, "ConvTranspose"), gemm = g_str_equal (node->op_type, "Gemm");
  gboolean convolves = g_str_has_suffix (node->op_type, "Conv") || transposed;
  const FxValue *weight;

  if (!(convolves || gemm || g_str_equal (node->op_type, "MatMul")) || node->n_inputs < 2 || node->inputs[1] == FX_NONE)
    return 0;
  weight = fx_graph_value (graph, node->inputs[1]);
  if (weight->constant == NULL || weight->shape.rank < 2)
    return 0;
  if (convolves)
    return MAX (weight->shape.dims[transposed ? 1 : 0], 0);
  if (gemm)
    {
      const FxAttr *attr = fx_node_attr (node, "transB");

      return MAX (weight->shape.dims[attr != NULL && attr->kind == FX_ATTR_INT && attr->i != 0 ? 0 : 1], 0);
    }
  return MAX (weight->shape.dims[weight->shape.rank - 1], 0);
}

void
fx_item_append_detail (GString *text, const FxGraph *graph, const FxNode *node)
{
  gint64 channels = output_channels (graph, node);

  for (guint i = 0; i < G_N_ELEMENTS (detail_rows); i++)
    {
      const FxAttr *attr = fx_node_attr (node, detail_rows[i].attr);

      if (attr != NULL)
        append_row (text, &detail_rows[i], attr);
    }
  if (channels > 0)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? " · " : "", channels);
}

/* ---- lines ---- */

void
fx_item_append_values (GString *text, const FxGraph *graph, const FxId *ids, guint n)
{
  for (guint i = 0; i < n && i < MAX_LINES; i++)
    {
      const FxValue *value;

      if (ids[i] == FX_NONE)
        continue;
      value = fx_graph_value (graph, ids[i]);
      begin_line (text);
      append_clean (text, value->name);
      g_string_append_printf (text, "  %s ", fx_dtype_name (value->dtype));
      if (value->shape.rank < 0)
        g_string_append_c (text, '?');
      fx_item_append_shape (text, graph, &value->shape);
    }
  if (n > MAX_LINES)
    g_string_append_printf (text, "\n… +%u", n - MAX_LINES);
}

void
fx_item_append_attributes (GString *text, const FxNode *node)
{
  for (guint i = 0; i < node->n_attrs && i < MAX_LINES; i++)
    {
      const FxAttr *attr = &node->attrs[i];
      gboolean is_long = (attr->kind == FX_ATTR_INTS || attr->kind == FX_ATTR_FLOATS || attr->kind == FX_ATTR_STRINGS)
                         && attr->n > 16;
      g_autofree char *value = is_long ? g_strdup_printf ("[%u]", attr->n) : fx_attr_to_string (attr);

      begin_line (text);
      append_clean (text, attr->name);
      g_string_append (text, "  ");
      append_clean (text, value);
    }
  if (node->n_attrs > MAX_LINES)
    g_string_append_printf (text, "\n… +%u", node->n_attrs - MAX_LINES);
}

void
fx_item_append_reasons (GString *text, const GPtrArray *reasons)
{
  for (guint i = 0; i < reasons->len && i < MAX_LINES; i++)
    {
      const FxReason *reason = g_ptr_array_index (reasons, i);

      begin_line (text);
      append_clean (text, reason->text);
      if (reason->found != NULL)
        {
          g_string_append (text, ": ");
          append_clean (text, reason->found);
        }
      if (reason->allowed != NULL)
        {
          g_string_append (text, " (allowed: ");
          append_clean (text, reason->allowed);
          g_string_append_c (text, ')');
        }
    }
}
