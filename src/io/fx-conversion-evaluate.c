/* How often the float and the integer network name the right class, and how often they agree.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion-private.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

typedef struct
{
  const FxConversionJob *job;
  const FxDataset *dataset;
  FxSampleSet *samples;
  guint *labeled; /* samples that have a label */
  guint n_labeled;
  GPtrArray *scores; /* of FxTensor: what the float network said */
  FxEvaluation *evaluation;
  gboolean is_integer;
  const FxProgress *progress;
} Evaluation;

static gboolean
load_labeled (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const Evaluation *evaluation = user_data;

  return fx_sample_set_load (evaluation->labeled[i], inputs, evaluation->samples, error);
}

static gboolean
count (G_GNUC_UNUSED gpointer state, guint i, FxTensor *const *outputs, gpointer user_data, GError **error)
{
  Evaluation *evaluation = user_data;
  const FxSample *sample = fx_dataset_sample (evaluation->dataset, evaluation->labeled[i]);
  FxArray scores = fx_tensor_array (outputs[0]);
  gboolean ok = fx_evaluation_add (evaluation->evaluation, &scores, sample->label, error);

  if (ok && evaluation->is_integer)
    {
      FxArray reference = fx_tensor_array (g_ptr_array_index (evaluation->scores, i));

      ok = fx_evaluation_compare (evaluation->evaluation, &scores, &reference, error);
      if (ok)
        fx_error_sums_add (&evaluation->job->result->score_errors, reference.data, scores.data,
                           (gsize)fx_shape_elements (&scores.shape));
    }
  else if (ok)
    g_ptr_array_add (evaluation->scores, fx_tensor_ref (outputs[0]));
  fx_progress_report (evaluation->progress,
                      ((double)(i + 1) / evaluation->n_labeled + (evaluation->is_integer ? 1 : 0)) / 2,
                      evaluation->is_integer ? N_ ("%u of %u samples, integers") : N_ ("%u of %u samples, floats"),
                      i + 1, evaluation->n_labeled);
  return ok || fx_error_prefix (error, "%s", sample->path);
}

static gboolean
run_network (Evaluation *evaluation, const FxGraph *graph, FxEvaluation *counts, gboolean is_integer, GError **error)
{
  FxEngineOptions options = { .n_threads = 1 };
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, evaluation->job->cancellable, error);
  FxSampleLoop loop = { .engine = engine,
                        .end = evaluation->n_labeled,
                        .n_threads = evaluation->job->options->n_threads,
                        .source = load_labeled,
                        .source_data = evaluation,
                        .finish = count,
                        .user_data = evaluation };

  evaluation->evaluation = counts;
  evaluation->is_integer = is_integer;
  return engine != NULL && fx_sample_loop_run (&loop, evaluation->job->cancellable, error);
}

/* One output whose elements are the classes of one sample. */
static gboolean
is_classifier (const FxGraph *graph)
{
  const FxShape *shape;
  int wide = 0;

  if (fx_graph_n_outputs (graph) != 1)
    return FALSE;
  shape = &fx_graph_value (graph, fx_graph_output (graph, 0))->shape;
  if (!fx_shape_is_static (shape))
    return FALSE;
  for (int i = 0; i < shape->rank; i++)
    wide += shape->dims[i] > 1;
  return wide == 1;
}

gboolean
fx_conversion_evaluate (FxConversionJob *job, GError **error)
{
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_EVALUATE);
  const char *test = job->options->test;
  g_autoptr (FxSampleSet) opened
      = test != NULL ? fx_conversion_open (job, test, job->options->test_samples, error) : NULL;
  g_autoptr (GPtrArray) scores = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  g_autofree guint *labeled = NULL;
  Evaluation evaluation
      = { .job = job, .samples = test != NULL ? opened : job->samples, .scores = scores, .progress = &progress };
  guint n;

  if (evaluation.samples == NULL)
    return FALSE;
  evaluation.dataset = fx_sample_set_dataset (evaluation.samples, 0);
  n = fx_dataset_n_samples (evaluation.dataset);
  evaluation.labeled = labeled = g_new (guint, n + 1);
  for (guint i = 0; i < n; i++)
    if (fx_dataset_sample (evaluation.dataset, i)->label >= 0)
      labeled[evaluation.n_labeled++] = i;
  if (test != NULL && evaluation.n_labeled == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s: no sample has a label", test);
  if (evaluation.n_labeled == 0 || (test == NULL && !is_classifier (job->result->optimized)))
    return TRUE;
  job->result->has_accuracy = TRUE;
  return run_network (&evaluation, job->result->optimized, &job->result->accuracy_float, FALSE, error)
         && run_network (&evaluation, job->result->integer, &job->result->accuracy_integer, TRUE, error);
}
