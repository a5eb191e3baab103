/* Limits that are a relation between the sizes of a node.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* The variables of an expression with their values: "dh = 2, dw = 1". */
static char *
values_text (const char *expr, const FxLimitSubject *subject)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);

  while (*expr != '\0')
    {
      gsize n = 0;
      double value;

      while (is_name_char (expr[n]))
        n++;
      if (n > 0 && g_ascii_isalpha (*expr) && expr[n] != '(')
        {
          g_autofree char *name = g_strndup (expr, n);

          if (!g_ptr_array_find_with_equal_func (seen, name, g_str_equal, NULL)
              && fx_limit_variable (name, subject, &value) == FX_VARIABLE_KNOWN)
            {
              g_autofree char *number = fx_number_text (value);

              g_string_append_printf (text, "%s%s = %s", text->len > 0 ? ", " : "", name, number);
              g_ptr_array_add (seen, g_steal_pointer (&name));
            }
        }
      expr += MAX (n, 1);
    }
  return g_string_free (text, FALSE);
}

/* All expressions of the limit, for their variables: helper values may hide them. */
static char *
all_expressions (const FxLimit *limit, const char *expr)
{
  g_autoptr (GVariant) let = fx_field (limit->fields, "let");
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fx_field_n_children (let); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (let, i);
      g_autoptr (GVariant) second = fx_field_child (pair, 1);
      g_autofree char *one = fx_field_text (second);

      g_string_append_printf (text, "%s ", one);
    }
  g_string_append (text, expr);
  return g_string_free (text, FALSE);
}

static FxVerdict
judge_formula (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *expr = fx_field_string (limit->fields, "expr"), *all = NULL;
  g_autoptr (GVariant) let = fx_field (limit->fields, "let");
  g_autoptr (GError) error = NULL;
  double value;

  if (expr == NULL || !fx_limit_expression (expr, subject, let, &value, &error))
    return FX_VERDICT_UNKNOWN;
  all = all_expressions (limit, expr);
  *found = values_text (all, subject);
  *allowed = g_strdup (expr);
  return fx_verdict (value != 0);
}

static char *
describe_relation (const FxLimit *limit)
{
  g_autofree char *expr = fx_field_string (limit->fields, "expr");

  return g_strdup_printf (_ ("Sizes satisfy %s"), expr != NULL ? expr : "?");
}

static char *
describe_divisible (const FxLimit *limit)
{
  g_autofree char *expr = fx_field_string (limit->fields, "expr");

  return g_strdup_printf (_ ("Divides without rest: %s"), expr != NULL ? expr : "?");
}

static char *
describe_size (const FxLimit *limit)
{
  g_autofree char *expr = fx_field_string (limit->fields, "expr");
  g_autoptr (GVariant) let = fx_field (limit->fields, "let");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < fx_field_n_children (let); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (let, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      g_autofree char *name = fx_field_text (first), *value = fx_field_text (second);

      fx_list_add (text, "%s = %s", name, value);
    }
  if (text->len == 0)
    return g_strdup_printf (_ ("Size %s"), expr != NULL ? expr : "?");
  return g_strdup_printf (_ ("Size %s, where %s"), expr != NULL ? expr : "?", text->str);
}

/* ---- aligned_size ---- */

/* The documentation gives the limit for one batch size and is silent about others. */
static FxVerdict
judge_aligned (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  double batch, n;

  if (fx_field_number (limit->fields, "batch", &batch) && fx_limit_variable ("N", subject, &n) == FX_VARIABLE_KNOWN
      && n != batch)
    return FX_VERDICT_HOLDS;
  return judge_formula (limit, subject, found, allowed);
}

static char *
describe_aligned (const FxLimit *limit)
{
  g_autofree char *max = fx_field_list_text (limit->fields, "max", "or");
  g_autoptr (GVariant) alignments = fx_field (limit->fields, "alignments");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;

  for (guint i = 0; i < fx_field_n_children (alignments); i++)
    {
      g_autoptr (GVariant) alignment = fx_field_child (alignments, i);
      g_autoptr (GPtrArray) axes = g_ptr_array_new_with_free_func (g_free);

      for (const char *axis = "CHW"; *axis != '\0'; axis++)
        {
          const char name[2] = { *axis, '\0' };
          g_autofree char *to = fx_field_list_text (alignment, name, "or");

          if (strcmp (to, "?") != 0)
            g_ptr_array_add (axes, g_strdup_printf (_ ("%c to %s"), *axis, to));
        }
      g_ptr_array_add (axes, NULL);
      g_ptr_array_add (texts, fx_list_text ((const char *const *)axes->pdata, "and"));
    }
  g_ptr_array_add (texts, NULL);
  list = fx_list_text ((const char *const *)texts->pdata, "or");
  return g_strdup_printf (_ ("C×H×W, rounded up (%s, whichever is less), at most %s"), list, max);
}

/* ---- per_axis ---- */

/* The only relation between the axes of two operands that there is: on every axis but the one gathered along, indices
 * are no longer than the data. */
static FxVerdict
judge_per_axis (G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  const FxFact *indices = fx_limit_input (subject, "indices");
  const FxShape *x = subject->n_inputs > 0 ? &subject->inputs[0].shape : NULL;
  FxVerdict verdict = FX_VERDICT_HOLDS;
  int axis;

  if (indices == NULL || x->rank < 0 || indices->shape.rank != x->rank || !fx_limit_axis_attribute (subject, &axis))
    return FX_VERDICT_UNKNOWN;
  if (subject->channels_last)
    axis = fx_limit_own_axis (axis, x->rank);
  *allowed = g_strdup (_ ("indices no longer than the data"));
  for (int i = 0; i < x->rank; i++)
    {
      gint64 a = indices->shape.dims[i], b = x->dims[i];

      if (i == axis || (a == b && a != FX_DIM_UNKNOWN))
        continue;
      if (a < 0 || b < 0)
        verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
      else if (a > b)
        {
          g_free (*found);
          *found = g_strdup_printf (_ ("axis %d: %" PRId64 " indices for %" PRId64 " elements"), i, a, b);
          verdict = FX_VERDICT_BROKEN;
        }
    }
  return verdict;
}

static char *
describe_per_axis (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("On every axis but the one gathered along, indices are no longer than the data"));
}

const FxLimitKind fx_limit_kinds_formula[] = {
  { "formula", "relation", judge_formula, describe_relation },
  { "formula", "divisible", judge_formula, describe_divisible },
  { "formula", "size", judge_formula, describe_size },
  { "formula", "aligned_size", judge_aligned, describe_aligned },
  { "formula", "per_axis", judge_per_axis, describe_per_axis },
  { NULL },
};
