/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-pair-errors.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

#define MAX_CHANNELS 65536

typedef struct
{
  const FxPair *pairs;
  guint n_pairs, n_values, n_samples;
  guint32 *first; /* [n_values + 1] sides of value v are sides[first[v]] … sides[first[v + 1] − 1] */
  guint32 *sides; /* 2 × pair, + 1 for the other side */
  const FxPairOptions *options;
  FxPairFunc func;
  gpointer user_data;
  FxPairErrors *total;
  const FxProgress *progress;
} Job;

/* A value that waits for its twins. */
typedef struct
{
  float *data;
  gsize n;
  FxShape shape;
  guint n_waiting;
} Held;

typedef struct
{
  Job *job;
  guint sample;
  Held *held;           /* [n_values] */
  FxPairErrors *errors; /* [n_pairs] of this sample */
} Worker;

void
fx_pair_errors_clear (FxPairErrors *results, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_free (results[i].channels);
      fx_histogram_clear (&results[i].histograms[0]);
      fx_histogram_clear (&results[i].histograms[1]);
      memset (&results[i], 0, sizeof results[i]);
      fx_histogram_init (&results[i].histograms[0]);
      fx_histogram_init (&results[i].histograms[1]);
    }
}

/* As fx_pair_errors_clear(), but keeps the memory. */
static void
reset (FxPairErrors *errors)
{
  errors->sums = (FxErrorSums){ 0 };
  if (errors->channels != NULL)
    memset (errors->channels, 0, errors->n_channels * sizeof *errors->channels);
  for (guint i = 0; i < 2; i++)
    {
      fx_histogram_reset (&errors->histograms[i]);
      errors->zeros[i] = 0;
    }
}

/* ---- one pair of one sample ---- */

static void
add_channels (FxPairErrors *errors, const float *reference, const float *other, const FxShape *shape)
{
  gsize outer, channels, inner;

  if (shape->rank < 2 || shape->dims[1] == 0 || shape->dims[1] > MAX_CHANNELS)
    return;
  outer = (gsize)shape->dims[0];
  channels = (gsize)shape->dims[1];
  inner = fx_shape_product (shape, 2, shape->rank);
  if (errors->n_channels != channels)
    {
      g_free (errors->channels);
      errors->channels = g_new0 (FxErrorSums, channels);
      errors->n_channels = (guint)channels;
    }
  for (gsize i = 0; i < outer * channels; i++)
    fx_error_sums_add (&errors->channels[i % channels], reference + i * inner, other + i * inner, inner);
  for (gsize c = 0; c < channels; c++)
    fx_error_sums_end_sample (&errors->channels[c]);
}

static void
add_histogram (FxHistogram *histogram, guint64 *zeros, const float *data, gsize n)
{
  float max = 0.0f;
  double to_bin;

  for (gsize i = 0; i < n; i++)
    if (isfinite (data[i]))
      max = MAX (max, fabsf (data[i]));
  for (gsize i = 0; i < n; i++)
    *zeros += data[i] == 0.0f;
  if (max == 0.0f)
    return;
  fx_histogram_grow (histogram, fx_histogram_exponent ((double)max));
  to_bin = ldexp (FX_HISTOGRAM_BINS, -histogram->exponent);
  for (gsize i = 0; i < n; i++)
    if (isfinite (data[i]) && data[i] != 0.0f)
      {
        gsize bin = (gsize)(fabs ((double)data[i]) * to_bin);

        fx_histogram_side (histogram, data[i] < 0.0f)[MIN (bin, FX_HISTOGRAM_BINS - 1)]++;
      }
}

static void
add_pair (Worker *worker, guint i, const float *reference, const float *other, gsize n, const FxShape *shape)
{
  Job *job = worker->job;
  FxPairErrors *errors = &worker->errors[i];

  fx_error_sums_add (&errors->sums, reference, other, n);
  fx_error_sums_end_sample (&errors->sums);
  if (job->options->details)
    {
      add_channels (errors, reference, other, shape);
      add_histogram (&errors->histograms[0], &errors->zeros[0], reference, n);
      add_histogram (&errors->histograms[1], &errors->zeros[1], other, n);
    }
  /* nobody else reports before the first sample is finished */
  if (worker->sample == 0 && job->func != NULL)
    job->func (i, errors, job->user_data);
}

static void
release (Held *held)
{
  g_clear_pointer (&held->data, g_free);
  held->n_waiting = 0;
}

