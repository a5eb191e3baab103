/* From float graphs to integer ones: every rule on a small graph, against the float engine and against the same network
 * in standard operators.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quantize.h"

#include "core/calib/fx-calibrate.h"
#include "core/check/fx-check.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "core/quant/fx-quant-choice.h"
#include "core/quant/fx-quant-partial.h"
#include "small-graph.h"

#include <math.h>
#include <string.h>

#define N_SAMPLES 8

static FxGraph *
parse (const char *text)
{
  return small_graph_new (text, fx_passes_run_board);
}

/* Sample i: numbers between −2 and 2, the ends among them so that the ranges are known. */
static gboolean
sample (guint i, FxTensor **inputs, gpointer graph, G_GNUC_UNUSED GError **error)
{
  for (guint k = 0; k < fx_graph_n_inputs (graph); k++)
    {
      const FxValue *value = fx_graph_value (graph, fx_graph_input (graph, k));
      g_autoptr (GRand) rand = g_rand_new_with_seed (i * 31 + k);
      void *data;

      inputs[k] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &value->shape, &data, NULL);
      for (gsize e = 0; e < fx_tensor_elements (inputs[k]); e++)
        ((float *)data)[e] = e == 0 ? -2.0f : e == 1 ? 2.0f : (float)g_rand_double_range (rand, -2.0, 2.0);
    }
  return TRUE;
}

static FxStatistics *
gather (const FxGraph *graph)
{
  FxStatistics *statistics = fx_statistics_new (graph);
  g_autoptr (GError) error = NULL;

  fx_calibrate (graph, statistics, N_SAMPLES, sample, (gpointer)graph, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return statistics;
}

static FxTensor *
run (const FxGraph *graph, guint i, gboolean reference)
{
  FxEngineOptions options = { .n_threads = 1, .reference_kernels = reference };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, &error);
  g_autoptr (FxRun) state = engine != NULL ? fx_run_new (engine, &error) : NULL;
  FxTensor *inputs[4] = { 0 }, *outputs[4] = { 0 };

  g_assert_no_error (error);
  sample (i, inputs, (gpointer)graph, NULL);
  fx_run_execute (state, inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < G_N_ELEMENTS (inputs); k++)
    fx_tensor_unref (inputs[k]);
  for (guint k = 1; k < G_N_ELEMENTS (outputs); k++)
    fx_tensor_unref (outputs[k]);
  return outputs[0];
}

static double
largest_difference (const FxTensor *a, const FxTensor *b)
{
  double largest = 0.0;

  g_assert_cmpuint (fx_tensor_elements (a), ==, fx_tensor_elements (b));
  for (gsize i = 0; i < fx_tensor_elements (a); i++)
    largest = MAX (largest, fabs (fx_tensor_get_double (a, i) - fx_tensor_get_double (b, i)));
  return largest;
}

/* ---- the rules ---- */

typedef struct
{
  const char *name;
  const char *text;      /* the float graph, with the output y */
  const char *operators; /* of the integer graph between QuantizeLinear and DequantizeLinear: "QConv QAdd" */
  double bound;          /* the largest error of the output, in steps of its scale */
  FxPrecision precision; /* of all nodes; FLOAT: INT8 */
  gboolean asymmetric;
  gboolean has_float; /* nodes that stay float, whose fast kernels differ in the last bits */
} Case;

