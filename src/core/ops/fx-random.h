/* Random numbers by position: number i of a seed is a function of both, so that a tensor may be filled in any order and
 * by any number of threads. The function is that of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

G_BEGIN_DECLS

static inline guint64
fx_random_mix (guint64 x)
{
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

static inline guint64
fx_random_bits (guint64 seed, guint64 i)
{
  return fx_random_mix (fx_random_mix (seed) + (i + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
}

/* Even in 0 ≤ x < 1, with 53 bits. */
static inline double
fx_random_uniform (guint64 seed, guint64 i)
{
  return (double)(fx_random_bits (seed, i) >> 11) * 0x1p-53;
}

/* Of mean 0 and deviation 1, by the Box-Muller transform of numbers 2i and 2i + 1. */
static inline double
fx_random_normal (guint64 seed, guint64 i)
{
  double radius = sqrt (-2.0 * log (1.0 - fx_random_uniform (seed, 2 * i)));

  return radius * cos (2.0 * G_PI * fx_random_uniform (seed, 2 * i + 1));
}

/* The seed attribute of ONNX operators is a float; its bits serve. */
static inline guint64
fx_random_seed (float seed)
{
  guint32 bits;

  memcpy (&bits, &seed, sizeof bits);
  return bits;
}

G_END_DECLS
