/* Limits on the window of convolutions and poolings: kernel size, stride, dilation, size of the weights.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* ---- ranges per axis, which most rules have ---- */

static const char axis_fields[][2] = { "d", "h", "w" };
static const char *const axis_names[] = { N_ ("depth"), N_ ("height"), N_ ("width") };

/* "1 to 7" if all axes have the same range, else "height 1 to 7, width 1 to 5"; *same tells which. NULL if there is
 * no range at all. */
static char *
ranges_text (const FxLimit *limit, gboolean *same)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GString *text;

  *same = TRUE;
  text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (axis_fields); i++)
    {
      FxFieldRange range;
      char *one;

      if (!fx_field_range (limit->fields, axis_fields[i], &range))
        continue;
      one = fx_range_text (&range);
      *same = *same && (texts->len == 0 || strcmp (one, texts->pdata[0]) == 0);
      fx_list_add (text, "%s %s", _ (axis_names[i]), one);
      g_ptr_array_add (texts, one);
    }
  if (*same && texts->len > 1)
    g_string_assign (text, texts->pdata[0]);
  else
    *same = FALSE;
  return g_string_free (text, texts->len == 0);
}

/* What a range is about: one for each axis, or the same for all. */
typedef struct
{
  const char *each, *plane, *space;
} RangeWords;

/* "Kernel height and width 1 to 7", with what may not be together behind it. */
static char *
describe_ranges (const FxLimit *limit, const RangeWords *words)
{
  gboolean same;
  g_autofree char *ranges = ranges_text (limit, &same);
  g_autoptr (GVariant) forbid = fx_field (limit->fields, "forbid");
  g_autoptr (GVariant) pair = fx_field_child (forbid, 0);
  g_autoptr (GVariant) depth = fx_field (limit->fields, "d");
  g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
  g_autofree char *a = fx_field_text (first), *b = fx_field_text (second);
  const char *format = !same ? words->each : depth != NULL ? words->space : words->plane;
  g_autofree char *text = g_strdup_printf (_ (format), ranges != NULL ? ranges : "?");

  return pair != NULL ? g_strdup_printf (_ ("%s, but not %s×%s"), text, a, b) : g_steal_pointer (&text);
}

/* Whether height and width are one of the pairs in a list. */
static gboolean
is_pair (GVariant *pairs, const FxWindow *window, const gint64 *sizes)
{
  int h = fx_limit_window_axis (window, 'h'), w = fx_limit_window_axis (window, 'w');

  for (guint i = 0; h >= 0 && i < fx_field_n_children (pairs); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      double a, b;

      if (fx_field_to_number (first, &a) && fx_field_to_number (second, &b) && a == (double)sizes[h]
          && b == (double)sizes[w])
        return TRUE;
    }
  return FALSE;
}

static FxVerdict
judge_ranges (const FxLimit *limit, const FxLimitSubject *subject, const FxWindow *window, const gint64 *sizes,
              char **allowed)
{
  g_autoptr (GVariant) forbid = fx_field (limit->fields, "forbid");
  FxVerdict verdict = FX_VERDICT_HOLDS;
  gboolean any = FALSE, same;

  for (guint i = 0; i < G_N_ELEMENTS (axis_fields); i++)
    {
      int axis = fx_limit_window_axis (window, axis_fields[i][0]);
      g_autoptr (GVariant) field = fx_field (limit->fields, axis_fields[i]);
      FxFieldRange range;

      if (field == NULL)
        continue;
      if (!fx_field_to_range (field, &range))
        return FX_VERDICT_UNKNOWN;
      any = TRUE;
      if (axis >= 0)
        verdict = fx_verdict_worse (verdict, sizes[axis] < 0 ? FX_VERDICT_UNKNOWN
                                                             : fx_range_judge (&range, (double)sizes[axis], subject));
    }
  if (!any)
    return FX_VERDICT_UNKNOWN;
  *allowed = ranges_text (limit, &same);
  if (verdict != FX_VERDICT_BROKEN && is_pair (forbid, window, sizes))
    {
      g_free (*allowed);
      *allowed = g_strdup (_ ("larger in at least one direction"));
      return FX_VERDICT_BROKEN;
    }
  return verdict;
}