static const Case cases[] = {
  { "conv-sums",
    "input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\nconst %b f32[2] = [0.5,-1]\n"
    "%y f32[*] = Conv(%x, %w, %b)\noutput %y\n",
    "QConv", 3.0 },
  { "conv-relu",
    "input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\nconst %b f32[2] = [0.5,-1]\n"
    "%c f32[*] = Conv(%x, %w, %b)\n%y f32[*] = Relu(%c)\noutput %y\n",
    "QConv", 2.0 },
  { "conv-clip-grouped",
    "input %x f32[1,2,3,3]\nconst %w f32[2,1,3,3] = [1,0.5,-0.25,1,0,0,1,0,-1,1,1,1,1,1,1,1,1,1]\n"
    "const %l f32[] = [-1]\nconst %h f32[] = [1.5]\n"
    "%c f32[*] = Conv(%x, %w) {group=2,pads=[1,1,1,1]}\n%y f32[*] = Clip(%c, %l, %h)\noutput %y\n",
    "QConv", 8.0 },
  { "conv-asymmetric",
    "input %x f32[1,2,3,3]\nconst %w f32[2,2,3,3] = "
    "[1,0.5,-0.25,1,0,0,1,0,-1,1,1,1,1,1,1,1,1,1,1,0.5,-0.25,1,0,0,1,0,-1,1,-1,1,1,-1,1,1,1,1]\n"
    "%c f32[*] = Conv(%x, %w) {pads=[1,1,1,1]}\n%r f32[*] = Relu(%c)\n%y f32[*] = MaxPool(%r) {kernel_shape=[2,2]}\n"
    "output %y\n",
    "QConv MaxPool", 3.0, .asymmetric = TRUE },
  { "conv-int16",
    "input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\nconst %b f32[2] = [0.5,-1]\n"
    "%c f32[*] = Conv(%x, %w, %b)\n%y f32[*] = Relu(%c)\noutput %y\n",
    "QConv", 300.0, FX_PRECISION_INT16 },
  { "batch-normalization-alone",
    "input %x f32[1,2,3,3]\nconst %s f32[2] = [2,0.5]\nconst %b f32[2] = [1,-1]\nconst %m f32[2] = [0.5,0.25]\n"
    "const %v f32[2] = [1,4]\n%n f32[*] = BatchNormalization(%x, %s, %b, %m, %v)\n%y f32[*] = Relu(%n)\noutput %y\n",
    "QConv", 2.0 },
  { "gemm",
    "input %x f32[1,4]\nconst %w f32[3,4] = [1,0.5,-0.25,1,2,0,1,0,-1,1,1,1]\nconst %b f32[3] = [0.5,-1,2]\n"
    "%g f32[*] = Gemm(%x, %w, %b) {transB=1,alpha=0.5,beta=2.0}\n%y f32[*] = Relu(%g)\noutput %y\n",
    "QMatMul", 2.0 },
  { "matmul", "input %x f32[2,4]\ninput %z f32[4,3]\n%m f32[*] = MatMul(%x, %z)\n%y f32[*] = Relu(%m)\noutput %y\n",
    "QMatMul", 3.0 },
  { "matmul-sums",
    "input %x f32[1,3,2,4]\nconst %w f32[4,3] = [1,0.5,-0.25,10,2,0,1,0,-1,20,1,1]\n%y f32[*] = MatMul(%x, %w)\noutput "
    "%y\n",
    "QMatMul", 40.0 },
  { "prelu-one-slope", "input %x f32[1,2,3,3]\nconst %s f32[1,1,1] = [0.25]\n%y f32[*] = PRelu(%x, %s)\noutput %y\n",
    "QTable", 1.5 },
  { "add", "input %x f32[1,2,3,3]\ninput %z f32[1,2,1,1]\n%y f32[*] = Add(%x, %z)\noutput %y\n", "QAdd", 2.0 },
  { "residual",
    "input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\nconst %v f32[2,2,1,1] = [0.5,1.5,1,-0.25]\n"
    "%a f32[*] = Conv(%x, %w)\n%b f32[*] = Conv(%x, %v)\n%s f32[*] = Add(%a, %b)\n%r f32[*] = Relu(%s)\n"
    "%c f32[*] = Conv(%r, %v)\n%y f32[*] = Add(%r, %c)\noutput %y\n",
    "QConv QConv QAdd QConv QAdd", 4.0 },
  { "sub-constant", "input %x f32[1,2,3,3]\nconst %c f32[2,1,1] = [1,-3]\n%y f32[*] = Sub(%c, %x)\noutput %y\n", "QAdd",
    2.0 },
  { "mul-relu",
    "input %x f32[1,2,3,3]\ninput %z f32[1,2,3,3]\n%m f32[*] = Mul(%x, %z)\n%y f32[*] = Relu(%m)\noutput %y\n", "QMul",
    2.0 },
  { "div",
    "input %x f32[1,2,3,3]\ninput %z f32[1,2,1,1]\nconst %k f32[] = [0.5]\n%s f32[*] = Sigmoid(%z)\n%e f32[*] = "
    "Add(%s, %k)\n"
    "%y f32[*] = Div(%x, %e)\noutput %y\n",
    "QTable QDiv", 6.0 },
  { "swish", "input %x f32[1,2,3,3]\n%s f32[*] = Sigmoid(%x)\n%y f32[*] = Mul(%x, %s)\noutput %y\n", "QTable", 1.5 },
  { "hard-swish",
    "input %x f32[1,2,3,3]\nconst %t f32[] = [3]\nconst %l f32[] = [0]\nconst %h f32[] = [6]\n"
    "%a f32[*] = Add(%x, %t)\n%c f32[*] = Clip(%a, %l, %h)\n%m f32[*] = Mul(%c, %x)\n%y f32[*] = Div(%m, %h)\noutput "
    "%y\n",
    "QTable", 1.5 },
  { "table-int16", "input %x f32[1,2,3,3]\n%y f32[*] = Exp(%x)\noutput %y\n", "QTable", 4.0, FX_PRECISION_INT16 },
  { "tables-of-two",
    "input %x f32[1,2,3,3]\n%s f32[*] = Sigmoid(%x)\n%t f32[*] = Tanh(%s)\n%e f32[*] = Exp(%s)\n"
    "%y f32[*] = Concat(%t, %e) {axis=1}\noutput %y\n",
    "QTable QTable QTable Concat", 3.0 },
  { "concat",
    "input %x f32[1,1,2,2]\nconst %k f32[] = [3]\n%a f32[*] = Mul(%x, %k)\n%b f32[*] = Abs(%x)\n"
    "%y f32[*] = Concat(%a, %x, %b) {axis=1}\noutput %y\n",
    "QTable QTable QRequantize Concat", 1.5 },
  { "average-pool",
    "input %x f32[1,2,4,4]\n%y f32[*] = AveragePool(%x) {kernel_shape=[3,3],pads=[1,1,1,1]}\noutput %y\n",
    "QAveragePool", 1.5 },
  { "global-average-pool", "input %x f32[1,2,4,4]\n%y f32[*] = GlobalAveragePool(%x)\noutput %y\n", "QAveragePool",
    8.0 },
  { "moves",
    "input %x f32[1,4,2,2]\nconst %s s64[3] = [1,2,8]\nconst %p s64[6] = [0,0,1,0,0,1]\n"
    "%a f32[*] = DepthToSpace(%x) {blocksize=2}\n%b f32[*] = Reshape(%a, %s)\n%c f32[*] = Transpose(%b) "
    "{perm=[0,2,1]}\n"
    "%d f32[*] = Pad(%c, %p)\n%e f32[*], %f f32[*] = Split(%d) {axis=2,split=[1,3]}\n"
    "%g f32[*] = Unsqueeze(%f) {axes=[0]}\n%y f32[*] = Squeeze(%g) {axes=[0]}\noutput %y\n",
    NULL, 0.51 },
  { "nearest",
    "input %x f32[1,2,2,2]\nconst %r f32[0] = []\nconst %s f32[4] = [1,1,2,2]\n"
    "%y f32[*] = Resize(%x, %r, %s) "
    "{mode=\"nearest\",coordinate_transformation_mode=\"asymmetric\",nearest_mode=\"floor\"}\n"
    "output %y\n",
    "Resize", 0.51 },
  { "max", "input %x f32[1,2,3,3]\ninput %z f32[1,2,3,3]\n%y f32[*] = Max(%x, %z)\noutput %y\n", "Max", 1.1 },
  { "global-max-pool", "input %x f32[1,2,4,4]\n%y f32[*] = GlobalMaxPool(%x)\noutput %y\n", "MaxPool", 0.51 },
  { "softmax-stays-float",
    "input %x f32[1,4]\nconst %w f32[4,2] = [1,0.5,-0.25,1,2,0,1,0]\n%g f32[*] = Gemm(%x, %w)\n"
    "%y f32[*] = LogSoftmax(%g) {axis=1}\noutput %y\n",
    "QMatMul LogSoftmax", 8.0, .has_float = TRUE },
};

