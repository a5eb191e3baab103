/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-threshold-search.h"

#include <math.h>

#define PER_OCTAVE 16
#define OCTAVES 10
#define ROUNDS 2      /* over the two ends of an asymmetric range */
#define FINE 16       /* candidates on either side of the best */
#define CLEARLY 0.995 /* of the best so far: a loss must be less than that, for noise not to decide */

static guint
used (const guint64 *side)
{
  guint n = FX_HISTOGRAM_BINS;

  while (side != NULL && n > 0 && side[n - 1] == 0)
    n--;
  return side != NULL ? n : 0;
}

void
fx_profile_init (FxProfile *profile, const FxTensorStatistics *tensor, const FxThresholdOptions *options)
{
  const FxHistogram *histogram = &tensor->histogram;
  const guint64 *positive = histogram->positive, *negative = histogram->negative;
  guint above = used (positive), below = used (negative);

  *profile = (FxProfile){ .width = ldexp (1.0 / FX_HISTOGRAM_BINS, histogram->exponent) };
  profile->steps = options->asymmetric ? (1u << options->bits) - 1 : (1u << (options->bits - 1)) - 1;
  profile->zero = options->asymmetric ? below : 0;
  profile->n = options->asymmetric ? below + above : MAX (below, above);
  profile->counts = g_new0 (double, profile->n + 1);
  for (guint k = 0; k < above; k++)
    profile->counts[profile->zero + k] += (double)positive[k];
  for (guint k = 0; k < below; k++)
    profile->counts[options->asymmetric ? below - 1 - k : k] += (double)negative[k];
  for (guint i = 0; i < profile->n; i++)
    profile->total += profile->counts[i];
}

void
fx_profile_clear (FxProfile *profile)
{
  g_free (profile->counts);
}

typedef struct
{
  const FxProfile *profile;
  FxProfileLoss loss;
  gconstpointer data;
  guint ends[2]; /* the best so far: below, above */
  double least;
} Search;

static void
try_end (Search *search, guint which, guint end)
{
  guint ends[2] = { search->ends[0], search->ends[1] };
  double loss;

  ends[which] = end;
  if (ends[0] + ends[1] == 0)
    return;
  loss = search->loss (search->profile, ends[0], ends[1], search->data);
  if (loss < search->least * CLEARLY)
    {
      search->least = loss;
      search->ends[which] = end;
    }
}

static void
search_end (Search *search, guint which, guint widest)
{
  guint last = 0, center;

  if (widest == 0)
    return;
  for (guint j = 0; j <= PER_OCTAVE * OCTAVES; j++)
    {
      guint end = (guint)rint (widest * exp2 (-(double)j / PER_OCTAVE));

      if (end != last && end > 0)
        try_end (search, which, end);
      last = end;
    }
  center = search->ends[which];
  for (int i = FINE; i >= -FINE; i--)
    {
      double end = rint (center * exp2 ((double)i / (FINE * PER_OCTAVE)));

      if (end >= 1.0 && end <= (double)widest && (guint)end != center)
        try_end (search, which, (guint)end);
    }
}

void
fx_profile_search (const FxProfile *profile, FxProfileLoss loss, gconstpointer data, FxRange *range)
{
  guint widest[2] = { profile->zero, profile->n - profile->zero };
  Search search = { profile, loss, data, { widest[0], widest[1] }, 0.0 };

  search.least = loss (profile, widest[0], widest[1], data);
  for (guint round = 0; round < (widest[0] > 0 && widest[1] > 0 ? ROUNDS : 1); round++)
    for (guint which = 2; which-- > 0;)
      search_end (&search, which, widest[which]);
  range->low = -(double)search.ends[0] * profile->width;
  range->high = (double)search.ends[1] * profile->width;
}
