/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/check/fx-fix.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/passes/fx-adapt.h"
#include "core/passes/fx-passes.h"
#include "core/passes/insert-preprocess.h"
#include "core/quant/fx-quant-choice.h"
#include "io/fx-model.h"
#include "io/fx-target-file.h"

#include <string.h>

/* Of so many samples, one in … is held out: enough to judge, and most are left for the ranges. */
#define HELD_OUT_EVERY 5
#define MAX_HELD_OUT 32
#define DEFAULT_MEASURED 16

static const char *const stage_names[FX_N_STAGES] = { N_ ("Load"),    N_ ("Check"),    N_ ("Optimize"), N_ ("Quantize"),
                                                      N_ ("Measure"), N_ ("Evaluate"), N_ ("Compile"),  N_ ("Write") };

const char *
fx_conversion_stage_name (FxConversionStage stage)
{
  return stage_names[stage];
}

void
fx_conversion_free (FxConversion *conversion)
{
  if (conversion == NULL)
    return;
  fx_graph_free (conversion->source);
  fx_graph_free (conversion->optimized);
  fx_graph_free (conversion->integer);
  fx_target_unref (conversion->target);
  fx_check_report_free (conversion->placement);
  fx_quant_params_free (conversion->params);
  fx_error_report_free (conversion->errors);
  fx_cost_report_free (conversion->cost);
  g_clear_pointer (&conversion->what_if, g_ptr_array_unref);
  fx_timeline_free (conversion->timeline);
  fx_program_free (conversion->program);
  g_free (conversion->no_program);
  g_clear_pointer (&conversion->steps, g_ptr_array_unref);
  g_clear_pointer (&conversion->mixed, g_array_unref);
  g_clear_pointer (&conversion->files, g_ptr_array_unref);
  g_free (conversion->method);
  g_free (conversion);
}

/* ---- progress ---- */

static void
report_cb (double fraction, const char *message, gpointer data)
{
  const FxConversionJob *job = data;

  if (job->events->stage != NULL)
    job->events->stage (job->stage, fraction, message, job->events->user_data);
}

FxProgress
fx_conversion_begin (FxConversionJob *job, FxConversionStage stage)
{
  FxProgress progress = { report_cb, job, 0.0, 1.0 };

  job->stage = stage;
  fx_progress_report (&progress, 0.0, "%s", _ (stage_names[stage]));
  return progress;
}

/* ---- loading ---- */