static FxQuantParams *
assign (const FxGraph *graph, const FxStatistics *statistics, const Case *c)
{
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxQuantOptions options = { .asymmetric = c->asymmetric, .node_precisions = precisions };
  g_autoptr (GError) error = NULL;
  FxQuantParams *params;

  for (FxId i = 0; c->precision != FX_PRECISION_FLOAT && i < fx_graph_n_nodes (graph); i++)
    g_hash_table_insert (precisions, fx_graph_node (graph, i)->name, GINT_TO_POINTER (c->precision));
  params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
  g_assert_no_error (error);
  return params;
}

static void
check_operators (const FxGraph *graph, const char *operators)
{
  g_autoptr (GString) found = g_string_new (NULL);

  if (operators == NULL)
    return;
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const char *op_type = fx_graph_node (graph, i)->op_type;

      if (strcmp (op_type, "QuantizeLinear") != 0 && strcmp (op_type, "DequantizeLinear") != 0)
        g_string_append_printf (found, "%s%s", found->len > 0 ? " " : "", op_type);
    }
  g_assert_cmpstr (found->str, ==, operators);
}

/* A step of the output; of sums, one of the input. */
static double
output_step (const FxGraph *graph, const FxQuantParams *params)
{
  const FxValueQuant *quant = &params->values[fx_graph_output (graph, 0)];

  if (!quant->integer || quant->bits == 32)
    quant = &params->values[fx_graph_input (graph, 0)];
  return (double)quant->scale;
}

