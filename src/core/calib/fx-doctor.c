/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor-private.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <math.h>

const FxDoctorCheck fx_doctor_checks[] = {
  { "calibration-few-samples", N_ ("Samples are too few to tell ranges from"), fx_doctor_check_number },
  { "calibration-not-finite", N_ ("Samples hold NaN or infinities"), fx_doctor_check_not_finite },
  { "calibration-constant", N_ ("Samples have one value everywhere"), fx_doctor_check_constant },
  { "calibration-duplicate", N_ ("Samples look alike"), fx_doctor_check_duplicates },
  { "calibration-odd", N_ ("Samples are far from all others in brightness or contrast"), fx_doctor_check_odd },
  { "calibration-range", N_ ("Values show a wrong or a repeated normalization"), fx_doctor_check_range },
  { "calibration-head", N_ ("Values are not what the first operators of the model are made for"),
    fx_doctor_check_head },
  { "calibration-layout", N_ ("NCHW and NHWC are mixed up"), fx_doctor_check_layout },
};

const guint fx_n_doctor_checks = G_N_ELEMENTS (fx_doctor_checks);

static void
facts_clear (gpointer data)
{
  g_free (((FxSampleFacts *)data)->name);
}

FxDoctor *
fx_doctor_new (const FxGraph *graph)
{
  FxDoctor *doctor = g_new0 (FxDoctor, 1);

  doctor->graph = graph;
  doctor->shape = FX_SHAPE_UNKNOWN;
  if (fx_graph_n_inputs (graph) > 0)
    doctor->shape = fx_graph_value (graph, fx_graph_input (graph, 0))->shape;
  doctor->samples = g_array_new (FALSE, FALSE, sizeof (FxSampleFacts));
  g_array_set_clear_func (doctor->samples, facts_clear);
  doctor->kept = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  return doctor;
}

void
fx_doctor_free (FxDoctor *doctor)
{
  if (doctor == NULL)
    return;
  g_array_unref (doctor->samples);
  g_ptr_array_unref (doctor->kept);
  g_free (doctor);
}

gboolean
fx_picture_view (const FxShape *shape, FxPictureView *view)
{
  gsize elements;

  if (!fx_shape_count (shape, &elements))
    elements = 0;
  *view = (FxPictureView){ 1, 1, elements, elements, elements, 1 };
  if (shape->rank != 4 || elements == 0 || shape->dims[0] != 1)
    return FALSE;
  if (shape->dims[1] <= FX_DOCTOR_CHANNELS)
    {
      gsize height = (gsize)shape->dims[2], width = (gsize)shape->dims[3];

      *view = (FxPictureView){ (gsize)shape->dims[1], height, width, height * width, width, 1 };
      return TRUE;
    }
  if (shape->dims[3] <= FX_DOCTOR_CHANNELS)
    {
      gsize width = (gsize)shape->dims[2], channels = (gsize)shape->dims[3];

      *view = (FxPictureView){ channels, (gsize)shape->dims[1], width, 1, width * channels, channels };
      return TRUE;
    }
  return FALSE;
}

static double
at (const FxArray *array, const FxPictureView *view, gsize c, gsize y, gsize x)
{
  return fx_array_get (array, c * view->plane + y * view->row + x * view->pixel);
}

static void
note_moments (FxSampleFacts *facts, const FxArray *array, const FxPictureView *view)
{
  gsize n = view->channels * view->height * view->width, per_channel = view->height * view->width;
  double sum = 0.0, squares = 0.0;

  facts->min = (double)INFINITY;
  facts->max = (double)-INFINITY;
  for (gsize c = 0; c < view->channels; c++)
    {
      double channel = 0.0;

      for (gsize i = 0; i < per_channel; i++)
        {
          double value = at (array, view, c, i / view->width, i % view->width);

          if (!isfinite (value))
            {
              facts->not_finite++;
              continue;
            }
          facts->min = MIN (facts->min, value);
          facts->max = MAX (facts->max, value);
          channel += value;
          squares += value * value;
        }
      facts->channel_mean[c] = channel / (double)per_channel;
      sum += channel;
    }
  n -= facts->not_finite;
  if (n == 0)
    return;
  facts->mean = sum / (double)n;
  facts->deviation = sqrt (MAX (squares / (double)n - facts->mean * facts->mean, 0.0));
}

