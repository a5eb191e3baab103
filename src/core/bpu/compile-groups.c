/* Which layers are computed together. For every run of layers that follow each other the fewest stripes are found with
 * which they fit the SRAM, and what that costs; dynamic programming over the layers in order then finds the division
 * into such runs that costs least.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/compile-private.h"
#include "core/exec/fx-threads.h"
#include "core/fx-error.h"
#include "core/fx-progress.h"

/* How many layers a group may have, for each level of effort. */
static const guint most_layers[] = { 1, 1, 8, 24 };

/* ---- what a group needs and costs ---- */

typedef struct
{
  const FxGroupView *view;
  const FxLayerGroup *group;
  guint n_steps;
  guint *first, *last; /* [values] steps that touch it */
  double compute_ms, transfer_ms;
} Measure;

static void
touch (Measure *m, gint32 value)
{
  if (value < 0)
    return;
  m->first[value] = MIN (m->first[value], m->n_steps);
  m->last[value] = m->n_steps;
}

/* Cores divide the rows. */
static double
run_ms (const FxCompilation *c, const FxLayer *layer, const FxGroupStep *step)
{
  gint64 n = step->rows.end - step->rows.begin, cores = layer->cut.by_rows ? (gint64)c->options.cores : 1;
  FxRowRange rows = { step->rows.begin, step->rows.begin + (n + cores - 1) / cores };

  return layer->ms * fx_layer_part (layer, rows, step->channels) + c->engines.command_ms;
}

static void
measure_step (const FxGroupStep *step, gpointer user_data)
{
  Measure *m = user_data;
  const FxCompilation *c = m->view->c;
  guint k = step->layer - m->view->first;

  if (step->kind == FX_STEP_RUN_ROWS)
    {
      guint n = m->view->operands_from[k + 1] - m->view->operands_from[k];

      for (guint i = 0; i < n; i++)
        touch (m, fx_group_view_operand (m->view, k, i));
      m->compute_ms += run_ms (c, fx_compilation_layer (c, step->layer), step);
    }
  else
    {
      for (guint i = 0; i < step->n_copies; i++)
        touch (m, (gint32)step->copies[i].value);
      m->transfer_ms += fx_compilation_transfer_ms (c, fx_group_copied_bytes (m->view, step));
    }
  m->n_steps++;
}

static guint64
place_bytes (const FxGroupValue *value)
{
  guint64 bytes = (guint64)value->slots * value->layout.row_bytes;

  return (bytes + FX_PLACE_ALIGNMENT - 1) / FX_PLACE_ALIGNMENT * FX_PLACE_ALIGNMENT;
}

/* The most bytes that are in use at a step. With stripes all rings are in use all the time, but for details. */
static guint64
peak_bytes (const Measure *m)
{
  g_autofree gint64 *change = g_new0 (gint64, m->n_steps + 2);
  gint64 now = 0, most = 0;

  for (guint i = 0; i < m->view->values->len; i++)
    if (m->first[i] != G_MAXUINT)
      {
        gint64 bytes = (gint64)place_bytes (fx_group_view_value (m->view, i));

        change[m->first[i]] += bytes;
        change[m->last[i] + 1] -= bytes;
      }
  for (guint step = 0; step < m->n_steps; step++)
    {
      now += change[step];
      most = MAX (most, now);
    }
  return (guint64)most;
}

/* What is transferred overlaps with computing, but for what the first stripe waits for and what the last leaves. */
static double
group_ms (const FxLayerGroup *group, const Measure *m)
{
  double less = MIN (m->compute_ms, m->transfer_ms), more = MAX (m->compute_ms, m->transfer_ms);

  return more + less / (double)(group->stripes * group->splits + 1);
}

/* What the mode counts. */
static double
group_cost (const FxCompilation *c, double latency_ms, double transfer_ms)
{
  double share = (double)MIN (c->options.balance, 100) / 100;

  switch (c->options.mode)
    {
    case FX_COMPILE_BANDWIDTH: return transfer_ms + latency_ms * 1e-3;
    case FX_COMPILE_BALANCE: return share * latency_ms + (1 - share) * transfer_ms + latency_ms * 1e-3;
    default: return latency_ms;
    }
}

static double
measure_group (FxGroupView *view, FxLayerGroup *group)
{
  guint n = view->values->len;
  g_autofree guint *first = g_new (guint, n + 1), *last = g_new0 (guint, n + 1);
  Measure m = { .view = view, .group = group, .first = first, .last = last };

  for (guint i = 0; i < n; i++)
    first[i] = G_MAXUINT;
  fx_group_walk (view, group, measure_step, &m);
  group->bytes = peak_bytes (&m);
  group->ms = group_ms (group, &m);
  return group_cost (view->c, group->ms, m.transfer_ms);
}

/* ---- the smallest cut that fits ---- */

static gboolean
fits (FxGroupView *view, FxLayerGroup *group, gint64 stripes, gint64 splits, double *cost)
{
  group->stripes = stripes;
  group->splits = splits;
  group->doubled = stripes > 1 || splits > 1;
  *cost = measure_group (view, group);
  if (group->bytes > view->c->limit && group->doubled)
    {
      group->doubled = FALSE;
      *cost = measure_group (view, group);
    }
  return group->bytes <= view->c->limit;
}

static gint64
next_count (gint64 count, gint64 most)
{
  return count >= most ? G_MAXINT64 : MIN (most, count + MAX (1, count / 2));
}

/* Rows of the tallest result: more stripes than that are no use. */
static gint64
most_rows (const FxGroupView *view)
{
  gint64 rows = 1;

  for (guint i = 0; i < view->values->len; i++)
    if (fx_group_view_value (view, i)->is_local && !fx_group_view_value (view, i)->read_here)
      rows = MAX (rows, fx_group_view_value (view, i)->layout.n_rows);
  return rows;
}