static void
test_rule (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (FxGraph) graph = parse (c->text);
  g_autoptr (FxStatistics) statistics = gather (graph);
  g_autoptr (FxQuantParams) params = assign (graph, statistics, c);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) integer = fx_quantize_integer (graph, params, &error);
  g_autoptr (FxGraph) qdq = NULL;
  g_autoptr (FxGraph) nothing = NULL;
  double step = output_step (graph, params);

  g_assert_no_error (error);
  qdq = fx_quantize_qdq (graph, params, &error);
  g_assert_no_error (error);
  nothing = fx_qdq_partial (qdq, graph, &(FxQdqPart){ 0 });
  check_operators (integer, c->operators);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      g_autoptr (FxTensor) wanted = run (graph, i, TRUE), found = run (integer, i, TRUE),
                           fast = run (integer, i, FALSE);
      g_autoptr (FxTensor) simulated = run (qdq, i, TRUE), unchanged = run (nothing, i, TRUE);

      g_test_message ("sample %u: off by %g steps, from the QDQ network by %g", i,
                      largest_difference (wanted, found) / step, largest_difference (simulated, found) / step);
      g_assert_cmpfloat (largest_difference (wanted, found), <=, c->bound * step);
      g_assert_cmpfloat (largest_difference (found, fast), <=, c->has_float ? 1e-3 * step : 0.0);
      g_assert_cmpfloat (largest_difference (wanted, unchanged), <=, 1e-3 * step);
      /* of 16 bits, single precision does not know on which side of the middle between two steps a sum lies */
      g_assert_cmpfloat (largest_difference (simulated, found), <=,
                         c->precision == FX_PRECISION_INT16 ? 1.01 * step : 1e-3 * step);
    }
}

/* ---- the end of what the BPU does ---- */

static void
check_end (const char *nodes, gboolean pool_int16, const char *operators)
{
  g_autofree char *text = g_strconcat ("input %x f32[1,2,4,4]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\n", nodes, NULL);
  g_autoptr (FxGraph) graph = parse (text);
  g_autoptr (FxStatistics) statistics = gather (graph);
  g_autoptr (FxCheckReport) placement = small_graph_place_all_but (graph, "Softmax", FALSE);
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxQuantOptions options = { .node_precisions = precisions };
  g_autoptr (FxQuantParams) params = NULL;
  g_autoptr (FxGraph) integer = NULL;
  g_autoptr (GError) error = NULL;

  for (FxId i = 0; pool_int16 && i < fx_graph_n_nodes (graph); i++)
    if (strcmp (fx_graph_node (graph, i)->op_type, "GlobalAveragePool") == 0)
      g_hash_table_insert (precisions, fx_graph_node (graph, i)->name, GINT_TO_POINTER (FX_PRECISION_INT16));
  params = fx_quantize_assign (graph, placement, statistics, &options, &error);
  g_assert_no_error (error);
  integer = fx_quantize_integer (graph, params, &error);
  g_assert_no_error (error);
  check_operators (integer, operators);
}

