/* Resampling against what Pillow and OpenCV give (tests/data/resample.txt), colors, the text form, and counting.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-color.h"
#include "core/calib/fx-evaluate.h"
#include "core/calib/fx-preprocess.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *data_folder;

/* The same bytes as noise() in tools/make-preprocess-cases.py. */
static FxImage *
noise_image (int width, int height, int channels)
{
  FxImage *image = fx_image_new (width, height, channels == 3 ? FX_COLOR_RGB : FX_COLOR_GRAY, FX_DTYPE_UINT8, NULL);
  guint32 state = width * 131 + height * 17 + channels;

  for (gsize i = 0; i < fx_image_samples (image); i++)
    {
      state = state * 1103515245u + 12345u;
      image->u8[i] = (guint8)(state >> 16);
    }
  return image;
}

static int
hex_byte (const char *hex)
{
  return g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
}

static char **
read_lines (const char *name)
{
  g_autofree char *path = g_build_filename (data_folder, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (g_strchomp (text), "\n", -1);
}

static void
check_resample (const char *line)
{
  g_auto (GStrv) f = g_strsplit (line, " ", -1);
  g_autoptr (FxImage) image = noise_image (atoi (f[1]), atoi (f[2]), atoi (f[3]));
  g_autoptr (FxImage) real = fx_image_to_float (image, NULL);
  g_autoptr (FxImage) out = NULL;
  g_autoptr (FxImage) real_out = NULL;
  g_autoptr (GError) error = NULL;
  FxResample mode;
  int tolerance;

  g_assert_true (fx_resample_from_name (f[0], &mode, &error));
  out = fx_image_resize (image, atoi (f[4]), atoi (f[5]), mode, &error);
  real_out = fx_image_resize (real, atoi (f[4]), atoi (f[5]), mode, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (f[6]), ==, 2 * fx_image_samples (out));
  tolerance = mode == FX_RESAMPLE_OPENCV_CUBIC ? 1 : 0;
  for (gsize i = 0; i < fx_image_samples (out); i++)
    {
      int wanted = hex_byte (f[6] + 2 * i);

      if (ABS (out->u8[i] - wanted) > tolerance)
        g_error ("%.40s…: sample %zu is %d, wanted %d", line, i, out->u8[i], wanted);
      /* floats differ by the rounding of two passes; where weights are negative, bytes are also clamped between them */
      if (mode != FX_RESAMPLE_PIL_BICUBIC && mode != FX_RESAMPLE_PIL_LANCZOS
          && fabs (CLAMP (real_out->f32[i], 0.0f, 255.0f) - wanted) > 1.5)
        g_error ("%.40s…: float sample %zu is %g, wanted about %d", line, i, real_out->f32[i], wanted);
    }
}

static void
test_resample (void)
{
  g_auto (GStrv) lines = read_lines ("resample.txt");

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '#')
      check_resample (lines[i]);
}

static void
test_luma (void)
{
  g_auto (GStrv) lines = read_lines ("luma.txt");
  g_autoptr (FxImage) image = noise_image (16, 16, 3);
  g_autoptr (FxImage) gray = fx_image_to_color (image, FX_COLOR_GRAY, NULL);

  for (gsize i = 0; i < fx_image_samples (gray); i++)
    g_assert_cmpint (gray->u8[i], ==, hex_byte (lines[0] + 2 * i));
}

