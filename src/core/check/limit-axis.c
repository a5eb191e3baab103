/* Limits on the axes along which an operator works, and on how much it scales them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"

#include "core/fx-i18n.h"
#include "core/ops/transpose.h"

#include <math.h>
#include <string.h>

static gboolean
contains (const double *values, guint n, double value)
{
  for (guint i = 0; i < n; i++)
    if (values[i] == value)
      return TRUE;

  return FALSE;
}

static char *
axes_text (const int *axes, int n)
{
  gint64 values[FX_MAX_RANK];

  for (int i = 0; i < n; i++)
    values[i] = axes[i];
  return fx_limit_ints_text (values, (guint)n);
}

/* ---- axis ---- */

static FxVerdict
judge_axis (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  gboolean forbidden = strcmp (limit->rule, "not_in") == 0;
  guint n;
  g_autofree double *values = fx_field_numbers (limit->fields, "values", &n);
  g_autofree char *list = fx_field_list_text (limit->fields, "values", "or");
  int axis;

  if (values == NULL || !fx_limit_axis_attribute (subject, &axis))
    return FX_VERDICT_UNKNOWN;
  *found = g_strdup_printf (_ ("axis %d"), axis);
  *allowed = g_strdup_printf (forbidden ? _ ("any but %s") : "%s", list);
  return fx_verdict (contains (values, n, axis) != forbidden);
}

static char *
describe_axis (const FxLimit *limit)
{
  g_autofree char *list = fx_field_list_text (limit->fields, "values", "or");

  return g_strdup_printf (_ ("Along axis %s of NCHW only"), list);
}

static char *
describe_axis_not (const FxLimit *limit)
{
  g_autofree char *list = fx_field_list_text (limit->fields, "values", "or");

  return g_strdup_printf (_ ("Not along axis %s"), list);
}

/* ---- axes ---- */

/* How many axes may be reduced: a list, where "rank" means all, or a range. */
static FxVerdict
judge_axes_count (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) in = fx_field_texts (limit->fields, "in");
  int axes[FX_MAX_RANK], n, rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  gboolean listed;
  g_autofree char *count = NULL;
  FxFieldRange range;

  if ((in == NULL && !fx_field_min_max (limit->fields, &range)) || !fx_limit_reduced_axes (subject, axes, &n, &listed))
    return FX_VERDICT_UNKNOWN;
  *found = listed ? g_strdup_printf (_ ("%d axes"), n) : g_strdup_printf (_ ("all %d axes"), n);
  if (in == NULL)
    {
      *allowed = fx_range_text (&range);
      return fx_range_judge (&range, n, subject);
    }
  *allowed = fx_list_text ((const char *const *)in, "or");
  count = g_strdup_printf ("%d", n);
  return fx_verdict (g_strv_contains ((const char *const *)in, count)
                     || (n == rank && g_strv_contains ((const char *const *)in, "rank"))
                     || (!listed && g_strv_contains ((const char *const *)in, "0")));
}

static char *
describe_axes_count (const FxLimit *limit)
{
  FxFieldRange range;
  g_autofree char *count = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range)
                                                                    : fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Number of reduced axes %s"), count);
}

/* The reduced axes are those of one of the lists in `lists`; members are positions or letters of NCHW. */
static gboolean
is_listed (GVariant *lists, const FxLimitSubject *subject, const int *axes, int n)
{
  int rank = subject->inputs[0].shape.rank;
  FxLimitSubject nchw = *subject;

  nchw.channels_last = FALSE; /* the axes are those of NCHW already */
  for (guint i = 0; i < fx_field_n_children (lists); i++)
    {
      g_autoptr (GVariant) list = fx_field_child (lists, i);
      guint32 wanted = 0, given = 0;

      for (guint k = 0; k < fx_field_n_children (list); k++)
        {
          g_autoptr (GVariant) member = fx_field_child (list, k);
          g_autofree char *letter = fx_field_text (member);
          double position = -1;

          if (!fx_field_to_number (member, &position))
            position = strlen (letter) == 1 ? fx_limit_axis (&nchw, letter[0], rank) : -1;
          else if (position < 0)
            position += rank;
          wanted |= position >= 0 && position < FX_MAX_RANK ? 1u << (guint)position : 1u << 31;
        }
      for (int k = 0; k < n; k++)
        given |= 1u << axes[k];
      if (wanted == given)
        return TRUE;
    }
  return FALSE;
}