/* What follows the last convolution is computed in float; where another convolution follows, it is not. */
static void
test_end (void)
{
  static const char end[] = "%c f32[*] = Conv(%x, %w)\n%p f32[*] = GlobalAveragePool(%c)\n%f f32[*] = Flatten(%p)\n"
                            "%y f32[*] = Softmax(%f)\noutput %y\n";
  static const char inside[] = "%c f32[*] = Conv(%x, %w)\n%p f32[*] = GlobalAveragePool(%c)\n"
                               "%y f32[*] = Conv(%p, %w)\noutput %y\n";

  check_end (end, FALSE, "QConv GlobalAveragePool Flatten Softmax");
  check_end (end, TRUE, "QConv QAveragePool Flatten Softmax"); /* asked for */
  check_end (inside, FALSE, "QConv QAveragePool QConv");
}

/* ---- sums that nearly cancel ---- */

/* The integer network exists, and its outputs err by no more than the steps of the operands. */
static void
check_small_difference (const char *difference, const char *reader, FxPrecision precision)
{
  g_autofree char *text = g_strconcat (
      "input %x f32[1,2,4,4]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\nconst %v f32[2,2,1,1] = [1.0005,0.5,-0.25,1]\n"
      "%a f32[*] = Conv(%x, %v)\n%b f32[*] = Conv(%x, %w)\n%d f32[*] = Sub(%a, %b)\n",
      difference, NULL);
  g_autoptr (FxGraph) graph = parse (text);
  g_autoptr (FxStatistics) statistics = gather (graph);
  g_autoptr (GHashTable) precisions = g_hash_table_new (g_str_hash, g_str_equal);
  FxQuantOptions options = { .node_precisions = precisions };
  g_autoptr (FxQuantParams) params = NULL;
  g_autoptr (FxGraph) integer = NULL;
  g_autoptr (GError) error = NULL;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (strcmp (fx_graph_node (graph, i)->op_type, reader) == 0)
      g_hash_table_insert (precisions, fx_graph_node (graph, i)->name, GINT_TO_POINTER (precision));
  params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
  g_assert_no_error (error);
  integer = fx_quantize_integer (graph, params, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      g_autoptr (FxTensor) wanted = run (graph, i, TRUE), found = run (integer, i, TRUE);

      g_assert_cmpfloat (largest_difference (wanted, found), <=,
                         3.0 * (double)params->values[fx_graph_input (graph, 0)].scale);
    }
}

/* A result of 16 bits that is far smaller than its operands of 8 bits gets no finer steps than its factors allow. */
static void
test_small_difference (void)
{
  static const char direct[] = "%y f32[*] = ConvTranspose(%d, %w)\noutput %y\n";
  static const char moved[] = "%t f32[*] = Transpose(%d) {perm=[0,1,3,2]}\n"
                              "%y f32[*] = ConvTranspose(%t, %w)\noutput %y\n";

  check_small_difference (direct, "ConvTranspose", FX_PRECISION_INT16);
  check_small_difference (moved, "ConvTranspose", FX_PRECISION_INT16);
  check_small_difference (direct, "ConvTranspose", FX_PRECISION_INT8);
}

/* ---- room ---- */

/* Samples reach 2 times 1, 2, … N_SAMPLES. */
static gboolean
growing_sample (guint i, FxTensor **inputs, gpointer graph, GError **error)
{
  g_autoptr (FxTensor) plain = NULL;
  void *data;

  sample (0, &plain, graph, error);
  inputs[0] = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (plain), &data, error);
  for (gsize e = 0; e < fx_tensor_elements (plain); e++)
    ((float *)data)[e] = (float)fx_tensor_get_double (plain, e) * (float)(i + 1);
  return TRUE;
}

