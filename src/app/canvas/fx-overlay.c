/* Figures of nodes that color the boxes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-overlay.h"

#include <glib/gi18n.h>
#include <math.h>

/* Errors are compared by their magnitude; less than this share of the largest is as good as none. */
#define LOG_SPAN 1e-4

typedef struct
{
  const char *title;
  gboolean sums;        /* a box of several nodes shows the sum, else the largest */
  gboolean logarithmic; /* scale */
  char *(*format) (double value);
} Kind;

static char *
format_error (double value)
{
  return g_strdup_printf (value != 0 && fabs (value) < 1e-3 ? "%.1e" : "%.4f", value);
}

static char *
format_latency (double ms)
{
  return ms < 1.0 ? g_strdup_printf ("%.0f µs", ms * 1000) : g_strdup_printf ("%.2f ms", ms);
}

static char *
format_bytes (double bytes)
{
  return g_format_size_full ((guint64)MAX (bytes, 0.0), G_FORMAT_SIZE_IEC_UNITS);
}

static char *
format_bits (double bits)
{
  return g_strdup_printf (_ ("%.0f bits"), bits);
}

static const Kind kinds[] = {
  [FX_OVERLAY_ERROR] = { N_ ("Error"), FALSE, TRUE, format_error },
  [FX_OVERLAY_LATENCY] = { N_ ("Latency"), TRUE, FALSE, format_latency },
  [FX_OVERLAY_DDR] = { N_ ("Memory traffic"), TRUE, FALSE, format_bytes },
  [FX_OVERLAY_BITS] = { N_ ("Bits"), FALSE, FALSE, format_bits },
};

struct _FxOverlay
{
  gatomicrefcount ref_count;
  FxOverlayKind kind;
  char *title;
  GHashTable *values; /* node → double * */
  double low, high;
};

FxOverlay *
fx_overlay_new (FxOverlayKind kind, const char *title)
{
  FxOverlay *overlay = g_new0 (FxOverlay, 1);

  g_atomic_ref_count_init (&overlay->ref_count);
  overlay->kind = kind;
  overlay->title = g_strdup (title);
  overlay->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  overlay->low = kind == FX_OVERLAY_BITS ? 8.0 : 0.0;
  overlay->high = kind == FX_OVERLAY_BITS ? 32.0 : 0.0;
  return overlay;
}

FxOverlay *
fx_overlay_ref (FxOverlay *overlay)
{
  g_atomic_ref_count_inc (&overlay->ref_count);
  return overlay;
}

void
fx_overlay_unref (FxOverlay *overlay)
{
  if (overlay == NULL || !g_atomic_ref_count_dec (&overlay->ref_count))
    return;
  g_hash_table_unref (overlay->values);
  g_free (overlay->title);
  g_free (overlay);
}

void
fx_overlay_set (FxOverlay *overlay, const char *node, double value)
{
  if (!isfinite (value))
    return;
  g_hash_table_insert (overlay->values, g_strdup (node), g_memdup2 (&value, sizeof value));
  overlay->high = MAX (overlay->high, value);
}

const char *
fx_overlay_title (const FxOverlay *overlay)
{
  return overlay->title != NULL ? overlay->title : _ (kinds[overlay->kind].title);
}

static void
include (const FxOverlay *overlay, const char *name, gboolean *found, double *value)
{
  const double *own = g_hash_table_lookup (overlay->values, name);

  if (own == NULL)
    return;
  if (!*found)
    *value = *own;
  else
    *value = kinds[overlay->kind].sums ? *value + *own : MAX (*value, *own);
  *found = TRUE;
}

static void
include_item (const FxOverlay *overlay, const FxSceneItem *item, gboolean *found, double *value)
{
  gboolean own = FALSE;
  double own_value = 0.0;

  include (overlay, item->name, &own, &own_value);
  for (guint i = 0; i < item->n_origins && !own; i++)
    include (overlay, item->origins[i], &own, &own_value);
  if (!own)
    return;
  if (!*found)
    *value = own_value;
  else
    *value = kinds[overlay->kind].sums ? *value + own_value : MAX (*value, own_value);
  *found = TRUE;
}

gboolean
fx_overlay_value (const FxOverlay *overlay, const FxScene *scene, guint32 box, double *value)
{
  const FxSceneItem *item = fx_scene_item (scene, box);
  gboolean found = FALSE;

  *value = 0.0;
  if (item != NULL)
    include_item (overlay, item, &found, value);
  else if (fx_scene_box (scene, box)->kind == FX_BOX_GROUP)
    for (guint32 i = 0; i < fx_scene_content (scene)->n_items; i++)
      if (fx_scene_box_of_item (scene, i) == box)
        include_item (overlay, &fx_scene_content (scene)->items[i], &found, value);
  return found;
}

gboolean
fx_overlay_range (const FxOverlay *overlay, double *low, double *high)
{
  *low = kinds[overlay->kind].logarithmic ? overlay->high * LOG_SPAN : overlay->low;
  *high = overlay->high;
  return g_hash_table_size (overlay->values) > 0;
}

double
fx_overlay_at (const FxOverlay *overlay, double share)
{
  if (kinds[overlay->kind].logarithmic)
    return overlay->high * pow (LOG_SPAN, 1.0 - share);
  return overlay->low + (overlay->high - overlay->low) * share;
}

static double
share_of (const FxOverlay *overlay, double value)
{
  if (overlay->high <= overlay->low)
    return 0.0;
  if (kinds[overlay->kind].logarithmic)
    return 1.0 - log (MAX (value / overlay->high, LOG_SPAN)) / log (LOG_SPAN);
  return (value - overlay->low) / (overlay->high - overlay->low);
}

FxRgba
fx_overlay_color (const FxOverlay *overlay, const FxSceneStyle *style, double value)
{
  double at = CLAMP (share_of (overlay, value), 0.0, 1.0) * (FX_N_RAMP - 1);
  guint stop = MIN ((guint)at, FX_N_RAMP - 2);

  return fx_color_mix (style->ramp[stop], style->ramp[stop + 1], at - stop);
}

char *
fx_overlay_format (const FxOverlay *overlay, double value)
{
  return kinds[overlay->kind].format (value);
}
