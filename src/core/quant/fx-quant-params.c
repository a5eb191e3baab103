/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-params.h"

#include "core/quant/fx-tie-free.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const char *const precision_names[] = { "float", "int8", "int16" };

const char *
fx_precision_name (FxPrecision precision)
{
  return precision_names[precision];
}

gboolean
fx_precision_find (const char *name, FxPrecision *precision)
{
  for (guint i = 0; i < G_N_ELEMENTS (precision_names); i++)
    if (strcmp (precision_names[i], name) == 0)
      {
        *precision = (FxPrecision)i;
        return TRUE;
      }
  return FALSE;
}

FxQuantParams *
fx_quant_params_new (guint n_values, guint n_nodes)
{
  FxQuantParams *params = g_new0 (FxQuantParams, 1);

  params->n_values = n_values;
  params->values = g_new0 (FxValueQuant, n_values + 1);
  params->n_nodes = n_nodes;
  params->nodes = g_new0 (FxNodeQuant, n_nodes + 1);
  return params;
}

static gsize
n_weights (const FxNodeQuant *node)
{
  return node->weights != NULL ? node->n_weights : 0;
}

FxQuantParams *
fx_quant_params_copy (const FxQuantParams *params)
{
  FxQuantParams *copy = fx_quant_params_new (params->n_values, params->n_nodes);

  for (guint i = 0; i < params->n_values; i++)
    copy->values[i] = params->values[i];
  for (guint i = 0; i < params->n_nodes; i++)
    {
      const FxNodeQuant *from = &params->nodes[i];
      FxNodeQuant *to = &copy->nodes[i];

      *to = *from;
      to->weight_scales = g_memdup2 (from->weight_scales, from->n_weight_scales * sizeof *from->weight_scales);
      to->weights = g_memdup2 (from->weights, n_weights (from));
      to->bias_shift = g_memdup2 (from->bias_shift, from->n_weight_scales * sizeof *from->bias_shift);
    }
  return copy;
}

/* Scales that differ by less have been moved to be free of ties, from the same one. */
#define SAME_SCALE (1.0 + 3.0 * FX_TIE_FREE_CHANGE)

static gboolean
scales_suffice (const FxNodeQuant *old, const FxNodeQuant *new)
{
  if (new->weight_scales == NULL || old->weight_scales == NULL || new->n_weight_scales != old->n_weight_scales)
    return FALSE;
  for (guint c = 0; c < old->n_weight_scales; c++)
    if ((double)old->weight_scales[c] * SAME_SCALE < (double)new->weight_scales[c])
      return FALSE;
  return TRUE;
}

void
fx_quant_params_carry (const FxQuantParams *from, FxQuantParams *to)
{
  for (guint i = 0; i < to->n_nodes; i++)
    {
      const FxNodeQuant *old = &from->nodes[i];
      FxNodeQuant *new = &to->nodes[i];

      if (!scales_suffice (old, new))
        continue;
      for (guint c = 0; c < old->n_weight_scales; c++)
        if ((double)old->weight_scales[c] > (double)new->weight_scales[c] * SAME_SCALE)
          new->weight_scales[c] = old->weight_scales[c];
      if (old->weights != NULL)
        {
          new->weights = g_memdup2 (old->weights, old->n_weights);
          new->n_weights = old->n_weights;
        }
      if (old->bias_shift != NULL)
        new->bias_shift = g_memdup2 (old->bias_shift, old->n_weight_scales * sizeof (double));
    }
}

void
fx_quant_params_free (FxQuantParams *params)
{
  if (params == NULL)
    return;
  for (guint i = 0; i < params->n_nodes; i++)
    {
      g_free (params->nodes[i].weight_scales);
      g_free (params->nodes[i].weights);
      g_free (params->nodes[i].bias_shift);
    }
  g_free (params->values);
  g_free (params->nodes);
  g_free (params);
}

gint32
fx_value_quant_low (const FxValueQuant *value)
{
  return value->bits == 8 ? G_MININT8 : value->bits == 16 ? G_MININT16 : G_MININT32;
}

gint32
fx_value_quant_high (const FxValueQuant *value)
{
  return value->bits == 8 ? G_MAXINT8 : value->bits == 16 ? G_MAXINT16 : G_MAXINT32;
}

/* A scale that float32 holds as a normal number: smaller ones belong to a range that is all but 0…0. */
static float
to_scale (double scale)
{
  return (float)scale >= FLT_MIN && isfinite ((float)scale) ? (float)scale : 1.0f;
}

void
fx_value_quant_set_range (FxValueQuant *value, const FxRange *range, gboolean asymmetric)
{
  FxThresholdOptions options = { .bits = value->bits, .asymmetric = asymmetric && value->bits == 8 };

  value->range = *range;
  value->scale = to_scale (fx_range_scale (range, &options));
  value->zero_point = 0;
  if (options.asymmetric)
    value->zero_point = (gint32)CLAMP (rint (G_MININT8 - range->low / (double)value->scale), G_MININT8, G_MAXINT8);
}

gint32
fx_value_quant_integer (const FxValueQuant *value, double real)
{
  double q = (double)rintf ((float)real / value->scale) + value->zero_point;

  if (isnan (q))
    return value->zero_point;
  return (gint32)CLAMP (q, fx_value_quant_low (value), fx_value_quant_high (value));
}

gboolean
fx_value_quant_equal (const FxValueQuant *a, const FxValueQuant *b)
{
  return a->bits == b->bits && a->scale == b->scale && a->zero_point == b->zero_point;
}
