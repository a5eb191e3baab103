/* Steps that change the color: rgb, bgr, gray, yuv444, nv12.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-step.h"

#include "core/calib/fx-color.h"
#include "core/fx-error.h"

static const char *const ranges[] = { "full", "video", NULL };

/* The rows keep the color in their `choice`; the step's own `choice` is the range. */
static FxColor
target (const FxStep *step)
{
  FxColor color = step->kind->choice;

  return color == FX_COLOR_YUV && step->choice == 1 ? FX_COLOR_YUV_VIDEO : color;
}

static gboolean
is_yuv (FxColor color)
{
  return color == FX_COLOR_YUV || color == FX_COLOR_YUV_VIDEO;
}

static gboolean
parse_none (G_GNUC_UNUSED FxStep *step, G_GNUC_UNUSED FxWords *words, G_GNUC_UNUSED GError **error)
{
  return TRUE;
}

static void
print_none (G_GNUC_UNUSED const FxStep *step, G_GNUC_UNUSED GString *text)
{
}

static gboolean
parse_range (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_choice (words, ranges, FALSE, &step->choice, error);
}

static void
print_range (const FxStep *step, GString *text)
{
  g_string_append_printf (text, " %s", ranges[step->choice]);
}

/* Gray is linear and order is only order, but chroma has its zero at 128: that must still hold. */
static gboolean
check_color (const FxStep *step, FxFrame *frame, GError **error)
{
  FxColor color = target (step);

  if (frame->shifted && color != frame->color && (is_yuv (color) || is_yuv (frame->color)))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "%s to %s needs values of 0 to 255: put the step in front of mean, scale and std",
                    fx_color_name (frame->color), fx_color_name (color));
  frame->color = color;
  return TRUE;
}

static gboolean
check_nv12 (const FxStep *step, FxFrame *frame, GError **error)
{
  if (frame->width % 2 != 0 || frame->height % 2 != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the picture is %dx%d there, NV12 needs an even width and height",
                    frame->width, frame->height);
  return check_color (step, frame, error);
}

static gboolean
apply_color (const FxStep *step, FxImage **image, GError **error)
{
  FxImage *converted = fx_image_to_color (*image, target (step), error);

  if (converted == NULL)
    return FALSE;
  fx_image_free (*image);
  *image = converted;
  return TRUE;
}

static gboolean
apply_nv12 (const FxStep *step, FxImage **image, GError **error)
{
  return apply_color (step, image, error) && fx_image_halve_chroma (*image, error);
}

#define PLAIN(step_name, color, text)                                                                                  \
  {                                                                                                                    \
    .name = step_name, .args = "", .doc = text, .choice = color, .parse = parse_none, .print = print_none,             \
    .check = check_color, .apply = apply_color                                                                         \
  }

const FxStepKind fx_steps_color[] = {
  PLAIN ("rgb", FX_COLOR_RGB, "Channels red, green, blue (as pictures begin)"),
  PLAIN ("bgr", FX_COLOR_BGR, "Channels blue, green, red, as OpenCV and Caffe have them"),
  PLAIN ("gray", FX_COLOR_GRAY, "One channel: luma of BT.601, as Pillow computes it"),
  {
      .name = "yuv444",
      .args = "[full|video]",
      .doc = "Channels Y, U, V of BT.601, U and V around 128; \"video\" has Y in 16 to 235",
      .choice = FX_COLOR_YUV,
      .parse = parse_range,
      .print = print_range,
      .check = check_color,
      .apply = apply_color,
  },
  {
      .name = "nv12",
      .args = "[full|video]",
      .doc = "As yuv444, with U and V averaged over 2x2 pixels: what a camera that delivers NV12 leaves of a picture. "
             "Follow it by \"rgb\" or \"bgr\" for a model trained on those",
      .choice = FX_COLOR_YUV,
      .parse = parse_range,
      .print = print_range,
      .check = check_nv12,
      .apply = apply_nv12,
  },
  { .name = NULL },
};
