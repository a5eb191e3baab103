/* How a scene looks.
 *
 * Placements use hues of Okabe and Ito (2008), which people with any of the common color blindnesses can tell apart;
 * shapes and icons say the same once more. Ramps go one way in lightness.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-style.h"

#include <math.h>

#define RGB(hex)                                                                                                       \
  {                                                                                                                    \
    (((hex) >> 16) & 0xff) / 255.0, (((hex) >> 8) & 0xff) / 255.0, ((hex)&0xff) / 255.0, 1.0                           \
  }

#define FONT "Cantarell, Inter, Noto Sans, DejaVu Sans, sans-serif"

static const FxSceneStyle styles[] = {
  [FX_STYLE_LIGHT] = {
    .name = "light",
    .font = FONT,
    .line = 1.0,
    .background = RGB (0xfafafb),
    .box = RGB (0xffffff),
    .border = RGB (0xb9bec7),
    .text = RGB (0x1f2430),
    .faint_text = RGB (0x6a7180),
    .wire = RGB (0x9aa1ae),
    .frame = RGB (0xf1f2f5),
    .frame_border = RGB (0xd3d6dd),
    .placements = {
      [FX_PLACEMENT_UNKNOWN] = RGB (0xb0568c),
      [FX_PLACEMENT_BPU] = RGB (0x0072b2),
      [FX_PLACEMENT_CPU] = RGB (0xd98200),
      [FX_PLACEMENT_FOLDED] = RGB (0x8d94a1),
      [FX_PLACEMENT_UNSUPPORTED] = RGB (0xc8401a),
    },
    .on_placement = RGB (0xffffff),
    .region = RGB (0x0072b2),
    .accent = RGB (0x1c71d8),
    .found = RGB (0xf5c211),
    .error = RGB (0xc01c28),
    .warning = RGB (0xe5a50a),
    .on_badge = RGB (0xffffff),
    .ramp = { RGB (0xfff6d8), RGB (0xfdc66b), RGB (0xf2794b), RGB (0xb73779), RGB (0x51127c) },
  },
  [FX_STYLE_DARK] = {
    .name = "dark",
    .font = FONT,
    .line = 1.0,
    .background = RGB (0x1d1e22),
    .box = RGB (0x2d2f36),
    .border = RGB (0x5a5f6b),
    .text = RGB (0xf2f3f5),
    .faint_text = RGB (0xa4abb8),
    .wire = RGB (0x767d8b),
    .frame = RGB (0x25262b),
    .frame_border = RGB (0x3f424a),
    .placements = {
      [FX_PLACEMENT_UNKNOWN] = RGB (0xcc79a7),
      [FX_PLACEMENT_BPU] = RGB (0x3a9bd9),
      [FX_PLACEMENT_CPU] = RGB (0xe69f00),
      [FX_PLACEMENT_FOLDED] = RGB (0x858c99),
      [FX_PLACEMENT_UNSUPPORTED] = RGB (0xf0683c),
    },
    .on_placement = RGB (0x15161a),
    .region = RGB (0x56b4e9),
    .accent = RGB (0x78aeed),
    .found = RGB (0xf8e45c),
    .error = RGB (0xff6b6b),
    .warning = RGB (0xf8c33a),
    .on_badge = RGB (0x15161a),
    .ramp = { RGB (0x35294f), RGB (0x7b2382), RGB (0xc73d73), RGB (0xf8765c), RGB (0xfde2a3) },
  },
  [FX_STYLE_HIGH_CONTRAST] = {
    .name = "high-contrast",
    .font = FONT,
    .line = 1.6,
    .background = RGB (0xffffff),
    .box = RGB (0xffffff),
    .border = RGB (0x000000),
    .text = RGB (0x000000),
    .faint_text = RGB (0x1f1f1f),
    .wire = RGB (0x303030),
    .frame = RGB (0xffffff),
    .frame_border = RGB (0x000000),
    .placements = {
      [FX_PLACEMENT_UNKNOWN] = RGB (0x7a1f5c),
      [FX_PLACEMENT_BPU] = RGB (0x00497a),
      [FX_PLACEMENT_CPU] = RGB (0x8a4b00),
      [FX_PLACEMENT_FOLDED] = RGB (0x4a4a4a),
      [FX_PLACEMENT_UNSUPPORTED] = RGB (0xa00000),
    },
    .on_placement = RGB (0xffffff),
    .region = RGB (0x00497a),
    .accent = RGB (0x0000d0),
    .found = RGB (0xffd400),
    .error = RGB (0xa00000),
    .warning = RGB (0x7a4a00),
    .on_badge = RGB (0xffffff),
    .ramp = { RGB (0xffffff), RGB (0xfdc66b), RGB (0xe0562b), RGB (0x98225f), RGB (0x2a0648) },
  },
  [FX_STYLE_HIGH_CONTRAST_DARK] = {
    .name = "high-contrast-dark",
    .font = FONT,
    .line = 1.6,
    .background = RGB (0x000000),
    .box = RGB (0x000000),
    .border = RGB (0xffffff),
    .text = RGB (0xffffff),
    .faint_text = RGB (0xe6e6e6),
    .wire = RGB (0xd0d0d0),
    .frame = RGB (0x000000),
    .frame_border = RGB (0xffffff),
    .placements = {
      [FX_PLACEMENT_UNKNOWN] = RGB (0xffa6d9),
      [FX_PLACEMENT_BPU] = RGB (0x7cc8ff),
      [FX_PLACEMENT_CPU] = RGB (0xffc14d),
      [FX_PLACEMENT_FOLDED] = RGB (0xc0c0c0),
      [FX_PLACEMENT_UNSUPPORTED] = RGB (0xff8a66),
    },
    .on_placement = RGB (0x000000),
    .region = RGB (0x7cc8ff),
    .accent = RGB (0x9ecbff),
    .found = RGB (0xffff00),
    .error = RGB (0xff8080),
    .warning = RGB (0xffd060),
    .on_badge = RGB (0x000000),
    .ramp = { RGB (0x000000), RGB (0x7b2382), RGB (0xd0406f), RGB (0xff9060), RGB (0xffffff) },
  },
};

const FxSceneStyle *
fx_scene_style (FxStyleId id)
{
  return &styles[id];
}

FxRgba
fx_color_mix (FxRgba a, FxRgba b, double share)
{
  return (FxRgba){ a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share,
                   a.blue + (b.blue - a.blue) * share, a.alpha + (b.alpha - a.alpha) * share };
}

static double
linear (double channel)
{
  return channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

double
fx_color_luminance (FxRgba color)
{
  return 0.2126 * linear (color.red) + 0.7152 * linear (color.green) + 0.0722 * linear (color.blue);
}
