/* SPDX-License-Identifier: Apache-2.0 */
#include "fx-plot-axis.h"

#include <math.h>

static double
to_scale (const FxAxisMap *map, double value)
{
  if (map->scale == FX_AXIS_LINEAR)
    return value;
  return log10 (MAX (value, map->low));
}

double
fx_axis_place (const FxAxisMap *map, double value)
{
  double low = to_scale (map, map->low), high = to_scale (map, map->high);

  return map->from + (to_scale (map, value) - low) / (high - low) * (map->to - map->from);
}

double
fx_axis_value (const FxAxisMap *map, double place)
{
  double low = to_scale (map, map->low), high = to_scale (map, map->high);
  double at = low + (place - map->from) / (map->to - map->from) * (high - low);

  return map->scale == FX_AXIS_LOG ? pow (10, at) : at;
}

/* 1, 2 or 5 times a power of ten, at least `least`. */
static double
round_step (double least)
{
  double power = pow (10, floor (log10 (least))), share = least / power;

  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static guint
linear_ticks (const FxAxisMap *map, double wanted, double *ticks)
{
  double step = round_step ((map->high - map->low) / MAX (wanted, 1));
  guint n = 0;

  for (double k = ceil (map->low / step - 1e-9); k * step <= map->high + step * 1e-9 && n < FX_MAX_TICKS; k++)
    ticks[n++] = k * step;
  return n;
}

static guint
log_ticks (const FxAxisMap *map, double wanted, double *ticks)
{
  int first = (int)ceil (log10 (map->low) - 1e-9), last = (int)floor (log10 (map->high) + 1e-9);
  int every = MAX ((int)ceil ((last - first + 1) / MAX (wanted, 1)), 1);
  guint n = 0;

  if (last - first < 1)
    return linear_ticks (map, wanted, ticks);
  for (int e = first; e <= last && n < FX_MAX_TICKS; e += every)
    ticks[n++] = pow (10, e);
  return n;
}

guint
fx_axis_ticks (const FxAxisMap *map, double spacing, double *ticks)
{
  double wanted = MIN (fabs (map->to - map->from) / spacing, FX_MAX_TICKS - 2);

  if (!(map->high > map->low) || !isfinite (map->high - map->low))
    return 0;
  return map->scale == FX_AXIS_LOG ? log_ticks (map, wanted, ticks) : linear_ticks (map, wanted, ticks);
}

char *
fx_axis_format (double value, const char *unit)
{
  static const char *const prefixes[] = { "", "k", "M", "G", "T" };
  guint prefix = 0;
  double shown = value;
  g_autofree char *number = NULL;

  if (unit != NULL && fabs (value) >= 9999.5)
    for (; fabs (shown) >= 999.95 && prefix + 1 < G_N_ELEMENTS (prefixes); prefix++)
      shown /= 1000;
  number = g_strdup_printf ("%.4g", fabs (shown) < 1e-300 ? 0.0 : shown);
  if (unit == NULL || *unit == '\0')
    return g_steal_pointer (&number);
  return g_strdup_printf ("%s %s%s", number, prefixes[prefix], unit);
}
