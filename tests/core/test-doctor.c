/* The doctor on samples with one thing wrong at a time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <math.h>
#include <string.h>

#define SIDE 24
#define N (3 * SIDE * SIDE)

#define INPUT "input %x f32[1,3,24,24]\n"
#define PLAIN INPUT "%y f32[*] = Relu(%x) v13\noutput %y\n"

/* Pictures of soft color waves, different for each number, with values of 0…255 in NCHW. */
static void
draw (guint number, float *data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (number + 1);
  double slope_x = g_rand_double_range (rand, 0.1, 0.5), slope_y = g_rand_double_range (rand, 0.1, 0.4);
  double phase_x = g_rand_double_range (rand, 0, 6), phase_y = g_rand_double_range (rand, 0, 6);
  double light = g_rand_double_range (rand, -25, 25);

  for (guint c = 0; c < 3; c++)
    for (guint y = 0; y < SIDE; y++)
      for (guint x = 0; x < SIDE; x++)
        {
          double wave = sin (slope_x * x + phase_x) * cos (slope_y * y + phase_y);

          data[(c * SIDE + y) * SIDE + x] = (float)(120.0 + 30.0 * c + light + 60.0 * wave * (1.0 - 0.2 * c));
        }
}

typedef void (*Change) (guint number, float *data);

static void
keep (G_GNUC_UNUSED guint number, G_GNUC_UNUSED float *data)
{
}

static void
scale (float *data, float factor, float shift)
{
  for (guint i = 0; i < N; i++)
    data[i] = data[i] * factor + shift;
}

static void
to_unit (G_GNUC_UNUSED guint number, float *data)
{
  scale (data, 1.0f / 255.0f, 0.0f);
}

static void
to_tiny (G_GNUC_UNUSED guint number, float *data)
{
  scale (data, 1.0f / 255.0f / 255.0f, 0.0f);
}

static void
to_normal (G_GNUC_UNUSED guint number, float *data)
{
  scale (data, 1.0f / 64.0f, -2.0f);
}

static void
to_flat (G_GNUC_UNUSED guint number, float *data)
{
  scale (data, 1.0f / 255.0f, -123.0f);
}

static void
to_huge (G_GNUC_UNUSED guint number, float *data)
{
  scale (data, 255.0f, 0.0f);
}

static void
one_constant (guint number, float *data)
{
  if (number == 3)
    scale (data, 0.0f, 7.0f);
}

static void
one_twice (guint number, float *data)
{
  if (number == 5)
    draw (2, data);
}

static void
one_odd (guint number, float *data)
{
  if (number == 9)
    scale (data, 6.0f, 0.0f);
}

static void
one_nan (guint number, float *data)
{
  if (number == 4)
    data[17] = NAN;
}

static void
to_nhwc (G_GNUC_UNUSED guint number, float *data)
{
  float copy[N];

  memcpy (copy, data, sizeof copy);
  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < SIDE * SIDE; i++)
      data[i * 3 + c] = copy[c * SIDE * SIDE + i];
}

static void
to_bgr (G_GNUC_UNUSED guint number, float *data)
{
  float blue[SIDE * SIDE];

  memcpy (blue, data + 2 * SIDE * SIDE, sizeof blue);
  memcpy (data + 2 * SIDE * SIDE, data, sizeof blue);
  memcpy (data, blue, sizeof blue);
}

static void
add_sample (FxDoctor *doctor, guint number, Change change)
{
  g_autofree char *name = g_strdup_printf ("%02u.png", number);
  g_autoptr (FxTensor) tensor = NULL;
  void *data;

  tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (1, 3, SIDE, SIDE), &data, NULL);
  draw (number, data);
  change (number, data);
  fx_doctor_look (doctor, name, tensor);
}

typedef struct
{
  const char *name;
  const char *text; /* the graph */
  guint n_samples;
  Change change;
  const char *rule; /* the only finding; NULL: none */
  const char *message;
} Case;

/* Trained on pictures as draw() makes them: mean and variance of the channels are those of draw(). */
#define TRAINED(mean, variance)                                                                                        \
  INPUT "const %w f32[3,3,1,1] = [1,0,0, 0,1,0, 0,0,1]\nconst %s f32[3] = [1,1,1]\nconst %o f32[3] = [0,0,0]\n"        \
        "const %m f32[3] = " mean "\nconst %v f32[3] = " variance "\n"                                                 \
        "%c f32[*] = Conv(%x, %w) v11\n%y f32[*] = BatchNormalization(%c, %s, %o, %m, %v) v9\noutput %y\n"

#define HEAD(op) INPUT "const %k f32[1,3,1,1] = [123,117,104]\nconst %d f32[] = [255]\nconst %u f32[] = [0.45]\n" op