static char *
found_sizes (const char *format, const FxWindow *window, const gint64 *sizes)
{
  g_autofree char *text = fx_limit_window_text (window, sizes);

  return g_strdup_printf (_ (format), text);
}

/* Every size is one of `values`. */
static gboolean
all_in (const FxWindow *window, const gint64 *sizes, const double *values, guint n)
{
  for (int i = 0; i < window->spatial_rank; i++)
    {
      gboolean in = FALSE;

      for (guint k = 0; k < n; k++)
        in = in || (double)sizes[i] == values[k];
      if (!in)
        return FALSE;
    }
  return TRUE;
}

/* ---- kernel_range ---- */

static FxVerdict
judge_kernel (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  FxWindow window;

  if (!fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("kernel %s"), &window, window.kernel);
  return judge_ranges (limit, subject, &window, window.kernel, allowed);
}

static char *
describe_kernel (const FxLimit *limit)
{
  static const RangeWords words
      = { N_ ("Kernel %s"), N_ ("Kernel height and width %s"), N_ ("Kernel depth, height and width %s") };

  return describe_ranges (limit, &words);
}

/* ---- stride ---- */

/* A stricter set that replaces the range in one situation: {"in": [1, 2], "when": {…}}. HOLDS where it applies. */
static FxVerdict
exception_applies (const FxLimit *limit, const FxLimitSubject *subject, GVariant *exception)
{
  return exception == NULL ? FX_VERDICT_BROKEN : fx_field_applies (exception, "when", limit, subject);
}

static FxVerdict
judge_exception (const FxLimit *limit, const FxLimitSubject *subject, const FxWindow *window, char **allowed)
{
  g_autoptr (GVariant) exception = fx_field (limit->fields, "exception");
  FxVerdict applies = exception_applies (limit, subject, exception);
  g_autofree double *values = NULL;
  guint n;

  if (applies == FX_VERDICT_BROKEN)
    return FX_VERDICT_HOLDS;
  values = fx_field_numbers (exception, "in", &n);
  if (values == NULL)
    return FX_VERDICT_UNKNOWN;
  if (all_in (window, window->stride, values, n))
    return FX_VERDICT_HOLDS;
  if (applies == FX_VERDICT_UNKNOWN)
    return FX_VERDICT_UNKNOWN;
  g_free (*allowed);
  *allowed = fx_field_list_text (exception, "in", "or");
  return FX_VERDICT_BROKEN;
}

static char *
add_exception (const FxLimit *limit, char *text)
{
  g_autoptr (GVariant) exception = fx_field (limit->fields, "exception");
  g_autofree char *before = text, *in = NULL;

  if (exception == NULL)
    return g_steal_pointer (&before);
  in = fx_field_list_text (exception, "in", "or");
  return g_strdup_printf (_ ("%s, except %s where an Add closes a residual branch behind it"), before, in);
}

static FxVerdict
judge_stride_any (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) exception = fx_field (limit->fields, "exception");
  FxWindow window;

  if (exception == NULL)
    return FX_VERDICT_HOLDS;
  if (!fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("stride %s"), &window, window.stride);
  return judge_exception (limit, subject, &window, allowed);
}

static char *
describe_stride_any (const FxLimit *limit)
{
  return add_exception (limit, g_strdup (_ ("Any stride")));
}

static FxVerdict
judge_stride_range (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  FxWindow window;
  FxVerdict verdict;

  if (!fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("stride %s"), &window, window.stride);
  verdict = judge_ranges (limit, subject, &window, window.stride, allowed);
  return verdict == FX_VERDICT_BROKEN ? verdict
                                      : fx_verdict_worse (verdict, judge_exception (limit, subject, &window, allowed));
}

static char *
describe_stride_range (const FxLimit *limit)
{
  static const RangeWords words
      = { N_ ("Stride %s"), N_ ("Stride height and width %s"), N_ ("Stride depth, height and width %s") };

  return add_exception (limit, describe_ranges (limit, &words));
}

