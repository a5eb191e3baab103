/* The colors of series are those of Okabe and Ito ("Color Universal Design", 2008), without the yellow and the black
 * that do not stand out from a light or a dark background; on dark ones the blue is lighter.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-plot-style.h"

#define RGB(r, g, b)                                                                                                   \
  {                                                                                                                    \
    (r) / 255.0, (g) / 255.0, (b) / 255.0, 1                                                                           \
  }
#define RGBA(r, g, b, a)                                                                                               \
  {                                                                                                                    \
    (r) / 255.0, (g) / 255.0, (b) / 255.0, (a)                                                                         \
  }

#define SERIES(blue)                                                                                                   \
  {                                                                                                                    \
    blue, RGB (230, 159, 0), RGB (0, 158, 115), RGB (213, 94, 0), RGB (204, 121, 167), RGB (86, 180, 233),             \
        RGB (127, 127, 127)                                                                                            \
  }

static const FxPlotStyle styles[2][2] = {
  {
      { "Cantarell, sans-serif", 11, FALSE, 1, RGB (255, 255, 255), RGB (46, 52, 54), RGB (110, 112, 115),
        RGBA (0, 0, 0, 0.10), RGBA (0, 0, 0, 0.35), RGBA (53, 132, 228, 0.22), RGB (192, 28, 40),
        SERIES (RGB (0, 114, 178)) },
      { "Cantarell, sans-serif", 11, FALSE, 1.6, RGB (255, 255, 255), RGB (0, 0, 0), RGB (40, 40, 40),
        RGBA (0, 0, 0, 0.35), RGB (0, 0, 0), RGBA (0, 80, 200, 0.35), RGB (160, 0, 20), SERIES (RGB (0, 80, 140)) },
  },
  {
      { "Cantarell, sans-serif", 11, FALSE, 1, RGB (36, 36, 36), RGB (238, 238, 236), RGB (160, 162, 165),
        RGBA (255, 255, 255, 0.12), RGBA (255, 255, 255, 0.45), RGBA (120, 174, 237, 0.28), RGB (255, 123, 99),
        SERIES (RGB (98, 160, 234)) },
      { "Cantarell, sans-serif", 11, FALSE, 1.6, RGB (0, 0, 0), RGB (255, 255, 255), RGB (215, 215, 215),
        RGBA (255, 255, 255, 0.45), RGB (255, 255, 255), RGBA (120, 174, 237, 0.5), RGB (255, 140, 120),
        SERIES (RGB (130, 190, 255)) },
  },
};

const FxPlotStyle *
fx_plot_style (gboolean dark, gboolean high_contrast)
{
  return &styles[dark ? 1 : 0][high_contrast ? 1 : 0];
}