/* Corners of the cube, worked out from the definition; there and back within one. */
static void
test_yuv (void)
{
  static const struct
  {
    FxColor color;
    guint8 rgb[3], yuv[3];
  } cases[] = {
    { FX_COLOR_YUV, { 0, 0, 0 }, { 0, 128, 128 } },
    { FX_COLOR_YUV, { 255, 255, 255 }, { 255, 128, 128 } },
    { FX_COLOR_YUV, { 255, 0, 0 }, { 76, 85, 255 } },
    { FX_COLOR_YUV, { 0, 0, 255 }, { 29, 255, 107 } },
    { FX_COLOR_YUV_VIDEO, { 0, 0, 0 }, { 16, 128, 128 } },
    { FX_COLOR_YUV_VIDEO, { 255, 255, 255 }, { 235, 128, 128 } },
    { FX_COLOR_YUV_VIDEO, { 0, 0, 255 }, { 41, 240, 110 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxImage) image = fx_image_new (1, 1, FX_COLOR_RGB, FX_DTYPE_UINT8, NULL);
      g_autoptr (FxImage) yuv = NULL;
      g_autoptr (FxImage) back = NULL;

      memcpy (image->u8, cases[i].rgb, 3);
      yuv = fx_image_to_color (image, cases[i].color, NULL);
      back = fx_image_to_color (yuv, FX_COLOR_RGB, NULL);
      g_assert_cmpmem (yuv->u8, 3, cases[i].yuv, 3);
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (ABS (back->u8[c] - image->u8[c]), <=, 1);
    }
}

static void
test_text (void)
{
  static const struct
  {
    const char *text, *printed;
  } cases[] = {
    { "", "" },
    { "resize-short 256; center-crop 224; bgr; mean 104,117,123; scale 0.017; layout nchw",
      "resize-short 256 pil-bilinear; center-crop 224x224; bgr; mean 104,117,123; scale 0.017; layout nchw" },
    { "resize-short 256 pil-bicubic torchvision\ncenter-crop 224x192 torchvision\n/255",
      "resize-short 256 pil-bicubic torchvision; center-crop 224x192 torchvision; std 255" },
    { "resize 320x240 opencv-linear; mean 127; scale 1/128;;", "resize 320x240 opencv-linear; mean 127; scale 1/128" },
    { "letterbox 640", "letterbox 640x640 114 center pil-bilinear" },
    { "letterbox 640x384 0,0,255 corner opencv-area", "letterbox 640x384 0,0,255 corner opencv-area" },
    { "pad 8x8; gray; mean -1e-7; std 0.1; dtype s8; layout nhwc",
      "pad 8x8 0 center; gray; mean -1e-07; std 1/10; dtype s8; layout nhwc" },
    { "yuv444; rgb; nv12 video; bgr", "yuv444 full; rgb; nv12 video; bgr" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (cases[i].text, &error);
      g_autoptr (FxPreprocess) again = NULL;
      g_autofree char *once = NULL;
      g_autofree char *twice = NULL;

      g_assert_no_error (error);
      once = fx_preprocess_to_string (preprocess);
      g_assert_cmpstr (once, ==, cases[i].printed);
      again = fx_preprocess_parse (once, &error);
      g_assert_no_error (error);
      twice = fx_preprocess_to_string (again);
      g_assert_cmpstr (once, ==, twice);
    }
}

static void
test_text_errors (void)
{
  static const struct
  {
    const char *text, *message;
  } cases[] = {
    { "resiz 3x3", "step 1: there is no step \"resiz\", wanted one of resize, " },
    { "rgb; resize", "step 2 (resize): a size is missing" },
    { "resize 0x5", "\"0x5\" is no size" },
    { "resize 5x", "\"5x\" is no size" },
    { "resize 99999999999", "is no size" },
    { "resize 65535x65535", "out of range" },
    { "resize 5x5 bilinear", "\"bilinear\" is no way to resize, wanted one of pil-nearest" },
    { "rgb 1", "\"1\" is one argument too many, wanted none" },
    { "mean", "a number is missing" },
    { "mean x", "\"x\" is no number" },
    { "mean nan", "\"nan\" is no number" },
    { "mean 1,2", "found 2 values, wanted one or three" },
    { "gray; mean 1,2,3", "found 3 values, wanted one, since the picture is gray" },
    { "std 1,0,1", "divide by zero" },
    { "scale 1/0", "is no number" },
    { "mean 1; yuv444", "in front of mean, scale and std" },
    { "layout nchw; layout nhwc", "given twice" },
    { "layout hwc", "wanted one of nchw, nhwc" },
    { "resize 100x100; center-crop 224", "which is 100x100 there" },
    { "resize 5x4; nv12", "NV12 needs an even" },
    { "dtype", "wanted one of f32, u8, s8" },
    { "\xff", "not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (cases[i].text, &error);

      g_assert_null (preprocess);
      g_assert_nonnull (error);
      if (strstr (error->message, cases[i].message) == NULL)
        g_error ("\"%s\": found \"%s\", wanted \"%s\"", cases[i].text, error->message, cases[i].message);
    }
}

static FxTensor *
apply (const char *text, const FxImage *image)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (text, &error);
  FxTensor *tensor;

  g_assert_no_error (error);
  fx_preprocess_apply (preprocess, image, &tensor, &error);
  g_assert_no_error (error);
  return tensor;
}

static void
check_tensor (const char *text, const char *shape, const double *values)
{
  g_autoptr (FxImage) image = fx_image_new (2, 2, FX_COLOR_RGB, FX_DTYPE_UINT8, NULL);
  g_autoptr (FxTensor) tensor = NULL;
  g_autofree char *found = NULL;

  for (int i = 0; i < 12; i++)
    image->u8[i] = (guint8)(20 * i); /* 0,20,40 60,80,100 / 120,140,160 180,200,220 */
  tensor = apply (text, image);
  found = fx_shape_to_string (fx_tensor_shape (tensor));
  g_assert_cmpstr (found, ==, shape);
  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    if (fabs (fx_tensor_get_double (tensor, i) - values[i]) > 1e-5)
      g_error ("%s: element %zu is %g, wanted %g", text, i, fx_tensor_get_double (tensor, i), values[i]);
}

static void
test_apply (void)
{
  check_tensor ("", "[1,3,2,2]", (double[]){ 0, 60, 120, 180, 20, 80, 140, 200, 40, 100, 160, 220 });
  check_tensor ("bgr; mean 40,20,0; scale 0.5", "[1,3,2,2]", (double[]){ 0, 30, 60, 90, 0, 30, 60, 90, 0, 30, 60, 90 });
  check_tensor ("layout nhwc; dtype u8", "[1,2,2,3]",
                (double[]){ 0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220 });
  check_tensor ("dtype s8", "[1,3,2,2]", (double[]){ -128, -68, -8, 52, -108, -48, 12, 72, -88, -28, 32, 92 });
  check_tensor ("mean 100; dtype u8", "[1,3,2,2]", (double[]){ 0, 0, 20, 80, 0, 0, 40, 100, 0, 0, 60, 120 });
  check_tensor ("center-crop 1x1; std 10", "[1,3,1,1]", (double[]){ 0, 2, 4 });
  check_tensor ("pad 3x3 7,8,9", "[1,3,3,3]", (double[]){ 0, 60, 7, 120, 180, 7,   7, 7,   7,   20, 80, 8, 140, 200,
                                                          8, 8,  8, 8,   40,  100, 9, 160, 220, 9,  9,  9, 9 });
  check_tensor ("center-crop 1x2; letterbox 4x2 50; gray", "[1,1,2,4]", (double[]){ 50, 16, 50, 50, 50, 136, 50, 50 });
}

static void
test_size (void)
{
  static const struct
  {
    int width, height;
    const char *text, *shape;
  } cases[] = {
    { 320, 376, "resize-short 256", "[1,3,301,256]" }, /* 300.8 */
    { 320, 376, "resize-short 256 pil-bilinear torchvision", "[1,3,300,256]" },
    { 100, 50, "resize-short 50", "[1,3,50,100]" },
    { 100, 30, "letterbox 64x64", "[1,3,64,64]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxImage) image = noise_image (cases[i].width, cases[i].height, 3);
      g_autoptr (FxTensor) tensor = apply (cases[i].text, image);
      g_autofree char *shape = fx_shape_to_string (fx_tensor_shape (tensor));

      g_assert_cmpstr (shape, ==, cases[i].shape);
    }
}

static void
test_too_large (void)
{
  g_autoptr (FxImage) image = noise_image (1, 5000, 3);
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse ("resize-short 256", NULL);
  g_autoptr (FxPreprocess) crop = fx_preprocess_parse ("center-crop 224", NULL);
  g_autoptr (GError) error = NULL;
  FxTensor *tensor;

  g_assert_false (fx_preprocess_apply (preprocess, image, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "step 1 (resize-short): a picture of 256x1280000 pixels is out of range"));
  g_clear_error (&error);
  g_assert_false (fx_preprocess_apply (crop, image, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "which is 1x5000 there"));
}

static void
test_shapes (void)
{
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse ("resize-short 256; center-crop 224; gray", NULL);
  g_autoptr (GError) error = NULL;
  FxShape shape;

  fx_preprocess_output_shape (preprocess, &shape);
  g_assert_true (fx_shape_equal (&shape, &FX_SHAPE (1, 1, 224, 224)));
  g_assert_true (fx_preprocess_check_shape (&shape, &FX_SHAPE (-1, 1, 224, 224), &error));
  g_assert_true (fx_preprocess_check_shape (&shape, &FX_SHAPE_UNKNOWN, &error));
  g_assert_false (fx_preprocess_check_shape (&shape, &FX_SHAPE (1, 224, 224, 1), &error));
  g_assert_cmpstr (error->message, ==,
                   "the preprocessing makes [1,1,224,224] of a picture, the model's input wants [1,224,224,1]: add "
                   "\"layout nhwc\"");
  g_clear_error (&error);
  g_assert_false (fx_preprocess_check_shape (&shape, &FX_SHAPE (1, 1, 227, 227), &error));
  g_assert_nonnull (strstr (error->message, "wants [1,1,227,227]: change the step"));
}

static void
test_kinds (void)
{
  guint n;
  const FxStepKind *kinds = fx_preprocess_step_kinds (&n);

  g_assert_cmpuint (n, ==, 15);
  for (guint i = 0; i < n; i++)
    g_assert_true (kinds[i].name != NULL && kinds[i].args != NULL && kinds[i].doc != NULL && kinds[i].parse != NULL
                   && kinds[i].print != NULL);
}

static void
test_evaluate (void)
{
  float scores[] = { 0.1f, 0.5f, NAN, 0.5f, 0.2f, 0.05f, 0.3f };
  float other[] = { 0.1f, 0.5f, NAN, 0.6f, 0.2f, 0.05f, 0.3f };
  const gsize ranks[] = { 4, 0, 6, 1, 3, 5, 2 };
  FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE (1, 7, 1, 1), scores };
  FxArray reference = { FX_DTYPE_FLOAT, FX_SHAPE (7), other };
  FxEvaluation evaluation = { 0 };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (ranks); i++)
    {
      g_assert_cmpuint (fx_evaluate_rank (scores, 7, i), ==, ranks[i]);
      g_assert_true (fx_evaluation_add (&evaluation, &array, (int)i, &error));
    }
  g_assert_cmpuint (fx_evaluate_best (scores, 7), ==, 1);
  g_assert_true (fx_evaluation_compare (&evaluation, &array, &array, &error));
  g_assert_true (fx_evaluation_compare (&evaluation, &array, &reference, &error));
  g_assert_cmpuint (evaluation.n, ==, 7);
  g_assert_cmpuint (evaluation.top1, ==, 1);
  g_assert_cmpuint (evaluation.top5, ==, 5);
  g_assert_cmpuint (evaluation.agree1, ==, 1);
  g_assert_false (fx_evaluation_add (&evaluation, &array, 7, &error));
  g_assert_cmpstr (error->message, ==, "the label is class 7, the output has classes 0 to 6");
  g_assert_cmpuint (evaluation.n, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  data_folder = argv[1];
  g_test_add_func ("/preprocess/resample", test_resample);
  g_test_add_func ("/preprocess/luma", test_luma);
  g_test_add_func ("/preprocess/yuv", test_yuv);
  g_test_add_func ("/preprocess/text", test_text);
  g_test_add_func ("/preprocess/text-errors", test_text_errors);
  g_test_add_func ("/preprocess/apply", test_apply);
  g_test_add_func ("/preprocess/size", test_size);
  g_test_add_func ("/preprocess/too-large", test_too_large);
  g_test_add_func ("/preprocess/shapes", test_shapes);
  g_test_add_func ("/preprocess/kinds", test_kinds);
  g_test_add_func ("/evaluate/counts", test_evaluate);
  return g_test_run ();
}
