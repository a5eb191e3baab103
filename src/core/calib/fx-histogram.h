/* How often activations are how large: bins whose range grows by doubling.
 *
 * Bin k of either sign counts the elements with k·w ≤ |x| < (k + 1)·w, where w = 2^exponent / FX_HISTOGRAM_BINS; the
 * last bin also takes what is a little over 2^exponent. Zeros are not counted. As every width is a power of two, two
 * histograms are brought to the coarser width exactly, and counts do not depend on the order of merging.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FX_HISTOGRAM_BINS 4096
#define FX_HISTOGRAM_EMPTY G_MININT

typedef struct
{
  int exponent;      /* FX_HISTOGRAM_EMPTY: nothing was counted */
  guint64 *positive; /* [FX_HISTOGRAM_BINS]; NULL: none */
  guint64 *negative;
} FxHistogram;

/* `x` to 10 significant bits, to nearest. What decides anything (ranges of histograms, thresholds) is put on this grid,
 * so that the last bits of float arithmetic, which differ between processors, do not show. */
double fx_range_round (double x);

/* The exponent of the histogram of one sample: the smallest one whose range holds fx_range_round (`magnitude`) > 0. */
int fx_histogram_exponent (double magnitude);

void fx_histogram_init (FxHistogram *histogram);
void fx_histogram_clear (FxHistogram *histogram); /* frees the bins; it is empty then */
void fx_histogram_reset (FxHistogram *histogram); /* keeps the memory of the bins */

/* Doubles the range until `exponent` is reached; a smaller one changes nothing. */
void fx_histogram_grow (FxHistogram *histogram, int exponent);

/* Adds the counts of `from`. */
void fx_histogram_merge (FxHistogram *histogram, const FxHistogram *from);

/* Upper end of bin k. */
double fx_histogram_edge (const FxHistogram *histogram, guint k);

/* [FX_HISTOGRAM_BINS], cleared; made if it is not there. */
guint64 *fx_histogram_side (FxHistogram *histogram, gboolean negative);

/* counts[k] = number of elements with |x| in bin k. */
void fx_histogram_fold (const FxHistogram *histogram, guint64 counts[FX_HISTOGRAM_BINS]);

G_END_DECLS
