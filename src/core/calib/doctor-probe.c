/* Running the model on a few samples, to compare with what it saw in training.
 *
 * A BatchNormalization keeps mean and variance of every channel in front of it, over all training data. Calibration
 * data that is preprocessed in the same way comes near to them; data in another range, or with red and blue exchanged,
 * does not. Of models without one, the classifiers can be asked which order of channels makes them surer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-activation.h"
#include "core/exec/fx-engine.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

#define RANGE_FACTOR 4.0  /* between standard deviations of training and calibration, to be a finding */
#define SCALE_FACTOR 48.0 /* to suspect 255 or its reciprocal */
#define FAR_MEANS 4.0     /* in standard deviations of training */
#define BETTER_FIT 0.6    /* distance with exchanged channels by distance as they are */
#define NOT_A_FIT 0.05
#define MIN_CLASSES 10
#define SURER 0.1 /* mean probability of the first class */
#define DULL 0.01 /* spread of that probability, if the model always says the same */

/* The first batch normalization, and the sums over what came in front of it. */
typedef struct
{
  const FxNode *node; /* NULL: there is none */
  const FxTensor *mean, *variance;
  guint n_channels;
  double *sum, *squares; /* [n_channels] */
  double count;          /* elements of each channel */
} Norm;

static const FxTensor *
parameter (const FxGraph *graph, const FxNode *node, guint i)
{
  return i < node->n_inputs && node->inputs[i] != FX_NONE ? fx_graph_value (graph, node->inputs[i])->constant : NULL;
}

static void
norm_init (Norm *norm, const FxGraph *graph)
{
  *norm = (Norm){ 0 };
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      const FxTensor *mean, *variance;

      if (node->removed || !fx_node_is (node, "BatchNormalization") || node->inputs[0] == FX_NONE)
        continue;
      mean = parameter (graph, node, 3);
      variance = parameter (graph, node, 4);
      if (mean == NULL || variance == NULL || fx_tensor_elements (mean) != fx_tensor_elements (variance)
          || fx_tensor_elements (mean) == 0 || fx_tensor_elements (mean) > G_MAXUINT16)
        return;
      *norm = (Norm){ node, mean, variance, (guint)fx_tensor_elements (mean), NULL, NULL, 0.0 };
      norm->sum = g_new0 (double, norm->n_channels);
      norm->squares = g_new0 (double, norm->n_channels);
      return;
    }
}

static void
norm_clear (Norm *norm)
{
  g_free (norm->sum);
  g_free (norm->squares);
}

static void
observe_cb (FxId value, const FxArray *array, gpointer data)
{
  Norm *norm = data;
  gsize inner;

  if (norm->node == NULL || value != norm->node->inputs[0] || array->dtype != FX_DTYPE_FLOAT || array->shape.rank < 2
      || array->shape.dims[1] != (gint64)norm->n_channels)
    return;
  inner = fx_shape_product (&array->shape, 2, array->shape.rank);
  for (gsize i = 0; i < fx_array_elements (array); i++)
    {
      double x = (double)((const float *)array->data)[i];
      gsize c = i / inner % norm->n_channels;

      norm->sum[c] += x;
      norm->squares[c] += x * x;
    }
  norm->count += (double)(fx_array_elements (array) / norm->n_channels);
}

/* How the samples compare with the training data. */
typedef struct
{
  gboolean known;
  double ratio;    /* geometric mean of standard deviation here / in training */
  double offset;   /* mean distance of the means, in standard deviations of training */
  double distance; /* both in one number */
} Fit;

static Fit
norm_fit (const Norm *norm)
{
  double logs = 0.0, offset = 0.0, squares = 0.0;
  guint n = 0;

  for (guint c = 0; norm->node != NULL && norm->count > 0.0 && c < norm->n_channels; c++)
    {
      double wanted = fx_tensor_get_double (norm->mean, c), variance = fx_tensor_get_double (norm->variance, c);
      double mean = norm->sum[c] / norm->count, found = norm->squares[c] / norm->count - mean * mean;
      double far, log_ratio;

      if (!(variance > 1e-12) || !(found > 1e-12)) /* a dead channel */
        continue;
      far = (mean - wanted) / sqrt (variance);
      log_ratio = 0.5 * log (found / variance);
      logs += log_ratio;
      offset += fabs (far);
      squares += far * far + log_ratio * log_ratio;
      n++;
    }
  if (n == 0)
    return (Fit){ 0 };
  return (Fit){ TRUE, exp (logs / n), offset / n, squares / n };
}

