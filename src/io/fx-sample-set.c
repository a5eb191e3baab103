/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-sample-set.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

typedef struct
{
  char *name;
  FxShape shape;
  FxDType dtype;
  FxDataset *dataset;
  FxPreprocess *preprocess;
  gboolean has_spec;
  FxInputSpec spec;
} Input;

struct _FxSampleSet
{
  Input *inputs; /* [n_inputs] those of the graph */
  guint n_inputs;
};

void
fx_sample_set_free (FxSampleSet *set)
{
  if (set == NULL)
    return;
  for (guint i = 0; i < set->n_inputs; i++)
    {
      g_free (set->inputs[i].name);
      fx_dataset_free (set->inputs[i].dataset);
      fx_preprocess_free (set->inputs[i].preprocess);
    }
  g_free (set->inputs);
  g_free (set);
}

guint
fx_sample_set_n_samples (const FxSampleSet *set)
{
  return set->n_inputs > 0 ? fx_dataset_n_samples (set->inputs[0].dataset) : 0;
}

const FxDataset *
fx_sample_set_dataset (const FxSampleSet *set, guint i)
{
  return set->inputs[i].dataset;
}

/* The input that a spec is about. */
static Input *
find_input (FxSampleSet *set, const FxSampleSpec *spec, guint position, GError **error)
{
  Input *input = NULL;

  for (guint i = 0; i < set->n_inputs; i++)
    if (spec->input != NULL ? strcmp (set->inputs[i].name, spec->input) == 0 : i == position)
      input = &set->inputs[i];
  if (input == NULL)
    fx_fail (error, FX_ERROR_BAD_DATA,
             spec->input != NULL ? N_ ("there are samples for the input \"%s\", which the model does not have")
                                 : N_ ("there are samples for one input more than the model has"),
             spec->input);
  else if (input->dataset != NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" was given samples twice", input->name);
      return NULL;
    }
  return input;
}

static gboolean
open_input (FxSampleSet *set, const FxSampleSpec *spec, guint position, GError **error)
{
  Input *input = find_input (set, spec, position, error);

  if (input == NULL)
    return FALSE;
  input->has_spec = spec->has_spec;
  input->spec = spec->spec;
  if (spec->has_spec && !fx_input_spec_check (&spec->spec, input->name, &input->shape, error))
    return FALSE;
  input->preprocess = spec->preprocess != NULL ? fx_preprocess_parse (spec->preprocess, error) : fx_preprocess_new ();
  if (input->preprocess == NULL)
    return fx_error_prefix (error, "preprocessing of input \"%s\"", input->name);
  input->dataset = fx_dataset_open_raw (spec->path, spec->labels, spec->raw_dtype, error);
  for (const char *const *path = spec->more; input->dataset != NULL && path != NULL && *path != NULL; path++)
    {
      FxDataset *more = fx_dataset_open_raw (*path, NULL, spec->raw_dtype, error);

      if (more == NULL)
        return FALSE;
      fx_dataset_append (input->dataset, *path, more);
    }
  return input->dataset != NULL;
}

static gboolean
check_counts (const FxSampleSet *set, GError **error)
{
  for (guint i = 0; i < set->n_inputs; i++)
    {
      const Input *input = &set->inputs[i];

      if (input->dataset == NULL)
        return fx_fail (error, FX_ERROR_BAD_DATA, "there are no samples for the input \"%s\"", input->name);
      if (fx_dataset_n_samples (input->dataset) != fx_sample_set_n_samples (set))
        return fx_fail (error, FX_ERROR_BAD_DATA,
                        "there are %u samples for the input \"%s\" and %u for \"%s\"; the n-th of each belong together",
                        fx_dataset_n_samples (input->dataset), input->name, fx_sample_set_n_samples (set),
                        set->inputs[0].name);
    }
  return TRUE;
}

/* The same samples of every input: chosen by the first one, whose labels or folders decide. */
static void
select_samples (FxSampleSet *set, guint count, guint64 seed)
{
  guint n = fx_sample_set_n_samples (set);
  FxDataset *first = set->inputs[0].dataset;
  g_autoptr (GHashTable) kept = g_hash_table_new (NULL, NULL);
  g_autofree FxSample **before = g_new (FxSample *, n);
  g_autofree guint8 *keep = g_new0 (guint8, n);

  if (count == 0 || count >= n)
    return;
  memcpy (before, first->samples->pdata, n * sizeof *before);
  fx_dataset_select (first, count, seed);
  for (guint i = 0; i < first->samples->len; i++)
    g_hash_table_add (kept, first->samples->pdata[i]);
  for (guint i = 0; i < n; i++)
    keep[i] = g_hash_table_contains (kept, before[i]);
  for (guint k = 1; k < set->n_inputs; k++)
    for (guint i = n; i > 0; i--)
      if (!keep[i - 1])
        g_ptr_array_remove_index (set->inputs[k].dataset->samples, i - 1);
}

FxSampleSet *
fx_sample_set_open (const FxGraph *graph, const FxSampleSpec *specs, guint n_specs, guint count, guint64 seed,
                    GError **error)
{
  g_autoptr (FxSampleSet) set = g_new0 (FxSampleSet, 1);

  set->n_inputs = fx_graph_n_inputs (graph);
  set->inputs = g_new0 (Input, set->n_inputs + 1);
  for (guint i = 0; i < set->n_inputs; i++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, i));

      set->inputs[i].name = g_strdup (value->name);
      set->inputs[i].shape = value->shape;
      set->inputs[i].dtype = value->dtype;
    }
  for (guint i = 0; i < n_specs; i++)
    if (!open_input (set, &specs[i], i, error))
      return NULL;
  if (set->n_inputs == 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the model has no inputs to feed");
      return NULL;
    }
  if (!check_counts (set, error))
    return NULL;
  select_samples (set, count, seed);
  return g_steal_pointer (&set);
}

static gboolean
load_input (const Input *input, guint i, FxTensor **out, GError **error)
{
  FxTensor *converted;

  if (!fx_dataset_load (input->dataset, i, input->preprocess,
                        &(FxValue){ .dtype = input->dtype, .shape = input->shape }, out, error))
    return FALSE;
  if (!input->has_spec)
    return TRUE;
  converted = fx_input_spec_convert (&input->spec, *out, error);
  if (converted == NULL)
    fx_error_prefix (error, "%s", fx_dataset_sample (input->dataset, i)->path);
  fx_tensor_unref (*out);
  *out = converted;
  return converted != NULL;
}

gboolean
fx_sample_set_load (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const FxSampleSet *set = user_data;

  for (guint k = 0; k < set->n_inputs; k++)
    if (!load_input (&set->inputs[k], i, &inputs[k], error))
      {
        for (guint j = 0; j <= k; j++)
          g_clear_pointer (&inputs[j], fx_tensor_unref);
        return FALSE;
      }
  return TRUE;
}
