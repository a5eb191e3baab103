/* Time of the layered drawing: of model files, and of generated networks of 1,000 and 10,000 boxes (a transformer's
 * pattern: long spine, branches of three, shortcuts, one tensor that every block uses).
 *
 *   bench-layout [MODEL...]
 *
 * Prints LAYOUT <name> <boxes> <lines> <crossings> <median ms of 9>.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/layout/fx-layered.h"
#include "io/fx-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  GArray *widths, *heights, *tensors, *targets;
} Net;

static void
add_box (Net *net, gsize n_letters)
{
  double width = 40.0 + 7.0 * (double)n_letters, height = 34.0;

  g_array_append_val (net->widths, width);
  g_array_append_val (net->heights, height);
}

static void
add_tensor (Net *net, guint32 source, const guint32 *targets, guint n)
{
  FxLayeredTensor tensor = { source, net->targets->len, n };

  g_array_append_val (net->tensors, tensor);
  g_array_append_vals (net->targets, targets, n);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *)a, right = *(const double *)b;

  return left < right ? -1 : left > right;
}

static void
measure (const char *name, const Net *net)
{
  const FxLayeredInput input = {
    .n_boxes = net->widths->len,
    .widths = (const double *)net->widths->data,
    .heights = (const double *)net->heights->data,
    .n_tensors = net->tensors->len,
    .tensors = (const FxLayeredTensor *)net->tensors->data,
    .n_targets = net->targets->len,
    .targets = (const guint32 *)net->targets->data,
  };
  double times[9];
  guint64 crossings = 0;

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (FxLayered) layered = fx_layered_new (&input, NULL, NULL);

      times[i] = (double)(g_get_monotonic_time () - begin) / 1000.0;
      crossings = layered->n_crossings;
    }
  qsort (times, G_N_ELEMENTS (times), sizeof *times, compare_doubles);
  printf ("LAYOUT %s %u %u %" G_GUINT64_FORMAT " %.2f\n", name, input.n_boxes, input.n_targets, crossings, times[4]);
}

static Net
net_new (void)
{
  return (Net){ g_array_new (FALSE, FALSE, sizeof (double)), g_array_new (FALSE, FALSE, sizeof (double)),
                g_array_new (FALSE, FALSE, sizeof (FxLayeredTensor)), g_array_new (FALSE, FALSE, sizeof (guint32)) };
}

static void
net_clear (Net *net)
{
  g_array_unref (net->widths);
  g_array_unref (net->heights);
  g_array_unref (net->tensors);
  g_array_unref (net->targets);
}

static void
measure_generated (guint n_boxes)
{
  Net net = net_new ();
  g_autofree char *name = g_strdup_printf ("generated-%u", n_boxes);
  g_autoptr (GArray) masked = g_array_new (FALSE, FALSE, sizeof (guint32));
  const guint block = 10; /* in, three branches of two, join, mask, out, sum */

  for (guint i = 0; i < n_boxes; i++)
    add_box (&net, 4 + i % 9);
  for (guint32 b = 1; b + block < n_boxes; b += block)
    {
      guint32 joined = b + 7, mask = b + 8;

      add_tensor (&net, b, (guint32[]){ b + 1, b + 3, b + 5, b + 9 }, 4);
      for (guint k = 1; k < 7; k += 2)
        {
          add_tensor (&net, b + k, (guint32[]){ b + k + 1 }, 1);
          add_tensor (&net, b + k + 1, &joined, 1);
        }
      add_tensor (&net, joined, &mask, 1);
      add_tensor (&net, mask, (guint32[]){ b + 9 }, 1);
      add_tensor (&net, b + 9, (guint32[]){ b + block }, 1);
      g_array_append_val (masked, mask);
    }
  add_tensor (&net, 0, (const guint32 *)masked->data, masked->len);
  measure (name, &net);
  net_clear (&net);
}

static void
measure_model (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_model_load (path, NULL, NULL, &error);
  g_autoptr (FxUses) uses = NULL;
  g_autofree char *name = g_path_get_basename (path);
  Net net = net_new ();

  if (graph == NULL)
    {
      fprintf (stderr, "bench-layout: %s\n", error->message);
      exit (2);
    }
  uses = fx_uses_new (graph);
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    add_box (&net, strlen (fx_graph_node (graph, i)->op_type));
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    if (uses->producer[v] != FX_NONE)
      add_tensor (&net, uses->producer[v], uses->users + uses->first[v], fx_uses_count (uses, v));
  measure (name, &net);
  net_clear (&net);
}

int
main (int argc, char **argv)
{
  measure_generated (1000);
  measure_generated (10000);
  measure_generated (20000);
  for (int i = 1; i < argc; i++)
    measure_model (argv[i]);
  return 0;
}
