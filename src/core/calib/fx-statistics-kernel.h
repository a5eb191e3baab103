/* The two loops over every activation of every sample, for fx-statistics.c.
 *
 * Both give the same bits on every processor: sums are taken in eight lanes in an order that does not depend on the
 * width of the registers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  float min, max; /* G_MAXFLOAT and -G_MAXFLOAT of no elements */
  gsize zeros, finite;
  double sum, sum_squares; /* only meaningful if all elements are finite */
} FxMoments;

/* The moments of n elements. */
void fx_kernel_moments (const float *x, gsize n, FxMoments *moments);

/* Several tables hold one histogram, as consecutive increments of one counter have to wait for each other; and
 * activations are often alike (zeros after a ReLU, background). The sum of the tables counts. */
#define FX_KERNEL_TABLES 4

/* tables[t][k + (x < 0 ? bins : 0)]++ with k = min (⌊|x| · inverse_width⌋, bins - 1), for n < 2³² finite elements; each
 * table has 2 · bins counters. */
void fx_kernel_histogram (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES]);

G_END_DECLS
