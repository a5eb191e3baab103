/* Samples of models with several inputs, and folders of bare elements.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "io/fx-sample-set.h"

#include <glib/gstdio.h>
#include <string.h>

static const char model[] = "graph \"g\"\nopset \"\" 11\ninput %a f32[1,1,2,2]\ninput %b f32[1,3]\n"
                            "%y f32[1,1,2,2] = Identity(%a)\n%z f32[1,3] = Identity(%b)\noutput %y\noutput %z\n";

typedef struct
{
  FxGraph *graph;
  char *root, *a, *b;
} Fixture;

static void
put (const char *folder, const char *name, gconstpointer data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
}

/* Folder a holds bytes without a suffix that says so, folder b floats. */
static void
set_up (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->graph = fx_graph_parse (model, &error);
  g_assert_no_error (error);
  fixture->root = g_dir_make_tmp ("fixpoint-XXXXXX", &error);
  fixture->a = g_build_filename (fixture->root, "a", NULL);
  fixture->b = g_build_filename (fixture->root, "b", NULL);
  g_mkdir (fixture->a, 0700);
  g_mkdir (fixture->b, 0700);
  for (guint8 i = 0; i < 5; i++)
    {
      guint8 bytes[4] = { i, 100, 200, 255 };
      float floats[3] = { i, (float)i + 0.5f, -1 };
      g_autofree char *name = g_strdup_printf ("%u.rgb", i);

      put (fixture->a, name, bytes, sizeof bytes);
      put (fixture->b, name, floats, sizeof floats);
    }
  put (fixture->a, ".hidden", "x", 1);
  put (fixture->a, "stray.ppm", "P6 2 1 255\n\x01\x02\x03\x04\x05\x06", 17);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  remove_tree (fixture->root);
  g_free (fixture->root);
  g_free (fixture->a);
  g_free (fixture->b);
  fx_graph_free (fixture->graph);
}

static FxSampleSet *
open_both (Fixture *fixture, guint count, GError **error)
{
  FxSampleSpec specs[] = { { .input = "b", .path = fixture->b, .raw_dtype = FX_DTYPE_FLOAT },
                           { .input = "a", .path = fixture->a, .raw_dtype = FX_DTYPE_UINT8 } };

  return fx_sample_set_open (fixture->graph, specs, 2, count, 7, error);
}

static void
test_load (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxSampleSet) set = open_both (fixture, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (fx_sample_set_n_samples (set), ==, 5);
  g_assert_cmpuint (fx_sample_set_dataset (set, 0)->skipped->len, ==, 2);
  for (guint i = 0; i < 5; i++)
    {
      FxTensor *inputs[2] = { NULL };

      g_assert_true (fx_sample_set_load (i, inputs, set, &error));
      g_assert_cmpint (fx_tensor_dtype (inputs[0]), ==, FX_DTYPE_FLOAT);
      g_assert_cmpfloat (fx_tensor_get_double (inputs[0], 0), ==, i);
      g_assert_cmpfloat (fx_tensor_get_double (inputs[0], 3), ==, 255);
      g_assert_cmpfloat (fx_tensor_get_double (inputs[1], 1), ==, i + 0.5);
      fx_tensor_unref (inputs[0]);
      fx_tensor_unref (inputs[1]);
    }
}

