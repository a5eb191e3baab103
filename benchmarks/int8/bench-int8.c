/* bench-int8: convolutions of well-known networks, our integer kernels against oneDNN's float ones in the same run.
 *
 *   bench-int8 [THREADS [ROUNDS [ISA]]]
 *
 * Each round runs every layer once in float and once in integers, in turn, so that a busy machine hurts both. Prints
 * the best and the median time for every layer and, weighted by how often it occurs, for the network; the ratio
 * integer / float is the figure that counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-float-conv.h"
#include "bench-layers.h"

#include "core/exec/fx-threads.h"
#include "core/exec/int8/fx-int8-isa.h"

#include <stdio.h>

#define MAX_LAYERS 64

typedef struct
{
  BenchFloatConv *peer;
  FxInt8Conv *ours;
  gint8 *x, *y;
  GArray *peer_times, *our_times; /* of double, ms */
} Pair;

static gint8 *
random_bytes (GRand *rand, gsize n)
{
  gint8 *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (gint8)g_rand_int_range (rand, -128, 128);
  return bytes;
}

static void
pair_init (Pair *pair, const BenchLayer *layer, const FxInt8Isa *isa, GRand *rand)
{
  const gint64 pad = layer->kernel / 2, group = layer->depthwise ? layer->in : 1;
  gsize n_weights = (gsize)(layer->out * (layer->in / group) * layer->kernel * layer->kernel);
  g_autofree gint8 *weights = random_bytes (rand, n_weights);
  g_autofree gint32 *bias = g_new0 (gint32, layer->out);
  g_autofree FxRequant *requants = g_new (FxRequant, layer->out);
  g_autoptr (GError) error = NULL;
  FxInt8ConvParams params = {
    .window = { 1, layer->size, layer->size, layer->in, layer->out, layer->kernel, layer->kernel, layer->stride,
                layer->stride, 1, 1, pad, pad, pad, pad, group, 0, 0 },
    .weights = weights,
    .bias = bias,
    .requants = requants,
    .output = { FX_DTYPE_INT8, 0, 0, 127 },
  };
  const FxInt8Window *window;

  for (int c = 0; c < layer->out; c++)
    fx_requant_from_scale (0.0123 / (1 + c % 7), &requants[c], NULL);
  pair->ours = fx_int8_conv_new (&params, isa, &error);
  if (pair->ours == NULL)
    g_error ("%s", error->message);
  window = fx_int8_conv_window (pair->ours);
  pair->x = random_bytes (rand, (gsize)(layer->size * layer->size * layer->in));
  pair->y = g_malloc ((gsize)(window->out_height * window->out_width * window->out_channels));
  pair->peer = bench_float_conv_new (layer);
  pair->peer_times = g_array_new (FALSE, FALSE, sizeof (double));
  pair->our_times = g_array_new (FALSE, FALSE, sizeof (double));
}

static void
pair_clear (Pair *pair)
{
  bench_float_conv_free (pair->peer);
  fx_int8_conv_free (pair->ours);
  g_free (pair->x);
  g_free (pair->y);
  g_array_unref (pair->peer_times);
  g_array_unref (pair->our_times);
}

static void
add_time (GArray *times, gint64 start)
{
  double ms = (double)(g_get_monotonic_time () - start) / 1000.0;

  g_array_append_val (times, ms);
}

/* Twice each, the second one counts: caches hold what a network's previous layer would have left. */
static void
pair_measure (Pair *pair)
{
  gint64 start;

  bench_float_conv_run (pair->peer);
  start = g_get_monotonic_time ();
  bench_float_conv_run (pair->peer);
  add_time (pair->peer_times, start);
  fx_int8_conv_run (pair->ours, pair->x, pair->y);
  start = g_get_monotonic_time ();
  fx_int8_conv_run (pair->ours, pair->x, pair->y);
  add_time (pair->our_times, start);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

typedef struct
{
  double best, median;
} Time;

static Time
summarize (GArray *times)
{
  g_array_sort (times, compare_doubles);
  return (Time){ g_array_index (times, double, 0), g_array_index (times, double, times->len / 2) };
}

static void
report (const BenchNetwork *network, Pair *pairs)
{
  Time float_sum = { 0 }, int8_sum = { 0 };

  printf ("%s\n%34s %10s %10s %7s %7s %9s\n", network->name, "layer", "float ms", "int8 ms", "ratio", "median",
          "int8 GOPS");
  for (guint i = 0; network->layers[i].count > 0; i++)
    {
      const BenchLayer *layer = &network->layers[i];
      const FxInt8Window *w = fx_int8_conv_window (pairs[i].ours);
      Time peer = summarize (pairs[i].peer_times), ours = summarize (pairs[i].our_times);
      double operations = 2.0
                          * (double)(w->out_height * w->out_width * w->out_channels * w->kernel_height * w->kernel_width
                                     * w->in_channels / w->group);

      printf ("%2d of %4d, %4d -> %4d, %dx%d /%d%s %10.3f %10.3f %7.2f %7.2f %9.1f\n", layer->count, layer->size,
              layer->in, layer->out, layer->kernel, layer->kernel, layer->stride, layer->depthwise ? " dw" : "   ",
              peer.best, ours.best, ours.best / peer.best, ours.median / peer.median, operations / ours.best / 1e6);
      float_sum.best += layer->count * peer.best;
      float_sum.median += layer->count * peer.median;
      int8_sum.best += layer->count * ours.best;
      int8_sum.median += layer->count * ours.median;
    }
  printf ("%34s %10.3f %10.3f %7.2f %7.2f\n\n", "whole network", float_sum.best, int8_sum.best,
          int8_sum.best / float_sum.best, int8_sum.median / float_sum.median);
}

static void
bench_network (const BenchNetwork *network, const FxInt8Isa *isa, guint rounds)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  Pair pairs[MAX_LAYERS];
  guint n = 0;

  while (network->layers[n].count > 0)
    {
      pair_init (&pairs[n], &network->layers[n], isa, rand);
      n++;
    }
  for (guint r = 0; r < rounds; r++)
    for (guint i = 0; i < n; i++)
      pair_measure (&pairs[i]);
  report (network, pairs);
  for (guint i = 0; i < n; i++)
    pair_clear (&pairs[i]);
}

int
main (int argc, char **argv)
{
  guint threads = argc > 1 ? (guint)g_ascii_strtoull (argv[1], NULL, 10) : 1;
  guint rounds = argc > 2 ? (guint)g_ascii_strtoull (argv[2], NULL, 10) : 15;
  g_autoptr (GError) error = NULL;
  const FxInt8Isa *isa = fx_int8_isa_choose (argc > 3 ? argv[3] : NULL, &error);

  if (isa == NULL || threads == 0 || rounds == 0)
    {
      fprintf (stderr, "bench-int8: %s\n", error != NULL ? error->message : "threads and rounds are at least 1");
      return 2;
    }
  fx_threads_enter (threads);
  printf ("%s, %u thread(s), best and median ratio of %u rounds\n\n", isa->name, threads, rounds);
  for (guint i = 0; bench_networks[i].name != NULL; i++)
    bench_network (&bench_networks[i], isa, rounds);
  return 0;
}
