/* Small programs of the BPU as a corpus.
 *   make-programs FOLDER STAMP
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-compile.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"
#include "io/program/fx-program-file.h"

#include "../core/integer-net.h"

#define N_PROGRAMS 12

/* For boards of one, two and four cores, of which all compute. */
static void
write_program (const char *folder, guint seed)
{
  static const char *const boards[] = { "rdk-x5", "rdk-x3", "rdk-s600" };
  g_autofree char *name = g_strdup_printf ("%02u.fxb", seed), *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = integer_net_new (seed, &(IntegerNetSize){ .n_nodes = 4, .most_pixels = 6, .moves = TRUE });
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  g_autoptr (FxTarget) target = fx_target_load (boards[seed % G_N_ELEMENTS (boards)], &error);
  g_autoptr (FxProgram) program = NULL;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  program = fx_compile (
      graph, target,
      &(FxCompileOptions){ .level = seed % 4, .cores = fx_compile_most_cores (target), .sram_bytes = 3000 }, NULL, NULL,
      &error);
  g_assert_no_error (error);
  fx_program_save (program, path, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, ==, 3);
  g_mkdir_with_parents (argv[1], 0777);
  for (guint seed = 1; seed <= N_PROGRAMS; seed++)
    write_program (argv[1], seed);
  return g_file_set_contents (argv[2], "", 0, NULL) ? 0 : 1;
}
