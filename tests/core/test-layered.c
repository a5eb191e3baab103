/* The layered drawing: boxes do not overlap, lines run from source to target, chains are straight, cycles are survived.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout/fx-layered.h"

#include <math.h>

/* A graph under construction: one tensor per box. */
typedef struct
{
  GArray *widths, *heights, *tensors, *targets;
} Net;

static Net
net_new (guint n_boxes)
{
  Net net = { g_array_new (FALSE, FALSE, sizeof (double)), g_array_new (FALSE, FALSE, sizeof (double)),
              g_array_new (FALSE, FALSE, sizeof (FxLayeredTensor)), g_array_new (FALSE, FALSE, sizeof (guint32)) };

  for (guint i = 0; i < n_boxes; i++)
    {
      double width = 80 + 7 * (i % 5), height = 30;

      g_array_append_val (net.widths, width);
      g_array_append_val (net.heights, height);
    }
  return net;
}

static void
net_add (Net *net, guint32 source, const guint32 *targets, guint n)
{
  FxLayeredTensor tensor = { source, net->targets->len, n };

  g_array_append_val (net->tensors, tensor);
  g_array_append_vals (net->targets, targets, n);
}

static void
net_add_one (Net *net, guint32 source, guint32 target)
{
  net_add (net, source, &target, 1);
}

static void
net_clear (Net *net)
{
  g_array_unref (net->widths);
  g_array_unref (net->heights);
  g_array_unref (net->tensors);
  g_array_unref (net->targets);
}

static FxLayered *
draw (const Net *net)
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
  g_autoptr (GError) error = NULL;
  FxLayered *layered = fx_layered_new (&input, NULL, &error);

  g_assert_no_error (error);
  return layered;
}

static int
compare_boxes (gconstpointer a, gconstpointer b)
{
  const FxRect *left = a, *right = b;

  if (left->y != right->y)
    return left->y < right->y ? -1 : 1;
  return left->x < right->x ? -1 : left->x > right->x;
}

/* A branch begins at the lower edge of the source, or at a point of the trunk, which itself begins there. */
static gboolean
leaves (const FxLayered *layered, const FxRect *from, const FxLayeredLine *trunk, const FxPoint *first)
{
  const FxPoint *points = &layered->points[trunk->first];

  if (first->y == from->y + from->height)
    return first->x >= from->x && first->x <= from->x + from->width;
  for (guint i = 1; i < trunk->n; i++)
    {
      g_assert_cmpfloat (points[i].y, >=, points[i - 1].y);
      if (points[i].x == first->x && points[i].y == first->y)
        return points[0].y == from->y + from->height;
    }
  return FALSE;
}

static void
check (const Net *net, const FxLayered *layered)
{
  g_autofree FxRect *boxes = g_memdup2 (layered->boxes, layered->n_boxes * sizeof (FxRect));

  /* all boxes of a row have one height here, so neighbors in this order are neighbors in their row */
  qsort (boxes, layered->n_boxes, sizeof *boxes, compare_boxes);
  for (guint i = 0; i < layered->n_boxes; i++)
    {
      g_assert_cmpfloat (boxes[i].x, >=, -1e-6);
      g_assert_cmpfloat (boxes[i].x + boxes[i].width, <=, layered->width + 1e-6);
      g_assert_cmpfloat (boxes[i].y + boxes[i].height, <=, layered->height + 1e-6);
      if (i > 0 && boxes[i - 1].y == boxes[i].y)
        g_assert_cmpfloat (boxes[i - 1].x + boxes[i - 1].width, <=, boxes[i].x + 1e-6);
    }
  for (guint t = 0; t < net->tensors->len; t++)
    {
      const FxLayeredTensor *tensor = &g_array_index (net->tensors, FxLayeredTensor, t);

      for (guint k = 0; k < tensor->n_targets; k++)
        {
          const FxLayeredLine *line = &layered->lines[tensor->first_target + k];
          const FxRect *from = &layered->boxes[tensor->source];
          const FxRect *to = &layered->boxes[g_array_index (net->targets, guint32, tensor->first_target + k)];
          const FxPoint *first = &layered->points[line->first], *last = first + line->n - 1;
          gboolean down = from->y < to->y;

          g_assert_cmpuint (line->n, >=, 2);
          g_assert_cmpfloat (last->x, >=, to->x);
          g_assert_cmpfloat (last->x, <=, to->x + to->width);
          if (down)
            {
              g_assert_cmpfloat (last->y, ==, to->y);
              g_assert_true (leaves (layered, from, &layered->trunks[t], first));
            }
        }
    }
}