static FxVerdict
judge_stride_in (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n;
  g_autofree double *values = fx_field_numbers (limit->fields, "in", &n);
  FxWindow window;

  if (values == NULL || !fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("stride %s"), &window, window.stride);
  *allowed = fx_field_list_text (limit->fields, "in", "or");
  return fx_verdict (all_in (&window, window.stride, values, n));
}

static char *
describe_stride_in (const FxLimit *limit)
{
  g_autofree char *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Stride %s along each axis"), in);
}

/* "1×1 or 2×2" */
static char *
pairs_text (const FxLimit *limit)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < fx_field_n_children (pairs); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      g_autofree char *a = fx_field_text (first), *b = fx_field_text (second);

      g_ptr_array_add (texts, g_strdup_printf ("%s×%s", a, b));
    }
  g_ptr_array_add (texts, NULL);
  return fx_list_text ((const char *const *)texts->pdata, "or");
}

static FxVerdict
judge_stride_pairs (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  FxWindow window;

  if (fx_field_n_children (pairs) == 0 || !fx_limit_window (subject, &window) || window.spatial_rank < 2)
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("stride %s"), &window, window.stride);
  *allowed = pairs_text (limit);
  return fx_verdict (is_pair (pairs, &window, window.stride));
}

static char *
describe_stride_pairs (const FxLimit *limit)
{
  g_autofree char *pairs = pairs_text (limit);

  return g_strdup_printf (_ ("Stride along height and width %s"), pairs);
}

/* ---- dilation ---- */

static FxVerdict
judge_dilation_exact (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n;
  g_autofree double *values = fx_field_numbers (limit->fields, "values", &n);
  FxWindow window;
  gboolean equal = TRUE;

  if (values == NULL || !fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("dilation %s"), &window, window.dilation);
  *allowed = fx_field_list_text (limit->fields, "values", "by");
  /* a window of fewer axes is compared from the last one on */
  for (int i = 1; i <= window.spatial_rank; i++)
    equal = equal && (double)window.dilation[window.spatial_rank - i] == values[n - MIN ((guint)i, n)];
  return fx_verdict (equal);
}

static char *
describe_dilation_exact (const FxLimit *limit)
{
  guint n;
  g_autofree double *values = fx_field_numbers (limit->fields, "values", &n);
  gboolean ones = values != NULL;
  g_autofree char *text = fx_field_list_text (limit->fields, "values", "by");

  for (guint i = 0; ones && i < n; i++)
    ones = values[i] == 1;
  return ones ? g_strdup (_ ("No dilation")) : g_strdup_printf (_ ("Dilation %s"), text);
}

