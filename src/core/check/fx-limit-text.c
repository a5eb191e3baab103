/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit-text.h"

#include "core/check/fx-limit-fields.h"
#include "core/fx-i18n.h"

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
  g_auto (GStrv) values = g_new0 (char *, n + 1);
  g_autofree char *all = NULL;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) value = g_variant_get_variant (boxed);
      GString *one = g_string_new (NULL);

      append_value (one, value, depth);
      values[i] = g_string_free (one, FALSE);
    }
  all = fx_list_text ((const char *const *)values, "or");
  g_string_append (text, all);
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
    g_string_append_printf (text, "%" PRId64, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    append_number (text, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (text, g_variant_get_boolean (value) ? _ ("yes") : _ ("no"));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    append_list (text, value, depth + 1);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_object (text, value, depth + 1);
  else
    g_string_append (text, _ ("any"));
}

/* How a key of conditions is said; NULL: the value says enough. */
static const struct
{
  const char *key, *words;
} keys[] = {
  { "attr", NULL },
  { "dims", NULL },
  { "direction", N_ ("scaling") },
  { "expr", NULL },
  { "global", N_ ("global") },
  { "input_count", N_ ("number of inputs") },
  { "input_rank", N_ ("input rank") },
  { "input_rank_gt", N_ ("input rank above") },
  { "input_type_rt", N_ ("runtime input") },
  { "next_node_on", N_ ("the next node is on the") },
  { "operand", N_ ("operand is a") },
  { "operation", N_ ("operation") },
  { "opset", "opset" },
  { "pattern", NULL },
  { "perm", N_ ("order") },
  { "pool", N_ ("pool") },
  { "shape_pair", N_ ("shapes") },
  { "softmax_semantics", N_ ("semantics of") },
  { "spatial_rank", N_ ("spatial axes") },
};

static const char *
words_of (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (key, keys[i].key) == 0)
      return fx_translate (keys[i].words);
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
            : g_strdup_printf (_ ("A limit of kind \"%s\", which this version does not know"), limit->kind_name);
  g_autofree char *when = limit->when != NULL ? fx_limit_when_to_string (limit->when) : NULL;

  return when != NULL ? g_strdup_printf (_ ("%s (where %s)"), sentence, when) : g_steal_pointer (&sentence);
}
