/* The text of a preprocessing pipeline (core/calib/fx-preprocess.h), looked at part by part, as the window edits it.
 *
 * A pipeline is any list of steps; nearly all are: fit the picture, choose the color, then mean, scale or deviation.
 * Steps that have no part of their own are left as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FX_PIPELINE_FIT,   /* all steps that change the size, as text: "resize-short 256; center-crop 224x224" */
  FX_PIPELINE_COLOR, /* "rgb", "bgr", "gray", "yuv444", with arguments if there are any */
  FX_PIPELINE_MEAN,  /* from here on: the arguments of the step */
  FX_PIPELINE_SCALE,
  FX_PIPELINE_STD,
  FX_PIPELINE_LAYOUT,
} FxPipelinePart;

/* NULL if the text has no such part. `text` may be NULL. Free it. */
char *fx_pipeline_get (const char *text, FxPipelinePart part);

/* The text with that part instead; NULL or "" takes it away. A part that was not there goes where it belongs. */
char *fx_pipeline_set (const char *text, FxPipelinePart part, const char *value);

/* Ways to fit a picture into width × height, as the combo box lists them; the last one is "as it is written". */
typedef enum
{
  FX_FIT_NONE,
  FX_FIT_SQUEEZE,
  FX_FIT_CROP,
  FX_FIT_LETTERBOX,
  FX_FIT_OTHER,
} FxFit;

/* The steps of a way; NULL for NONE and OTHER. Free it. */
char *fx_pipeline_fit_text (FxFit fit, int width, int height);
/* Which way some steps are, NULL for none. */
FxFit fx_pipeline_fit_find (const char *steps, int width, int height);

G_END_DECLS
