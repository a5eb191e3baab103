/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-convert-job.h"

#include "io/fx-target-file.h"

#include <glib/gi18n.h>
#include <math.h>

/* Share of the whole time that each stage takes, about. */
static const double stage_begins[FX_N_STAGES + 1] = { 0.0, 0.02, 0.04, 0.05, 0.65, 0.85, 0.95, 0.99, 1.0 };

struct _FxConvertJob
{
  FxJob parent_instance;

  FxConversionOptions *options; /* of the worker while it runs */
  FxResults *results;           /* of the main thread */

  /* what came in and was not handed over yet */
  GMutex mutex;
  GArray *layers; /* of Arrived */
  guint n_layers;
  GPtrArray *lines;
  FxConversion *conversion;
  char *text;

  const FxProgress *progress; /* of the worker while it runs */
};

typedef struct
{
  guint index;
  FxResultLayer layer; /* owned strings */
} Arrived;

G_DEFINE_FINAL_TYPE (FxConvertJob, fx_convert_job, FX_TYPE_JOB)

static void
arrived_clear (gpointer data)
{
  Arrived *arrived = data;

  g_free (arrived->layer.node);
  g_free (arrived->layer.op_type);
}

/* ---- on the worker ---- */

static void
stage_cb (FxConversionStage stage, double fraction, const char *message, gpointer data)
{
  FxConvertJob *job = data;

  fx_progress_report (job->progress, stage_begins[stage] + fraction * (stage_begins[stage + 1] - stage_begins[stage]),
                      "%s", message);
}

static void
add_line (FxConvertJob *job, char *line)
{
  g_mutex_lock (&job->mutex);
  g_ptr_array_add (job->lines, line);
  g_mutex_unlock (&job->mutex);
  fx_job_announce (FX_JOB (job));
}

static void
step_cb (const FxAccuracyLog *log, gpointer data)
{
  if (isnan (log->before_db))
    add_line (data, g_strdup_printf (_ ("%s: %.2f dB"), _ (log->doc), log->after_db));
  else if (log->kept)
    add_line (data, g_strdup_printf (_ ("%s: %.2f dB → %.2f dB, kept"), _ (log->doc), log->before_db, log->after_db));
  else
    add_line (data,
              g_strdup_printf (_ ("%s: %.2f dB → %.2f dB, not kept"), _ (log->doc), log->before_db, log->after_db));
}

static void
layer_cb (const FxLayerError *error, guint index, guint n_layers, gpointer data)
{
  FxConvertJob *job = data;
  Arrived arrived
      = { index,
          { g_strdup (error->node), g_strdup (error->op_type), error->cumulative.cosine, error->cumulative.sqnr_db,
            error->has_isolated ? error->isolated.cosine : NAN, error->has_isolated ? error->isolated.sqnr_db : NAN } };

  g_mutex_lock (&job->mutex);
  g_array_append_val (job->layers, arrived);
  job->n_layers = n_layers;
  g_mutex_unlock (&job->mutex);
  fx_job_announce (FX_JOB (job));
}

/* What the window does not let anybody choose for this board is not asked of it, either. */
static gboolean
fit_board (FxConversionOptions *options, GError **error)
{
  g_autoptr (FxTarget) target = fx_target_load (options->target, error);

  if (target != NULL)
    fx_conversion_options_fit (options, target);
  return target != NULL;
}

static gboolean
fx_convert_job_run (FxJob *base, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxConvertJob *job = FX_CONVERT_JOB (base);
  FxConversionEvents events = { .stage = stage_cb, .step = step_cb, .layer = layer_cb, .user_data = job };
  FxConversion *conversion;
  char *text;

  job->progress = progress;
  conversion = fit_board (job->options, error) ? fx_conversion_run (job->options, &events, cancellable, error) : NULL;
  if (conversion == NULL)
    return FALSE;
  text = fx_conversion_report_text (conversion, job->options);
  g_mutex_lock (&job->mutex);
  job->conversion = conversion;
  job->text = text;
  g_mutex_unlock (&job->mutex);
  return TRUE;
}

/* ---- on the main thread ---- */

static void
fx_convert_job_deliver (FxJob *base)
{
  FxConvertJob *job = FX_CONVERT_JOB (base);
  g_autoptr (GArray) layers = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  FxConversion *conversion;
  char *text;

  g_mutex_lock (&job->mutex);
  layers = g_steal_pointer (&job->layers);
  job->layers = g_array_new (FALSE, FALSE, sizeof (Arrived));
  g_array_set_clear_func (job->layers, arrived_clear);
  lines = g_steal_pointer (&job->lines);
  job->lines = g_ptr_array_new_with_free_func (g_free);
  conversion = g_steal_pointer (&job->conversion);
  text = g_steal_pointer (&job->text);
  fx_results_set_n_layers (job->results, job->n_layers);
  g_mutex_unlock (&job->mutex);

  for (guint i = 0; i < lines->len; i++)
    fx_results_add_log (job->results, g_ptr_array_index (lines, i));
  for (guint i = 0; i < layers->len; i++)
    {
      const Arrived *arrived = &g_array_index (layers, Arrived, i);

      fx_results_set_layer (job->results, arrived->index, &arrived->layer);
    }
  if (layers->len > 0)
    fx_results_layers_changed (job->results);
  if (conversion != NULL)
    fx_results_finish (job->results, conversion, text);
}

FxConvertJob *
fx_convert_job_new (const char *title, const char *run, FxConversionOptions *options)
{
  FxConvertJob *job = g_object_new (FX_TYPE_CONVERT_JOB, "title", title, NULL);

  job->options = options;
  job->results = fx_results_new (run);
  g_object_bind_property (job, "fraction", job->results, "fraction", G_BINDING_DEFAULT);
  g_object_bind_property (job, "message", job->results, "message", G_BINDING_DEFAULT);
  return job;
}

FxResults *
fx_convert_job_get_results (FxConvertJob *job)
{
  return job->results;
}

static void
fx_convert_job_finalize (GObject *object)
{
  FxConvertJob *job = FX_CONVERT_JOB (object);

  fx_conversion_options_free (job->options);
  g_clear_object (&job->results);
  g_array_unref (job->layers);
  g_ptr_array_unref (job->lines);
  fx_conversion_free (job->conversion);
  g_free (job->text);
  g_mutex_clear (&job->mutex);
  G_OBJECT_CLASS (fx_convert_job_parent_class)->finalize (object);
}

static void
fx_convert_job_class_init (FxConvertJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fx_convert_job_finalize;
  FX_JOB_CLASS (klass)->run = fx_convert_job_run;
  FX_JOB_CLASS (klass)->deliver = fx_convert_job_deliver;
}

static void
fx_convert_job_init (FxConvertJob *job)
{
  g_mutex_init (&job->mutex);
  job->layers = g_array_new (FALSE, FALSE, sizeof (Arrived));
  g_array_set_clear_func (job->layers, arrived_clear);
  job->lines = g_ptr_array_new_with_free_func (g_free);
}