/* Results get room by how much samples differ, but not inputs, nor functions that have bounds, and not past a clamp. */
static void
test_room (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0,0,1]\n"
                                     "const %l f32[] = [-1]\nconst %h f32[] = [9]\n"
                                     "%c f32[*] = Conv(%x, %w)\n%s f32[*] = Sigmoid(%c)\n"
                                     "%d f32[*] = Conv(%s, %w)\n%e f32[*] = Conv(%x, %w)\n"
                                     "%k f32[*] = Clip(%e, %l, %h)\n%y f32[*] = Conv(%k, %w)\noutput %y\noutput %d\n");
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  const double widths[] = { 0.0, 0.5, 2.0 }, deviation = 2.0 * sqrt ((N_SAMPLES * N_SAMPLES - 1) / 12.0);
  g_autoptr (GError) error = NULL;

  fx_calibrate (graph, statistics, N_SAMPLES, growing_sample, graph, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      FxQuantOptions options = { .headroom = widths[i] };
      g_autoptr (FxQuantParams) params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
      const FxValueQuant *x = &params->values[fx_graph_find_value (graph, "x")];
      const FxValueQuant *c = &params->values[fx_graph_find_value (graph, "c")];
      const FxValueQuant *s = &params->values[fx_graph_find_value (graph, "s")];
      const FxValueQuant *k = &params->values[fx_graph_find_value (graph, "k")];

      g_assert_cmpfloat_with_epsilon (x->range.high, 2.0 * N_SAMPLES, 1e-6);
      g_assert_cmpfloat_with_epsilon (c->range.high, 2.0 * N_SAMPLES + widths[i] * deviation, 1e-5);
      g_assert_cmpfloat (s->range.high, <=, 1.0);
      g_assert_cmpfloat (k->range.high, <=, 9.0);
    }
}

/* ---- clamps ---- */

/* Where a range ends at a clamp, no choice of scales moves it beyond, also where the clamped value meets others in a
 * sum. */
static void
test_clamped_sum (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0.5,-0.25,1]\n"
                                     "const %v f32[2,2,1,1] = [0.03,0.17,-0.025,0.1]\n"
                                     "const %l f32[] = [0]\nconst %h f32[] = [1.5]\n"
                                     "%a f32[*] = Conv(%x, %w)\n%b f32[*] = Clip(%a, %l, %h)\n"
                                     "%c f32[*] = Conv(%x, %v)\n%y f32[*] = Add(%b, %c)\noutput %y\noutput %b\n");
  g_autoptr (FxStatistics) statistics = gather (graph);
  FxQuantOptions options = { .asymmetric = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxQuantParams) params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
  const FxValueQuant *b = &params->values[fx_graph_find_value (graph, "b")];

  g_assert_no_error (error);
  g_assert_cmpfloat (b->range.high, ==, 1.5);
  g_assert_cmpfloat (b->scale, ==, (float)(1.5 / 255));
}

