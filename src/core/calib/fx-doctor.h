/* Looking for what is wrong with calibration data before it is used. Findings are FxDiagnostic whose rule begins with
 * "calibration-"; each says what was found and on which evidence.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"
#include "core/graph/fx-dtype.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxDoctor FxDoctor;

/* For the first input of a model as its file has it, batch normalization and all; the graph has inferred shapes and
 * stays the caller's until the doctor is freed. */
FxDoctor *fx_doctor_new (const FxGraph *graph);
void fx_doctor_free (FxDoctor *doctor); /* accepts NULL */

/* Takes note of one sample, as it is fed to the input. Not for several threads at once. A few hundred bytes are kept of
 * each, and the first few samples themselves. */
void fx_doctor_look (FxDoctor *doctor, const char *name, FxTensor *sample);

/* A row for each thing to look for. */
typedef struct
{
  const char *rules; /* ids of the findings, for the documentation */
  const char *doc;
  void (*check) (const FxDoctor *doctor, GPtrArray *findings);
} FxDoctorCheck;

extern const FxDoctorCheck fx_doctor_checks[];
extern const guint fx_n_doctor_checks;

/* Appends what was found in the samples looked at. Runs the model on a few of them. FALSE only if cancelled. */
gboolean fx_doctor_report (const FxDoctor *doctor, GPtrArray *findings, GCancellable *cancellable, GError **error);

/* Appends a finding, with the likely cause, if a file of bare elements for an input of that type and shape has another
 * size than it should; TRUE if it has not. */
gboolean
fx_doctor_check_file (const char *name, guint64 size, FxDType dtype, const FxShape *shape, GPtrArray *findings);

/* Appends what the activations show that no threshold can mend: values that are not finite, tensors that are always
 * 0. */
void fx_doctor_check_statistics (const FxStatistics *statistics, GPtrArray *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxDoctor, fx_doctor_free)

G_END_DECLS
