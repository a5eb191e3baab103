/* A network that runs piece by piece computes what it computes in one go, and what is changed ahead counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-staged-run.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "small-graph.h"

#include <string.h>

#define N_SAMPLES 3

/* A value that skips two layers, one that is used twice by a node, and one that nothing uses. */
static FxGraph *
network (void)
{
  return small_graph_new ("input %x f32[1,2,4,4]\n"
                          "const %w0 f32[4,2,1,1] = [0.5,-1,0.25,2,-0.75,1.5,1,1]\n"
                          "const %w1 f32[4,4,1,1] = elided 0x1\nconst %b1 f32[4] = [1,2,3,4]\n"
                          "%c0 f32[*] = Conv(%x, %w0) v11\n%r0 f32[*] = Relu(%c0) v11\n"
                          "%c1 f32[*] = Conv(%r0, %w1, %b1) v11\n%r1 f32[*] = Relu(%c1) v11\n"
                          "%s f32[*] = Add(%r1, %r0) v11\n%m f32[*] = Mul(%s, %s) v11\n"
                          "%unused f32[*] = Exp(%m) v11\n%y f32[*] = Sigmoid(%m) v11\noutput %y\n",
                          fx_passes_run_float);
}

static gboolean
source (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  FxShape shape = FX_SHAPE (1, 2, 4, 4);
  void *data;

  if (user_data != NULL && i == *(const guint *)user_data)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no such sample");
      return FALSE;
    }
  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &shape, &data, error);
  for (guint k = 0; k < 32; k++)
    ((float *)data)[k] = (float)((k * 7 + i * 5) % 11) - 4.0f;
  return TRUE;
}

/* What the last node reads, of sample i, in one go. */
static FxTensor *
whole_run (const FxGraph *graph, FxId value, guint i)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (graph);
  g_autoptr (FxEngine) engine = NULL;
  g_autoptr (FxRun) run = NULL;
  g_autoptr (FxTensor) input = NULL;
  g_autoptr (GError) error = NULL;
  FxTensor *output = NULL;

  fx_graph_set_outputs (copy, &value, 1);
  engine = fx_engine_new (copy, NULL, NULL, &error);
  g_assert_no_error (error);
  run = fx_run_new (engine, &error);
  g_assert_no_error (error);
  g_assert_true (source (i, &input, NULL, &error));
  g_assert_true (fx_run_execute (run, &input, &output, NULL, &error));
  g_assert_no_error (error);
  return output;
}

static FxId
node_of (const FxGraph *graph, const char *op_type)
{
  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (strcmp (fx_graph_node (graph, id)->op_type, op_type) == 0)
      return id;
  g_assert_not_reached ();
}

static FxStagedRun *
start (const FxGraph *graph)
{
  g_autoptr (GError) error = NULL;
  FxStagedRun *run = fx_staged_run_new (graph, N_SAMPLES, source, NULL, 2, NULL, &error);

  g_assert_no_error (error);
  return run;
}

static void
go_to (FxStagedRun *run, FxId node)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fx_staged_run_to (run, node, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_is (const FxStagedRun *run, const FxGraph *graph, FxId value)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      g_autoptr (FxTensor) wanted = whole_run (graph, value, i);
      FxTensor *found = fx_staged_run_value (run, i, value);

      g_assert_nonnull (found);
      g_assert_cmpuint (fx_tensor_elements (found), ==, fx_tensor_elements (wanted));
      for (gsize k = 0; k < fx_tensor_elements (found); k++)
        g_assert_cmpfloat_with_epsilon (fx_tensor_get_double (found, k), fx_tensor_get_double (wanted, k), 1e-5);
    }
}

/* Every node is a stop; its operands are there then, and those that nothing needs any more are gone. */
static void
test_every_stop (void)
{
  g_autoptr (FxGraph) graph = network ();
  g_autoptr (FxStagedRun) run = start (graph);

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    {
      const FxNode *node = fx_graph_node (graph, id);

      if (node->removed)
        continue;
      go_to (run, id);
      for (guint k = 0; k < node->n_inputs; k++)
        if (fx_graph_value (graph, node->inputs[k])->constant == NULL)
          assert_is (run, graph, node->inputs[k]);
    }
  g_assert_null (fx_staged_run_value (run, 0, fx_graph_input (graph, 0)));
}

static void
test_one_stop (void)
{
  g_autoptr (FxGraph) graph = network ();
  g_autoptr (FxStagedRun) run = start (graph);
  FxId last = node_of (graph, "Sigmoid");

  go_to (run, last);
  assert_is (run, graph, fx_graph_node (graph, last)->inputs[0]);
  go_to (run, 0); /* it is there already */
  assert_is (run, graph, fx_graph_node (graph, last)->inputs[0]);
}

static void
test_change_ahead (void)
{
  g_autoptr (FxGraph) graph = network ();
  g_autoptr (FxStagedRun) run = start (graph);
  FxId second = FX_NONE, last = node_of (graph, "Sigmoid");
  FxValue *bias;
  const float other[] = { -1, 0, 5, 0.5f };
  FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE (4), (void *)other };

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (strcmp (fx_graph_node (graph, id)->op_type, "Conv") == 0)
      second = id;
  go_to (run, second);
  bias = fx_graph_value (graph, fx_graph_node (graph, second)->inputs[2]);
  fx_tensor_unref (bias->constant);
  bias->constant = fx_tensor_new_copy (&array);
  go_to (run, last);
  assert_is (run, graph, fx_graph_node (graph, last)->inputs[0]);
}

/* The input of 128 bytes is gone when there are three tensors of 256: r0, and what goes in and comes out of c1 or r1.
 */
static void
test_bytes (void)
{
  g_autoptr (FxGraph) graph = network ();

  g_assert_cmpuint (fx_staged_run_bytes (graph), ==, 3 * 256);
}

static void
test_errors (void)
{
  g_autoptr (FxGraph) graph = network ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FxStagedRun) run = start (graph);
  g_autoptr (GError) missing = NULL, cancelled = NULL;
  guint bad = 2;

  g_assert_null (fx_staged_run_new (graph, N_SAMPLES, source, &bad, 1, NULL, &missing));
  g_assert_error (missing, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_cancellable_cancel (cancellable);
  g_assert_false (fx_staged_run_to (run, node_of (graph, "Sigmoid"), cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/staged-run/every-stop", test_every_stop);
  g_test_add_func ("/staged-run/one-stop", test_one_stop);
  g_test_add_func ("/staged-run/change-ahead", test_change_ahead);
  g_test_add_func ("/staged-run/bytes", test_bytes);
  g_test_add_func ("/staged-run/errors", test_errors);
  return g_test_run ();
}
