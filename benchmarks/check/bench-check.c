/* How much processor time a check takes (it runs on one thread), without loading: a network of 1,000 nodes (or as many
 * as the argument says) for each board. Prints one line per board: "CHECK <board> <nodes> <milliseconds, median of 9>".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-clock.h"

#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

#include <stdio.h>
#include <stdlib.h>

#define N_RUNS 9

/* Blocks of nine nodes as networks have them: convolutions with normalization and activation, a residual addition, a
 * node for the CPU now and then, a Reshape with computed shape. */
static FxGraph *
make_network (guint n_nodes)
{
  g_autoptr (GString) text = g_string_new ("graph \"bench\"\nopset \"\" 11\ninput %x0 f32[1,32,28,28]\n"
                                           "const %w f32[32,32,3,3] = elided 0x0\nconst %p f32[32] = elided 0x0\n");
  g_autoptr (GError) error = NULL;
  guint block = 0;
  FxGraph *graph;

  for (guint n = 0; n + 9 <= n_nodes; n += 9, block++)
    g_string_append_printf (text,
                            "%%a%1$u f32[*] = Conv(%%x%1$u, %%w) {pads=[1,1,1,1]} v11\n"
                            "%%b%1$u f32[*] = BatchNormalization(%%a%1$u, %%p, %%p, %%p, %%p) v9\n"
                            "%%c%1$u f32[*] = Relu(%%b%1$u) v6\n"
                            "%%d%1$u f32[*] = Conv(%%c%1$u, %%w) {pads=[1,1,1,1]} v11\n"
                            "%%e%1$u f32[*] = Add(%%d%1$u, %%x%1$u) v7\n"
                            "%%f%1$u f32[*] = Relu(%%e%1$u) v6\n"
                            "%%g%1$u f32[*] = %3$s(%%f%1$u) v6\n"
                            "%%s%1$u s64[*] = Shape(%%g%1$u) v1\n"
                            "%%x%2$u f32[*] = Reshape(%%g%1$u, %%s%1$u) v5\n",
                            block, block + 1, block % 10 == 9 ? "Neg" : "Sigmoid");
  g_string_append_printf (text, "output %%x%u\n", block);
  graph = fx_graph_parse (text->str, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

int
main (int argc, char **argv)
{
  guint n_nodes = argc > 1 ? (guint)strtoul (argv[1], NULL, 10) : 1000;
  g_autoptr (FxGraph) graph = make_network (n_nodes);

  for (guint i = 0; fx_target_ids[i] != NULL; i++)
    {
      g_autoptr (FxTarget) target = fx_target_load (fx_target_ids[i], NULL);
      double times[N_RUNS];

      for (guint k = 0; k < N_RUNS; k++)
        {
          double start = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID);

          fx_check_report_free (fx_check (graph, target, NULL, NULL, NULL));
          times[k] = bench_clock_ms (CLOCK_PROCESS_CPUTIME_ID) - start;
        }
      qsort (times, N_RUNS, sizeof *times, compare);
      printf ("CHECK %s %u %.1f\n", target->id, fx_graph_n_nodes (graph), times[N_RUNS / 2]);
    }
  return 0;
}
