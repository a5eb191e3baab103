/* What the doctor notes of each sample, for its checks (doctor-*.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-doctor.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

#define FX_DOCTOR_CHANNELS 4 /* of pictures at most */
#define FX_DOCTOR_KEPT 12    /* samples that are kept for running the model */
#define FX_DOCTOR_NAMED 3    /* examples in one finding */

/* A tensor [1,C,H,W] or [1,H,W,C] as pictures: element (c, y, x) is data[c·plane + y·row + x·pixel]. Tensors that are
 * no pictures have one channel and one row. */
typedef struct
{
  gsize channels, height, width;
  gsize plane, row, pixel;
} FxPictureView;

typedef struct
{
  char *name;
  gsize not_finite;
  double min, max, mean, deviation; /* of what is finite */
  double channel_mean[FX_DOCTOR_CHANNELS];
  double roughness, roughness_swapped; /* difference of neighbors, as the layout says and as the other one would */
  guint64 hash;                        /* which of 64 neighboring patches is lighter */
} FxSampleFacts;

struct _FxDoctor
{
  const FxGraph *graph;
  FxShape shape;   /* of the input */
  GArray *samples; /* of FxSampleFacts */
  GPtrArray *kept; /* FxTensor */
};

static inline const FxSampleFacts *
fx_doctor_sample (const FxDoctor *doctor, guint i)
{
  return &g_array_index (doctor->samples, FxSampleFacts, i);
}

/* FALSE if the shape is not that of a picture; *view is filled in anyway. */
gboolean fx_picture_view (const FxShape *shape, FxPictureView *view);

/* Smallest and largest value, and the median of the standard deviations, of all samples. */
void fx_doctor_range (const FxDoctor *doctor, double *min, double *max, double *deviation);

void fx_doctor_check_number (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_constant (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_duplicates (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_odd (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_not_finite (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_range (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_head (const FxDoctor *doctor, GPtrArray *findings);
void fx_doctor_check_layout (const FxDoctor *doctor, GPtrArray *findings);

/* Runs the model on the samples that were kept. FALSE only if cancelled; a model that cannot run gives no findings. */
gboolean fx_doctor_probe (const FxDoctor *doctor, GPtrArray *findings, GCancellable *cancellable, GError **error);

G_END_DECLS