static const char *
axes_field (const FxLimit *limit)
{
  return strcmp (limit->rule, "equal") == 0 ? "values" : "axes";
}

static FxVerdict
judge_axes_equal (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) lists = fx_field (limit->fields, axes_field (limit));
  g_autofree char *text = NULL;
  int axes[FX_MAX_RANK], n;
  gboolean listed;

  if (fx_field_n_children (lists) == 0 || !fx_limit_reduced_axes (subject, axes, &n, &listed))
    return FX_VERDICT_UNKNOWN;
  text = axes_text (axes, n);
  *found = g_strdup_printf (_ ("axes %s"), text);
  *allowed = fx_field_list_text (limit->fields, axes_field (limit), "or");
  return fx_verdict (is_listed (lists, subject, axes, n));
}

static char *
describe_axes_equal (const FxLimit *limit)
{
  g_autofree char *lists = fx_field_list_text (limit->fields, axes_field (limit), "or");

  return g_strdup_printf (_ ("Axes %s reduced together"), lists);
}

/* ---- perm ---- */

/* Output axis i is input axis perm[i]; *n is 0 where the rank is not known and no list is given. */
static gboolean
get_perm (const FxLimitSubject *subject, gint64 perm[FX_MAX_RANK], guint *n)
{
  const FxTransposeParams *params = subject->node->op == &fx_op_transpose ? subject->params : NULL;
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;

  if (params == NULL || params->perm.n > FX_MAX_RANK || (params->perm.n == 0 && rank < 0))
    return FALSE;
  *n = params->perm.n > 0 ? params->perm.n : (guint)rank;
  for (guint i = 0; i < *n; i++)
    perm[i] = params->perm.n > 0 ? params->perm.data[i] : (gint64)(*n - 1 - i);
  return TRUE;
}

static FxVerdict
judge_perm_in (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) values = fx_field_texts (limit->fields, "values");
  gint64 perm[FX_MAX_RANK];
  g_autofree char *text = NULL;
  guint n;

  if (!fx_field_boolean (limit->fields, "exclusive", TRUE))
    return FX_VERDICT_HOLDS;
  if (values == NULL || !get_perm (subject, perm, &n))
    return FX_VERDICT_UNKNOWN;
  text = fx_limit_ints_text (perm, n);
  *found = g_strdup_printf (_ ("perm %s"), text);
  *allowed = fx_list_text ((const char *const *)values, "or");
  return fx_verdict (g_strv_contains ((const char *const *)values, text));
}

static char *
describe_perm_in (const FxLimit *limit)
{
  g_autofree char *values = fx_field_list_text (limit->fields, "values", "or");

  return g_strdup_printf (
      fx_field_boolean (limit->fields, "exclusive", TRUE) ? _ ("Permutation %s") : _ ("Fast for %s"), values);
}

static FxVerdict
judge_perm_fixed (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n, n_fixed;
  g_autofree double *fixed = fx_field_numbers (limit->fields, "fixed_axes", &n_fixed);
  g_autofree char *axes = fx_field_list_text (limit->fields, "fixed_axes", "and"), *text = NULL;
  gint64 perm[FX_MAX_RANK];
  gboolean holds = TRUE;

  if (fixed == NULL || !get_perm (subject, perm, &n))
    return FX_VERDICT_UNKNOWN;
  text = fx_limit_ints_text (perm, n);
  *found = g_strdup_printf (_ ("perm %s"), text);
  *allowed = g_strdup_printf (_ ("axis %s in place"), axes);
  for (guint i = 0; i < n; i++)
    holds = holds && (!contains (fixed, n_fixed, i) || perm[i] == i);
  return fx_verdict (holds);
}

