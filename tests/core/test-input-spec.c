/* What arrives at run time, and the node that makes of it what the network was trained on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-input-spec.h"
#include "core/calib/fx-input-split.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "core/passes/insert-preprocess.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *name;
  FxInputSpec spec;
} Case;

#define RGB_NORM .n_mean = 3, .n_scale = 3, .mean = { 123, 116, 103 }, .scale = { 0.02, 0.025, 0.03 }

static const Case cases[] = {
  { "rgb-rgb", { FX_INPUT_RGB, FX_INPUT_RGB, RGB_NORM } },
  { "rgb-bgr", { FX_INPUT_RGB, FX_INPUT_BGR, RGB_NORM } },
  { "bgr-rgb-nhwc", { FX_INPUT_BGR, FX_INPUT_RGB, .train_nhwc = TRUE, RGB_NORM } },
  { "rgb-nv12", { FX_INPUT_RGB, FX_INPUT_NV12, RGB_NORM } },
  { "rgb-nv12-video", { FX_INPUT_RGB, FX_INPUT_NV12, .video_range = TRUE, RGB_NORM } },
  { "bgr-nv12-nhwc", { FX_INPUT_BGR, FX_INPUT_NV12, .train_nhwc = TRUE, RGB_NORM } },
  { "bgr-yuv444-plain", { FX_INPUT_BGR, FX_INPUT_YUV444 } },
  { "yuv444-nv12-one-scale", { FX_INPUT_YUV444, FX_INPUT_NV12, .n_scale = 1, .scale = { 1.0 / 255 } } },
  { "gray-gray", { FX_INPUT_GRAY, FX_INPUT_GRAY, .n_mean = 1, .mean = { 128 } } },
};

/* A picture of 4 × 6 pixels, 0…255, in the layout of the spec; smooth, as pictures are. */
static FxTensor *
new_picture (const FxInputSpec *spec, guint channels)
{
  FxShape shape = spec->train_nhwc ? FX_SHAPE (1, 4, 6, channels) : FX_SHAPE (1, channels, 4, 6);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, NULL);
  float *values = data;

  for (guint p = 0; p < 24; p++)
    for (guint c = 0; c < channels; c++)
      values[spec->train_nhwc ? p * channels + c : c * 24 + p] = (float)(60 + (p * 7 + c * 23) % 130);
  return tensor;
}

static FxTensor *
run (const FxGraph *graph, FxTensor *input)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, NULL, NULL, &error);
  g_autoptr (FxRun) execution = NULL;
  FxTensor *output = NULL;

  g_assert_no_error (error);
  execution = fx_run_new (engine, &error);
  fx_run_execute (execution, &input, &output, NULL, &error);
  g_assert_no_error (error);
  return output;
}

/* Pictures → intermediate type → node = mean and scale applied to the picture, but for the rounding to whole numbers.
 */
static void
test_case (gconstpointer data)
{
  const FxInputSpec *spec = &((const Case *)data)->spec;
  guint channels = fx_input_type_channels (spec->train);
  g_autoptr (FxTensor) picture = new_picture (spec, channels), arrives = NULL, result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *shape = fx_shape_to_string (fx_tensor_shape (picture));
  g_autofree char *text = g_strdup_printf ("graph \"g\"\nopset \"\" 11\ninput %%x f32%s\n"
                                           "%%y f32%s = Identity(%%x)\noutput %%y\n",
                                           shape, shape);
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  gsize n = fx_tensor_elements (picture);

  g_assert_no_error (error);
  g_assert_true (fx_pass_insert_preprocess (graph, fx_graph_input (graph, 0), spec, &error));
  g_assert_no_error (error);
  g_assert_true (fx_graph_verify (graph, &error));
  g_assert_cmpint (fx_graph_find_node (graph, "HZ_PREPROCESS_FOR_x") != FX_NONE, ==, fx_input_spec_needs_node (spec));
  arrives = fx_input_spec_convert (spec, picture, &error);
  g_assert_no_error (error);
  result = run (graph, arrives);
  for (gsize i = 0; i < n; i++)
    {
      gsize c = spec->train_nhwc ? i % channels : i / 24;
      double mean = spec->n_mean > 0 ? spec->mean[spec->n_mean > 1 ? c : 0] : 0;
      double scale = spec->n_scale > 0 ? spec->scale[spec->n_scale > 1 ? c : 0] : 1;
      double wanted = (fx_tensor_get_double (picture, i) - mean) * scale;
      double arrived = fx_tensor_get_double (arrives, i);

      g_assert_cmpfloat (arrived, ==, rint (arrived));
      /* half a step of Y, U and V each, through the largest coefficients */
      g_assert_cmpfloat_with_epsilon (fx_tensor_get_double (result, i), wanted,
                                      fabs (scale) * 0.5 * (1.17 + 2.02 + 0.4));
    }
}

