/* From statistics of an activation to the range that its integers stand for.
 *
 * All methods work on the same statistics, so they can be computed side by side after one pass. Results are rounded to
 * 10 significant bits (fx_range_round()), so differences in the last bits of float arithmetic do not move them but for
 * the rare value next to the middle between two steps of that grid.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"

G_BEGIN_DECLS

/* low ≤ 0 ≤ high. 0…0 of a tensor that is nothing but zeros, or that was never seen. */
typedef struct
{
  double low, high;
} FxRange;

typedef struct
{
  guint bits;          /* 8 or 16; 0: 8 */
  gboolean asymmetric; /* FALSE: low = -high, zero point 0 */
  double percentile;   /* for the method of that name, in percent; 0: 99.99 */
} FxThresholdOptions;

typedef struct
{
  const char *name;
  const char *doc; /* one line for people */
  /* `tensor` has elements other than 0; the options are filled in. Sets a range that fx_threshold_compute() puts inside
   * what was seen; one of no extent there becomes the whole. */
  void (*compute) (const FxTensorStatistics *tensor, const FxThresholdOptions *options, FxRange *range);
} FxThresholdMethod;

/* In the order in which they are shown. */
extern const FxThresholdMethod fx_threshold_max, fx_threshold_percentile, fx_threshold_kl, fx_threshold_mse,
    fx_threshold_aciq;
extern const FxThresholdMethod *const fx_threshold_methods[];
extern const guint fx_n_threshold_methods;

/* A method as text: its name, "percentile=99.999" for one with a parameter. */
typedef struct
{
  const FxThresholdMethod *method;
  double percentile; /* 0: not given */
} FxThresholdChoice;

/* FALSE and *error (BAD_DATA) naming the methods there are. */
gboolean fx_threshold_parse (const char *text, FxThresholdChoice *choice, GError **error);
/* The text that parses to this choice, "max" for no method; interned. */
const char *fx_threshold_choice_name (const FxThresholdChoice *choice);

/* `options` may be NULL: 8 bits, symmetric. */
void fx_threshold_compute (const FxThresholdMethod *method, const FxTensorStatistics *tensor,
                           const FxThresholdOptions *options, FxRange *range);

/* What one step of the integers stands for: high / 127, or (high - low) / 255; 1 for the range 0…0. */
double fx_range_scale (const FxRange *range, const FxThresholdOptions *options);

/* Largest magnitude of each channel of a weight tensor of float type along `axis` (0 for Conv's [out, in, kh, kw]);
 * g_free() it. NULL and *error (BAD_DATA) if it has no such axis or holds something that is not finite. */
float *fx_weight_channel_max (const FxTensor *weights, int axis, guint *n_channels, GError **error);

G_END_DECLS