static char *
describe_perm_fixed (const FxLimit *limit)
{
  g_autofree char *axes = fx_field_list_text (limit->fields, "fixed_axes", "and");

  return g_strdup_printf (_ ("Axis %s stays in place"), axes);
}

/* ---- spatial_axes ---- */

static FxVerdict
judge_resize (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) axes = fx_field_texts (limit->fields, "axes");
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  FxVerdict verdict = FX_VERDICT_HOLDS;

  if (axes == NULL || rank < 0)
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_list_text ((const char *const *)axes, "and");
  for (int i = 0; i < rank; i++)
    {
      gboolean may_change = FALSE;
      double scale;

      for (guint k = 0; axes[k] != NULL; k++)
        may_change = may_change || (strlen (axes[k]) == 1 && fx_limit_axis (subject, axes[k][0], rank) == i);
      if (may_change)
        continue;
      if (!fx_limit_scale (subject, i, &scale))
        verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
      else if (scale != 1)
        {
          g_free (*found);
          *found = g_strdup_printf (_ ("axis %d scaled by %g"), i, scale);
          verdict = FX_VERDICT_BROKEN;
        }
    }
  return verdict;
}

static char *
describe_resize (const FxLimit *limit)
{
  g_autofree char *axes = fx_field_list_text (limit->fields, "axes", "and");

  return g_strdup_printf (_ ("Only %s may change in size"), axes);
}

static char *
describe_rearrange (const FxLimit *limit)
{
  g_autofree char *axes = fx_field_list_text (limit->fields, "axes", "and");

  return g_strdup_printf (_ ("Only %s are rearranged"), axes);
}

/* ---- scale ---- */

/* Axes that shrink are not limited. */
static FxVerdict
judge_power (G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  FxVerdict verdict = FX_VERDICT_HOLDS;
  g_autoptr (GString) text = g_string_new (NULL);

  if (rank < 0)
    return FX_VERDICT_UNKNOWN;
  for (int i = 0; i < rank; i++)
    {
      double scale;
      int exponent;

      if (!fx_limit_scale (subject, i, &scale))
        {
          verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
          continue;
        }
      if (scale != 1)
        g_string_append_printf (text, "%s%g", text->len > 0 ? "×" : "", scale);
      if (scale > 1 && frexp (scale, &exponent) != 0.5)
        verdict = FX_VERDICT_BROKEN;
    }
  *found = g_strdup_printf (_ ("scale %s"), text->len > 0 ? text->str : "1");
  *allowed = g_strdup (_ ("a power of two"));
  return verdict;
}

static char *
describe_power (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("Enlarging factors are powers of two"));
}

static char *
describe_direction (const FxLimit *limit)
{
  gboolean up = fx_field_boolean (limit->fields, "up", FALSE), down = fx_field_boolean (limit->fields, "down", FALSE);

  return g_strdup (up && down ? _ ("Enlarges and shrinks")
                   : up       ? _ ("Enlarges only")
                   : down     ? _ ("Shrinks only")
                              : _ ("Keeps sizes"));
}

const FxLimitKind fx_limit_kinds_axis[] = {
  { "axis", "in", judge_axis, describe_axis },
  { "axis", "not_in", judge_axis, describe_axis_not },
  { "axes", "count", judge_axes_count, describe_axes_count },
  { "axes", "equal", judge_axes_equal, describe_axes_equal },
  { "axes", "also_allowed", judge_axes_equal, describe_axes_equal },
  { "perm", "in", judge_perm_in, describe_perm_in },
  { "perm", "fixed", judge_perm_fixed, describe_perm_fixed },
  { "spatial_axes", "resize", judge_resize, describe_resize },
  { "spatial_axes", "rearrange", fx_limit_judge_nothing, describe_rearrange },
  { "scale", "power_of_two", judge_power, describe_power },
  { "scale", "direction", fx_limit_judge_nothing, describe_direction },
  { NULL },
};
