/* Limits on numbers of elements, and on what an operator does to sizes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* ---- size ---- */

/* The product of the dimensions that count, all of them if the limit names none. Returns FALSE if one is not known. */
static gboolean
product (const FxLimitTensor *tensor, const FxLimitSubject *subject, const char *const *dims, double *value)
{
  const FxShape *shape = &tensor->fact->shape;

  *value = 1;
  if (shape->rank < 0)
    return FALSE;
  for (int i = 0; dims == NULL && i < shape->rank; i++)
    {
      if (shape->dims[i] < 0)
        return FALSE;
      *value *= (double)shape->dims[i];
    }
  for (guint i = 0; dims != NULL && dims[i] != NULL; i++)
    {
      gint64 size = strlen (dims[i]) == 1 ? fx_limit_dim (tensor, dims[i][0], subject) : FX_DIM_UNKNOWN;

      if (size < 0)
        return FALSE;
      *value *= (double)size;
    }
  return TRUE;
}

/* Each dimension by itself, where the documentation does not say which one it means: the largest but the batch. */
static gboolean
largest_dim (const FxLimitTensor *tensor, double *value)
{
  const FxShape *shape = &tensor->fact->shape;

  *value = 0;
  for (int i = 1; i < shape->rank; i++)
    {
      if (shape->dims[i] < 0)
        return FALSE;
      *value = MAX (*value, (double)shape->dims[i]);
    }
  return shape->rank >= 0;
}

static char *
dims_text (const FxLimit *limit)
{
  g_auto (GStrv) dims = fx_field_texts (limit->fields, "dims");

  if (dims == NULL)
    return NULL;
  return strcmp (dims[0], "unspecified") == 0 ? g_strdup (_ ("each dimension")) : g_strjoinv ("×", dims);
}

/* "1 GiB as int8", "8192" */
static char *
max_text (const FxLimit *limit)
{
  g_autofree char *unit = fx_field_string (limit->fields, "unit"), *number = NULL;
  const double mib = 1 << 20, gib = 1 << 30;
  double max;

  if (!fx_field_number (limit->fields, "max", &max))
    return g_strdup ("?");
  if (g_strcmp0 (unit, "bytes") != 0)
    return fx_number_text (max);
  number = fx_number_text (max >= gib ? max / gib : max >= mib ? max / mib : max);
  return g_strdup_printf (_ ("%s %s as int8"), number, max >= gib ? "GiB" : max >= mib ? "MiB" : _ ("bytes"));
}

/* Bytes are those of int8, in which the BPU keeps feature maps. */
static FxVerdict
judge_size (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = fx_limit_tensors (limit, "tensor", subject);
  g_auto (GStrv) dims = fx_field_texts (limit->fields, "dims");
  g_autofree char *what = dims_text (limit), *limit_text = max_text (limit);
  gboolean unspecified = dims != NULL && g_strv_length (dims) == 1 && strcmp (dims[0], "unspecified") == 0;
  FxVerdict verdict = FX_VERDICT_HOLDS;
  double max, largest = -1;

  if (tensors == NULL)
    tensors = fx_limit_tensors (limit, "tensors", subject);
  if (tensors == NULL || !fx_field_number (limit->fields, "max", &max))
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup_printf (_ ("at most %s"), limit_text);
  for (guint i = 0; i < tensors->len; i++)
    {
      const FxLimitTensor *tensor = &g_array_index (tensors, FxLimitTensor, i);
      double value;

      if (!(unspecified ? largest_dim (tensor, &value) : product (tensor, subject, (const char *const *)dims, &value)))
        {
          verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
          continue;
        }
      verdict = fx_verdict_worse (verdict, fx_verdict (value <= max));
      if (value > largest)
        {
          g_autofree char *number = fx_number_text (value);

          g_free (*found);
          *found = what != NULL
                       ? g_strdup_printf (_ ("%s of %s = %s"), unspecified ? _ ("largest dimension") : what,
                                          fx_limit_tensor_name (tensor, subject), number)
                       : g_strdup_printf (_ ("%s of %s elements"), fx_limit_tensor_name (tensor, subject), number);
          largest = value;
        }
    }
  return verdict;
}

