/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-tie-free.h"

#include <float.h>
#include <math.h>

/* With factors outside, no sum gives anything but 0, or all saturate. */
#define LEAST_FACTOR 0x1p-32
#define LARGEST_FACTOR 0x1p16
/* Units of a set of scales are tried down to the smallest scale / this, or another one's / MAX_MULTIPLE. */
#define MAX_MULTIPLE 65535.0

static double
nearest_odd (double x)
{
  return MAX (2.0 * rint ((x - 1.0) / 2.0) + 1.0, 1.0);
}

static gboolean
is_near (double a, double b)
{
  return fabs (a / b - 1.0) <= FX_TIE_FREE_CHANGE;
}

/* Below 1 an odd Q is off by 1 / Q at most, and Q grows with P; above 1 P is off by 1 / (2 P), and grows with Q. So
 * both end after about 1 / FX_TIE_FREE_CHANGE turns. */
double
fx_tie_free_factor (double factor)
{
  double p = 1.0, q = 1.0;

  if (!(factor >= LEAST_FACTOR && factor <= LARGEST_FACTOR))
    return factor;
  if (factor < 1.0)
    for (q = nearest_odd (p / factor); !is_near (p / q, factor); q = nearest_odd (p / factor))
      p += 1.0;
  else
    for (p = rint (factor); !is_near (p / q, factor); p = rint (factor * q))
      q += 2.0;
  return p / q;
}

/* A new scale as it is stored, normal like the old one. */
static float
to_scale (double scale, float old)
{
  return (float)scale >= FLT_MIN && (float)scale <= FLT_MAX ? (float)scale : old;
}

/* ---- scales of values ---- */

typedef struct
{
  const FxGraph *graph;
  const FxQuantPlan *plan;
  const FxId *leaders;
  FxValueQuant *values;
  guint8 *settled;  /* [n_values] the scale does not change any more */
  FxId *set, *next; /* [n_values] sets of values that are added to each other: a name of the set, and its members in a
                       circle */
} Scales;

static FxId
set_of (Scales *scales, FxId value)
{
  while (scales->set[value] != value)
    value = scales->set[value] = scales->set[scales->set[value]];
  return value;
}

/* Two circles that exchange their next members are one. */
static void
unite (Scales *scales, FxId a, FxId b)
{
  FxId of_a = set_of (scales, a), of_b = set_of (scales, b), next = scales->next[a];

  if (of_a == of_b)
    return;
  scales->set[of_a] = of_b;
  scales->next[a] = scales->next[b];
  scales->next[b] = next;
}

static void
set_scale (Scales *scales, FxId value, double scale)
{
  FxValueQuant *quant = &scales->values[value];
  float old = quant->scale;

  quant->scale = to_scale (scale, old);
  quant->range.low *= (double)quant->scale / (double)old;
  quant->range.high *= (double)quant->scale / (double)old;
}

/* The leaders of a group's operands and result; FALSE: not all of them have 8 bits, or it is a table. */
static gboolean
read_group (const Scales *scales, const FxQuantGroup *group, FxId *operands, guint *n, FxId *result)
{
  const FxNode *node = fx_graph_node (scales->graph, group->nodes[0]);

  *n = fx_quant_n_data (group->rule, node);
  *result = scales->leaders[fx_quant_group_output (scales->graph, group)];
  for (guint i = 0; i < *n; i++)
    {
      operands[i] = scales->leaders[node->inputs[i]];
      if (scales->values[operands[i]].bits != 8)
        return FALSE;
    }
  return group->root == FX_NONE && scales->values[*result].bits == 8;
}

static void
unite_group (Scales *scales, const FxQuantGroup *group)
{
  guint n = fx_graph_node (scales->graph, group->nodes[0])->n_inputs;
  g_autofree FxId *operands = g_new (FxId, n + 1);
  FxId result;

  if (!(group->rule->flags & (FX_RULE_ADDS | FX_RULE_JOINS)) || !read_group (scales, group, operands, &n, &result))
    return;
  for (guint i = 0; i < n; i++)
    unite (scales, operands[i], result);
}

