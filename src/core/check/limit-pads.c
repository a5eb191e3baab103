/* Limits on padding: of windows and of Pad.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"

#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <string.h>

static const char axis_fields[][2] = { "d", "h", "w" };
static const char *const axis_names[] = { N_ ("depth"), N_ ("height"), N_ ("width") };

/* "pads 0×0 before, 1×1 behind", or "pads 1×1" */
static char *
found_pads (const FxWindow *window)
{
  g_autofree char *begin = fx_limit_window_text (window, window->pad_begin);
  g_autofree char *end = fx_limit_window_text (window, window->pad_end);

  return strcmp (begin, end) == 0 ? g_strdup_printf (_ ("pads %s"), begin)
                                  : g_strdup_printf (_ ("pads %s in front, %s behind"), begin, end);
}

/* SAME_UPPER and SAME_LOWER pad by the input's size, which has to be known. */
static gboolean
get_pads (const FxLimitSubject *subject, FxWindow *window)
{
  const FxAttr *attr = fx_node_attr (subject->node, "auto_pad");
  gboolean same = attr != NULL && attr->kind == FX_ATTR_STRING && g_str_has_prefix (attr->s, "SAME");

  if (!fx_limit_window (subject, window))
    return FALSE;
  for (int i = 0; same && i < window->spatial_rank; i++)
    if (window->in[i] < 0)
      return FALSE;
  return TRUE;
}

/* ---- range ---- */

static char *
ranges_text (const FxLimit *limit)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (axis_fields); i++)
    {
      FxFieldRange range;
      g_autofree char *one = NULL;

      if (!fx_field_range (limit->fields, axis_fields[i], &range))
        continue;
      one = fx_range_text (&range);
      fx_list_add (text, "%s %s", _ (axis_names[i]), one);
    }
  return g_string_free (text, FALSE);
}

static FxVerdict
judge_range (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  FxVerdict verdict = FX_VERDICT_HOLDS;
  gboolean any = FALSE;
  FxWindow window;

  if (!get_pads (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_pads (&window);
  *allowed = ranges_text (limit);
  for (guint i = 0; i < G_N_ELEMENTS (axis_fields); i++)
    {
      int axis = fx_limit_window_axis (&window, axis_fields[i][0]);
      FxFieldRange range;

      if (!fx_field_range (limit->fields, axis_fields[i], &range))
        continue;
      any = TRUE;
      if (axis < 0)
        continue;
      verdict = fx_verdict_worse (verdict, fx_range_judge (&range, (double)window.pad_begin[axis], subject));
      verdict = fx_verdict_worse (verdict, fx_range_judge (&range, (double)window.pad_end[axis], subject));
    }
  return any ? verdict : FX_VERDICT_UNKNOWN;
}

static char *
describe_range (const FxLimit *limit)
{
  g_autofree char *text = ranges_text (limit);

  return g_strdup_printf (_ ("Padding along %s"), *text != '\0' ? text : "?");
}

/* ---- symmetric ---- */

static FxVerdict
judge_symmetric (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  const FxAttr *attr = fx_node_attr (subject->node, "pads");
  gboolean listed = attr != NULL && attr->kind == FX_ATTR_INTS && attr->n > 0, holds = TRUE;
  FxWindow window;
  double length;

  if (!fx_field_number (limit->fields, "length", &length) || !get_pads (subject, &window))
    return FX_VERDICT_UNKNOWN;
  if (listed && (double)attr->n != length)
    {
      *found = g_strdup_printf (_ ("%u pads"), attr->n);
      *allowed = g_strdup_printf (_ ("%.0f pads"), length);
      return FX_VERDICT_BROKEN;
    }
  for (int i = 0; i < window.spatial_rank; i++)
    holds = holds && window.pad_begin[i] == window.pad_end[i];
  *found = found_pads (&window);
  *allowed = g_strdup (_ ("the same in front and behind"));
  return fx_verdict (holds);
}

static char *
describe_symmetric (const FxLimit *limit)
{
  g_autofree char *length = fx_field_list_text (limit->fields, "length", "or");

  return g_strdup_printf (_ ("Padding has %s entries and is the same in front of and behind each axis"), length);
}

/* ---- formula ---- */

static GVariant *
let_pair (const char *name, gint64 value)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  g_variant_builder_add (&builder, "v", g_variant_new_string (name));
  g_variant_builder_add (&builder, "v", g_variant_new_take_string (g_strdup_printf ("%" PRId64, value)));
  return g_variant_new_variant (g_variant_builder_end (&builder));
}

/* One rule with k, p and s those of one axis: its condition, if it has one, and its expression. */
static FxVerdict
judge_rule (GVariant *rule, const FxLimitSubject *subject, GVariant *let)
{
  g_autofree char *expr = fx_field_string (rule, "expr");
  g_autoptr (GVariant) when = fx_field (rule, "when");
  g_autofree char *condition = fx_field_string (when, "expr");
  g_autoptr (GError) error = NULL;
  double value;

  if (condition != NULL)
    {
      if (!fx_limit_expression (condition, subject, let, &value, &error))
        return FX_VERDICT_UNKNOWN;
      if (value == 0)
        return FX_VERDICT_HOLDS;
    }
  if (expr == NULL || !fx_limit_expression (expr, subject, let, &value, &error))
    return FX_VERDICT_UNKNOWN;
  return fx_verdict (value != 0);
}

static FxVerdict
judge_formula (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) rules = fx_field (limit->fields, "rules");
  FxVerdict verdict = FX_VERDICT_HOLDS;
  g_autofree char *pads = NULL, *kernel = NULL, *stride = NULL;
  FxWindow window;

  if (fx_field_n_children (rules) == 0 || !get_pads (subject, &window))
    return FX_VERDICT_UNKNOWN;
  for (int i = 0; i < window.spatial_rank; i++)
    for (guint k = 0; k < fx_field_n_children (rules) * 2; k++)
      {
        g_autoptr (GVariant) rule = fx_field_child (rules, k / 2);
        g_autoptr (GVariant) let = NULL;
        GVariantBuilder builder;

        if (window.kernel[i] < 0)
          return FX_VERDICT_UNKNOWN;
        g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
        g_variant_builder_add_value (&builder, let_pair ("k", window.kernel[i]));
        g_variant_builder_add_value (&builder, let_pair ("s", window.stride[i]));
        g_variant_builder_add_value (&builder, let_pair ("p", k % 2 ? window.pad_end[i] : window.pad_begin[i]));
        let = g_variant_ref_sink (g_variant_builder_end (&builder));
        verdict = fx_verdict_worse (verdict, judge_rule (rule, subject, let));
      }
  pads = found_pads (&window);
  kernel = fx_limit_window_text (&window, window.kernel);
  stride = fx_limit_window_text (&window, window.stride);
  *found = g_strdup_printf (_ ("%s with kernel %s and stride %s"), pads, kernel, stride);
  *allowed = g_strdup (_ ("no more than kernel / stride"));
  return verdict;
}