static void
test_chain_is_straight (void)
{
  Net net = net_new (50);
  g_autoptr (FxLayered) layered = NULL;

  for (guint i = 0; i + 1 < 50; i++)
    net_add_one (&net, i, i + 1);
  layered = draw (&net);
  check (&net, layered);
  for (guint i = 0; i < 50; i++)
    {
      g_assert_cmpuint (layered->rows[i], ==, i);
      g_assert_cmpfloat_with_epsilon (layered->boxes[i].x + layered->boxes[i].width / 2, layered->width / 2, 1e-6);
    }
  net_clear (&net);
}

/* Blocks of two convolutions with a way around them, as in a ResNet: the spine stays straight, nothing crosses. */
static void
test_residual_blocks (void)
{
  const guint n = 61;
  Net net = net_new (n);
  g_autoptr (FxLayered) layered = NULL;
  guint straight = 0;

  for (guint i = 0; i + 3 < n; i += 3)
    {
      net_add (&net, i, (guint32[]){ i + 1, i + 3 }, 2);
      net_add_one (&net, i + 1, i + 2);
      net_add_one (&net, i + 2, i + 3);
    }
  layered = draw (&net);
  check (&net, layered);
  g_assert_cmpuint (layered->n_crossings, ==, 0);
  for (guint i = 0; i + 1 < n; i++)
    straight += fabs (layered->boxes[i].x + layered->boxes[i].width / 2 - layered->boxes[i + 1].x
                      - layered->boxes[i + 1].width / 2)
                < 1.0;
  g_assert_cmpuint (straight, >=, n * 9 / 10);
  net_clear (&net);
}

/* Constants that go into every node of a chain, some through another node, and ends that hang on it, are beside the
 * chain, which stays straight. */
static void
test_side_inputs (void)
{
  const guint n = 60;
  Net net = net_new (4 * n);
  g_autoptr (FxLayered) layered = NULL;
  double middle, widest = 0;

  for (guint i = 0; i < n; i++)
    {
      net_add_one (&net, n + i, i);
      if (i % 3 == 0)
        net_add_one (&net, 2 * n + i, n + i);
      if (i + 1 < n)
        net_add (&net, i, (guint32[]){ i + 1, 3 * n + i }, i % 7 == 3 ? 2 : 1);
    }
  layered = draw (&net);
  check (&net, layered);
  middle = layered->boxes[0].x + layered->boxes[0].width / 2;
  for (guint i = 0; i < 4 * n; i++)
    widest = MAX (widest, layered->boxes[i].width);
  for (guint i = 1; i < n; i++)
    g_assert_cmpfloat_with_epsilon (layered->boxes[i].x + layered->boxes[i].width / 2, middle, 1e-6);
  for (guint i = n; i < 2 * n; i++)
    g_assert_cmpfloat (fabs (layered->boxes[i].x + layered->boxes[i].width / 2 - middle), <, 4 * widest);
  net_clear (&net);
}

/* Branches of different lengths, as in an Inception network or a shuffled one: the longest goes straight on. */
static void
test_unequal_branches (void)
{
  const guint n_blocks = 20, size = 7; /* split, branch of one, branch of four, join */
  Net net = net_new (n_blocks * size);
  g_autoptr (FxLayered) layered = NULL;
  double middle;

  for (guint b = 0; b < n_blocks; b++)
    {
      guint32 split = b * size, join = split + 6;

      net_add (&net, split, (guint32[]){ split + 1, split + 2 }, 2);
      net_add_one (&net, split + 1, join);
      for (guint32 i = split + 2; i < join; i++)
        net_add_one (&net, i, i + 1);
      if (b + 1 < n_blocks)
        net_add_one (&net, join, join + 1);
    }
  layered = draw (&net);
  check (&net, layered);
  middle = layered->boxes[0].x + layered->boxes[0].width / 2;
  for (guint i = 0; i < n_blocks * size; i++)
    if (i % size != 1)
      g_assert_cmpfloat_with_epsilon (layered->boxes[i].x + layered->boxes[i].width / 2, middle, 1e-6);
  net_clear (&net);
}

