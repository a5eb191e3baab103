/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-thresholds.h"

#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

const FxThresholdMethod *const fx_threshold_methods[] = {
  &fx_threshold_max, &fx_threshold_percentile, &fx_threshold_kl, &fx_threshold_mse, &fx_threshold_aciq,
};

const guint fx_n_threshold_methods = G_N_ELEMENTS (fx_threshold_methods);

static gboolean
fail_unknown (const char *text, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < fx_n_threshold_methods; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", fx_threshold_methods[i]->name);
  return fx_fail (error, FX_ERROR_BAD_DATA, "there is no range method \"%s\"; there are %s", text, names->str);
}

gboolean
fx_threshold_parse (const char *text, FxThresholdChoice *choice, GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *name = equals != NULL ? g_strndup (text, (gsize)(equals - text)) : g_strdup (text);
  char *end = NULL;

  *choice = (FxThresholdChoice){ 0 };
  for (guint i = 0; i < fx_n_threshold_methods; i++)
    if (strcmp (fx_threshold_methods[i]->name, name) == 0)
      choice->method = fx_threshold_methods[i];
  if (choice->method == NULL)
    return fail_unknown (name, error);
  if (equals == NULL)
    return TRUE;
  if (choice->method != &fx_threshold_percentile)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the range method \"%s\" has no parameter", name);
  choice->percentile = g_ascii_strtod (equals + 1, &end);
  if (end == equals + 1 || *end != '\0' || !(choice->percentile >= 50.0 && choice->percentile <= 100.0))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the percentile is \"%s\", wanted a number from 50 to 100", equals + 1);
  return TRUE;
}

const char *
fx_threshold_choice_name (const FxThresholdChoice *choice)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *text = NULL;

  if (choice->method == NULL)
    return fx_threshold_max.name;
  if (choice->percentile <= 0.0)
    return choice->method->name;
  g_ascii_formatd (number, sizeof number, "%.12g", choice->percentile);
  text = g_strconcat (choice->method->name, "=", number, NULL);
  return g_intern_string (text);
}

/* Inside of what was seen, with 0, on the coarse grid. */
static void
settle (const FxTensorStatistics *tensor, gboolean asymmetric, FxRange *range)
{
  double low = MIN ((double)tensor->min, 0.0), high = MAX ((double)tensor->max, 0.0);

  if (!asymmetric)
    {
      high = MAX (high, -low);
      low = -high;
    }
  if (!(range->high > 0.0 || range->low < 0.0)) /* also NaN */
    *range = (FxRange){ low, high };
  range->low = fx_range_round (CLAMP (range->low, low, 0.0));
  range->high = fx_range_round (CLAMP (range->high, 0.0, high));
}

void
fx_threshold_compute (const FxThresholdMethod *method, const FxTensorStatistics *tensor,
                      const FxThresholdOptions *options, FxRange *range)
{
  FxThresholdOptions filled = options != NULL ? *options : (FxThresholdOptions){ 0 };

  filled.bits = filled.bits > 0 ? filled.bits : 8;
  filled.percentile = filled.percentile > 0.0 ? filled.percentile : 99.99;
  *range = (FxRange){ 0.0, 0.0 };
  if (tensor->histogram.exponent == FX_HISTOGRAM_EMPTY)
    return;
  method->compute (tensor, &filled, range);
  settle (tensor, filled.asymmetric, range);
}

double
fx_range_scale (const FxRange *range, const FxThresholdOptions *options)
{
  guint bits = options != NULL && options->bits > 0 ? options->bits : 8;
  double scale;

  if (options != NULL && options->asymmetric)
    scale = (range->high - range->low) / (double)((1u << bits) - 1);
  else
    scale = MAX (range->high, -range->low) / (double)((1u << (bits - 1)) - 1);
  return scale > 0.0 ? scale : 1.0;
}

float *
fx_weight_channel_max (const FxTensor *weights, int axis, guint *n_channels, GError **error)
{
  const FxShape *shape = fx_tensor_shape (weights);
  gsize inner, n = fx_tensor_elements (weights);
  g_autofree float *largest = NULL;

  if (axis < 0 || axis >= shape->rank || shape->dims[axis] > G_MAXINT32
      || !fx_dtype_in (fx_tensor_dtype (weights), FX_TYPES_FLOAT))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "weights of type %s and rank %d have no channels along axis %d",
               fx_dtype_name (fx_tensor_dtype (weights)), shape->rank, axis);
      return NULL;
    }
  *n_channels = (guint)shape->dims[axis];
  largest = g_new0 (float, *n_channels + 1);
  inner = fx_shape_product (shape, axis + 1, shape->rank);
  for (gsize i = 0; i < n; i++)
    {
      gsize c = i / inner % *n_channels;
      float x = (float)fabs (fx_tensor_get_double (weights, i));

      if (!isfinite (x))
        {
          fx_fail (error, FX_ERROR_BAD_DATA, "element %zu of the weights is not finite", i);
          return NULL;
        }
      largest[c] = MAX (largest[c], x);
    }
  return g_steal_pointer (&largest);
}
