/* A network that is made hard to quantize: the channels between two convolutions are scaled by random factors on one
 * side and divided by them on the other, so that float results are the same while one range for all channels hardly
 * fits any. Plain ranges lose the network; the default preset has to bring most of it back.
 *
 *   test-stress SAMPLE_DIR
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-conversion.h"
#include "io/fx-model.h"

#include <math.h>
#include <string.h>

#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125"
#define DECADES 3.0 /* between the smallest and the largest factor */

static const char *sample_dir;

/* Multiplies the elements of a constant by the factor of their index along an axis, or divides them by it. */
static void
scale_axis (FxGraph *graph, FxId id, int axis, const double *factors, gboolean divide)
{
  FxValue *value = fx_graph_value (graph, id);
  gsize inner = fx_shape_product (&value->shape, axis + 1, value->shape.rank), n = (gsize)value->shape.dims[axis];
  void *data;
  FxTensor *scaled = fx_tensor_new_alloc (value->dtype, &value->shape, &data, NULL);

  for (gsize i = 0; i < fx_tensor_elements (scaled); i++)
    {
      double factor = factors[i / inner % n];

      ((float *)data)[i] = (float)(fx_tensor_get_double (value->constant, i) * (divide ? 1 / factor : factor));
    }
  fx_tensor_unref (value->constant);
  value->constant = scaled;
}

/* The only node behind a value; NULL if there is another one, or none. */
static const FxNode *
only_user (const FxGraph *graph, const FxUses *uses, FxId value)
{
  return fx_uses_count (uses, value) == 1 && !uses->is_output[value]
             ? fx_graph_node (graph, uses->users[uses->first[value]])
             : NULL;
}

static gboolean
is_type (const FxNode *node, const char *type)
{
  return node != NULL && strcmp (node->op_type, type) == 0;
}

/* Conv → BatchNormalization → Relu → Conv; a depthwise one has its filters in the order of its input channels. */
static gboolean
stress_pair (FxGraph *graph, const FxUses *uses, const FxNode *first, GRand *rand)
{
  const FxNode *norm = only_user (graph, uses, first->outputs[0]);
  const FxNode *relu = is_type (norm, "BatchNormalization") ? only_user (graph, uses, norm->outputs[0]) : NULL;
  const FxNode *second = is_type (relu, "Relu") ? only_user (graph, uses, relu->outputs[0]) : NULL;
  gint64 n = fx_graph_value (graph, first->inputs[1])->shape.dims[0];
  g_autofree double *factors = g_new (double, (gsize)n);

  if (!is_type (second, "Conv"))
    return FALSE;
  for (gint64 c = 0; c < n; c++)
    factors[c] = pow (10, g_rand_double_range (rand, -DECADES / 2, DECADES / 2));
  scale_axis (graph, norm->inputs[1], 0, factors, FALSE);
  scale_axis (graph, norm->inputs[2], 0, factors, FALSE);
  scale_axis (graph, second->inputs[1], fx_node_attr (second, "group")->i == 1 ? 1 : 0, factors, TRUE);
  return TRUE;
}

static FxGraph *
make_stress (void)
{
  g_autofree char *path = g_build_filename (sample_dir, "sample.onnx", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_model_load (path, NULL, NULL, &error);
  g_autoptr (FxUses) uses = NULL;
  guint n_pairs = 0;

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  uses = fx_uses_new (graph);
  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (is_type (fx_graph_node (graph, id), "Conv"))
      n_pairs += stress_pair (graph, uses, fx_graph_node (graph, id), rand);
  g_assert_cmpuint (n_pairs, >=, 4);
  return graph;
}

static FxConversion *
convert (FxPreset preset, const char *method, gboolean symmetric)
{
  g_autoptr (FxConversionOptions) options = fx_conversion_options_new ();
  FxConversionInput *input = fx_conversion_options_add_input (options);
  g_autoptr (GError) error = NULL;
  FxConversion *conversion;

  options->model = g_build_filename (sample_dir, "sample.onnx", NULL);
  options->graph = make_stress ();
  options->target = g_strdup ("rdk-x5");
  options->preset = preset;
  options->method = g_strdup (method);
  options->symmetric = symmetric;
  options->only_accuracy = TRUE;
  options->test = g_build_filename (sample_dir, "test", NULL);
  input->dataset = g_build_filename (sample_dir, "calibration", NULL);
  input->preprocess = g_strdup (PREPROCESS);
  conversion = fx_conversion_run (options, NULL, NULL, &error);
  g_assert_no_error (error);
  return conversion;
}

static void
test_recovers (void)
{
  g_autoptr (FxConversion) plain = convert (FX_PRESET_FAST, "max", TRUE);
  g_autoptr (FxConversion) usual = convert (FX_PRESET_DEFAULT, NULL, FALSE);
  guint before = plain->accuracy_float.top1, lost = before - plain->accuracy_integer.top1;

  g_test_message ("float %u, plain ranges %u, default %u of %u", before, plain->accuracy_integer.top1,
                  usual->accuracy_integer.top1, plain->accuracy_float.n);
  g_assert_cmpuint (before, ==, 198); /* as the sample itself */
  g_assert_cmpuint (plain->accuracy_integer.top1, <, before / 2);
  g_assert_cmpuint (usual->accuracy_integer.top1, >=, plain->accuracy_integer.top1 + (lost * 4 + 4) / 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  sample_dir = argv[1];
  g_test_add_func ("/stress/recovers", test_recovers);
  return g_test_run ();
}
