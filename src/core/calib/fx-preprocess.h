/* From a picture to a network's input: one list of steps, used alike by the command line, the window and calibration,
 * so that the numbers of one are the numbers of all.
 *
 * Text form: steps separated by ";" or line ends, each a name and arguments separated by blanks or commas:
 *
 *   resize-short 256 pil-bilinear; center-crop 224x224; bgr; mean 104,117,123; scale 0.017; layout nchw
 *
 * fx_preprocess_step_kinds() lists the steps. They run in the order written, on a picture that begins as RGB bytes
 * 0…255. Resizing, cropping, padding and color work on bytes with the rounding of the imitated library; the first of
 * mean, scale and std makes floats of them. mean, scale and std count channels in the order of that moment: after "bgr"
 * the first one is blue. "layout" and "dtype" say how the tensor is to be stored (nchw and f32 unless given).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"
#include "core/calib/fx-resample.h"
#include "core/fx-types.h"

G_BEGIN_DECLS

typedef struct _FxStepKind FxStepKind;

/* One step; which fields count depends on the kind. */
typedef struct
{
  const FxStepKind *kind;
  int width, height; /* pixels; `width` alone for the shorter side */
  FxResample resample;
  int choice;       /* color, layout, dtype, position: as the kind's file says */
  guint n_values;   /* 1, or one for each channel */
  double values[3]; /* fill, mean, scale, std */
} FxStep;

typedef struct
{
  GArray *steps; /* FxStep */
  gboolean nhwc;
  FxDType dtype; /* of the tensor: FLOAT, UINT8 (rounded and clamped), or INT8 (minus 128, then the same) */
} FxPreprocess;

/* What is known of the picture between two steps, perhaps without having one. */
typedef struct
{
  int width, height; /* 0: unknown */
  FxColor color;
  gboolean shifted; /* mean, scale or std came by: the values are no longer 0…255 */
} FxFrame;

/* The arguments of a step while they are read. */
typedef struct
{
  const char *const *words; /* NULL-terminated, what is left */
} FxWords;

/* A row of the table of steps. */
struct _FxStepKind
{
  const char *name;
  const char *args; /* "WxH MODE", for help and messages */
  const char *doc;
  int choice; /* tells apart the rows that share functions */
  /* Takes its arguments from the words. FALSE and *error say what was found and wanted. */
  gboolean (*parse) (FxStep *step, FxWords *words, GError **error);
  /* Appends the arguments, each after a blank. */
  void (*print) (const FxStep *step, GString *text);
  /* Whether the step can work on such a picture, and what it leaves. Sizes may be unknown. NULL: always, no change. */
  gboolean (*check) (const FxStep *step, FxFrame *frame, GError **error);
  /* Replaces *image, after check(). NULL for steps that only say how to store the tensor. */
  gboolean (*apply) (const FxStep *step, FxImage **image, GError **error);
};

/* All steps there are. */
const FxStepKind *fx_preprocess_step_kinds (guint *n);

/* An empty pipeline: bytes as floats, nchw. */
FxPreprocess *fx_preprocess_new (void);
FxPreprocess *fx_preprocess_copy (const FxPreprocess *preprocess);
void fx_preprocess_free (FxPreprocess *preprocess); /* accepts NULL */

/* NULL and *error (BAD_DATA: number and name of the step, what was found, what was wanted). */
FxPreprocess *fx_preprocess_parse (const char *text, GError **error);

/* Text that fx_preprocess_parse() makes the same pipeline of; all defaults of the steps are written out. */
char *fx_preprocess_to_string (const FxPreprocess *preprocess);

/* The tensor [1,C,H,W] or [1,H,W,C] of one picture. NULL in *out and FALSE with *error naming the step on failure. */
gboolean fx_preprocess_apply (const FxPreprocess *preprocess, const FxImage *image, FxTensor **out, GError **error);

/* Shape of what comes out, with FX_DIM_UNKNOWN where it depends on the picture. */
void fx_preprocess_output_shape (const FxPreprocess *preprocess, FxShape *shape);

/* FALSE and *error (BAD_DATA) if a tensor of shape `found`, which may have unknown dimensions, cannot be fed to an
 * input of shape `wanted`; unknown or symbolic dimensions of `wanted` take anything. The sentence says which of size,
 * channels and layout is at fault. */
gboolean fx_preprocess_check_shape (const FxShape *found, const FxShape *wanted, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxPreprocess, fx_preprocess_free)

G_END_DECLS
