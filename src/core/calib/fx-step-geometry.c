/* Steps that change the size: resize, resize-short, letterbox, center-crop, pad.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-step.h"

#include "core/fx-error.h"

#include <math.h>

enum
{
  POSITION_CENTER, /* an odd pixel more at the right and bottom */
  POSITION_CORNER, /* picture at the top left */
};

static const char *const positions[] = { "center", "corner", NULL };

/* Where half a pixel goes: one column more or less moves the accuracy of a network by a point. */
enum
{
  ROUND_PLAIN,       /* size to the nearest, offset down: PIL or OpenCV code written by hand */
  ROUND_TORCHVISION, /* size down, int (N × long / short); offset int (round (difference / 2)), halves to even */
};

static const char *const roundings[] = { "plain", "torchvision", NULL };

static gboolean
replace (FxImage **image, FxImage *with)
{
  if (with == NULL)
    return FALSE;
  fx_image_free (*image);
  *image = with;
  return TRUE;
}

/* FALSE if the frame is known and no picture can be that large. */
static gboolean
check_frame (const FxFrame *frame, GError **error)
{
  if ((guint64)frame->width * frame->height <= FX_IMAGE_MAX_PIXELS && frame->width <= FX_IMAGE_MAX_SIDE
      && frame->height <= FX_IMAGE_MAX_SIDE)
    return TRUE;
  return fx_fail (error, FX_ERROR_TOO_LARGE, "a picture of %dx%d pixels is out of range", frame->width, frame->height);
}

static gboolean
check_fixed_size (const FxStep *step, FxFrame *frame, GError **error)
{
  frame->width = step->width;
  frame->height = step->height;
  return check_frame (frame, error);
}

static void
print_rounding (const FxStep *step, GString *text)
{
  if (step->choice != ROUND_PLAIN)
    g_string_append_printf (text, " %s", roundings[step->choice]);
}

/* resize */

static gboolean
parse_resize (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_size (words, &step->width, &step->height, error) && fx_words_resample (words, &step->resample, error);
}

static void
print_resize (const FxStep *step, GString *text)
{
  fx_step_print_size (step, text);
  g_string_append_printf (text, " %s", fx_resample_name (step->resample));
}

static gboolean
apply_resize (const FxStep *step, FxImage **image, GError **error)
{
  return replace (image, fx_image_resize (*image, step->width, step->height, step->resample, error));
}

/* resize-short */

static gboolean
parse_resize_short (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_side (words, &step->width, error) && fx_words_resample (words, &step->resample, error)
         && fx_words_choice (words, roundings, FALSE, &step->choice, error);
}

static void
print_resize_short (const FxStep *step, GString *text)
{
  g_string_append_printf (text, " %d %s", step->width, fx_resample_name (step->resample));
  print_rounding (step, text);
}

static gboolean
check_resize_short (const FxStep *step, FxFrame *frame, GError **error)
{
  gint64 shorter = MIN (frame->width, frame->height), longer = MAX (frame->width, frame->height);
  gboolean upright = frame->width < frame->height;

  if (shorter == 0)
    return TRUE;
  longer = step->width * longer;
  longer = (step->choice == ROUND_PLAIN ? longer + shorter / 2 : longer) / shorter;
  longer = MIN (longer, G_MAXINT);
  frame->width = upright ? step->width : (int)longer;
  frame->height = upright ? (int)longer : step->width;
  return check_frame (frame, error);
}

static gboolean
apply_resize_short (const FxStep *step, FxImage **image, GError **error)
{
  FxFrame frame = { .width = (*image)->width, .height = (*image)->height };

  return check_resize_short (step, &frame, error)
         && replace (image, fx_image_resize (*image, frame.width, frame.height, step->resample, error));
}

/* letterbox and pad */

static gboolean
parse_pad (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_size (words, &step->width, &step->height, error)
         && fx_words_values (words, step, &(double){ 0.0 }, error)
         && fx_words_choice (words, positions, FALSE, &step->choice, error);
}

static void
print_pad (const FxStep *step, GString *text)
{
  fx_step_print_size (step, text);
  fx_step_print_values (step, text);
  g_string_append_printf (text, " %s", positions[step->choice]);
}

static gboolean
check_letterbox (const FxStep *step, FxFrame *frame, GError **error)
{
  return fx_step_check_values (step, frame, error) && check_fixed_size (step, frame, error);
}

static gboolean
check_pad (const FxStep *step, FxFrame *frame, GError **error)
{
  if (frame->width > step->width || frame->height > step->height)
    return fx_fail (error, FX_ERROR_BAD_DATA, "cannot pad to %dx%d: the picture is %dx%d there, larger", step->width,
                    step->height, frame->width, frame->height);
  return check_letterbox (step, frame, error);
}