/* The member whose scale is a multiple of the unit whatever that is: one that may not change, or the smallest. */
static FxId
base_of_set (const Scales *scales, FxId first)
{
  FxId base = first, value = first;

  do
    {
      if (scales->settled[value])
        return value;
      if (scales->values[value].scale < scales->values[base].scale)
        base = value;
      value = scales->next[value];
    }
  while (value != first);
  return base;
}

static gboolean
unit_suits (const Scales *scales, FxId first, double unit)
{
  FxId value = first;

  do
    {
      double scale = (double)scales->values[value].scale;

      if (!scales->settled[value] && !is_near (unit * nearest_odd (scale / unit), scale))
        return FALSE;
      value = scales->next[value];
    }
  while (value != first);
  return TRUE;
}

/* The smallest multiples make the smallest Q. */
static void
settle_set (Scales *scales, FxId first)
{
  double base = (double)scales->values[base_of_set (scales, first)].scale, n = 1.0;
  FxId value = first;

  while (n <= MAX_MULTIPLE && !unit_suits (scales, first, base / n))
    n += 2.0;
  do
    {
      double scale = (double)scales->values[value].scale;

      if (!scales->settled[value] && n <= MAX_MULTIPLE)
        set_scale (scales, value, nearest_odd (scale * n / base) * base / n);
      scales->settled[value] = TRUE;
      value = scales->next[value];
    }
  while (value != first);
}

static void
settle_result (Scales *scales, const FxQuantGroup *group)
{
  const FxNode *node = fx_graph_node (scales->graph, group->nodes[0]);
  g_autofree FxId *operands = g_new (FxId, node->n_inputs + 1);
  g_autofree double *of = g_new (double, node->n_inputs + 1);
  FxId result;
  double step;
  guint n;

  if (group->rule->step == NULL || !read_group (scales, group, operands, &n, &result))
    return;
  for (guint i = 0; i < n; i++)
    {
      of[i] = (double)scales->values[operands[i]].scale;
      scales->settled[operands[i]] = TRUE;
    }
  step = group->rule->step (scales->graph, node, of);
  if (!scales->settled[result])
    set_scale (scales, result, step / fx_tie_free_factor (step / (double)scales->values[result].scale));
  scales->settled[result] = TRUE;
}

void
fx_tie_free_scales (const FxGraph *graph, const FxQuantPlan *plan, const FxId *leaders, const guint8 *fixed,
                    FxValueQuant *values)
{
  guint n = fx_graph_n_values (graph);
  g_autofree guint8 *settled = g_new0 (guint8, n + 1);
  g_autofree FxId *set = g_new (FxId, n + 1), *next = g_new (FxId, n + 1);
  Scales scales = { graph, plan, leaders, values, settled, set, next };

  for (FxId i = 0; i < n; i++)
    {
      set[i] = next[i] = i;
      settled[i] = (fixed != NULL && fixed[i]);
    }
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    settled[fx_graph_input (graph, i)] = TRUE;
  for (guint g = 0; g < plan->groups->len; g++)
    unite_group (&scales, plan->groups->pdata[g]);
  for (FxId i = 0; i < n; i++)
    if (set_of (&scales, i) == i && next[i] != i)
      settle_set (&scales, i);
  for (guint g = 0; g < plan->groups->len; g++)
    settle_result (&scales, plan->groups->pdata[g]);
}

/* ---- scales of weights ---- */

void
fx_tie_free_weights (const FxValueQuant *x, const FxValueQuant *y, float *scales, guint n)
{
  double unit = (double)y->scale / (double)x->scale;

  if (x->bits != 8 || y->bits != 8)
    return;
  for (guint c = 0; c < n; c++)
    scales[c] = to_scale (fx_tie_free_factor ((double)scales[c] / unit) * unit, scales[c]);
}