#define DEQUANTIZE(type)                                                                                               \
  do                                                                                                                   \
    {                                                                                                                  \
      const type *q = array->data;                                                                                     \
                                                                                                                       \
      for (gsize i = 0; i < n; i++)                                                                                    \
        data[i] = (float)((double)side->scale * ((double)q[i] - side->zero_point));                                    \
    }                                                                                                                  \
  while (0)

/* The elements as floats; may be those of the array. */
static const float *
as_floats (const FxArray *array, const FxPairSide *side, float **memory)
{
  gsize n = fx_array_elements (array);
  float *data;

  *memory = NULL;
  if (array->dtype == FX_DTYPE_FLOAT)
    return array->data;
  data = *memory = g_new (float, n + 1);
  switch (array->dtype)
    {
    case FX_DTYPE_INT8: DEQUANTIZE (gint8); break;
    case FX_DTYPE_UINT8: DEQUANTIZE (guint8); break;
    case FX_DTYPE_INT16: DEQUANTIZE (gint16); break;
    case FX_DTYPE_UINT16: DEQUANTIZE (guint16); break;
    default: g_assert_not_reached ();
    }
  return data;
}

static const FxPairSide *
side_of (const Job *job, guint32 side, FxId *partner)
{
  const FxPair *pair = &job->pairs[side / 2];

  *partner = side % 2 == 0 ? pair->other.value : pair->reference.value;
  return side % 2 == 0 ? &pair->reference : &pair->other;
}

/* Completes the pairs whose other value is there already; returns how many still wait. */
static guint
complete_pairs (Worker *worker, FxId value, const float *data, gsize n, const FxShape *shape)
{
  const Job *job = worker->job;
  guint n_waiting = 0;

  for (guint32 s = job->first[value]; s < job->first[value + 1]; s++)
    {
      FxId partner;
      Held *held;

      side_of (job, job->sides[s], &partner);
      held = &worker->held[partner];
      if (held->data == NULL)
        {
          n_waiting++;
          continue;
        }
      if (held->n == n)
        add_pair (worker, job->sides[s] / 2, job->sides[s] % 2 == 0 ? data : held->data,
                  job->sides[s] % 2 == 0 ? held->data : data, n, shape);
      if (--held->n_waiting == 0)
        release (held);
    }
  return n_waiting;
}

static void
observe_cb (FxId value, const FxArray *array, gpointer user_data)
{
  Worker *worker = user_data;
  const Job *job = worker->job;
  gsize n = fx_array_elements (array);
  const float *data;
  float *memory;
  guint n_waiting;
  FxId partner;

  if (value >= job->n_values || job->first[value] == job->first[value + 1])
    return;
  data = as_floats (array, side_of (job, job->sides[job->first[value]], &partner), &memory);
  n_waiting = complete_pairs (worker, value, data, n, &array->shape);
  if (n_waiting > 0)
    {
      Held *held = &worker->held[value];

      held->data = memory != NULL ? g_steal_pointer (&memory) : g_memdup2 (data, MAX (n, 1) * sizeof *data);
      held->n = n;
      held->n_waiting = n_waiting;
    }
  g_free (memory);
}

/* ---- all samples ---- */

static gpointer
worker_new (gpointer user_data)
{
  Job *job = user_data;
  Worker *worker = g_new0 (Worker, 1);

  worker->job = job;
  worker->held = g_new0 (Held, job->n_values + 1);
  worker->errors = g_new0 (FxPairErrors, job->n_pairs + 1);
  fx_pair_errors_clear (worker->errors, job->n_pairs);
  return worker;
}

static void
release_all (Worker *worker)
{
  for (guint v = 0; v < worker->job->n_values; v++)
    release (&worker->held[v]);
}

static void
worker_free (gpointer data)
{
  Worker *worker = data;

  release_all (worker);
  fx_pair_errors_clear (worker->errors, worker->job->n_pairs);
  g_free (worker->held);
  g_free (worker->errors);
  g_free (worker);
}

static void
begin_cb (gpointer state, guint sample)
{
  Worker *worker = state;

  release_all (worker);
  for (guint i = 0; i < worker->job->n_pairs; i++)
    reset (&worker->errors[i]);
  worker->sample = sample;
}