static const Case cases[] = {
  { "good", PLAIN, 60, keep, NULL, NULL },
  { "few", PLAIN, 12, keep, "calibration-few-samples", "12 samples are few to calibrate with" },
  { "some", PLAIN, 30, keep, "calibration-few-samples", "30 samples to calibrate with; about 100 are usual" },
  { "constant", PLAIN, 60, one_constant, "calibration-constant", "03.png is 7 everywhere" },
  { "twice", PLAIN, 60, one_twice, "calibration-duplicate", "02.png looks the same as 05.png" },
  { "odd", PLAIN, 60, one_odd, "calibration-odd", "09.png is unlike the others" },
  { "nan", PLAIN, 60, one_nan, "calibration-not-finite", "04.png holds 1 values" },
  { "tiny", PLAIN, 60, to_tiny, "calibration-range", "divided by 255 twice" },
  { "flat", PLAIN, 60, to_flat, "calibration-range", "hardly differ from a constant" },
  { "huge", PLAIN, 60, to_huge, "calibration-range", "far over 255" },
  { "nhwc", PLAIN, 60, to_nhwc, "calibration-layout", "look like NHWC, but the input is NCHW" },
  { "head-fits", HEAD ("%y f32[*] = Sub(%x, %k) v13\noutput %y\n"), 60, keep, NULL, NULL },
  { "head-wants-bytes", HEAD ("%y f32[*] = Sub(%x, %k) v13\noutput %y\n"), 60, to_unit, "calibration-head",
    "these look like 0…1" },
  { "head-again", HEAD ("%y f32[*] = Div(%x, %d) v13\noutput %y\n"), 60, to_normal, "calibration-head",
    "normalized already" },
  { "head-wants-unit", HEAD ("%y f32[*] = Sub(%x, %u) v13\noutput %y\n"), 60, keep, "calibration-head",
    "these look like 0…255" },
  { "head-twice", HEAD ("%y f32[*] = Sub(%x, %u) v13\noutput %y\n"), 60, to_normal, "calibration-head",
    "normalized twice" },
  { "trained", TRAINED ("[120,150,180]", "[2000,1300,700]"), 60, keep, NULL, NULL },
  { "trained-on-unit", TRAINED ("[0.5,0.6,0.7]", "[0.03,0.02,0.01]"), 60, keep, "calibration-training",
    "values of 0…255 were probably fed" },
  { "trained-on-bytes", TRAINED ("[120,150,180]", "[2000,1300,700]"), 60, to_unit, "calibration-training",
    "values of 0…1 were probably fed" },
  { "trained-on-others", TRAINED ("[800,800,800]", "[2000,1300,700]"), 60, keep, "calibration-training",
    "mean or scale are probably not" },
  { "trained-on-rgb", TRAINED ("[120,150,180]", "[2000,1300,700]"), 60, to_bgr, "calibration-color-order",
    "red and blue may be exchanged" },
};

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (row->text, &error);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxDoctor) doctor = NULL;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  doctor = fx_doctor_new (graph);
  for (guint i = 0; i < row->n_samples; i++)
    add_sample (doctor, i, row->change);
  g_assert_true (fx_doctor_report (doctor, findings, NULL, &error));
  for (guint i = 0; i < findings->len; i++)
    {
      const FxDiagnostic *finding = findings->pdata[i];

      g_test_message ("%s: %s (%s)", finding->rule, finding->message, finding->found);
    }
  g_assert_cmpuint (findings->len, ==, row->rule != NULL);
  if (row->rule != NULL)
    {
      const FxDiagnostic *finding = findings->pdata[0];

      g_assert_cmpstr (finding->rule, ==, row->rule);
      g_assert_nonnull (strstr (finding->message, row->message));
    }
}

/* No samples, no pictures, no model that could run. */
static void
test_nothing (void)
{
  static const char *const texts[] = { PLAIN, "input %x f32[7]\n%y f32[*] = Relu(%x) v13\noutput %y\n",
                                       INPUT "%y f32[*] = nowhere::Unknown(%x) v1\noutput %y\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint n = 0; n < 2; n++)
      {
        g_autoptr (FxGraph) graph = fx_graph_parse (texts[i], NULL);
        g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
        g_autoptr (GError) error = NULL;
        g_autoptr (FxDoctor) doctor = fx_doctor_new (graph);

        if (n > 0)
          add_sample (doctor, 1, keep);
        g_assert_true (fx_doctor_report (doctor, findings, NULL, &error));
        g_assert_cmpuint (findings->len, ==, 1); /* too few */
      }
}

static void
test_cancel (void)
{
  g_autoptr (FxGraph) graph = fx_graph_parse (PLAIN, NULL);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxDoctor) doctor = fx_doctor_new (graph);

  g_cancellable_cancel (cancellable);
  g_assert_false (fx_doctor_report (doctor, findings, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_files (void)
{
  static const struct
  {
    guint64 size;
    const char *cause; /* NULL: it fits */
  } rows[] = {
    { 4 * 3 * 224 * 224, NULL },
    { 3 * 224 * 224, "150528 bytes, f32[1,3,224,224] needs 602112: the elements are probably u8 or s8" },
    { 8 * 3 * 224 * 224, "f64 or s64" },
    { 4 * 224 * 224, "probably gray" },
    { 224 * 224 * 3 / 2, "probably NV12" },
    { 4 * 3 * 224 * 224 + 128, "a header of 128 bytes" },
    { 5 * 4 * 3 * 224 * 224, "5 samples" },
    { 4 * 3 * 227 * 227, "probably 227x227" },
    { 3 * 225 * 225, "probably 225x225 of u8" },
    { 0, "empty" },
    { 1234567, "needs 602112" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) findings = fx_diagnostics_new ();

      g_assert_true (fx_doctor_check_file ("a.bin", rows[i].size, FX_DTYPE_FLOAT, &FX_SHAPE (1, 3, 224, 224), findings)
                     == (rows[i].cause == NULL));
      if (rows[i].cause == NULL)
        continue;
      g_test_message ("%s", ((FxDiagnostic *)findings->pdata[0])->message);
      g_assert_nonnull (strstr (((FxDiagnostic *)findings->pdata[0])->message, rows[i].cause));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/doctor/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/doctor/nothing", test_nothing);
  g_test_add_func ("/doctor/cancel", test_cancel);
  g_test_add_func ("/doctor/files", test_files);
  return g_test_run ();
}