static gboolean
set_shapes (FxConversionJob *job, FxGraph *graph, GPtrArray *log, GError **error)
{
  for (guint i = 0; i < job->options->inputs->len; i++)
    {
      const FxConversionInput *input = &g_array_index (job->options->inputs, FxConversionInput, i);
      const char *name = input->name;
      FxShape shape;

      if (input->shape == NULL)
        continue;
      if (name == NULL && i < fx_graph_n_inputs (graph))
        name = fx_graph_value (graph, fx_graph_input (graph, i))->name;
      if (!fx_shape_parse (input->shape, &shape, error) || !fx_fix_set_input_shape (graph, name, &shape, log, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_preprocess (FxConversionJob *job, FxGraph *graph, GError **error)
{
  for (guint i = 0; i < job->options->inputs->len; i++)
    {
      const FxConversionInput *input = &g_array_index (job->options->inputs, FxConversionInput, i);
      FxId id = input->name != NULL             ? fx_graph_find_value (graph, input->name)
                : i < fx_graph_n_inputs (graph) ? fx_graph_input (graph, i)
                                                : FX_NONE;

      if (id == FX_NONE)
        return fx_fail (error, FX_ERROR_BAD_DATA, "the model has no input \"%s\"",
                        input->name != NULL ? input->name : "");
      if (input->has_spec && !fx_pass_insert_preprocess (graph, id, &input->spec, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load (FxConversionJob *job, GPtrArray *findings, GError **error)
{
  const FxConversionOptions *options = job->options;
  g_autoptr (FxGraph) graph = options->graph != NULL
                                  ? fx_graph_copy (options->graph)
                                  : fx_model_load (options->model, options->weights, findings, error);

  if (graph == NULL)
    return FALSE;
  fx_graph_infer (graph, NULL);
  if (!set_shapes (job, graph, findings, error)
      || !fx_fix_set_outputs (graph, (const char *const *)options->outputs, NULL, error)
      || (options->fix_all && !fx_fix_apply_all (graph, job->result->target, findings, NULL, error)))
    return fx_error_prefix (error, "%s", options->model);
  if (options->fix_all)
    fx_graph_compact (graph);
  job->result->source = g_steal_pointer (&graph);
  return TRUE;
}

/* ---- checking and optimizing ---- */

/* The check looks at shapes and operators for itself, and at the graph after the fixes. */
static void
drop_settled (GPtrArray *findings, const FxGraph *graph)
{
  static const char *const again[] = { "control-flow", "shape", "unknown-operator", NULL };

  for (guint i = findings->len; i-- > 0;)
    {
      const FxDiagnostic *finding = findings->pdata[i];

      if (g_strv_contains (again, finding->rule)
          || (finding->node != NULL && fx_graph_find_node (graph, finding->node) == FX_NONE))
        g_ptr_array_remove_index (findings, i);
    }
}

static gboolean
check (FxConversionJob *job, GPtrArray *findings, GError **error)
{
  g_autoptr (FxCheckReport) report = NULL;
  guint n_errors;

  drop_settled (findings, job->result->source);
  report = fx_check (job->result->source, job->result->target, findings, job->cancellable, error);
  if (report == NULL)
    return FALSE;
  if (job->events->findings != NULL)
    job->events->findings (report->diagnostics, job->events->user_data);
  n_errors = fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR);
  if (n_errors == 0)
    return TRUE;
  return fx_fail (
      error, FX_ERROR_BAD_GRAPH,
      job->options->fix_all
          ? fx_plural ("%s: cannot be converted as it is: %u error; no fix takes them away",
                       "%s: cannot be converted as it is: %u errors; no fix takes them away", n_errors)
          : fx_plural ("%s: cannot be converted as it is: %u error; most can be fixed by applying all fixes",
                       "%s: cannot be converted as it is: %u errors; most can be fixed by applying all fixes",
                       n_errors),
      job->options->model, n_errors);
}

static gboolean
optimize (FxConversionJob *job, GError **error)
{
  FxConversion *result = job->result;
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_OPTIMIZE);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  if (!insert_preprocess (job, result->source, error))
    return FALSE;
  result->optimized = fx_graph_copy (result->source);
  if (!fx_pass_convert_opset (result->optimized, diagnostics, error) || !fx_diagnostics_to_error (diagnostics, error)
      || !fx_passes_run_board (result->optimized, &progress, job->cancellable, error))
    return fx_error_prefix (error, "%s", job->options->model);
  if (result->target == NULL)
    return TRUE;
  result->placement = fx_check (result->optimized, result->target, NULL, job->cancellable, error);
  return result->placement != NULL;
}

/* ---- samples ---- */

static const FxConversionInput *
find_input (const FxConversionJob *job, guint i)
{
  return i < job->options->inputs->len ? &g_array_index (job->options->inputs, FxConversionInput, i) : NULL;
}

/* Calibration samples may be bare elements where those of the test are pictures: these get the colors of the training.
 */
static const char *
preprocess_of (const FxConversionInput *input, gboolean is_test)
{
  if (input->preprocess != NULL || !is_test || !input->has_spec || input->spec.train == FX_INPUT_FEATUREMAP)
    return input->preprocess;
  return fx_input_type_name (input->spec.train);
}

/* `preprocess` behind a step that squeezes pictures to the size of the input, if that is to be; g_free() it. */
static char *
pipeline (const FxConversionJob *job, const FxConversionInput *input, guint position, const char *preprocess)
{
  const FxGraph *graph = job->result->source;
  FxId id = position < fx_graph_n_inputs (graph) ? fx_graph_input (graph, position) : FX_NONE;
  int first = input->spec.train_nhwc ? 1 : 2;
  const FxShape *shape;

  if (input->name != NULL)
    id = fx_graph_find_value (graph, input->name);
  shape = id != FX_NONE ? &fx_graph_value (graph, id)->shape : NULL;
  if (!input->squeeze || shape == NULL || shape->rank != 4 || shape->dims[first] < 1 || shape->dims[first + 1] < 1)
    return g_strdup (preprocess);
  return g_strdup_printf ("resize %" PRId64 "x%" PRId64 " pil-bilinear; %s", shape->dims[first + 1], shape->dims[first],
                          preprocess);
}

FxSampleSet *
fx_conversion_open (const FxConversionJob *job, const char *test, guint count, GError **error)
{
  guint n = job->options->inputs->len;
  g_autofree FxSampleSpec *specs = g_new0 (FxSampleSpec, n + 1);
  g_auto (GStrv) pipelines = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const FxConversionInput *input = &g_array_index (job->options->inputs, FxConversionInput, i);
      const char *preprocess = preprocess_of (input, test != NULL);

      if (test == NULL && input->dataset == NULL)
        {
          fx_fail (error, FX_ERROR_BAD_DATA, "there are no calibration samples for input %u", i + 1);
          return NULL;
        }
      pipelines[i] = preprocess != NULL ? pipeline (job, input, i, preprocess) : g_strdup ("");
      specs[i] = (FxSampleSpec){ .input = input->name,
                                 .path = test != NULL ? test : input->dataset,
                                 .more = test != NULL ? NULL : (const char *const *)input->more,
                                 .labels = test != NULL ? job->options->test_labels : input->labels,
                                 .preprocess = pipelines[i],
                                 .raw_dtype = test != NULL ? FX_DTYPE_UNDEFINED : input->raw_dtype,
                                 .has_spec = input->has_spec,
                                 .spec = input->spec };
    }
  return fx_sample_set_open (job->result->source, specs, n, count, job->options->seed, error);
}

/* Every fifth sample is held out; of fewer than five, all serve for both, which is better than not to measure. */
static void
divide (FxConversionJob *job)
{
  guint n = fx_sample_set_n_samples (job->samples), held_out = MIN (n / HELD_OUT_EVERY, MAX_HELD_OUT);
  guint every = held_out > 0 ? n / held_out : 0, n_first = 0, n_last = 0;

  job->order = g_new (guint, 2 * n + 1);
  if (held_out == 0)
    {
      for (guint i = 0; i < n; i++)
        job->order[i] = job->order[n + i] = i;
      job->result->n_calibration = job->result->n_held_out = n;
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      gboolean is_held_out = i % every == every - 1 && n_last < held_out;

      job->order[is_held_out ? n - held_out + n_last : n_first] = i;
      n_last += is_held_out;
      n_first += !is_held_out;
    }
  job->result->n_calibration = n - held_out;
  job->result->n_held_out = held_out;
}

gboolean
fx_conversion_load (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const FxConversionJob *job = user_data;

  return fx_sample_set_load (job->order[i], inputs, job->samples, error);
}

static gboolean
load_held_out (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const FxConversionJob *job = user_data;

  return fx_conversion_load (job->result->n_calibration + i, inputs, user_data, error);
}

/* ---- quantizing ---- */

static void
step_cb (const FxAccuracyLog *log, gpointer data)
{
  FxConversionJob *job = data;

  g_ptr_array_add (job->result->steps, g_memdup2 (log, sizeof *log));
  if (job->events->step != NULL)
    job->events->step (log, job->events->user_data);
}

/* Pictures minus 128 are integers already: one step is 1. */
static GHashTable *
fixed_ranges (const FxConversionJob *job)
{
  GHashTable *ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < fx_graph_n_inputs (job->result->optimized); i++)
    {
      const FxConversionInput *input = find_input (job, i);
      const char *name = fx_graph_value (job->result->optimized, fx_graph_input (job->result->optimized, i))->name;
      FxRange range = { -127, 127 };

      if (input != NULL && input->has_spec && input->spec.rt != FX_INPUT_FEATUREMAP)
        g_hash_table_insert (ranges, g_strdup (input->name != NULL ? input->name : name),
                             g_memdup2 (&range, sizeof range));
    }
  return ranges;
}

/* Whether zero points that differ from 0 may be found by trying: the boards' converter tries them for RDK X5, and has
 * them for newer boards; of RDK X3 nothing is known. */
static gboolean
may_try_zero_points (const FxConversionJob *job)
{
  const FxTarget *target = job->result->target;

  return !job->options->symmetric && (target == NULL || strcmp (target->march, "bernoulli2") != 0);
}

/* FALSE and *error: there is nothing to choose from, or no telling what it costs. */
static gboolean
get_mixed (const FxConversionJob *job, FxMachine *machine, FxMixedOptions *mixed, GError **error)
{
  const FxConversionOptions *options = job->options;
  const FxTarget *target = job->result->target;
  g_autoptr (GError) no_machine = NULL;
  gboolean is_timed = target != NULL && fx_machine_of_target (machine, target, &no_machine);

  *mixed = (FxMixedOptions){ options->mixed, options->latency_budget, is_timed ? machine : NULL };
  if (options->mixed <= 0 && options->latency_budget <= 0)
    return TRUE;
  if (target != NULL && !fx_target_need_int16 (target, error))
    return FALSE;
  if (options->latency_budget <= 0 || is_timed)
    return TRUE;
  if (no_machine == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a latency budget needs a target");
  g_propagate_error (error, g_steal_pointer (&no_machine));
  return fx_error_prefix (error, "a latency budget");
}

static gboolean
quantize (FxConversionJob *job, GError **error)
{
  FxConversion *result = job->result;
  const FxConversionOptions *options = job->options;
  gboolean is_auto = options->method == NULL || strcmp (options->method, "auto") == 0;
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_QUANTIZE);
  const FxNodeChoices choices = { options->bpu, options->int16, options->cpu };
  g_autoptr (GHashTable) precisions = fx_quant_choose (result->optimized, &choices, error);
  g_autoptr (GHashTable) ranges = fixed_ranges (job);
  FxAccuracySamples samples = { fx_conversion_load, job, result->n_calibration, result->n_held_out };
  FxAccuracyOptions accuracy_options
      = { .preset = options->preset,
          .auto_method = is_auto,
          .auto_zero = is_auto && may_try_zero_points (job),
          .quant = { .node_precisions = precisions, .value_ranges = ranges, .asymmetric = options->asymmetric },
          .n_threads = options->n_threads };
  g_autoptr (FxAccuracy) accuracy = NULL;
  FxMachine machine;

  if (precisions == NULL || !fx_node_choices_suit (&choices, result->target, error)
      || !get_mixed (job, &machine, &accuracy_options.mixed, error)
      || (!is_auto && !fx_threshold_parse (options->method, &accuracy_options.quant.method, error)))
    return FALSE;
  accuracy = fx_accuracy_run (g_steal_pointer (&result->optimized), result->placement, &samples, &accuracy_options,
                              step_cb, job, &progress, job->cancellable, error);
  if (accuracy == NULL)
    return FALSE;
  result->optimized = g_steal_pointer (&accuracy->graph);
  result->params = g_steal_pointer (&accuracy->params);
  result->mixed = g_steal_pointer (&accuracy->mixed);
  result->method = g_strdup (fx_accuracy_method_name (&accuracy->quant));
  result->integer = fx_quantize_integer (result->optimized, result->params, error);
  return result->integer != NULL;
}

static void
layer_cb (const FxLayerError *error, guint index, guint n_layers, gpointer data)
{
  const FxConversionJob *job = data;

  if (job->events->layer != NULL)
    job->events->layer (error, index, n_layers, job->events->user_data);
}

static gboolean
measure (FxConversionJob *job, GError **error)
{
  FxConversion *result = job->result;
  guint most = job->options->max_measured > 0 ? job->options->max_measured : DEFAULT_MEASURED;
  FxLayerErrorOptions options = { .n_threads = job->options->n_threads, .n_worst = 5 };
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_MEASURE);

  result->errors
      = fx_layer_errors_measure (result->optimized, result->params, MIN (result->n_held_out, most), load_held_out, job,
                                 &options, layer_cb, job, &progress, job->cancellable, error);
  return result->errors != NULL;
}

/* ---- all of it ---- */

static gboolean
run (FxConversionJob *job, GError **error)
{
  const FxConversionOptions *options = job->options;
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();

  fx_conversion_begin (job, FX_STAGE_LOAD);
  if (!fx_conversion_check_output (options, error))
    return FALSE;
  if (options->target != NULL && (job->result->target = fx_target_load (options->target, error)) == NULL)
    return FALSE;
  if (!load (job, findings, error))
    return FALSE;
  fx_conversion_begin (job, FX_STAGE_CHECK);
  if (!check (job, findings, error) || !optimize (job, error))
    return FALSE;
  job->samples = fx_conversion_open (job, NULL, options->samples, error);
  if (job->samples == NULL)
    return FALSE;
  divide (job);
  if (options->only_accuracy)
    return quantize (job, error) && fx_conversion_evaluate (job, error);
  return quantize (job, error) && measure (job, error) && fx_conversion_evaluate (job, error)
         && fx_conversion_compile (job, error) && (options->output_dir == NULL || fx_conversion_write (job, error));
}

FxConversion *
fx_conversion_run (const FxConversionOptions *options, const FxConversionEvents *events, GCancellable *cancellable,
                   GError **error)
{
  static const FxConversionEvents nobody = { 0 };
  g_autoptr (FxConversion) result = g_new0 (FxConversion, 1);
  FxConversionJob job = {
    .options = options, .events = events != NULL ? events : &nobody, .cancellable = cancellable, .result = result
  };
  gboolean ok;

  result->steps = g_ptr_array_new_with_free_func (g_free);
  result->files = g_ptr_array_new_with_free_func (g_free);
  ok = run (&job, error);
  fx_sample_set_free (job.samples);
  g_free (job.order);
  return ok ? g_steal_pointer (&result) : NULL;
}