static void
merge (FxPairErrors *total, const FxPairErrors *sample, gboolean is_first)
{
  if (is_first && sample->n_channels > 0)
    {
      total->n_channels = sample->n_channels;
      total->channels = g_new0 (FxErrorSums, sample->n_channels);
    }
  else if (total->n_channels != sample->n_channels)
    {
      g_clear_pointer (&total->channels, g_free);
      total->n_channels = 0;
    }
  for (guint c = 0; c < total->n_channels; c++)
    fx_error_sums_merge (&total->channels[c], &sample->channels[c]);
  fx_error_sums_merge (&total->sums, &sample->sums);
  for (guint i = 0; i < 2; i++)
    {
      fx_histogram_merge (&total->histograms[i], &sample->histograms[i]);
      total->zeros[i] += sample->zeros[i];
    }
}

static gboolean
finish_cb (gpointer state, guint sample, G_GNUC_UNUSED FxTensor *const *outputs, gpointer user_data,
           G_GNUC_UNUSED GError **error)
{
  const Worker *worker = state;
  Job *job = user_data;

  for (guint i = 0; i < job->n_pairs; i++)
    {
      merge (&job->total[i], &worker->errors[i], sample == 0);
      if (sample > 0 && job->func != NULL && job->total[i].sums.n > 0)
        job->func (i, &job->total[i], job->user_data);
    }
  fx_progress_report (job->progress, (double)(sample + 1) / job->n_samples, "%u of %u samples", sample + 1,
                      job->n_samples);
  return TRUE;
}

static void
list_sides (Job *job)
{
  job->first = g_new0 (guint32, job->n_values + 2);
  job->sides = g_new (guint32, 2 * job->n_pairs + 1);
  for (guint s = 0; s < 2 * job->n_pairs; s++)
    job->first[(s % 2 == 0 ? job->pairs[s / 2].reference : job->pairs[s / 2].other).value + 2]++;
  for (guint v = 0; v < job->n_values; v++)
    job->first[v + 2] += job->first[v + 1];
  for (guint s = 0; s < 2 * job->n_pairs; s++)
    job->sides[job->first[(s % 2 == 0 ? job->pairs[s / 2].reference : job->pairs[s / 2].other).value + 1]++] = s;
}

static FxEngine *
make_engine (const FxGraph *graph, const Job *job, GCancellable *cancellable, GError **error)
{
  g_autofree FxId *visible = g_new (FxId, 2 * job->n_pairs + 1);
  FxEngineOptions options
      = { .n_threads = 1, .max_bytes = job->options->max_bytes, .visible = visible, .n_visible = 2 * job->n_pairs };

  for (guint i = 0; i < job->n_pairs; i++)
    {
      visible[2 * i] = job->pairs[i].reference.value;
      visible[2 * i + 1] = job->pairs[i].other.value;
    }
  return fx_engine_new (graph, &options, cancellable, error);
}

gboolean
fx_pair_errors_measure (const FxGraph *graph, const FxPair *pairs, guint n_pairs, guint n_samples,
                        FxSampleSource source, gpointer source_data, const FxPairOptions *options, FxPairFunc func,
                        gpointer user_data, FxPairErrors *results, const FxProgress *progress,
                        GCancellable *cancellable, GError **error)
{
  static const FxPairOptions defaults = { 0 };
  Job job = { .pairs = pairs,
              .n_pairs = n_pairs,
              .n_values = fx_graph_n_values (graph),
              .n_samples = n_samples,
              .options = options != NULL ? options : &defaults,
              .func = func,
              .user_data = user_data,
              .total = results,
              .progress = progress };
  FxSampleLoop loop = { .end = n_samples,
                        .n_threads = job.options->n_threads,
                        .source = source,
                        .source_data = source_data,
                        .state_new = worker_new,
                        .state_free = worker_free,
                        .begin = begin_cb,
                        .observe = observe_cb,
                        .finish = finish_cb,
                        .user_data = &job };
  gboolean ok;

  memset (results, 0, n_pairs * sizeof *results);
  fx_pair_errors_clear (results, n_pairs);
  loop.engine = make_engine (graph, &job, cancellable, error);
  if (loop.engine == NULL)
    return FALSE;
  list_sides (&job);
  ok = fx_sample_loop_run (&loop, cancellable, error);
  fx_engine_unref (loop.engine);
  g_free (job.first);
  g_free (job.sides);
  if (!ok)
    fx_pair_errors_clear (results, n_pairs);
  return ok;
}