static char *
describe_size (const FxLimit *limit)
{
  g_autofree char *what = dims_text (limit), *max = max_text (limit), *names = fx_limit_tensors_text (limit);

  return g_strdup_printf (_ ("%s of %s at most %s"), what != NULL ? what : _ ("Size"), names, max);
}

/* ---- reduced_size ---- */

static FxVerdict
judge_reduced (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *what = fx_field_string (limit->fields, "what");
  gboolean each = what != NULL && strcmp (what, "axis_length") == 0, listed;
  FxVerdict verdict = FX_VERDICT_HOLDS;
  int axes[FX_MAX_RANK], n;
  FxFieldRange range;
  double count = 1;

  if (!fx_field_range (limit->fields, "range", &range) || !fx_limit_reduced_axes (subject, axes, &n, &listed))
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_range_text (&range);
  for (int i = 0; i < n; i++)
    {
      const FxShape *shape = &subject->inputs[0].shape;
      int axis = subject->channels_last ? fx_limit_own_axis (axes[i], shape->rank) : axes[i];

      if (axis >= shape->rank || shape->dims[axis] < 0)
        return FX_VERDICT_UNKNOWN;
      count *= (double)shape->dims[axis];
      if (each)
        {
          FxVerdict one = fx_range_judge (&range, (double)shape->dims[axis], subject);

          if (*found == NULL || one != FX_VERDICT_HOLDS)
            {
              g_free (*found);
              *found = g_strdup_printf (_ ("axis %d of length %" PRId64), axis, shape->dims[axis]);
            }
          verdict = fx_verdict_worse (verdict, one);
        }
    }
  if (each)
    return verdict;
  *found = g_strdup_printf (_ ("%.0f elements for each result"), count);
  return fx_range_judge (&range, count, subject);
}

static char *
describe_reduced (const FxLimit *limit)
{
  g_autofree char *what = fx_field_string (limit->fields, "what"), *sizes = NULL;
  FxFieldRange range;

  sizes = fx_field_range (limit->fields, "range", &range) ? fx_range_text (&range) : g_strdup ("?");
  return what != NULL && strcmp (what, "axis_length") == 0
             ? g_strdup_printf (_ ("Length of the reduced axis %s"), sizes)
             : g_strdup_printf (_ ("Elements reduced to one %s"), sizes);
}

/* ---- single_dim_change ---- */

static FxVerdict
judge_change (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  const FxShape *in, *out;
  int changed = 0, maybe = 0;
  double max;

  if (!fx_field_number (limit->fields, "max_changed_dims", &max) || subject->n_inputs < 1 || subject->n_outputs < 1)
    return FX_VERDICT_UNKNOWN;
  in = &subject->inputs[0].shape;
  out = &subject->outputs[0].shape;
  if (in->rank < 0 || out->rank < 0)
    return FX_VERDICT_UNKNOWN;
  /* missing leading axes count as 1, as in broadcasting */
  for (int i = 1; i <= MAX (in->rank, out->rank); i++)
    {
      gint64 a = i <= in->rank ? in->dims[in->rank - i] : 1, b = i <= out->rank ? out->dims[out->rank - i] : 1;

      if (a != b && a >= 0 && b >= 0)
        changed++;
      else if (a != b || a == FX_DIM_UNKNOWN)
        maybe++;
    }
  *found = g_strdup_printf (_ ("%d changed axes"), changed);
  *allowed = g_strdup_printf (_ ("at most %.0f"), max);
  if (changed > max)
    return FX_VERDICT_BROKEN;
  return changed + maybe > max ? FX_VERDICT_UNKNOWN : FX_VERDICT_HOLDS;
}

static char *
describe_change (const FxLimit *limit)
{
  g_autofree char *max = fx_field_list_text (limit->fields, "max_changed_dims", "or");

  return g_strdup_printf (_ ("Number of axes on which output and input differ in size at most %s"), max);
}

const FxLimitKind fx_limit_kinds_size[] = {
  { "size", "", judge_size, describe_size },
  { "reduced_size", "", judge_reduced, describe_reduced },
  { "single_dim_change", "", judge_change, describe_change },
  { NULL },
};
