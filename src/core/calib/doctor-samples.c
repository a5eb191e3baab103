/* Samples one by one and beside one another: too few, constant, alike, odd, not finite.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"

#include <math.h>
#include <stdlib.h>

#define FEW 20
#define SOME 50
#define SAME_BITS 3       /* of 64, in which hashes of the same picture may differ */
#define SAME_VALUE 0.05   /* of the standard deviation */
#define ODD_DISTANCE 8.0  /* robust standard deviations */
#define ODD_AT_LEAST 10   /* samples, to know what is usual */
#define MAX_COMPARED 4000 /* every sample with every other */

/* "a.png", "b.png", "c.png" and 4 more */
static char *
list_names (const GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, FX_DOCTOR_NAMED); i++)
    fx_list_add (text, "%s", (const char *)names->pdata[i]);
  return names->len > FX_DOCTOR_NAMED ? g_strdup_printf (_ ("%s and %u more"), text->str, names->len - FX_DOCTOR_NAMED)
                                      : g_strdup (text->str);
}

void
fx_doctor_check_number (const FxDoctor *doctor, GPtrArray *findings)
{
  guint n = doctor->samples->len;
  FxDiagnostic *finding;

  if (n >= SOME)
    return;
  finding = fx_diagnostics_add (findings, n < FEW ? FX_SEVERITY_WARNING : FX_SEVERITY_INFO, "calibration-few-samples",
                                NULL, NULL,
                                n == 1    ? N_ ("%u sample is little to calibrate with; about 100 are usual")
                                : n < FEW ? N_ ("%u samples are few to calibrate with; about 100 are usual")
                                          : N_ ("%u samples to calibrate with; about 100 are usual"),
                                n);
  finding->found = g_strdup_printf ("%u", n);
  finding->allowed = g_strdup_printf (_ ("%u or more"), SOME);
  finding->fix = g_strdup (_ ("Add typical pictures of every kind that the model will see"));
}

void
fx_doctor_check_not_finite (const FxDoctor *doctor, GPtrArray *findings)
{
  for (guint i = 0; i < doctor->samples->len; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);

      if (facts->not_finite > 0)
        fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "calibration-not-finite", NULL, NULL,
                            "%s holds %zu values that are NaN or infinite", facts->name, facts->not_finite);
    }
}

static gboolean
is_constant (const FxSampleFacts *facts)
{
  return facts->deviation <= 1e-6 * MAX (fabs (facts->mean), 1e-30);
}

void
fx_doctor_check_constant (const FxDoctor *doctor, GPtrArray *findings)
{
  for (guint i = 0; i < doctor->samples->len; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);
      FxDiagnostic *finding;

      if (facts->not_finite > 0 || !is_constant (facts))
        continue;
      finding = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-constant", NULL, NULL,
                                    "%s is %g everywhere: it says nothing about ranges", facts->name, facts->mean);
      finding->found = g_strdup_printf ("%g", facts->mean);
      finding->fix = g_strdup (_ ("Leave the sample out"));
    }
}

static gboolean
look_alike (const FxSampleFacts *a, const FxSampleFacts *b)
{
  double slack = SAME_VALUE * MAX (a->deviation, b->deviation);

  if (__builtin_popcountll (a->hash ^ b->hash) > SAME_BITS || fabs (a->deviation - b->deviation) > slack)
    return FALSE;
  for (guint c = 0; c < FX_DOCTOR_CHANNELS; c++)
    if (fabs (a->channel_mean[c] - b->channel_mean[c]) > slack)
      return FALSE;
  return TRUE;
}

/* Each sample is reported with those that look like it and come after it, once. */
void
fx_doctor_check_duplicates (const FxDoctor *doctor, GPtrArray *findings)
{
  guint n = MIN (doctor->samples->len, MAX_COMPARED);
  g_autofree guint8 *reported = g_new0 (guint8, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);
      g_autoptr (GPtrArray) alike = g_ptr_array_new ();
      g_autofree char *names = NULL;
      FxDiagnostic *finding;

      for (guint k = i + 1; k < n && !reported[i] && !is_constant (facts); k++)
        if (!reported[k] && look_alike (facts, fx_doctor_sample (doctor, k)))
          {
            reported[k] = 1;
            g_ptr_array_add (alike, fx_doctor_sample (doctor, k)->name);
          }
      if (alike->len == 0)
        continue;
      names = list_names (alike);
      finding = fx_diagnostics_add (findings, FX_SEVERITY_INFO, "calibration-duplicate", NULL, NULL,
                                    "%s looks the same as %s", facts->name, names);
      finding->fix = g_strdup (_ ("Keep one of them: the others count its values again"));
    }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_doubles);
  return values[n / 2];
}

/* How far the values are from their median, in units of what is usual (1.4826 × the median distance). */
static double *
distances (const double *values, guint n)
{
  double *result = g_new (double, n + 1);
  g_autofree double *work = g_memdup2 (values, n * sizeof *values);
  double center = median (work, n), usual;

  for (guint i = 0; i < n; i++)
    result[i] = work[i] = fabs (values[i] - center);
  usual = 1.4826 * median (work, n);
  for (guint i = 0; i < n; i++)
    result[i] = usual > 0.0 ? result[i] / usual : 0.0;
  return result;
}

void
fx_doctor_check_odd (const FxDoctor *doctor, GPtrArray *findings)
{
  guint n = doctor->samples->len;
  g_autofree double *means = g_new (double, n + 1);
  g_autofree double *contrasts = g_new (double, n + 1);
  g_autofree double *by_mean = NULL;
  g_autofree double *by_contrast = NULL;

  if (n < ODD_AT_LEAST)
    return;
  for (guint i = 0; i < n; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);

      means[i] = facts->mean;
      contrasts[i] = log (MAX (facts->deviation, 1e-30));
    }
  by_mean = distances (means, n);
  by_contrast = distances (contrasts, n);
  for (guint i = 0; i < n; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);
      FxDiagnostic *finding;

      if (facts->not_finite > 0 || is_constant (facts) || MAX (by_mean[i], by_contrast[i]) < ODD_DISTANCE)
        continue;
      finding = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-odd", NULL, NULL,
                                    "%s is unlike the others: mean %.4g, standard deviation %.4g", facts->name,
                                    facts->mean, facts->deviation);
      finding->found
          = g_strdup_printf (_ ("%.1f times the usual distance from the middle"), MAX (by_mean[i], by_contrast[i]));
      finding->fix = g_strdup (_ ("Look whether the sample belongs here and was read as the others"));
    }
}