/* TRUE if every layer can be computed in rows; otherwise more stripes do not help much. */
static gboolean
is_cut_by_rows (const FxGroupView *view)
{
  for (guint k = 0; k < view->n; k++)
    if (!fx_compilation_layer (view->c, view->first + k)->cut.by_rows)
      return FALSE;
  return TRUE;
}

static gboolean
find_stripes (FxGroupView *view, gint64 splits, FxLayerGroup *group, double *cost)
{
  gint64 most = is_cut_by_rows (view) ? most_rows (view) : 1;

  for (gint64 stripes = 1; stripes <= most; stripes = next_count (stripes, most))
    if (fits (view, group, stripes, splits, cost))
      return TRUE;
  return FALSE;
}

/* One layer at last works on DDR. */
static void
stream (FxGroupView *view, FxLayerGroup *group, double *cost)
{
  const FxLayer *layer = fx_compilation_layer (view->c, view->first);
  guint64 bytes = 0;

  for (guint i = 0; i < view->values->len; i++)
    {
      const FxRowLayout *layout = &fx_group_view_value (view, i)->layout;

      bytes += (guint64)layout->n_rows * layout->row_bytes;
    }
  *group = (FxLayerGroup){ .first = view->first, .n = 1, .pieces = 1, .stripes = 1, .splits = 1, .streamed = TRUE };
  group->ms = MAX (layer->ms, fx_compilation_transfer_ms (view->c, bytes));
  *cost = layer->ms + fx_compilation_transfer_ms (view->c, bytes);
}

gboolean
fx_compile_measure (const FxCompilation *c, FxLayerGroup *group)
{
  g_autoptr (FxGroupView) view = fx_group_view_new (c, group->first, group->n);
  double cost;

  return fits (view, group, group->stripes, group->splits, &cost);
}

static gboolean
find_group (const FxCompilation *c, guint first, guint n, FxLayerGroup *group, double *cost)
{
  g_autoptr (FxGroupView) view = fx_group_view_new (c, first, n);
  gint64 n_channels = fx_compilation_layer (c, first)->cut.n_channels;

  *group = (FxLayerGroup){ .first = first, .n = n, .pieces = 1 };
  if (find_stripes (view, 1, group, cost))
    return TRUE;
  if (n > 1)
    return FALSE;
  for (gint64 splits = 2; splits <= n_channels; splits = next_count (splits, n_channels))
    if (find_stripes (view, splits, group, cost))
      return TRUE;
  stream (view, group, cost);
  return TRUE;
}

/* ---- the division that costs least ---- */

typedef struct
{
  double cost;        /* of all layers before this one */
  FxLayerGroup group; /* the last of them */
} Best;

/* The best groups of 1, 2, … layers that begin with `first`; those that do not fit cost G_MAXDOUBLE. Longer groups that
 * do not fit do not end the search: a layer that makes the results smaller may still. */
static void
find_groups (const FxCompilation *c, guint first, Best *found)
{
  int subgraph = fx_compilation_layer (c, first)->subgraph;
  guint most = MIN (most_layers[c->options.level], c->layers->len - first);

  for (guint n = 1; n <= most && fx_compilation_layer (c, first + n - 1)->subgraph == subgraph; n++)
    {
      FxLayerGroup group;
      double cost;

      if (find_group (c, first, n, &group, &cost) && (n == 1 || group.ms <= c->call_ms))
        found[n - 1] = (Best){ cost, group };
    }
}

/* Groups do not depend on one another, so that threads find them side by side; some at a time, to be told to stop. */
#define AT_ONCE 64

static gboolean
find_all (const FxCompilation *c, Best *found, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  guint n = c->layers->len, most = most_layers[c->options.level];
  int before = fx_threads_enter (c->options.jobs > 0 ? c->options.jobs : g_get_num_processors ());

  for (guint first = 0; first < n && !g_cancellable_is_cancelled (cancellable); first += AT_ONCE)
    {
      fx_progress_report (progress, (double)first / n, "Dividing the network into groups of layers");
#pragma omp parallel for schedule(dynamic)
      for (guint i = first; i < MIN (n, first + AT_ONCE); i++)
        find_groups (c, i, found + (gsize)i * most);
    }
  fx_threads_leave (before);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

gboolean
fx_compile_groups (FxCompilation *c, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  guint n = c->layers->len, most = most_layers[c->options.level];
  g_autofree Best *best = g_new0 (Best, n + 1), *found = g_new0 (Best, (gsize)n * most + 1);
  g_autoptr (GArray) backwards = g_array_new (FALSE, FALSE, sizeof (FxLayerGroup));

  for (guint i = 1; i <= n; i++)
    best[i].cost = G_MAXDOUBLE;
  for (gsize i = 0; i < (gsize)n * most; i++)
    found[i].cost = G_MAXDOUBLE;
  if (!find_all (c, found, progress, cancellable, error))
    return FALSE;
  for (guint first = 0; first < n; first++)
    for (guint k = 1; k <= most && first + k <= n; k++)
      {
        const Best *group = &found[(gsize)first * most + k - 1];

        if (best[first].cost + group->cost < best[first + k].cost)
          best[first + k] = (Best){ best[first].cost + group->cost, group->group };
      }
  for (guint end = n; end > 0; end = best[end].group.first)
    g_array_append_val (backwards, best[end].group);
  g_array_set_size (c->groups, 0);
  for (guint i = backwards->len; i-- > 0;)
    g_array_append_val (c->groups, g_array_index (backwards, FxLayerGroup, i));
  return TRUE;
}