static char *
describe_formula (const FxLimit *limit)
{
  g_autoptr (GVariant) rules = fx_field (limit->fields, "rules");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < fx_field_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = fx_field_child (rules, i);
      g_autofree char *expr = fx_field_string (rule, "expr");
      g_autoptr (GVariant) when = fx_field (rule, "when");
      g_autofree char *condition = fx_field_string (when, "expr");

      if (condition != NULL)
        fx_list_add (text, N_ ("%s if %s"), expr != NULL ? expr : "?", condition);
      else
        fx_list_add (text, "%s", expr != NULL ? expr : "?");
    }
  return g_strdup_printf (_ ("Padding p, kernel k and stride s of each axis satisfy %s"), text->str);
}

/* ---- Pad ---- */

/* The pads of Pad: those in front of each axis, then those behind. FALSE: not known. */
static gboolean
get_pad_list (const FxLimitSubject *subject, gint64 **pads, guint *n)
{
  gboolean known;

  *pads = NULL;
  return fx_limit_ints (subject, "pads", "pads", pads, n, &known)
         || (known && fx_limit_ints (subject, "paddings", NULL, pads, n, &known));
}

/* Which axes are padded, as bits; pads may be listed for some axes only (opset 18). */
static gboolean
get_padded_axes (const FxLimitSubject *subject, guint32 *mask)
{
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  g_autofree gint64 *pads = NULL, *axes = NULL;
  guint n, n_axes;
  gboolean known;

  *mask = 0;
  if (!get_pad_list (subject, &pads, &n))
    return FALSE;
  if (!fx_limit_ints (subject, "axes", "axes", &axes, &n_axes, &known) && !known)
    return FALSE;
  if (axes != NULL && n != 2 * n_axes)
    return FALSE;
  for (guint i = 0; i < n / 2; i++)
    {
      gint64 axis = axes == NULL ? i : axes[i] < 0 ? axes[i] + rank : axes[i];

      if (axis < 0 || axis >= FX_MAX_RANK || (rank < 0 && (axes != NULL || subject->channels_last)))
        return FALSE;
      if (pads[i] != 0 || pads[i + n / 2] != 0)
        *mask |= 1u << fx_limit_nchw_axis ((int)axis, rank, subject->channels_last);
    }
  return TRUE;
}

