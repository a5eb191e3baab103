/* How plots look. Plain data.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double red, green, blue, alpha;
} FxPlotColor;

#define FX_N_PLOT_COLORS 7

typedef struct
{
  const char *font;       /* family */
  double font_size;       /* pixels */
  gboolean bars_for_text; /* draw a bar instead of each text: pictures that do not depend on fonts */
  double line;            /* factor for the width of lines */
  FxPlotColor background, text, faint_text, grid, cursor, selection, mark;
  FxPlotColor series[FX_N_PLOT_COLORS]; /* told apart with every kind of color vision, see fx-plot-style.c */
} FxPlotStyle;

/* Static. */
const FxPlotStyle *fx_plot_style (gboolean dark, gboolean high_contrast);

G_END_DECLS
