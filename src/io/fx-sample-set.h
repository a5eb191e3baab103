/* Samples of a whole model: a dataset for each of its inputs, of which the n-th files together are sample n.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-input-spec.h"
#include "io/fx-dataset.h"

G_BEGIN_DECLS

/* What is fed to one input. Strings are the caller's until the set is opened. */
typedef struct
{
  const char *input;       /* its name; NULL: the one at this position */
  const char *path;        /* folder, list or file, see fx_dataset_open() */
  const char *const *more; /* further sources, whose samples follow; NULL: none */
  const char *labels;      /* NULL: as fx_dataset_open() finds them; those of the first input count */
  const char *preprocess;  /* text of fx_preprocess_parse(), for pictures; NULL: bytes as floats */
  FxDType raw_dtype;       /* of files without a header; UNDEFINED: by their names */
  gboolean has_spec;       /* the samples are what `spec` calls the type of the training, and are converted */
  FxInputSpec spec;
} FxSampleSpec;

typedef struct _FxSampleSet FxSampleSet;

/* Opens the datasets of all float inputs of `graph`, whose shapes are numbers, and chooses `count` samples (0: all) by
 * `seed`. NULL and *error: a dataset cannot be opened, an input without a dataset or named twice, datasets of different
 * numbers of samples (both are named), a pipeline that does not parse or fit. */
FxSampleSet *fx_sample_set_open (const FxGraph *graph, const FxSampleSpec *specs, guint n_specs, guint count,
                                 guint64 seed, GError **error);
void fx_sample_set_free (FxSampleSet *set); /* accepts NULL */

guint fx_sample_set_n_samples (const FxSampleSet *set);
/* The dataset of input number `i` of the graph. Borrowed. */
const FxDataset *fx_sample_set_dataset (const FxSampleSet *set, guint i);

/* Sample i for all inputs of the graph, in order: an FxSampleSource, whose user_data is the set. For several threads.
 */
gboolean fx_sample_set_load (guint i, FxTensor **inputs, gpointer set, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxSampleSet, fx_sample_set_free)

G_END_DECLS
