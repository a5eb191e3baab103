/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit-text.h"

#include <string.h>

/* Objects and lists inside of one another; the loader has bounded them, too. */
#define MAX_DEPTH 8

static void append_value (GString *text, GVariant *value, guint depth);

static void
append_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_dtostr (buffer, sizeof buffer, value));
}

/* "1, 2 or 3" */
static void
append_list (GString *text, GVariant *list, guint depth)
{
  gsize n = g_variant_n_children (list);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) value = g_variant_get_variant (boxed);

      g_string_append (text, i == 0 ? "" : i + 1 < n ? ", " : " or ");
      append_value (text, value, depth);
    }
}

/* "N 1, C 8" */
static void
append_object (GString *text, GVariant *object, guint depth)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean first = TRUE;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_string_append_printf (text, "%s%s ", first ? "" : ", ", name);
      append_value (text, value, depth);
      g_variant_unref (value);
      first = FALSE;
    }
}

static void
append_value (GString *text, GVariant *value, guint depth)
{
  if (depth > MAX_DEPTH)
    g_string_append (text, "…");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    g_string_append (text, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    g_string_append_printf (text, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    append_number (text, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (text, g_variant_get_boolean (value) ? "yes" : "no");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    append_list (text, value, depth + 1);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_object (text, value, depth + 1);
  else
    g_string_append (text, "any");
}

/* How a key of conditions is said; NULL: the value says enough. */
static const struct
{
  const char *key, *words;
} keys[] = {
  { "attr", NULL },
  { "dims", NULL },
  { "direction", "scaling" },
  { "expr", NULL },
  { "global", "global" },
  { "input_count", "number of inputs" },
  { "input_rank", "input rank" },
  { "input_rank_gt", "input rank above" },
  { "input_type_rt", "runtime input" },
  { "next_node_on", "the next node is on the" },
  { "operand", "operand is a" },
  { "operation", "operation" },
  { "opset", "opset" },
  { "pattern", NULL },
  { "perm", "order" },
  { "pool", "pool" },
  { "shape_pair", "shapes" },
  { "softmax_semantics", "semantics of" },
  { "spatial_rank", "spatial axes" },
};

static const char *
words_of (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i].key) == 0)
      return keys[i].words;
  return key;
}

char *
fx_limit_when_to_string (GVariant *when)
{
  GString *text = g_string_new (NULL);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, when);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      const char *words = words_of (key);

      g_string_append_printf (text, "%s%s%s", text->len > 0 ? ", " : "", words != NULL ? words : "",
                              words != NULL ? " " : "");
      append_value (text, value, 0);
      g_variant_unref (value);
    }
  if (text->len > 0)
    g_string_replace (text, "_", " ", 0);
  return g_string_free (text, FALSE);
}

char *
fx_limit_to_string (const FxLimit *limit)
{
  g_autofree char *sentence
      = limit->kind != NULL && limit->kind->describe != NULL
            ? limit->kind->describe (limit)
            : g_strdup_printf ("A limit of kind \"%s\", which this version does not know", limit->kind_name);
  g_autofree char *when = limit->when != NULL ? fx_limit_when_to_string (limit->when) : NULL;

  return when != NULL ? g_strdup_printf ("%s (where %s)", sentence, when) : g_steal_pointer (&sentence);
}
