/* How a scene looks: colors and fonts. Plain data, no toolkit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"

G_BEGIN_DECLS

typedef struct
{
  double red, green, blue, alpha;
} FxRgba;

#define FX_N_RAMP 5

typedef struct
{
  const char *name;
  const char *font;       /* family; sizes are those of the drawing */
  gboolean bars_for_text; /* draw a bar instead of each text: pictures that do not depend on fonts */
  double line;            /* factor for the width of lines */
  FxRgba background;
  FxRgba box, border; /* of boxes that have no placement */
  FxRgba text, faint_text;
  FxRgba wire;
  FxRgba frame, frame_border;                                    /* of open groups */
  FxRgba placements[FX_PLACEMENT_UNSUPPORTED + 1], on_placement; /* and what is drawn on them */
  FxRgba region;                                                 /* BPU subgraphs; mixed into the background */
  FxRgba accent;                                                 /* selection, and the wires of what is selected */
  FxRgba found;                                                  /* search */
  FxRgba error, warning, on_badge;
  FxRgba ramp[FX_N_RAMP]; /* overlays, from little to much; apart from each other by lightness alone, too */
} FxSceneStyle;

typedef enum
{
  FX_STYLE_LIGHT,
  FX_STYLE_DARK,
  FX_STYLE_HIGH_CONTRAST,
  FX_STYLE_HIGH_CONTRAST_DARK,
} FxStyleId;

/* Static. */
const FxSceneStyle *fx_scene_style (FxStyleId id);

/* What lies between two colors: `share` 0 is a, 1 is b. */
FxRgba fx_color_mix (FxRgba a, FxRgba b, double share);
/* 0 black … 1 white, as seen (sRGB relative luminance). */
double fx_color_luminance (FxRgba color);

G_END_DECLS