static gboolean
apply_pad (const FxStep *step, FxImage **image, GError **error)
{
  double fill[3];
  gboolean center = step->choice == POSITION_CENTER;
  int x = center ? (step->width - (*image)->width) / 2 : 0;
  int y = center ? (step->height - (*image)->height) / 2 : 0;

  for (int c = 0; c < 3; c++)
    fill[c] = fx_step_value (step, c);
  return replace (image, fx_image_place (*image, x, y, step->width, step->height, fill, error));
}

static gboolean
parse_letterbox (FxStep *step, FxWords *words, GError **error)
{
  static const double gray = 114.0; /* what the YOLO family pads with */

  if (!fx_words_size (words, &step->width, &step->height, error) || !fx_words_values (words, step, &gray, error))
    return FALSE;
  step->choice = POSITION_CENTER;
  if (*words->words != NULL && g_strv_contains (positions, *words->words)
      && !fx_words_choice (words, positions, FALSE, &step->choice, error))
    return FALSE;
  return fx_words_resample (words, &step->resample, error);
}

static void
print_letterbox (const FxStep *step, GString *text)
{
  print_pad (step, text);
  g_string_append_printf (text, " %s", fx_resample_name (step->resample));
}

/* One factor for both sides, each rounded to the nearest, halves to even, as Python's round() does. */
static gboolean
apply_letterbox (const FxStep *step, FxImage **image, GError **error)
{
  double factor = MIN ((double)step->width / (*image)->width, (double)step->height / (*image)->height);
  int width = CLAMP ((int)rint ((*image)->width * factor), 1, step->width);
  int height = CLAMP ((int)rint ((*image)->height * factor), 1, step->height);

  return replace (image, fx_image_resize (*image, width, height, step->resample, error))
         && apply_pad (step, image, error);
}

/* center-crop */

static gboolean
parse_center_crop (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_size (words, &step->width, &step->height, error)
         && fx_words_choice (words, roundings, FALSE, &step->choice, error);
}

static void
print_center_crop (const FxStep *step, GString *text)
{
  fx_step_print_size (step, text);
  print_rounding (step, text);
}

static gboolean
check_center_crop (const FxStep *step, FxFrame *frame, GError **error)
{
  if ((frame->width > 0 && frame->width < step->width) || (frame->height > 0 && frame->height < step->height))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "cannot cut %dx%d out of the picture, which is %dx%d there: resize it first, or pad it",
                    step->width, step->height, frame->width, frame->height);
  return check_fixed_size (step, frame, error);
}

static int
crop_offset (const FxStep *step, int size, int crop)
{
  return step->choice == ROUND_PLAIN ? (size - crop) / 2 : (int)rint ((size - crop) / 2.0);
}

static gboolean
apply_center_crop (const FxStep *step, FxImage **image, GError **error)
{
  int x = crop_offset (step, (*image)->width, step->width);
  int y = crop_offset (step, (*image)->height, step->height);

  return replace (image, fx_image_crop (*image, x, y, step->width, step->height, error));
}

const FxStepKind fx_steps_geometry[] = {
  {
      .name = "resize",
      .args = "WxH [MODE]",
      .doc = "Resizes to exactly that size, whatever the proportions",
      .parse = parse_resize,
      .print = print_resize,
      .check = check_fixed_size,
      .apply = apply_resize,
  },
  {
      .name = "resize-short",
      .args = "N [MODE] [plain|torchvision]",
      .doc = "Resizes so that the shorter side is N; the longer one keeps the proportion, rounded to the nearest, or "
             "down as torchvision does",
      .parse = parse_resize_short,
      .print = print_resize_short,
      .check = check_resize_short,
      .apply = apply_resize_short,
  },
  {
      .name = "letterbox",
      .args = "WxH [COLOR] [center|corner] [MODE]",
      .doc = "Resizes to fit inside, keeping the proportion, and fills the rest with COLOR (one value or one for each "
             "channel, 114 if absent)",
      .parse = parse_letterbox,
      .print = print_letterbox,
      .check = check_letterbox,
      .apply = apply_letterbox,
  },
  {
      .name = "center-crop",
      .args = "WxH [plain|torchvision]",
      .doc = "Cuts the middle out; an odd pixel stays at the right and bottom, or where torchvision's rounding puts it",
      .parse = parse_center_crop,
      .print = print_center_crop,
      .check = check_center_crop,
      .apply = apply_center_crop,
  },
  {
      .name = "pad",
      .args = "WxH [COLOR] [center|corner]",
      .doc = "Fills up to that size with COLOR (0 if absent)",
      .parse = parse_pad,
      .print = print_pad,
      .check = check_pad,
      .apply = apply_pad,
  },
  { .name = NULL },
};
