/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

typedef struct
{
  float epsilon;
} FxInstanceNormParams;

typedef struct
{
  float epsilon;
  gint64 num_groups, stash_type;
} FxGroupNormParams;

/* y = (x - mean) × factor with the mean of n elements and factor = 1 / sqrt (population variance + epsilon). */
void fx_normalize_moments (const float *x, gsize n, double epsilon, double *mean, double *factor);