/* The digest of the vendor's arithmetic: weight = scale, bias = (128 - mean) × scale. */
static void
test_map (void)
{
  FxInputSpec spec = { FX_INPUT_RGB, FX_INPUT_RGB, RGB_NORM };
  FxInputMap map;

  fx_input_spec_map (&spec, 3, &map);
  g_assert_cmpfloat (map.matrix[1][1], ==, 0.025);
  g_assert_cmpfloat (map.matrix[1][0], ==, 0);
  g_assert_cmpfloat_with_epsilon (map.offset[0], (128 - 123) * 0.02, 1e-15);
  spec = (FxInputSpec){ FX_INPUT_BGR, FX_INPUT_NV12 };
  fx_input_spec_map (&spec, 3, &map);
  g_assert_cmpfloat (map.matrix[0][1], ==, 1.772); /* blue from U */
  g_assert_cmpfloat (map.matrix[2][2], ==, 1.402); /* red from V */
  g_assert_cmpfloat (map.offset[1], ==, 128);
}

static const struct
{
  FxInputSpec spec;
  FxShape shape;
  const char *message;
} refused[] = {
  { { FX_INPUT_GRAY, FX_INPUT_RGB }, { 0 }, "input \"x\": rgb at run time cannot become gray of the training" },
  { { FX_INPUT_RGB, FX_INPUT_RGB, .video_range = TRUE },
    { 0 },
    "input \"x\": the range of video (bt601_video) is for nv12, found rgb" },
  { { FX_INPUT_RGB, FX_INPUT_RGB, .n_scale = 1 }, { 0 }, "input \"x\": a scale of 0" },
  { { FX_INPUT_RGB, FX_INPUT_RGB },
    { .rank = 2, .dims = { 1, 3 } },
    "input \"x\" of shape [1,3] cannot be rgb: pictures have four dimensions" },
  { { FX_INPUT_FEATUREMAP, FX_INPUT_FEATUREMAP, .n_mean = 1 },
    { 0 },
    "input \"x\": a featuremap takes neither mean nor scale" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      const FxShape *shape = refused[i].shape.rank > 0 ? &refused[i].shape : NULL;

      g_assert_false (fx_input_spec_check (&refused[i].spec, "x", shape, &error));
      g_assert_cmpstr (error->message, ==, refused[i].message);
    }
}

/* What the node behind the board's picture computes is what the pipeline computed, whatever the order of its steps. */
static void
test_split (void)
{
  static const struct
  {
    const char *text;
    FxInputType train;
    double factor[3], offset[3];
  } rows[] = {
    { "resize 8x8; bgr; mean 104,117,123; scale 0.5", FX_INPUT_BGR, { 0.5, 0.5, 0.5 }, { -52, -58.5, -61.5 } },
    { "scale 1/255; mean 0.5; std 0.25", FX_INPUT_RGB, { 4 / 255.0, 4 / 255.0, 4 / 255.0 }, { -2, -2, -2 } },
    { "rgb; std 2,4,5; layout nchw", FX_INPUT_RGB, { 0.5, 0.25, 0.2 }, { 0, 0, 0 } },
    { "gray; mean 128", FX_INPUT_GRAY, { 1, 1, 1 }, { -128, -128, -128 } },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxPreprocess) whole = fx_preprocess_parse (rows[r].text, &error), pictures = NULL;
      FxInputSpec spec;
      FxInputMap map;

      g_assert_no_error (error);
      pictures = fx_input_split (whole, rows[r].train, &spec, &error);
      g_assert_no_error (error);
      g_assert_cmpint (spec.train, ==, rows[r].train);
      g_assert_cmpuint (pictures->steps->len, <, whole->steps->len);
      fx_input_spec_map (&spec, fx_input_type_channels (spec.train), &map);
      for (guint c = 0; c < map.n; c++)
        for (int x = 0; x < 256; x += 51)
          g_assert_cmpfloat_with_epsilon (map.matrix[c][c] * (x - 128) + map.offset[c],
                                          rows[r].factor[c] * x + rows[r].offset[c], 1e-9);
    }
}

static void
test_split_refused (void)
{
  g_autoptr (FxPreprocess) zero = fx_preprocess_parse ("rgb; scale 0", NULL);
  g_autoptr (GError) error = NULL;
  FxInputSpec spec;

  g_assert_null (fx_input_split (zero, FX_INPUT_NV12, &spec, &error));
  g_assert_cmpstr (error->message, ==, "the steps multiply by zero");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/input-spec/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/input-spec/map", test_map);
  g_test_add_func ("/input-spec/refused", test_refused);
  g_test_add_func ("/input-spec/split", test_split);
  g_test_add_func ("/input-spec/split-refused", test_split_refused);
  return g_test_run ();
}
