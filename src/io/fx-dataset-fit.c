/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-dataset-fit.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-dataset.h"

/* What is tried for files without a header. */
static const FxDType raw_dtypes[] = { FX_DTYPE_UNDEFINED, FX_DTYPE_FLOAT, FX_DTYPE_UINT8 };

static const FxValue *
input_at (const FxGraph *graph, guint i)
{
  return fx_graph_value (graph, fx_graph_input (graph, i));
}

static gboolean
picture_fits (const FxSample *sample, const FxValue *input, GError **error)
{
  g_autofree char *shape = NULL;

  if (input->shape.rank < 0 || input->shape.rank == 4)
    return TRUE;
  shape = fx_shape_to_string (&input->shape);
  return fx_fail (error, FX_ERROR_BAD_DATA, "%s: is a picture, and the input \"%s\" is %s, not of four dimensions",
                  sample->path, input->name, shape);
}

static gboolean
sample_fits (const FxDataset *dataset, const FxValue *input, GError **error)
{
  const FxSample *sample = fx_dataset_sample (dataset, 0);
  g_autoptr (FxTensor) tensor = NULL;

  if (sample->is_image)
    return picture_fits (sample, input, error);
  return fx_dataset_load (dataset, 0, NULL, input, &tensor, error);
}

/* The input; −1 and *error, of the first one that lacks samples: none. */
static int
find_input (const FxDataset *dataset, const FxGraph *graph, const char *const *fed, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
      {
        const FxValue *input = input_at (graph, i);

        if ((pass == 1) != (fed != NULL && g_strv_contains (fed, input->name)))
          continue;
        if (sample_fits (dataset, input, first == NULL ? &first : NULL))
          return (int)i;
      }
  if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    fx_fail (error, FX_ERROR_BAD_DATA, "the model has no inputs");
  return -1;
}

gboolean
fx_dataset_fit (const char *path, const FxGraph *graph, const char *const *fed, const char **input, FxDType *raw_dtype,
                GError **error)
{
  g_autoptr (GError) best = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (raw_dtypes); i++)
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (FxDataset) dataset = fx_dataset_open_raw (path, NULL, raw_dtypes[i], &problem);
      int found = dataset != NULL ? find_input (dataset, graph, fed, &problem) : -1;

      if (found >= 0)
        {
          *input = input_at (graph, (guint)found)->name;
          *raw_dtype = raw_dtypes[i];
          return TRUE;
        }
      /* what was wrong with a sample says more than that there was none */
      if (best == NULL || (dataset != NULL && !fx_dataset_sample (dataset, 0)->is_image && i == 1))
        {
          g_clear_error (&best);
          best = g_steal_pointer (&problem);
        }
    }
  g_propagate_error (error, g_steal_pointer (&best));
  return FALSE;
}
