/* Between the files of a conversion.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-conversion.h"

G_BEGIN_DECLS

typedef struct
{
  const FxConversionOptions *options;
  const FxConversionEvents *events;
  GCancellable *cancellable;
  FxConversionStage stage;
  FxConversion *result;
  FxSampleSet *samples;
  guint *order; /* [n samples] which sample is number i: those that set ranges, then those held out */
} FxConversionJob;

/* Begins a stage; its progress ends in events->stage. */
FxProgress fx_conversion_begin (FxConversionJob *job, FxConversionStage stage);

/* Sample i of `order`, for the network's inputs: an FxSampleSource whose user_data is the job. */
gboolean fx_conversion_load (guint i, FxTensor **inputs, gpointer job, GError **error);

/* Opens the samples of the calibration set (or of `test`, if not NULL) for the source graph. */
FxSampleSet *fx_conversion_open (const FxConversionJob *job, const char *test, guint count, GError **error);

/* Counts how often the float and the integer network are right, if there are labels. */
gboolean fx_conversion_evaluate (FxConversionJob *job, GError **error);

/* Costs and program of the integer network, as far as the target has the numbers for them. */
gboolean fx_conversion_compile (FxConversionJob *job, GError **error);

/* Whether files can be written where they are to go, before anything takes long. FALSE and *error: they cannot. */
gboolean fx_conversion_check_output (const FxConversionOptions *options, GError **error);

/* Writes all files and names them in result->files. */
gboolean fx_conversion_write (FxConversionJob *job, GError **error);

G_END_DECLS
