/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-plan.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

static void
version_clear (gpointer data)
{
  g_free (((FxCaffeVersion *)data)->name);
}

FxCaffeVersion *
fx_caffe_plan_version (FxCaffePlan *plan, guint i)
{
  return &g_array_index (plan->versions, FxCaffeVersion, i);
}

gboolean
fx_caffe_layer_fail (const FxCaffeLayer *layer, GError **error)
{
  return fx_error_prefix (error, "layer \"%s\" (%s)", layer->name, layer->type);
}

gboolean
fx_caffe_is_dropped (const FxCaffeRow *row)
{
  return row != NULL && (row->kind == FX_CAFFE_TRAINING || row->kind == FX_CAFFE_SINK);
}

gboolean
fx_caffe_is_loss (const FxCaffeRow *row)
{
  return row != NULL && row->kind == FX_CAFFE_TRANSLATE && row->note != NULL;
}

static void
add_version (FxCaffePlan *plan, const char *blob, gboolean is_input)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (plan->current, blob));
  FxCaffeVersion version = { .blob = blob, .value = FX_NONE, .is_input = is_input, .is_last = TRUE };

  if (before > 0)
    fx_caffe_plan_version (plan, before - 1)->is_last = FALSE;
  if (is_input)
    g_hash_table_add (plan->named, (gpointer)blob);
  g_array_append_val (plan->versions, version);
  g_hash_table_insert (plan->current, (gpointer)blob, GUINT_TO_POINTER (plan->versions->len));
}

static gboolean
check_bottoms (const FxCaffeLayer *layer, const FxCaffeRow *row, GError **error)
{
  guint n = (guint)layer->n_bottom;

  if (row == NULL || (n >= row->min_bottoms && (row->max_bottoms == 255 || n <= row->max_bottoms)))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH,
                  n < row->min_bottoms ? N_ ("has %u bottoms, wanted at least %u")
                                       : N_ ("has %u bottoms, wanted at most %u"),
                  n, n < row->min_bottoms ? row->min_bottoms : row->max_bottoms);
}

/* Resolves the names of one layer, in the order in which the net runs. */
static gboolean
plan_layer (FxCaffePlan *plan, FxCaffeStep *step, const FxCaffeLayer *layer, GError **error)
{
  const FxCaffeRow *row = fx_caffe_row_find (layer->type);
  gboolean dropped = fx_caffe_is_dropped (row), loss = fx_caffe_is_loss (row);

  if (!check_bottoms (layer, row, error))
    return FALSE;
  *step = (FxCaffeStep){ .row = row, .n_bottoms = (guint)layer->n_bottom, .n_tops = (guint)layer->n_top };
  if (loss)
    {
      step->n_bottoms = 1;
      step->n_tops = MAX (step->n_tops, 1);
    }
  step->bottoms = g_new0 (guint, step->n_bottoms + 1);
  for (guint k = 0; k < step->n_bottoms; k++)
    {
      guint version = GPOINTER_TO_UINT (g_hash_table_lookup (plan->current, layer->bottom[k]));

      if (version == 0 && dropped)
        continue;
      if (version == 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "its bottom \"%s\" is the top of no layer before it",
                        layer->bottom[k]);
      step->bottoms[k] = version - 1;
      if (row == NULL || row->kind != FX_CAFFE_TRAINING)
        fx_caffe_plan_version (plan, version - 1)->reads++;
    }
  step->first_top = plan->versions->len;
  for (gsize k = 0; k < step->n_tops && !dropped; k++)
    add_version (plan, k < layer->n_top ? layer->top[k] : "prob", row != NULL && row->kind == FX_CAFFE_SOURCE);
  return TRUE;
}

gboolean
fx_caffe_plan_init (FxCaffePlan *plan, const Fx__Caffe__NetParameter *net, GError **error)
{
  *plan = (FxCaffePlan){ .steps = g_new0 (FxCaffeStep, net->n_layer + 1), .n_steps = net->n_layer };
  plan->versions = g_array_new (FALSE, FALSE, sizeof (FxCaffeVersion));
  g_array_set_clear_func (plan->versions, version_clear);
  plan->current = g_hash_table_new (g_str_hash, g_str_equal);
  plan->named = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < net->n_input; i++)
    add_version (plan, net->input[i], TRUE);
  for (gsize i = 0; i < net->n_layer; i++)
    if (!plan_layer (plan, &plan->steps[i], net->layer[i], error))
      return fx_caffe_layer_fail (net->layer[i], error);
  return TRUE;
}

void
fx_caffe_plan_clear (FxCaffePlan *plan)
{
  for (gsize i = 0; i < plan->n_steps; i++)
    g_free (plan->steps[i].bottoms);
  g_free (plan->steps);
  g_array_unref (plan->versions);
  g_hash_table_unref (plan->current);
  g_hash_table_unref (plan->named);
}

/* An input keeps its blob's name; else the last value of the blob has it. */
char *
fx_caffe_plan_name (FxCaffePlan *plan, guint i, const char *layer, gboolean prediction)
{
  FxCaffeVersion *version = fx_caffe_plan_version (plan, i);
  gboolean plain = version->is_input || (version->is_last && !g_hash_table_contains (plan->named, version->blob));

  version->name = prediction ? g_strdup ("prob")
                  : plain    ? g_strdup (version->blob)
                             : g_strdup_printf ("%s:%s", version->blob, layer);
  return version->name;
}