static void
test_sources_are_near_their_users (void)
{
  Net net = net_new (12);
  g_autoptr (FxLayered) layered = NULL;

  for (guint i = 0; i < 9; i++)
    net_add_one (&net, i, i + 1);
  net_add_one (&net, 11, 9); /* a box that nothing feeds */
  layered = draw (&net);
  check (&net, layered);
  g_assert_cmpuint (layered->rows[11], ==, 8);
  net_clear (&net);
}

/* A tensor that everybody uses: one chain of bends, so the drawing stays small. */
static void
test_fan_out_shares_bends (void)
{
  const guint n = 2000;
  Net net = net_new (n);
  guint32 *all = g_new (guint32, n);
  g_autoptr (FxLayered) layered = NULL;

  for (guint i = 1; i < n; i++)
    all[i - 1] = i;
  net_add (&net, 0, all, n - 1);
  for (guint i = 1; i + 1 < n; i++)
    net_add_one (&net, i, i + 1);
  layered = draw (&net);
  check (&net, layered);
  g_assert_cmpfloat (layered->width, <, 1000);
  net_clear (&net);
  g_free (all);
}

static void
test_cycles (void)
{
  Net net = net_new (6);
  g_autoptr (FxLayered) layered = NULL;

  net_add_one (&net, 0, 1);
  net_add_one (&net, 1, 2);
  net_add_one (&net, 2, 0); /* a cycle */
  net_add_one (&net, 3, 3); /* a loop */
  net_add_one (&net, 4, 5);
  net_add_one (&net, 5, 4);
  layered = draw (&net);
  check (&net, layered);
  net_clear (&net);
}

static void
test_empty (void)
{
  Net net = net_new (0);
  g_autoptr (FxLayered) layered = draw (&net);

  g_assert_cmpuint (layered->n_rows, ==, 0);
  g_assert_cmpfloat (layered->width, ==, 0.0);
  net_clear (&net);
}

static void
test_random_graphs (void)
{
  for (guint round = 0; round < 200; round++)
    {
      guint n = (guint)g_test_rand_int_range (1, 60);
      Net net = net_new (n);
      g_autoptr (FxLayered) layered = NULL;
      g_autoptr (FxLayered) again = NULL;

      for (guint i = 0; i < n; i++)
        {
          guint32 targets[5];
          guint n_targets = 0;

          for (guint k = 0; k < 5; k++)
            {
              guint32 target = (guint32)g_test_rand_int_range (0, (gint32)n);

              /* mostly forwards, now and then a cycle */
              if (target > i || g_test_rand_int_range (0, 20) == 0)
                targets[n_targets++] = target;
            }
          net_add (&net, i, targets, n_targets);
        }
      layered = draw (&net);
      check (&net, layered);
      again = draw (&net);
      g_assert_cmpmem (layered->boxes, n * sizeof (FxRect), again->boxes, n * sizeof (FxRect));
      g_assert_cmpmem (layered->points, layered->n_points * sizeof (FxPoint), again->points,
                       again->n_points * sizeof (FxPoint));
      net_clear (&net);
    }
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const FxLayeredInput input = { 0 };
  FxLayered *layered;

  g_cancellable_cancel (cancellable);
  layered = fx_layered_new (&input, cancellable, &error);
  g_assert_null (layered);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layered/chain-is-straight", test_chain_is_straight);
  g_test_add_func ("/layered/side-inputs", test_side_inputs);
  g_test_add_func ("/layered/unequal-branches", test_unequal_branches);
  g_test_add_func ("/layered/residual-blocks", test_residual_blocks);
  g_test_add_func ("/layered/sources-are-near-their-users", test_sources_are_near_their_users);
  g_test_add_func ("/layered/fan-out-shares-bends", test_fan_out_shares_bends);
  g_test_add_func ("/layered/cycles", test_cycles);
  g_test_add_func ("/layered/empty", test_empty);
  g_test_add_func ("/layered/random-graphs", test_random_graphs);
  g_test_add_func ("/layered/cancel", test_cancel);
  return g_test_run ();
}
