/* The range that would have the least mean squared error if the elements followed a Laplace or a normal distribution,
 * whichever is nearer: E|x| is σ / √2 of the one and σ √(2/π) of the other.
 * R. Banner et al., Post training 4-bit quantization of convolutional networks, NeurIPS 2019.
 *
 * Symmetric ranges look at the distribution around 0, asymmetric ones around the mean. Elements that a ReLU has set to
 * 0 say nothing about the rest: zeros are left out, and what is left is taken for one half of a distribution.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-thresholds.h"

#include <math.h>

#define FARTHEST 40.0 /* in units of the scale of the distribution */
#define HALVINGS 60

/* Half of the derivative of the error by the threshold t, in units of b or σ. Rounding errs by t² / (3 · 4^bits);
 * clipping by 2 e^-t (Laplace), or (1 + t²) erfc (t / √2) - √(2/π) t e^(-t²/2) (normal). */
static double
slope_laplace (double t, double levels)
{
  return t / (3.0 * levels * levels) - exp (-t);
}

static double
slope_normal (double t, double levels)
{
  return t / (3.0 * levels * levels) + t * erfc (t / sqrt (2.0)) - sqrt (2.0 / G_PI) * exp (-t * t / 2.0);
}

/* Where the slope passes 0. */
static double
best_threshold (double (*slope) (double, double), double levels)
{
  double low = 0.0, high = FARTHEST;

  for (guint i = 0; i < HALVINGS; i++)
    {
      double middle = 0.5 * (low + high);

      if (slope (middle, levels) < 0.0)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* E|x - center| of the elements that are not 0. */
static double
mean_deviation (const FxHistogram *histogram, double center, double n)
{
  double sum = 0.0, width = ldexp (1.0 / FX_HISTOGRAM_BINS, histogram->exponent);

  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    {
      double x = (k + 0.5) * width;

      if (histogram->positive != NULL)
        sum += (double)histogram->positive[k] * fabs (x - center);
      if (histogram->negative != NULL)
        sum += (double)histogram->negative[k] * fabs (-x - center);
    }
  return sum / n;
}

static void
compute (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range)
{
  gboolean two_sided = tensor->min < 0.0f && tensor->max > 0.0f;
  double n = (double)(tensor->count - tensor->zeros), levels = exp2 (options->bits);
  double center = options->asymmetric && two_sided ? tensor->sum / n : 0.0;
  double deviation = mean_deviation (&tensor->histogram, center, n);
  double sigma = sqrt (MAX (tensor->sum_squares / n - center * center, 0.0));
  /* half way between 1/√2 and √(2/π) */
  gboolean normal = deviation > 0.5 * (sqrt (0.5) + sqrt (2.0 / G_PI)) * sigma;
  double t;

  if (options->asymmetric && !two_sided)
    levels *= 2; /* all integers on the one side */
  t = normal ? best_threshold (slope_normal, levels) * sigma : best_threshold (slope_laplace, levels) * deviation;
  *range = (FxRange){ center - t, center + t };
}

const FxThresholdMethod fx_threshold_aciq = {
  .name = "aciq",
  .doc = "The best range of the Laplace or normal distribution that is nearest",
  .compute = compute,
};