/* The answer of a classifier. */
typedef struct
{
  gsize best;
  double sure; /* probability of the likeliest class; 0: it is no classifier */
} Answer;

static Answer
read_answer (const FxTensor *output)
{
  Answer answer = { 0 };
  gsize n = fx_tensor_elements (output);
  const FxShape *shape = fx_tensor_shape (output);
  double largest = (double)-INFINITY, total = 0.0, sum = 0.0;
  gboolean positive = TRUE;

  if (shape->rank < 2 || n < MIN_CLASSES || (gsize)shape->dims[1] != n)
    return answer;
  for (gsize i = 0; i < n; i++)
    {
      double x = fx_tensor_get_double (output, i);

      answer.best = x > largest ? i : answer.best;
      largest = MAX (largest, x);
      total += x;
      positive = positive && x >= 0.0;
    }
  for (gsize i = 0; i < n; i++)
    sum += exp (fx_tensor_get_double (output, i) - largest);
  answer.sure = positive && fabs (total - 1.0) < 1e-2 ? largest /* after a Softmax */ : 1.0 / sum;
  return answer;
}

static FxTensor *
exchange_channels (FxTensor *sample)
{
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (sample);
  FxArray from = fx_tensor_array (aligned), to = from;
  FxPictureView view;
  FxTensor *result = fx_tensor_new_alloc (from.dtype, &from.shape, &to.data, NULL);
  gsize bytes = fx_dtype_size (from.dtype);

  if (result == NULL)
    return NULL;
  fx_picture_view (&from.shape, &view);
  for (gsize c = 0; c < 3; c++)
    for (gsize y = 0; y < view.height; y++)
      for (gsize x = 0; x < view.width; x++)
        {
          gsize place = y * view.row + x * view.pixel;

          memcpy ((guint8 *)to.data + (c * view.plane + place) * bytes,
                  (const guint8 *)from.data + ((2 - c) * view.plane + place) * bytes, bytes);
        }
  return result;
}

/* What one pass over the samples that were kept gives. */
typedef struct
{
  Fit fit;
  guint n;
  Answer answers[FX_DOCTOR_KEPT];
} Outcome;

static gboolean
run_one (FxRun *run, FxEngine *engine, FxTensor *input, Answer *answer, GCancellable *cancellable, GError **error)
{
  guint n_outputs = fx_engine_n_outputs (engine);
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, n_outputs + 1);
  gboolean ok = fx_run_execute (run, &input, outputs, cancellable, error);

  *answer = ok && n_outputs > 0 ? read_answer (outputs[0]) : (Answer){ 0 };
  for (guint i = 0; i < n_outputs; i++)
    fx_tensor_unref (outputs[i]);
  return ok;
}

static gboolean
run_kept (const FxDoctor *doctor, FxEngine *engine, gboolean exchanged, Outcome *outcome, GCancellable *cancellable,
          GError **error)
{
  g_autoptr (FxRun) run = fx_run_new (engine, error);
  gboolean ok = run != NULL;
  Norm norm;

  *outcome = (Outcome){ 0 };
  norm_init (&norm, doctor->graph);
  if (ok)
    fx_run_set_observer (run, observe_cb, &norm);
  for (guint i = 0; ok && i < doctor->kept->len; i++)
    {
      FxTensor *sample = doctor->kept->pdata[i];
      g_autoptr (FxTensor) input = exchanged ? exchange_channels (sample) : fx_tensor_ref (sample);

      ok = input != NULL && run_one (run, engine, input, &outcome->answers[outcome->n++], cancellable, error);
    }
  outcome->fit = norm_fit (&norm);
  norm_clear (&norm);
  return ok;
}

static void
report_fit (const FxDoctor *doctor, const Fit *fit, GPtrArray *findings)
{
  const char *input = fx_graph_value (doctor->graph, fx_graph_input (doctor->graph, 0))->name;
  const char *cause = _ ("mean or scale are probably not those of the training");
  FxDiagnostic *finding;

  if (!fit->known || (fit->ratio < RANGE_FACTOR && fit->ratio > 1.0 / RANGE_FACTOR && fit->offset < FAR_MEANS))
    return;
  if (fit->ratio > SCALE_FACTOR)
    cause = _ ("values of 0…255 were probably fed where 0…1 or normalized ones are expected");
  else if (fit->ratio < 1.0 / SCALE_FACTOR)
    cause = _ ("values of 0…1 were probably fed where 0…255 is expected, or they were normalized twice");
  finding = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-training", NULL, input,
                                "the samples are not what the model was trained on: %s", cause);
  finding->found = g_strdup_printf (_ ("in front of the first batch normalization the standard deviation is %.3g times "
                                       "that of the training, and the mean is off by %.3g standard deviations"),
                                    fit->ratio, fit->offset);
  finding->fix = g_strdup (_ ("Preprocess as in training"));
}