/* Mean difference of elements that lie side by side in a row of the same channel. */
static double
roughness (const FxArray *array, const FxPictureView *view)
{
  double sum = 0.0;
  gsize n = 0;

  /* every fourth row is enough */
  for (gsize y = 0; y < view->height; y += 4)
    for (gsize x = 1; x < view->width; x++, n++)
      sum += fabs (at (array, view, 0, y, x) - at (array, view, 0, y, x - 1));
  return n > 0 ? sum / (double)n : 0.0;
}

#define HASH_SIDE 8

/* Mean of the patch (px, py) of HASH_SIDE + 1 by HASH_SIDE, over all channels. */
static double
patch_mean (const FxArray *array, const FxPictureView *view, gsize px, gsize py)
{
  gsize x0 = px * view->width / (HASH_SIDE + 1), x1 = MAX ((px + 1) * view->width / (HASH_SIDE + 1), x0 + 1);
  gsize y0 = py * view->height / HASH_SIDE, y1 = MAX ((py + 1) * view->height / HASH_SIDE, y0 + 1);
  double sum = 0.0;

  for (gsize c = 0; c < view->channels; c++)
    for (gsize y = y0; y < y1; y++)
      for (gsize x = x0; x < x1; x++)
        sum += at (array, view, c, y, x);
  return sum / (double)(view->channels * (y1 - y0) * (x1 - x0));
}

/* Whether the brightness falls from patch to patch along each row: resizing and compression hardly change that. */
static guint64
picture_hash (const FxArray *array, const FxPictureView *view)
{
  guint64 hash = 0;

  if (view->width < HASH_SIDE + 1)
    return 0;
  for (gsize y = 0; y < HASH_SIDE; y++)
    {
      double last = patch_mean (array, view, 0, y);

      for (gsize x = 1; x <= HASH_SIDE; x++)
        {
          double next = patch_mean (array, view, x, y);

          hash = hash << 1 | (next < last);
          last = next;
        }
    }
  return hash;
}

void
fx_doctor_look (FxDoctor *doctor, const char *name, FxTensor *sample)
{
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (sample);
  FxArray array = fx_tensor_array (aligned);
  FxSampleFacts facts = { .name = g_strdup (name) };
  FxPictureView view, swapped;

  if (fx_picture_view (&array.shape, &view) && view.channels > 1)
    {
      if (view.pixel == 1)
        swapped
            = (FxPictureView){ view.channels, view.height, view.width, 1, view.width * view.channels, view.channels };
      else
        swapped = (FxPictureView){ view.channels, view.height, view.width, view.height * view.width, view.width, 1 };
      facts.roughness = roughness (&array, &view);
      facts.roughness_swapped = roughness (&array, &swapped);
    }
  note_moments (&facts, &array, &view);
  facts.hash = picture_hash (&array, &view);
  g_array_append_val (doctor->samples, facts);
  if (doctor->kept->len < FX_DOCTOR_KEPT)
    g_ptr_array_add (doctor->kept, fx_tensor_ref (sample));
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

void
fx_doctor_range (const FxDoctor *doctor, double *min, double *max, double *deviation)
{
  guint n = doctor->samples->len;
  g_autofree double *deviations = g_new (double, n + 1);

  *min = (double)INFINITY;
  *max = (double)-INFINITY;
  for (guint i = 0; i < n; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);

      *min = MIN (*min, facts->min);
      *max = MAX (*max, facts->max);
      deviations[i] = facts->deviation;
    }
  qsort (deviations, n, sizeof *deviations, compare_doubles);
  *deviation = n > 0 ? deviations[n / 2] : 0.0;
}

gboolean
fx_doctor_report (const FxDoctor *doctor, GPtrArray *findings, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < fx_n_doctor_checks; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      fx_doctor_checks[i].check (doctor, findings);
    }
  return fx_doctor_probe (doctor, findings, cancellable, error);
}
