/* The loops over every activation of every sample, for fx-statistics-add.c.
 *
 * They give the same bits on every processor and in every arrangement of the elements: sums are taken in eight lanes in
 * an order that does not depend on the width of the registers.
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

/* Channels that the loop over interleaved ones takes at a time, at least. */
#define FX_KERNEL_CHANNELS 8

/* Several tables hold one histogram, as consecutive increments of one counter have to wait for each other; and
 * activations are often alike (background, the end of a clamp). The sum of the tables counts. */
#define FX_KERNEL_TABLES 4

typedef struct
{
  const char *name;
  gboolean (*available) (void);

  /* The moments of n elements. */
  void (*moments) (const float *x, gsize n, FxMoments *moments);

  /* moments[c] of the n elements x[c + i · step], for n_channels ≥ FX_KERNEL_CHANNELS: the bits that `moments` gives.
   */
  void (*moments_across) (const float *x, gsize step, gsize n, gsize n_channels, FxMoments *moments);

  /* tables[t][k + (x < 0 ? bins : 0)]++ with k = min (⌊|x| · inverse_width⌋, bins - 1), for n < 2³² finite elements;
   * each table has 2 · bins counters. */
  void (*histogram) (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES]);
} FxStatisticsIsa;

/* Those that are compiled in, the fastest first, the one for any processor last; ends with NULL. */
extern const FxStatisticsIsa *const fx_statistics_isas[];

/* These are of the first that is available. */
void fx_kernel_moments (const float *x, gsize n, FxMoments *moments);
void fx_kernel_moments_across (const float *x, gsize step, gsize n, gsize n_channels, FxMoments *moments);
void fx_kernel_histogram (const float *x, gsize n, float inverse_width, guint bins, guint32 *tables[FX_KERNEL_TABLES]);

G_END_DECLS