static FxVerdict
judge_axes (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *all = fx_field_string (limit->fields, "axes");
  guint n;
  g_autofree double *axes = fx_field_numbers (limit->fields, "axes", &n);
  guint32 mask, left;
  g_autoptr (GString) text = g_string_new (NULL);

  if (all != NULL && strcmp (all, "all") == 0)
    return FX_VERDICT_HOLDS;
  if (axes == NULL || !get_padded_axes (subject, &mask))
    return FX_VERDICT_UNKNOWN;
  left = mask;
  for (guint i = 0; i < n; i++)
    if (axes[i] >= 0 && axes[i] < FX_MAX_RANK)
      left &= ~(1u << (guint)axes[i]);
  for (guint i = 0; i < FX_MAX_RANK; i++)
    if (mask >> i & 1)
      g_string_append_printf (text, text->len > 0 ? " %u" : "%u", i);
  *found = g_strdup_printf (_ ("padding of axis %s"), text->str);
  *allowed = fx_field_list_text (limit->fields, "axes", "and");
  return fx_verdict (left == 0);
}

static char *
describe_axes (const FxLimit *limit)
{
  g_autofree char *all = fx_field_string (limit->fields, "axes");
  g_autofree char *axes = fx_field_list_text (limit->fields, "axes", "and");

  return all != NULL ? g_strdup (_ ("Any axis may be padded"))
                     : g_strdup_printf (_ ("Only axes %s may be padded"), axes);
}

static FxVerdict
judge_form (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n, n_zero;
  g_autofree double *zero = fx_field_numbers (limit->fields, "zero_indices", &n_zero);
  g_autofree gint64 *pads = NULL;
  double length, min;
  gboolean has_min = fx_field_number (limit->fields, "min", &min), holds;
  g_autofree char *values = NULL;

  if (!fx_field_number (limit->fields, "length", &length) || !get_pad_list (subject, &pads, &n))
    return FX_VERDICT_UNKNOWN;
  holds = (double)n == length;
  for (guint i = 0; i < n; i++)
    holds = holds && (!has_min || (double)pads[i] >= min);
  for (guint i = 0; i < n_zero && zero != NULL; i++)
    holds = holds && (zero[i] < 0 || zero[i] >= n || pads[(guint)zero[i]] == 0);
  values = fx_limit_ints_text (pads, n);
  *found = g_strdup_printf (_ ("pads %s"), values);
  *allowed = g_strdup_printf (_ ("%.0f pads, not negative, none on batch and channels"), length);
  return fx_verdict (holds);
}

static char *
describe_form (const FxLimit *limit)
{
  g_autofree char *length = fx_field_list_text (limit->fields, "length", "or");
  g_autofree char *min = fx_field_list_text (limit->fields, "min", "or");
  g_autofree char *zero = fx_field_list_text (limit->fields, "zero_indices", "and");

  return g_strdup_printf (_ ("Padding has %s entries of at least %s; entries %s are 0"), length, min, zero);
}

/* ---- output_padding ---- */

static FxVerdict
judge_output_padding (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n, n_in;
  g_autofree double *in = fx_field_numbers (limit->fields, "in", &n_in);
  g_autofree gint64 *pads = NULL;
  gboolean known, holds = TRUE;
  g_autofree char *values = NULL;

  if (in == NULL)
    return FX_VERDICT_UNKNOWN;
  if (!fx_limit_ints (subject, "output_padding", NULL, &pads, &n, &known))
    {
      pads = g_new0 (gint64, 1);
      n = 1;
    }
  for (guint i = 0; i < n; i++)
    {
      gboolean one = FALSE;

      for (guint k = 0; k < n_in; k++)
        one = one || (double)pads[i] == in[k];
      holds = holds && one;
    }
  values = fx_limit_ints_text (pads, n);
  *found = g_strdup_printf (_ ("output padding %s"), values);
  *allowed = fx_field_list_text (limit->fields, "in", "or");
  return fx_verdict (holds);
}

static char *
describe_output_padding (const FxLimit *limit)
{
  g_autofree char *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Output padding %s"), in);
}

const FxLimitKind fx_limit_kinds_pads[] = {
  { "pads", "range", judge_range, describe_range },
  { "pads", "axes", judge_axes, describe_axes },
  { "pads", "symmetric", judge_symmetric, describe_symmetric },
  { "pads", "form", judge_form, describe_form },
  { "pads", "formula", judge_formula, describe_formula },
  { "output_padding", "", judge_output_padding, describe_output_padding },
  { NULL },
};