/* Joined to others whose range is a hair wider, it still ends at the clamp. */
static void
test_clamped_join (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,2,3,3]\nconst %w f32[2,2,1,1] = [1,0,0,1]\n"
                                     "const %l f32[] = [0]\nconst %h f32[] = [9]\n"
                                     "%a f32[*] = Conv(%x, %w)\n%b f32[*] = Clip(%a, %l, %h)\n"
                                     "%c f32[*] = Conv(%x, %w)\n%d f32[*] = Clip(%c, %l, %h)\n"
                                     "%e f32[*] = Concat(%b, %d) {axis=1}\n"
                                     "%y f32[*] = MaxPool(%e) {kernel_shape=[2,2]}\noutput %y\n");
  g_autoptr (FxStatistics) statistics = fx_statistics_new (graph);
  FxQuantOptions options = { .asymmetric = TRUE, .headroom = 1e-3 };
  g_autoptr (FxQuantParams) params = NULL;
  g_autoptr (GError) error = NULL;
  const FxValueQuant *joined, *clamped;

  fx_calibrate (graph, statistics, N_SAMPLES, growing_sample, graph, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  params = fx_quantize_assign (graph, NULL, statistics, &options, &error);
  g_assert_no_error (error);
  joined = &params->values[fx_graph_find_value (graph, "e")];
  clamped = &params->values[fx_graph_find_value (graph, "b")];
  g_assert_cmpstr (clamped->method, ==, "shared");
  g_assert_cmpfloat_with_epsilon (joined->range.high, 9.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (joined->scale, 9.0 / 255.0, 1e-8);
}

/* ---- what is said of single nodes ---- */

static void
test_choices (void)
{
  char *first[] = { (char *)"a", NULL }, *sigmoids[] = { (char *)"Sigmoid", NULL },
       *everything[] = { (char *)"all", NULL };
  const struct
  {
    FxNodeChoices choices;
    FxPrecision a, b; /* of the Sigmoids */
    int relu;         /* −1: nothing is said */
  } said_of[] = {
    { { .int16 = first, .cpu = everything }, FX_PRECISION_INT16, FX_PRECISION_FLOAT, FX_PRECISION_FLOAT },
    { { .bpu = first, .int16 = sigmoids }, FX_PRECISION_INT8, FX_PRECISION_INT16, -1 },
    { { .int16 = sigmoids, .cpu = everything }, FX_PRECISION_INT16, FX_PRECISION_INT16, FX_PRECISION_FLOAT },
    { { .int16 = sigmoids, .cpu = sigmoids }, FX_PRECISION_FLOAT, FX_PRECISION_FLOAT, -1 },
  };
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,4]\n%a f32[*] = Sigmoid(%x) \"a\" v6\n"
                                     "%r f32[*] = Relu(%a) \"r\" v6\n%b f32[*] = Sigmoid(%r) \"b\" v6\noutput %b\n");

  for (gsize i = 0; i < G_N_ELEMENTS (said_of); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GHashTable) table = fx_quant_choose (graph, &said_of[i].choices, &error);
      gpointer said;

      g_assert_no_error (error);
      g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (table, "a")), ==, said_of[i].a);
      g_assert_cmpint (GPOINTER_TO_INT (g_hash_table_lookup (table, "b")), ==, said_of[i].b);
      g_assert_cmpint (g_hash_table_lookup_extended (table, "r", NULL, &said) ? GPOINTER_TO_INT (said) : -1, ==,
                       said_of[i].relu);
    }
}

/* A node that the board takes with 8 bits only keeps them, and so does who reads what it makes, past what moves it. */
static void
test_narrow (void)
{
  g_autoptr (FxGraph) graph = parse ("input %x f32[1,4]\ninput %z f32[1,4]\n%a f32[*] = Sigmoid(%x) \"a\" v6\n"
                                     "%b f32[*] = Add(%a, %z) \"b\" v7\n"
                                     "%t f32[*] = Transpose(%b) {perm=[1,0]} \"t\" v1\n%c f32[*] = Exp(%t) \"c\" v6\n"
                                     "output %c\n");
  g_autoptr (FxCheckReport) placement = small_graph_place_all_but (graph, "Softmax", FALSE);
  char *everything[] = { (char *)"all", NULL };
  const FxNodeChoices choices = { .int16 = everything };
  g_autoptr (GHashTable) precisions = fx_quant_choose (graph, &choices, NULL);
  FxQuantOptions options = { .node_precisions = precisions };
  g_autoptr (FxQuantParams) params = NULL;
  g_autoptr (GError) error = NULL;
  FxId a = fx_graph_find_node (graph, "a"), b = fx_graph_find_node (graph, "b"), c = fx_graph_find_node (graph, "c");

  placement->nodes[b].narrow = TRUE;
  params = fx_quantize_assign (graph, placement, NULL, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (params->nodes[a].precision, ==, FX_PRECISION_INT16);
  g_assert_cmpint (params->nodes[b].precision, ==, FX_PRECISION_INT8);
  g_assert_cmpint (params->nodes[c].precision, ==, FX_PRECISION_INT8);
  g_assert_cmpint (params->values[fx_graph_node (graph, b)->outputs[0]].bits, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/quantize/rule/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_rule);
    }
  g_test_add_func ("/quantize/end", test_end);
  g_test_add_func ("/quantize/small-difference", test_small_difference);
  g_test_add_func ("/quantize/room", test_room);
  g_test_add_func ("/quantize/clamped-sum", test_clamped_sum);
  g_test_add_func ("/quantize/clamped-join", test_clamped_join);
  g_test_add_func ("/quantize/choices", test_choices);
  g_test_add_func ("/quantize/narrow", test_narrow);
  return g_test_run ();
}
