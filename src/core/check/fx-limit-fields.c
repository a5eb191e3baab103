/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit-fields.h"

#include "core/fx-i18n.h"

#include <math.h>
#include <string.h>

GVariant *
fx_field_unwrap (GVariant *value)
{
  if (value == NULL)
    return NULL;

  g_variant_ref (value);
  while (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT) || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    {
      GVariant *inner = g_variant_n_children (value) > 0 ? g_variant_get_child_value (value, 0) : NULL;

      g_variant_unref (value);
      if (inner == NULL)
        return NULL;
      value = inner;
    }
  return value;
}

GVariant *
fx_field (GVariant *dict, const char *name)
{
  g_autoptr (GVariant) found = NULL;

  if (dict == NULL || !g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT))
    return NULL;

  found = g_variant_lookup_value (dict, name, NULL);
  return fx_field_unwrap (found);
}

guint
fx_field_n_children (GVariant *list)
{
  if (list == NULL || g_variant_is_of_type (list, G_VARIANT_TYPE_DICTIONARY))
    return 0;
  if (!g_variant_is_of_type (list, G_VARIANT_TYPE_ARRAY) && !g_variant_is_of_type (list, G_VARIANT_TYPE_TUPLE))
    return 0;
  return (guint)MIN (g_variant_n_children (list), G_MAXUINT16);
}

GVariant *
fx_field_child (GVariant *list, guint i)
{
  g_autoptr (GVariant) child = NULL;

  if (i >= fx_field_n_children (list))
    return NULL;

  child = g_variant_get_child_value (list, i);
  return fx_field_unwrap (child);
}

gboolean
fx_field_to_number (GVariant *value, double *number)
{
  if (value == NULL)
    return FALSE;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BYTE: *number = g_variant_get_byte (value); return TRUE;
    case G_VARIANT_CLASS_INT16: *number = g_variant_get_int16 (value); return TRUE;
    case G_VARIANT_CLASS_UINT16: *number = g_variant_get_uint16 (value); return TRUE;
    case G_VARIANT_CLASS_INT32: *number = g_variant_get_int32 (value); return TRUE;
    case G_VARIANT_CLASS_UINT32: *number = g_variant_get_uint32 (value); return TRUE;
    case G_VARIANT_CLASS_INT64: *number = (double)g_variant_get_int64 (value); return TRUE;
    case G_VARIANT_CLASS_UINT64: *number = (double)g_variant_get_uint64 (value); return TRUE;
    case G_VARIANT_CLASS_DOUBLE: *number = g_variant_get_double (value); return isfinite (*number);
    default: return FALSE;
    }
}

gboolean
fx_field_number (GVariant *dict, const char *name, double *number)
{
  g_autoptr (GVariant) value = fx_field (dict, name);

  return fx_field_to_number (value, number);
}

gboolean
fx_field_boolean (GVariant *dict, const char *name, gboolean fallback)
{
  g_autoptr (GVariant) value = fx_field (dict, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) ? g_variant_get_boolean (value)
                                                                               : fallback;
}

char *
fx_field_string (GVariant *dict, const char *name)
{
  g_autoptr (GVariant) value = fx_field (dict, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                                              : NULL;
}

double *
fx_field_numbers (GVariant *dict, const char *name, guint *n)
{
  g_autoptr (GVariant) list = fx_field (dict, name);
  g_autofree double *numbers = NULL;

  *n = fx_field_n_children (list);
  if (*n == 0)
    return NULL;

  numbers = g_new (double, *n);
  for (guint i = 0; i < *n; i++)
    {
      g_autoptr (GVariant) child = fx_field_child (list, i);

      if (!fx_field_to_number (child, &numbers[i]))
        return NULL;
    }
  return g_steal_pointer (&numbers);
}

/* ---- texts ---- */

char *
fx_number_text (double number)
{
  if (number == trunc (number) && fabs (number) < 1e15)
    return g_strdup_printf ("%.0f", number == 0 ? 0.0 : number);
  return g_strdup_printf ("%g", number);
}

/* One value without looking further into lists. */
static char *
scalar_text (GVariant *value)
{
  double number;

  if (value == NULL)
    return g_strdup (_ ("any"));
  if (fx_field_to_number (value, &number))
    return fx_number_text (number);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  return g_strdup ("?");
}

char *
fx_field_text (GVariant *value)
{
  guint n = fx_field_n_children (value);
  GString *text;

  if (n == 0)
    return scalar_text (value);

  text = g_string_new ("[");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = fx_field_child (value, i);
      g_autofree char *part = scalar_text (child);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", part);
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

char **
fx_field_texts (GVariant *dict, const char *name)
{
  g_autoptr (GVariant) value = fx_field (dict, name);
  guint n = fx_field_n_children (value);
  char **texts;

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return NULL;
  if (n == 0 && !g_variant_is_container (value))
    {
      texts = g_new0 (char *, 2);
      texts[0] = scalar_text (value);
      return texts;
    }
  if (n == 0)
    return NULL;
  texts = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = fx_field_child (value, i);

      texts[i] = fx_field_text (child);
    }
  return texts;
}

/* The last two members of a list, by the word between them. */
static const struct
{
  const char *word, *format;
} list_ends[] = {
  { "and", N_ ("%s and %s") },
  { "by", N_ ("%s by %s") },
  { "or", N_ ("%s or %s") },
};

char *
fx_list_text (const char *const *texts, const char *word)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n = g_strv_length ((char **)texts);

  for (guint i = 0; i + 1 < n; i++)
    fx_list_add (list, "%s", texts[i]);
  for (guint i = 0; n > 1 && i < G_N_ELEMENTS (list_ends); i++)
    if (strcmp (list_ends[i].word, word) == 0)
      return g_strdup_printf (_ (list_ends[i].format), list->str, texts[n - 1]);
  return g_strdup (n > 0 ? texts[n - 1] : "");
}

