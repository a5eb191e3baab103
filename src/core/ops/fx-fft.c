/* Powers of two by decimation in time (Cooley and Tukey 1965); other lengths as a convolution with a chirp (Bluestein
 * 1970), which takes transforms of a power of two.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-fft.h"

#include "core/fx-error.h"

#include <math.h>
#include <string.h>

typedef struct
{
  double re, im;
} Complex;

struct _FxFft
{
  gsize n, m; /* points; power of two that the work is done in */
  gboolean inverse;
  Complex *roots;            /* [m / 2] exp (-2πik/m) */
  Complex *chirp, *spectrum; /* [n] exp (-πik²/n); [m] transform of its conjugate; NULL where n is a power of two */
  Complex *work;             /* [m] */
};

static Complex
multiply (Complex a, Complex b)
{
  return (Complex){ a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re };
}

static Complex
conjugate (Complex a)
{
  return (Complex){ a.re, -a.im };
}

static Complex
root (double turns)
{
  return (Complex){ cos (2 * G_PI * turns), sin (2 * G_PI * turns) };
}

static void
transform (const FxFft *fft, Complex *x)
{
  gsize m = fft->m;

  for (gsize i = 1, j = 0; i < m; i++) /* bit-reversed order */
    {
      gsize bit = m >> 1;

      for (; j & bit; bit >>= 1)
        j ^= bit;
      j ^= bit;
      if (i < j)
        {
          Complex swap = x[i];

          x[i] = x[j];
          x[j] = swap;
        }
    }
  for (gsize half = 1; half < m; half *= 2)
    for (gsize begin = 0; begin < m; begin += 2 * half)
      for (gsize k = 0; k < half; k++)
        {
          Complex *a = &x[begin + k], *b = &x[begin + k + half];
          Complex product = multiply (*b, fft->roots[k * (m / (2 * half))]);

          *b = (Complex){ a->re - product.re, a->im - product.im };
          *a = (Complex){ a->re + product.re, a->im + product.im };
        }
}

static void
make_chirp (FxFft *fft)
{
  for (gsize k = 0; k < fft->n; k++) /* k² modulo 2n keeps the angle exact */
    fft->chirp[k] = root (-(double)(guint64)((unsigned __int128)k * k % (2 * fft->n)) / (2.0 * (double)fft->n));
  memset (fft->spectrum, 0, fft->m * sizeof *fft->spectrum);
  for (gsize k = 0; k < fft->n; k++)
    fft->spectrum[k] = fft->spectrum[(fft->m - k) % fft->m] = conjugate (fft->chirp[k]);
  transform (fft, fft->spectrum);
}

FxFft *
fx_fft_new (gsize n, gboolean inverse, GError **error)
{
  g_autoptr (FxFft) fft = g_new0 (FxFft, 1);
  gboolean power_of_two = (n & (n - 1)) == 0;

  fft->n = n;
  fft->inverse = inverse;
  fft->m = 1;
  while (fft->m < (power_of_two ? n : 2 * n - 1))
    fft->m *= 2;
  fft->roots = g_try_new (Complex, fft->m / 2 + 1);
  fft->work = g_try_new (Complex, fft->m);
  if (!power_of_two)
    {
      fft->chirp = g_try_new (Complex, n);
      fft->spectrum = g_try_new (Complex, fft->m);
    }
  if (fft->roots == NULL || fft->work == NULL || (!power_of_two && (fft->chirp == NULL || fft->spectrum == NULL)))
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "no memory for a transform of %zu points", n);
      return NULL;
    }
  for (gsize k = 0; k < fft->m / 2 + 1; k++)
    fft->roots[k] = root (-(double)k / (double)fft->m);
  if (!power_of_two)
    make_chirp (fft);
  return g_steal_pointer (&fft);
}

void
fx_fft_free (FxFft *fft)
{
  if (fft == NULL)
    return;
  g_free (fft->roots);
  g_free (fft->chirp);
  g_free (fft->spectrum);
  g_free (fft->work);
  g_free (fft);
}

static void
convolve_with_chirp (FxFft *fft)
{
  Complex *work = fft->work;

  for (gsize k = 0; k < fft->n; k++)
    work[k] = multiply (work[k], fft->chirp[k]);
  memset (work + fft->n, 0, (fft->m - fft->n) * sizeof *work);
  transform (fft, work);
  for (gsize k = 0; k < fft->m; k++) /* conjugates on both sides make the transform an inverse one */
    work[k] = conjugate (multiply (work[k], fft->spectrum[k]));
  transform (fft, work);
  for (gsize k = 0; k < fft->n; k++)
    {
      Complex sum = conjugate (work[k]);

      work[k] = multiply ((Complex){ sum.re / (double)fft->m, sum.im / (double)fft->m }, fft->chirp[k]);
    }
}

void
fx_fft_run (FxFft *fft, double *x)
{
  double sign = fft->inverse ? -1 : 1, scale = fft->inverse ? 1 / (double)fft->n : 1;

  for (gsize k = 0; k < fft->n; k++)
    fft->work[k] = (Complex){ x[2 * k], sign * x[2 * k + 1] };
  if (fft->chirp != NULL)
    convolve_with_chirp (fft);
  else
    transform (fft, fft->work);
  for (gsize k = 0; k < fft->n; k++)
    {
      x[2 * k] = scale * fft->work[k].re;
      x[2 * k + 1] = scale * sign * fft->work[k].im;
    }
}
