/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-comparison.h"

#include <glib/gi18n.h>
#include <math.h>

#define MAX_LAYERS 100

struct _FxComparisonRow
{
  GObject parent_instance;

  char *name, *shown, *other, *change, *node;
};

G_DEFINE_FINAL_TYPE (FxComparisonRow, fx_comparison_row, G_TYPE_OBJECT)

/* In the order of `prop_names`. */
enum
{
  PROP_0,
  PROP_NAME,
  PROP_SHOWN,
  PROP_OTHER,
  PROP_CHANGE,
  PROP_NODE,
  N_PROPS,
};

static const char *const prop_names[] = { "name", "shown", "other", "change", "node" };

/* ---- a line ---- */

static const char *
text_of (const FxComparisonRow *row, guint id)
{
  const char *const texts[] = { row->name, row->shown, row->other, row->change, row->node };

  return texts[id - PROP_NAME];
}

const char *
fx_comparison_row_get_node (FxComparisonRow *row)
{
  return row->node;
}

static void
fx_comparison_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id < N_PROPS)
    g_value_set_string (value, text_of (FX_COMPARISON_ROW (object), id));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fx_comparison_row_finalize (GObject *object)
{
  FxComparisonRow *row = FX_COMPARISON_ROW (object);

  g_free (row->name);
  g_free (row->shown);
  g_free (row->other);
  g_free (row->change);
  g_free (row->node);
  G_OBJECT_CLASS (fx_comparison_row_parent_class)->finalize (object);
}

static void
fx_comparison_row_class_init (FxComparisonRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fx_comparison_row_get_property;
  object_class->finalize = fx_comparison_row_finalize;
  for (guint id = PROP_NAME; id < N_PROPS; id++)
    g_object_class_install_property (
        object_class, id,
        g_param_spec_string (prop_names[id - PROP_NAME], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
fx_comparison_row_init (G_GNUC_UNUSED FxComparisonRow *row)
{
}

/* Takes the texts over. */
static void
add (GListStore *rows, char *name, char *shown, char *other, char *change, const char *node)
{
  g_autoptr (FxComparisonRow) row = g_object_new (FX_TYPE_COMPARISON_ROW, NULL);

  row->name = g_utf8_make_valid (name, -1);
  row->shown = shown;
  row->other = other;
  row->change = change;
  row->node = g_strdup (node);
  g_free (name);
  g_list_store_append (rows, row);
}

/* ---- figures ---- */

static char *
figure (double value, const char *unit)
{
  return isfinite (value) ? g_strdup_printf ("%.2f %s", value, unit) : g_strdup (value > 0 ? "∞" : "–");
}

/* What the shown run has more than the other. */
static char *
difference (double shown, double other, const char *unit)
{
  return isfinite (shown) && isfinite (other) ? g_strdup_printf ("%+.2f %s", shown - other, unit) : g_strdup ("");
}

static void
add_figure (GListStore *rows, char *name, double shown, double other, const char *unit, const char *node)
{
  add (rows, name, figure (shown, unit), figure (other, unit), difference (shown, other, unit), node);
}

static void
add_count (GListStore *rows, const char *name, guint shown, guint other)
{
  add (rows, g_strdup (name), g_strdup_printf ("%u", shown), g_strdup_printf ("%u", other),
       shown == other ? g_strdup ("") : g_strdup_printf ("%+d", (int)shown - (int)other), NULL);
}

/* ---- the whole ---- */

static const FxOutputError *
find_output (const FxErrorReport *report, const char *name)
{
  for (guint i = 0; i < report->n_outputs; i++)
    if (g_strcmp0 (report->outputs[i].name, name) == 0)
      return &report->outputs[i];
  return NULL;
}

static void
add_outputs (GListStore *rows, const FxErrorReport *shown, const FxErrorReport *other)
{
  for (guint i = 0; i < shown->n_outputs; i++)
    {
      const FxOutputError *output = &shown->outputs[i], *twin = find_output (other, output->name);

      if (twin == NULL)
        continue;
      /* Translators: %s: name of an output; SQNR is the ratio of signal to quantization noise */
      add_figure (rows, g_strdup_printf (_ ("SQNR of “%s”"), output->name), output->all.sqnr_db, twin->all.sqnr_db,
                  "dB", NULL);
    }
}

static double
top1 (const FxConversion *conversion)
{
  return fx_evaluation_percent (conversion->accuracy_integer.top1, conversion->accuracy_integer.n);
}

static void
add_whole (GListStore *rows, const FxConversion *shown, const FxConversion *other)
{
  if (shown->target != NULL && other->target != NULL)
    add (rows, g_strdup (_ ("Board")), g_strdup (shown->target->board), g_strdup (other->target->board), g_strdup (""),
         NULL);
  add (rows, g_strdup (_ ("Ranges")), g_strdup (shown->method), g_strdup (other->method), g_strdup (""), NULL);
  add_count (rows, _ ("Samples for ranges"), shown->n_calibration, other->n_calibration);
  if (shown->placement != NULL && other->placement != NULL)
    add_count (rows, _ ("Nodes on the BPU"), shown->placement->counts[FX_PLACEMENT_BPU],
               other->placement->counts[FX_PLACEMENT_BPU]);
  if (shown->has_accuracy && other->has_accuracy)
    add_figure (rows, g_strdup (_ ("Top-1 of integers")), top1 (shown), top1 (other), "%", NULL);
  if (shown->cost != NULL && other->cost != NULL)
    add_figure (rows, g_strdup (_ ("Latency by estimate")), shown->cost->total_ms, other->cost->total_ms, "ms", NULL);
  add_outputs (rows, shown->errors, other->errors);
}

/* ---- layers ---- */

typedef struct
{
  const FxResultLayer *shown, *other;
  double change; /* size of it */
} Pair;

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *x = a, *y = b;

  return (x->change < y->change) - (x->change > y->change);
}

static void
add_layers (GListStore *rows, FxResults *shown, FxResults *other)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));

  for (guint i = 0; i < fx_results_n_layers (shown); i++)
    {
      Pair pair = { .shown = fx_results_layer (shown, i) };
      int twin = fx_results_find (other, pair.shown->node);

      if (twin < 0)
        continue;
      pair.other = fx_results_layer (other, (guint)twin);
      pair.change = fabs (pair.shown->sqnr_db - pair.other->sqnr_db);
      if (isfinite (pair.change))
        g_array_append_val (pairs, pair);
    }
  g_array_sort (pairs, compare_pairs);
  for (guint i = 0; i < MIN (pairs->len, MAX_LAYERS); i++)
    {
      const Pair *pair = &g_array_index (pairs, Pair, i);

      add_figure (rows, g_strdup (pair->shown->node), pair->shown->sqnr_db, pair->other->sqnr_db, "dB",
                  pair->shown->node);
    }
}

GListStore *
fx_comparison_new (FxResults *shown, FxResults *other)
{
  GListStore *rows = g_list_store_new (FX_TYPE_COMPARISON_ROW);
  const FxConversion *one = fx_results_get_conversion (shown), *two = fx_results_get_conversion (other);

  if (one != NULL && two != NULL)
    add_whole (rows, one, two);
  add_layers (rows, shown, other);
  return rows;
}