/* What belongs together stays together. */
static void
test_select (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (FxSampleSet) set = open_both (fixture, 3, NULL);

  g_assert_cmpuint (fx_sample_set_n_samples (set), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (fx_dataset_sample (fx_sample_set_dataset (set, 0), i)->name, ==,
                     fx_dataset_sample (fx_sample_set_dataset (set, 1), i)->name);
}

/* Samples of a second source follow, and are told apart by their names. */
static void
test_more (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const char *const more[] = { fixture->a, NULL };
  FxSampleSpec specs[] = {
    { .input = "a", .path = fixture->a, .more = more, .raw_dtype = FX_DTYPE_UINT8 },
    { .input = "b", .path = fixture->b, .more = (const char *const[]){ fixture->b, NULL }, .raw_dtype = FX_DTYPE_FLOAT }
  };
  const char *const gone[] = { "/nonexistent/samples", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxSampleSet) set = fx_sample_set_open (fixture->graph, specs, 2, 0, 7, &error), none = NULL;
  FxTensor *inputs[2] = { NULL };

  g_assert_no_error (error);
  g_assert_cmpuint (fx_sample_set_n_samples (set), ==, 10);
  g_assert_cmpstr (fx_dataset_sample (fx_sample_set_dataset (set, 0), 5)->name, !=,
                   fx_dataset_sample (fx_sample_set_dataset (set, 0), 0)->name);
  g_assert_true (fx_sample_set_load (7, inputs, set, &error));
  g_assert_cmpfloat (fx_tensor_get_double (inputs[0], 0), ==, 2);
  fx_tensor_unref (inputs[0]);
  fx_tensor_unref (inputs[1]);
  specs[0].more = gone;
  none = fx_sample_set_open (fixture->graph, specs, 2, 0, 7, &error);
  g_assert_null (none);
  g_assert_true (g_str_has_prefix (error->message, "/nonexistent/samples: "));
}

/* Gray pictures arrive minus 128. */
static void
test_spec (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  FxSampleSpec specs[] = { { .path = fixture->a,
                             .raw_dtype = FX_DTYPE_UINT8,
                             .has_spec = TRUE,
                             .spec = { .train = FX_INPUT_GRAY, .rt = FX_INPUT_GRAY } },
                           { .path = fixture->b, .raw_dtype = FX_DTYPE_FLOAT } };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxSampleSet) set = fx_sample_set_open (fixture->graph, specs, 2, 0, 0, &error);
  FxTensor *inputs[2] = { NULL };

  g_assert_no_error (error);
  g_assert_true (fx_sample_set_load (4, inputs, set, &error));
  g_assert_cmpfloat (fx_tensor_get_double (inputs[0], 0), ==, 4 - 128);
  g_assert_cmpfloat (fx_tensor_get_double (inputs[0], 3), ==, 127);
  fx_tensor_unref (inputs[0]);
  fx_tensor_unref (inputs[1]);
}

static void
test_errors (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  FxSampleSpec unknown = { .input = "c", .path = fixture->a },
               lone = { .path = fixture->a, .raw_dtype = FX_DTYPE_UINT8 };
  g_autofree char *path = g_build_filename (fixture->b, "0.rgb", NULL), *wanted = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxSampleSet) set = NULL;
  FxTensor *inputs[2] = { NULL };

  g_assert_null (fx_sample_set_open (fixture->graph, &unknown, 1, 0, 0, &error));
  g_assert_cmpstr (error->message, ==, "there are samples for the input \"c\", which the model does not have");
  g_clear_error (&error);
  g_assert_null (fx_sample_set_open (fixture->graph, &lone, 1, 0, 0, &error));
  g_assert_cmpstr (error->message, ==, "there are no samples for the input \"b\"");
  g_clear_error (&error);
  g_remove (path);
  g_assert_null (open_both (fixture, 0, &error));
  g_assert_cmpstr (error->message, ==,
                   "there are 4 samples for the input \"b\" and 5 for \"a\"; the n-th of each belong together");
  g_clear_error (&error);
  put (fixture->b, "0.rgb", "\0\1\2\3\4", 5);
  set = open_both (fixture, 0, &error);
  g_assert_no_error (error);
  g_assert_false (fx_sample_set_load (0, inputs, set, &error));
  wanted = g_strdup_printf ("%s: f32[1,3] takes 12 bytes, found 5", path);
  g_assert_cmpstr (error->message, ==, wanted);
  g_assert_null (inputs[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/sample-set/load", Fixture, NULL, set_up, test_load, tear_down);
  g_test_add ("/sample-set/more", Fixture, NULL, set_up, test_more, tear_down);
  g_test_add ("/sample-set/select", Fixture, NULL, set_up, test_select, tear_down);
  g_test_add ("/sample-set/spec", Fixture, NULL, set_up, test_spec, tear_down);
  g_test_add ("/sample-set/errors", Fixture, NULL, set_up, test_errors, tear_down);
  return g_test_run ();
}