/* A classifier that does not care what it sees gets nothing of it: the range is wrong, or the samples are. */
static void
report_response (const FxDoctor *doctor, const Outcome *here, GPtrArray *findings)
{
  const char *input = fx_graph_value (doctor->graph, fx_graph_input (doctor->graph, 0))->name;
  double least = 1.0, most = 0.0;
  FxDiagnostic *finding;

  for (guint i = 0; i < here->n; i++)
    {
      least = MIN (least, here->answers[i].sure);
      most = MAX (most, here->answers[i].sure);
      if (here->answers[i].best != here->answers[0].best)
        return;
    }
  if (here->n < FX_DOCTOR_KEPT / 2 || least == 0.0 || most - least > DULL)
    return;
  finding = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-no-response", NULL, input,
                                "the model says the same of all samples: values are probably in a wrong range");
  finding->found = g_strdup_printf (_ ("class %zu with probability %.3f to %.3f for %u samples"), here->answers[0].best,
                                    least, most, here->n);
  finding->fix = g_strdup (_ ("Preprocess as in training; check mean, scale and whether 0…1 or 0…255 is expected"));
}

static void
report_order (const FxDoctor *doctor, const Outcome *here, const Outcome *exchanged, GPtrArray *findings)
{
  const char *input = fx_graph_value (doctor->graph, fx_graph_input (doctor->graph, 0))->name;
  double sure = 0.0, surer = 0.0;
  FxDiagnostic *finding = NULL;
  guint votes = 0;

  if (here->fit.known && exchanged->fit.known && here->fit.distance > NOT_A_FIT
      && exchanged->fit.distance < BETTER_FIT * here->fit.distance)
    {
      finding = fx_diagnostics_add (findings, FX_SEVERITY_INFO, "calibration-color-order", NULL, input,
                                    "red and blue may be exchanged: the other order is nearer to the training data");
      finding->found
          = g_strdup_printf (_ ("distance %.3g as it is, %.3g exchanged"), here->fit.distance, exchanged->fit.distance);
      return;
    }
  for (guint i = 0; i < here->n; i++)
    {
      sure += here->answers[i].sure / here->n;
      surer += exchanged->answers[i].sure / here->n;
      votes += exchanged->answers[i].sure > here->answers[i].sure;
    }
  if (here->fit.known || here->n < FX_DOCTOR_KEPT / 2 || surer < sure + SURER || votes * 3 < here->n * 2)
    return;
  finding = fx_diagnostics_add (findings, FX_SEVERITY_INFO, "calibration-color-order", NULL, input,
                                "red and blue may be exchanged: the model is surer with the other order");
  finding->found
      = g_strdup_printf (_ ("mean probability of the first class %.2f as it is, %.2f exchanged; higher in %u of "
                            "%u samples"),
                         sure, surer, votes, here->n);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

gboolean
fx_doctor_probe (const FxDoctor *doctor, GPtrArray *findings, GCancellable *cancellable, GError **error)
{
  FxEngineOptions options = { .keep_values = TRUE }; /* also what batch normalization is folded over */
  g_autoptr (FxEngine) engine = NULL;
  g_autoptr (GError) failure = NULL;
  Outcome here, exchanged;
  FxPictureView view;
  gboolean ok;

  if (doctor->kept->len == 0 || fx_graph_n_inputs (doctor->graph) != 1)
    return TRUE;
  engine = fx_engine_new (doctor->graph, &options, cancellable, &failure);
  ok = engine != NULL && run_kept (doctor, engine, FALSE, &here, cancellable, &failure);
  if (ok)
    {
      report_fit (doctor, &here.fit, findings);
      report_response (doctor, &here, findings);
    }
  if (ok && fx_picture_view (&doctor->shape, &view) && view.channels == 3
      && run_kept (doctor, engine, TRUE, &exchanged, cancellable, &failure))
    report_order (doctor, &here, &exchanged, findings);
  if (failure != NULL && is_cancelled (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}
