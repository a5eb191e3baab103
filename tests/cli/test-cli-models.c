/* The verbs of fixpoint-cli on models made for the purpose.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "core/graph/fx-tensor.h"
#include "io/fx-tensor-file.h"
#include "io/npy.h"
#include "io/onnx-builder.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *scratch;

static char *
scratch_path (const char *name)
{
  return g_build_filename (scratch, name, NULL);
}

/* Writes the model of one graph; takes it over. */
static char *
save_model (const char *name, FxRope *graph)
{
  g_autoptr (GBytes) bytes = build_bytes (build_model (graph, 11));
  char *path = scratch_path (name);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_true (g_file_set_contents (path, data, size, NULL));
  return path;
}

static char *
save_floats (const char *name, const FxShape *shape)
{
  g_autofree float *data = NULL;
  char *path = scratch_path (name);
  gsize n;
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_shape_count (shape, &n));
  data = g_new (float, n + 1);
  for (gsize i = 0; i < n; i++)
    data[i] = (float)i - 2.0f;
  fx_npy_save (path, &(FxArray){ FX_DTYPE_FLOAT, *shape, data }, &error);
  g_assert_no_error (error);
  return path;
}

/* x → Relu → y of open sizes. */
static FxRope *
open_relu_graph (void)
{
  FxRope *graph = fx_rope_new ();

  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "x", "y"));
  fx_rope_take_message (graph, GRAPH_INPUT, build_value ("x", 1, "n,3,h"));
  fx_rope_take_message (graph, GRAPH_OUTPUT, build_value ("y", 1, "n,3,h"));
  return graph;
}

static void
test_input_file_settles_shape (void)
{
  g_autofree char *model = save_model ("open.onnx", open_relu_graph ());
  g_autofree char *x = save_floats ("x.npy", &FX_SHAPE (2, 3, 5));
  g_autofree char *out = scratch_path ("open");
  g_autofree char *y_path = g_build_filename (out, "00_y.npy", NULL);
  g_auto (CliResult) result = cli_run (program, "run", model, "--input", x, "--output-dir", out, NULL);
  g_autoptr (FxTensor) y = NULL;

  g_assert_cmpstr (result.errors, ==, "");
  g_assert_cmpint (result.status, ==, 0);
  y = fx_tensor_file_load (y_path, FX_DTYPE_UNDEFINED, NULL, NULL);
  g_assert_nonnull (y);
  g_assert_true (fx_shape_equal (fx_tensor_shape (y), &FX_SHAPE (2, 3, 5)));
}

static void
test_input_file_of_wrong_shape (void)
{
  g_autofree char *model = save_model ("open.onnx", open_relu_graph ());
  g_autofree char *x = save_floats ("x4.npy", &FX_SHAPE (2, 4, 5));
  g_autofree char *out = scratch_path ("open");
  g_auto (CliResult) result = cli_run (program, "run", model, "--input", x, "--output-dir", out, NULL);

  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "input \"x\" cannot have shape [2,4,5]: the model declares [n,3,h]"));
}

static void
test_input_given_twice (void)
{
  g_autofree char *model = save_model ("open.onnx", open_relu_graph ());
  g_autofree char *x = save_floats ("x.npy", &FX_SHAPE (2, 3, 5));
  g_autofree char *named = g_strdup_printf ("x=%s", x);
  g_autofree char *out = scratch_path ("open");
  g_auto (CliResult) result
      = cli_run (program, "run", model, "--input", x, "--input", named, "--output-dir", out, NULL);

  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "input \"x\" is given twice"));
}

static void
test_names_with_line_breaks (void)
{
  FxRope *graph = open_relu_graph ();
  g_autofree char *model = NULL;
  g_auto (CliResult) result = { 0 };

  fx_rope_take_message (graph, GRAPH_OUTPUT, build_value ("line\nbreak\033[2J", 1, "n"));
  model = save_model ("break.onnx", graph);
  result = cli_run (program, "inspect", model, NULL);
  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "\"line\\x0abreak\\x1b[2J\""));
}

static void
test_output_nowhere_to_go (void)
{
  g_autofree char *model = save_model ("open.onnx", open_relu_graph ());
  static const char *const verbs[] = { "inspect", "inspect --json", "dump" };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *command = g_strdup_printf ("'%s' %s '%s' > /dev/full", program, verbs[i], model);
      g_auto (CliResult) result = cli_run ("/bin/sh", "-c", command, NULL);

      g_assert_cmpint (result.status, ==, 2);
      g_assert_nonnull (strstr (result.errors, "standard output cannot be written: "));
    }
}

/* Sizes that no memory holds are refused before anything is allocated, by the limit, not by what trips over them. */
static void
test_huge_shape (void)
{
  FxRope *graph = fx_rope_new ();
  g_autofree char *model = NULL;
  g_autofree char *out = scratch_path ("huge");
  g_auto (CliResult) result = { 0 };

  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Conv", "x,w", "y"));
  fx_rope_take_message (graph, GRAPH_INITIALIZER, build_zeros ("w", "8,8,1,1"));
  fx_rope_take_message (graph, GRAPH_INPUT, build_value ("x", 1, "n,8,h,w"));
  fx_rope_take_message (graph, GRAPH_OUTPUT, build_value ("y", 1, "n,8,h,w"));
  model = save_model ("conv.onnx", graph);
  result = cli_run (program, "run", model, "--input-shape", "1x8x100000x100000", "--output-dir", out, NULL);
  g_assert_cmpint (result.status, ==, 2);
  g_assert_nonnull (strstr (result.errors, "needs 320000000000 bytes, over the limit of"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  scratch = g_dir_make_tmp ("fixpoint-cli-models-XXXXXX", NULL);

  g_test_add_func ("/cli/run/input-file-settles-shape", test_input_file_settles_shape);
  g_test_add_func ("/cli/run/input-file-of-wrong-shape", test_input_file_of_wrong_shape);
  g_test_add_func ("/cli/run/input-given-twice", test_input_given_twice);
  g_test_add_func ("/cli/output-nowhere-to-go", test_output_nowhere_to_go);
  g_test_add_func ("/cli/names-with-line-breaks", test_names_with_line_breaks);
  g_test_add_func ("/cli/run/huge-shape", test_huge_shape);
  status = g_test_run ();
  cli_remove_folder (scratch);
  g_free (scratch);
  return status;
}