static FxVerdict
judge_dilation_range (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  FxWindow window;

  if (!fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  *found = found_sizes (N_ ("dilation %s"), &window, window.dilation);
  return judge_ranges (limit, subject, &window, window.dilation, allowed);
}

static char *
describe_dilation_range (const FxLimit *limit)
{
  static const RangeWords words
      = { N_ ("Dilation %s"), N_ ("Dilation height and width %s"), N_ ("Dilation depth, height and width %s") };

  return describe_ranges (limit, &words);
}

/* Dilation 1 is none, and so never limited: it is no multiple of stride 2, but that is the most common convolution. */
static FxVerdict
judge_dilation_power (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  gboolean multiple = fx_field_boolean (limit->fields, "multiple_of_stride", FALSE), holds = TRUE;
  g_autofree char *dilation = NULL, *stride = NULL;
  FxWindow window;

  if (!fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  for (int i = 0; i < window.spatial_rank; i++)
    {
      gint64 size = window.dilation[i];

      holds = holds && (size & (size - 1)) == 0 && (!multiple || size == 1 || size % window.stride[i] == 0);
    }
  dilation = fx_limit_window_text (&window, window.dilation);
  stride = fx_limit_window_text (&window, window.stride);
  *found = multiple ? g_strdup_printf (_ ("dilation %s with stride %s"), dilation, stride)
                    : g_strdup_printf (_ ("dilation %s"), dilation);
  *allowed = g_strdup (multiple ? _ ("powers of two that are multiples of the stride") : _ ("powers of two"));
  return fx_verdict (holds);
}

static char *
describe_dilation_power (const FxLimit *limit)
{
  return g_strdup (fx_field_boolean (limit->fields, "multiple_of_stride", FALSE)
                       ? _ ("Dilation is a power of two and, above 1, a multiple of the stride")
                       : _ ("Dilation is a power of two"));
}

/* ---- weight_size ---- */

/* The size of one dimension by its name in limits: kc, kd, kh, kw. */
static gint64
kernel_dim (const FxLimitSubject *subject, const FxWindow *window, const char *name)
{
  int axis;

  if (strcmp (name, "kc") == 0)
    return fx_limit_kernel_channels (subject);
  axis = strlen (name) == 2 && name[0] == 'k' ? fx_limit_window_axis (window, name[1]) : -1;
  if (axis >= 0)
    return window->kernel[axis];
  return strcmp (name, "kh") == 0 || strcmp (name, "kd") == 0 ? 1 : FX_DIM_UNKNOWN;
}

/* Where the documentation does not say what counts, one kernel does: channels × height × width. */
static char **
weight_dims (const FxLimit *limit)
{
  char **dims = fx_field_texts (limit->fields, "dims");

  if (dims != NULL && g_strv_length (dims) == 1 && strcmp (dims[0], "unspecified") == 0)
    {
      g_strfreev (dims);
      dims = g_strsplit ("kc kd kh kw", " ", 0);
    }
  return dims;
}

static FxVerdict
judge_weight_size (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) dims = weight_dims (limit);
  FxFieldRange range;
  FxWindow window;
  double product = 1;
  GString *text;

  if (dims == NULL || !fx_field_min_max (limit->fields, &range) || !fx_limit_window (subject, &window))
    return FX_VERDICT_UNKNOWN;
  text = g_string_new (NULL);
  for (guint i = 0; dims[i] != NULL; i++)
    {
      gint64 size = kernel_dim (subject, &window, dims[i]);

      if (size < 0)
        {
          g_string_free (text, TRUE);
          return FX_VERDICT_UNKNOWN;
        }
      product *= (double)size;
      if (strcmp (dims[i], "kd") != 0 || window.spatial_rank == 3)
        g_string_append_printf (text, "%s%" PRId64, text->len > 0 ? "×" : "", size);
    }
  *found = g_strdup_printf ("%s = %.0f", text->str, product);
  g_string_free (text, TRUE);
  *allowed = fx_range_text (&range);
  return fx_range_judge (&range, product, subject);
}

static char *
describe_weight_size (const FxLimit *limit)
{
  static const struct
  {
    const char *dim, *name;
  } names[] = { { "kc", N_ ("channels") }, { "kd", N_ ("depth") }, { "kh", N_ ("height") }, { "kw", N_ ("width") } };
  g_auto (GStrv) dims = fx_field_texts (limit->fields, "dims");
  g_autoptr (GString) text = g_string_new (NULL);
  FxFieldRange range;
  g_autofree char *allowed = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range) : g_strdup ("?");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (dims != NULL && g_strv_contains ((const char *const *)dims, names[i].dim))
      g_string_append_printf (text, "%s%s", text->len > 0 ? " × " : "", _ (names[i].name));
  if (text->len == 0)
    return g_strdup_printf (_ ("Size of one kernel %s"), allowed);
  return g_strdup_printf (_ ("Kernel %s %s"), text->str, allowed);
}

const FxLimitKind fx_limit_kinds_window[] = {
  { "kernel_range", "", judge_kernel, describe_kernel },
  { "stride", "any", judge_stride_any, describe_stride_any },
  { "stride", "range", judge_stride_range, describe_stride_range },
  { "stride", "in", judge_stride_in, describe_stride_in },
  { "stride", "pairs", judge_stride_pairs, describe_stride_pairs },
  { "dilation", "exact", judge_dilation_exact, describe_dilation_exact },
  { "dilation", "range", judge_dilation_range, describe_dilation_range },
  { "dilation", "power_of_two", judge_dilation_power, describe_dilation_power },
  { "weight_size", "", judge_weight_size, describe_weight_size },
  { NULL },
};
