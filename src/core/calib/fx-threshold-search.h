/* Trying ranges of a histogram, for the methods that minimize something.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-thresholds.h"

G_BEGIN_DECLS

/* Bins in one row. For a symmetric range they are those of |x|, otherwise those of x; zeros are not among them, as
 * every range represents them exactly. */
typedef struct
{
  guint n;        /* bins */
  guint zero;     /* number of bins below 0; bin i holds (i - zero)·width … (i + 1 - zero)·width */
  double *counts; /* [n] */
  double width;
  double total;
  guint steps; /* between the ends of a range: 127 or 255, or as many as 16 bits give */
} FxProfile;

/* What is lost if the range has `below` bins under and `above` bins over 0. */
typedef double (*FxProfileLoss) (const FxProfile *profile, guint below, guint above, gconstpointer data);

void fx_profile_init (FxProfile *profile, const FxTensorStatistics *tensor, const FxThresholdOptions *options);
void fx_profile_clear (FxProfile *profile);

/* The range of least loss. Ends are tried from the outside inwards in steps of a sixteenth of an octave down to 1/1024
 * of the largest, then all around the best; both ends in turn where there are two. Where losses differ by less than
 * half a percent the wider range is taken: so nearly flat valleys do not turn the last bits of activations into other
 * ranges. */
void fx_profile_search (const FxProfile *profile, FxProfileLoss loss, gconstpointer data, FxRange *range);

G_END_DECLS
