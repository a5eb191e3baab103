/* What an input of the model means: what it was trained on, what the application feeds on the board, and the arithmetic
 * between the two, which becomes a node in front of the network.
 *
 * Names and rules are those of the boards' converter. `train` is the type the float model expects after mean and scale,
 * `rt` what arrives at run time; the network itself gets the *intermediate type*: pictures minus 128 (the hardware
 * delivers them so, nv12 as yuv444), feature maps as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  FX_INPUT_FEATUREMAP,
  FX_INPUT_GRAY,
  FX_INPUT_RGB,
  FX_INPUT_BGR,
  FX_INPUT_YUV444,
  FX_INPUT_NV12, /* rt only */
  FX_N_INPUT_TYPES,
} FxInputType;

typedef struct
{
  FxInputType train, rt;
  gboolean train_nhwc, rt_nhwc;
  gboolean video_range;  /* rt nv12 is BT.601 of 16…235 instead of 0…255 */
  guint n_mean, n_scale; /* 0: none, 1, or one for each channel */
  double mean[3];        /* subtracted from data of 0…255 */
  double scale[3];       /* multiplied after that */
} FxInputSpec;

const char *fx_input_type_name (FxInputType type);
gboolean fx_input_type_find (const char *name, FxInputType *type); /* FALSE: there is none */
guint fx_input_type_channels (FxInputType type);                   /* 0: any */

/* Whether the hardware and the preprocessing node lead from one to the other. */
gboolean fx_input_type_allowed (FxInputType train, FxInputType rt);

/* Whether anything is to be done in front of the network: a change of color, or mean and scale. */
gboolean fx_input_spec_needs_node (const FxInputSpec *spec);

/* The affine map from the intermediate type to what the network expects, for `n` channels:
 * y[i] = Σ matrix[i][k] × x[k] + offset[i]. */
typedef struct
{
  guint n;
  double matrix[3][3], offset[3];
} FxInputMap;

void fx_input_spec_map (const FxInputSpec *spec, guint n_channels, FxInputMap *map);

/* A sample of type `train`, 0…255, before mean and scale, in the model's layout, as the intermediate type: minus 128,
 * and from RGB or BGR to YUV where the board feeds that. Rounded to whole numbers, clamped to -128…127, as the hardware
 * has them. Feature maps come back as they are. NULL and *error (BAD_DATA) for a sample that is not f32 or has another
 * number of channels. */
FxTensor *fx_input_spec_convert (const FxInputSpec *spec, FxTensor *sample, GError **error);

/* FALSE and *error: what contradicts itself, for a model input of this shape (NULL: not known). `input` names it. */
gboolean fx_input_spec_check (const FxInputSpec *spec, const char *input, const FxShape *shape, GError **error);

G_END_DECLS
