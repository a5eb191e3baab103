/* Programs in files: what is written is read again, and what was damaged is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/program/fx-program-file.h"

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-simulate.h"
#include "core/fx-error.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-model.h"
#include "io/fx-target-file.h"

#include "../core/integer-net.h"

#include <glib/gstdio.h>
#include <string.h>

static FxProgram *
make_program (guint seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = integer_net_new (seed, &(IntegerNetSize){ .n_nodes = 15, .most_pixels = 20, .moves = TRUE });
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", &error);
  FxProgram *program;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  program = fx_compile (graph, target, &(FxCompileOptions){ .level = 2, .sram_bytes = 9000 }, NULL, NULL, &error);
  g_assert_no_error (error);
  fx_graph_set_metadata (program->graph, "prop:fixpoint.model", "net.onnx");
  return program;
}

static char *
temporary_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);

  return g_build_filename (folder, "net.fxb", NULL);
}

static void
remove_path (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_remove (path);
  g_rmdir (folder);
}

static GPtrArray *
simulate (const FxProgram *program)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTensor) input
      = integer_net_input (fx_graph_value (program->graph, fx_graph_input (program->graph, 0)), 5);
  g_autoptr (FxSimulator) simulator = fx_simulator_new (program, NULL, NULL, &error);
  GPtrArray *outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  g_assert_no_error (error);
  g_ptr_array_set_size (outputs, (gint)fx_graph_n_outputs (program->graph));
  fx_simulator_run (simulator, &input, (FxTensor **)outputs->pdata, NULL, &error);
  g_assert_no_error (error);
  return outputs;
}

static void
test_round_trip (void)
{
  g_autofree char *path = temporary_path ();

  for (guint seed = 1; seed <= 12; seed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxProgram) program = make_program (seed), read = NULL;
      g_autoptr (GString) one = g_string_new (NULL), two = g_string_new (NULL);
      g_autoptr (GPtrArray) wanted = simulate (program), found = NULL;
      g_autofree char *first = NULL, *second = NULL;
      gsize first_size, second_size;

      g_assert_true (fx_program_save (program, path, &error));
      g_assert_true (fx_program_is_file (path));
      read = fx_program_load (path, NULL, &error);
      g_assert_no_error (error);
      fx_program_print (program, one);
      fx_program_print (read, two);
      g_assert_cmpstr (one->str, ==, two->str);
      g_assert_cmpstr (fx_graph_metadata (read->graph, "prop:fixpoint.model"), ==, "net.onnx");
      found = simulate (read);
      for (guint i = 0; i < wanted->len; i++)
        g_assert_true (g_bytes_equal (fx_tensor_bytes (found->pdata[i]), fx_tensor_bytes (wanted->pdata[i])));

      g_assert_true (g_file_get_contents (path, &first, &first_size, NULL));
      g_assert_true (fx_program_save (read, path, &error));
      g_assert_true (g_file_get_contents (path, &second, &second_size, NULL));
      g_assert_cmpmem (first, first_size, second, second_size);
    }
  remove_path (path);
}

/* Opened as a model it is the network in it. */
static void
test_as_model (void)
{
  g_autofree char *path = temporary_path ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxProgram) program = make_program (3);
  g_autoptr (FxGraph) graph = NULL;

  g_assert_true (fx_program_save (program, path, &error));
  graph = fx_model_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, fx_graph_n_nodes (program->graph));
  remove_path (path);
}

static char *
written (guint seed, gsize *size)
{
  g_autofree char *path = temporary_path ();
  g_autoptr (FxProgram) program = make_program (seed);
  char *bytes;

  g_assert_true (fx_program_save (program, path, NULL));
  g_assert_true (g_file_get_contents (path, &bytes, size, NULL));
  remove_path (path);
  return bytes;
}

static FxProgram *
parse (const char *bytes, gsize size, GError **error)
{
  g_autoptr (GBytes) file = g_bytes_new (bytes, size);

  return fx_program_parse (file, NULL, error);
}

static void
test_cut_off (void)
{
  gsize size;
  g_autofree char *bytes = written (4, &size);

  for (gsize length = 0; length < size; length += 1 + length / 16)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (bytes, length, &error));
      g_assert_nonnull (error);
    }
}

/* Whether it works does not matter. */
static void
try_to_simulate (const FxProgram *program)
{
  g_autoptr (FxTensor) input
      = integer_net_input (fx_graph_value (program->graph, fx_graph_input (program->graph, 0)), 5);
  g_autoptr (FxSimulator) simulator = fx_simulator_new (program, NULL, NULL, NULL);
  g_autoptr (GPtrArray) outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  g_ptr_array_set_size (outputs, (gint)fx_graph_n_outputs (program->graph));
  if (simulator != NULL)
    fx_simulator_run (simulator, &input, (FxTensor **)outputs->pdata, NULL, NULL);
}

/* Every byte changed on its own: refused, or a program that still cannot do harm. */
static void
test_damaged (void)
{
  gsize size;
  g_autofree char *bytes = written (4, &size);
  guint n_refused = 0;

  for (gsize i = 0; i < size; i += 1 + i / 64)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxProgram) program = NULL;
      char saved = bytes[i];

      bytes[i] = (char)(saved ^ (1 << (i % 8)));
      program = parse (bytes, size, &error);
      g_assert_true ((program == NULL) == (error != NULL));
      if (program != NULL)
        try_to_simulate (program);
      n_refused += program == NULL;
      bytes[i] = saved;
    }
  g_assert_cmpuint (n_refused, >, 50);
}

static void
test_version (void)
{
  gsize size;
  g_autofree char *bytes = written (4, &size);
  g_autoptr (GError) error = NULL;

  bytes[8] = 9;
  g_assert_null (parse (bytes, size, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "is a program of version 9, wanted 2");
}

/* Numbers of the header that are out of range are not taken for others. Its fields 5 and 6 are small numbers. */
static void
test_ranges (void)
{
  static const struct
  {
    guint8 align, cores;
    const char *message;
  } rows[] = {
    { 4, 0, "the program is for 0 cores, wanted 1 to 4" },
    { 0, 1, "channels are aligned to 0*" },
  };
  gsize size;
  g_autofree char *bytes = written (4, &size);
  char *fields = bytes;

  while (fields < bytes + size - 4 && memcmp (fields, "\x28\x04\x30\x01", 4) != 0)
    fields++;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      fields[1] = (char)rows[i].align;
      fields[3] = (char)rows[i].cores;
      g_assert_null (parse (bytes, size, &error));
      g_assert_true (g_pattern_match_simple (rows[i].message, error->message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/program/round-trip", test_round_trip);
  g_test_add_func ("/program/as-model", test_as_model);
  g_test_add_func ("/program/cut-off", test_cut_off);
  g_test_add_func ("/program/damaged", test_damaged);
  g_test_add_func ("/program/version", test_version);
  g_test_add_func ("/program/ranges", test_ranges);
  return g_test_run ();
}