char *
fx_field_list_text (GVariant *dict, const char *name, const char *word)
{
  g_auto (GStrv) texts = fx_field_texts (dict, name);

  return texts != NULL ? fx_list_text ((const char *const *)texts, word) : g_strdup ("?");
}

/* ---- ranges ---- */

static gboolean
to_bound (GVariant *value, FxFieldBound *bound)
{
  const char *text;

  *bound = (FxFieldBound){ .open = value == NULL };
  if (value == NULL || fx_field_to_number (value, &bound->number))
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return FALSE;
  text = g_variant_get_string (value, NULL);
  return *text != '\0' && g_strlcpy (bound->expression, text, sizeof bound->expression) < sizeof bound->expression;
}

gboolean
fx_field_to_range (GVariant *value, FxFieldRange *range)
{
  g_autoptr (GVariant) min = fx_field_child (value, 0);
  g_autoptr (GVariant) max = fx_field_child (value, 1);

  return fx_field_n_children (value) == 2 && to_bound (min, &range->min) && to_bound (max, &range->max);
}

gboolean
fx_field_range (GVariant *dict, const char *name, FxFieldRange *range)
{
  g_autoptr (GVariant) value = fx_field (dict, name);

  return fx_field_to_range (value, range);
}

gboolean
fx_field_min_max (GVariant *dict, FxFieldRange *range)
{
  g_autoptr (GVariant) min = fx_field (dict, "min");
  g_autoptr (GVariant) max = fx_field (dict, "max");

  return to_bound (min, &range->min) && to_bound (max, &range->max) && !(range->min.open && range->max.open);
}

static char *
bound_text (const FxFieldBound *bound)
{
  return bound->expression[0] != '\0' ? g_strdup (bound->expression) : fx_number_text (bound->number);
}

char *
fx_range_text (const FxFieldRange *range)
{
  g_autofree char *min = bound_text (&range->min);
  g_autofree char *max = bound_text (&range->max);

  if (range->min.open && range->max.open)
    return g_strdup (_ ("any"));
  if (range->min.open)
    return g_strdup_printf (_ ("at most %s"), max);
  if (range->max.open)
    return g_strdup_printf (_ ("at least %s"), min);
  return strcmp (min, max) == 0 ? g_steal_pointer (&min) : g_strdup_printf (_ ("%s to %s"), min, max);
}

/* The number at one end; FALSE if its expression cannot be told. */
static gboolean
bound_value (const FxFieldBound *bound, const FxLimitSubject *subject, double *number)
{
  g_autoptr (GError) error = NULL;

  *number = bound->number;
  return bound->expression[0] == '\0' || fx_limit_expression (bound->expression, subject, NULL, number, &error);
}

FxVerdict
fx_range_judge (const FxFieldRange *range, double value, const FxLimitSubject *subject)
{
  FxVerdict verdict = FX_VERDICT_HOLDS;
  double end;

  if (!range->min.open)
    verdict = bound_value (&range->min, subject, &end) ? fx_verdict (value >= end) : FX_VERDICT_UNKNOWN;
  if (!range->max.open)
    verdict = fx_verdict_worse (verdict, bound_value (&range->max, subject, &end) ? fx_verdict (value <= end)
                                                                                  : FX_VERDICT_UNKNOWN);
  return verdict;
}

FxVerdict
fx_field_applies (GVariant *dict, const char *name, const FxLimit *limit, const FxLimitSubject *subject)
{
  g_autoptr (GVariant) when = fx_field (dict, name);

  if (when != NULL && !g_variant_is_of_type (when, G_VARIANT_TYPE_VARDICT))
    return FX_VERDICT_UNKNOWN;
  return fx_limit_applies_when (when, limit, subject);
}
