/* Counting how often a classifier is right.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

typedef struct
{
  guint n;          /* samples counted against a label */
  guint top1, top5; /* of them, how many have the label first, among the first five */
  guint n_compared; /* samples counted against another engine's scores */
  guint agree1;     /* of them, how many have the same class first */
} FxEvaluation;

/* How many classes come before class `label`: those with a larger score, and those with an equal one and a lower index.
 * NaN comes after every number. `label` < n. */
gsize fx_evaluate_rank (const float *scores, gsize n, gsize label);

/* Class of the highest score, the lowest index among equals. n ≥ 1. */
gsize fx_evaluate_best (const float *scores, gsize n);

/* Counts one sample. `scores` is the output of one sample, f32 of any shape, one element for each class.
 * FALSE and *error (BAD_DATA) if it is not f32 or the label is not among its classes; nothing is counted then. */
gboolean fx_evaluation_add (FxEvaluation *evaluation, const FxArray *scores, int label, GError **error);

/* Counts whether two engines or models agree on the first class. FALSE and *error if the shapes differ in size. */
gboolean
fx_evaluation_compare (FxEvaluation *evaluation, const FxArray *scores, const FxArray *reference, GError **error);

/* Adds the counts of another part of the samples. */
void fx_evaluation_merge (FxEvaluation *into, const FxEvaluation *from);

/* Share in percent, 0 of none. */
double fx_evaluation_percent (guint count, guint n);

G_END_DECLS
