/* Placements, subgraphs and rules for models, over graphs in the text form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"

#include <string.h>

static FxCheckReport *
check (const char *lines, const char *target_name)
{
  g_autofree char *text = g_strconcat ("graph \"g\"\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = target_name != NULL ? fx_target_load (target_name, &error) : NULL;
  g_autoptr (FxGraph) graph = NULL;
  FxCheckReport *report;

  g_assert_no_error (error);
  graph = fx_graph_parse (text, &error);
  g_assert_no_error (error);
  report = fx_check (graph, target, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->n_nodes, ==, fx_graph_n_nodes (graph));
  return report;
}

/* "bpu0 folded cpu": placements and subgraphs, in node order. */
static char *
placements (const FxCheckReport *report)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < report->n_nodes; i++)
    {
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", fx_placement_name (report->nodes[i].placement));
      if (report->nodes[i].subgraph != FX_NO_SUBGRAPH)
        g_string_append_printf (text, "%d", report->nodes[i].subgraph);
    }
  return g_string_free (text, FALSE);
}

#define HEAD "opset \"\" 11\n"
#define IMAGE HEAD "input %x f32[1,3,32,32]\nconst %w f32[8,3,3,3] = elided 0x0\n"
#define MAP HEAD "input %x f32[1,8,16,16]\nconst %w f32[8,8,3,3] = elided 0x0\nconst %p f32[8] = elided 0x0\n"
#define CONV(y, x) "%" y " f32[*] = Conv(%" x ", %w) {pads=[1,1,1,1]} v11\n"

static const struct
{
  const char *name, *target, *graph, *placements;
} cases[] = {
  { "one-conv", "rdk-x5", IMAGE "%y f32[*] = Conv(%x, %w) v11\noutput %y\n", "bpu0" },
  { "normalization-and-activation", "rdk-x5",
    MAP CONV ("a", "x") "%b f32[*] = BatchNormalization(%a, %p, %p, %p, %p) v11\n%y f32[*] = Relu(%b) v11\noutput %y\n",
    "bpu0 folded folded" },
  { "clip", "rdk-x3",
    MAP CONV ("a", "x") "const %lo f32[] = [0]\nconst %hi f32[] = [6]\n%y f32[*] = Clip(%a, %lo, %hi) v11\noutput %y\n",
    "bpu0 folded" },
  { "residual", "rdk-x5",
    MAP CONV ("a", "x") CONV ("b", "a") "%c f32[*] = Add(%b, %x) v11\n%y f32[*] = Relu(%c) v11\noutput %y\n",
    "bpu0 bpu0 folded folded" },
  { "addition-of-no-convolution", "rdk-x5",
    HEAD "input %a f32[1,8,16,16]\ninput %b f32[1,8,16,16]\n%y f32[*] = Add(%a, %b) v11\noutput %y\n", "bpu0" },
  { "nothing-to-do", "rdk-x5",
    MAP CONV ("a", "x") "%b f32[*] = Dropout(%a) v10\n%c f32[*] = Identity(%b) v1\n" CONV ("y", "c") "output %y\n",
    "bpu0 folded folded bpu0" },
  { "constant-branch", "rdk-x5",
    MAP CONV ("a", "x") "%s s64[*] = Shape(%a) v1\n%r f32[*] = Reshape(%a, %s) v5\n" CONV ("y", "r") "output %y\n",
    "bpu0 folded bpu0 bpu0" },
  { "computed-weights", "rdk-x5", MAP "%v f32[*] = Neg(%w) v6\n%y f32[*] = Conv(%x, %v) v11\noutput %y\n",
    "folded bpu0" },
  { "cut-in-the-middle", "rdk-x5", MAP CONV ("a", "x") "%b f32[*] = Neg(%a) v6\n" CONV ("y", "b") "output %y\n",
    "bpu0 cpu bpu1" },
  { "cut-of-one-branch", "rdk-x5",
    MAP CONV ("a", "x") "%b f32[*] = Neg(%a) v6\n" CONV ("c", "a")
        CONV ("d", "b") "%y f32[*] = Mul(%c, %d) v7\noutput %y\n",
    "bpu0 cpu bpu0 bpu1 bpu1" },
  /* the second input never meets the CPU, so its convolution belongs to the part behind the cut */
  { "joined-late", "rdk-x5",
    MAP "input %z f32[1,8,16,16]\n" CONV ("a", "x") "%b f32[*] = Neg(%a) v6\n" CONV ("c", "b")
        CONV ("d", "z") "%y f32[*] = Mul(%c, %d) v7\noutput %y\n",
    "bpu0 cpu bpu1 bpu1 bpu1" },
  { "asked-for", "rdk-x5", HEAD "input %x f32[1,8,16,16]\n%y f32[*] = Softmax(%x) {axis=3} v11\noutput %y\n", "cpu" },
  { "kernel-too-large", "rdk-x3",
    HEAD "input %x f32[1,8,32,32]\nconst %w f32[8,8,9,9] = elided 0x0\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "cpu" },
  { "kernel-not-too-large", "rdk-x5",
    HEAD "input %x f32[1,8,32,32]\nconst %w f32[8,8,9,9] = elided 0x0\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "bpu0" },
  { "fully-connected", "rdk-x5",
    HEAD "input %x f32[1,8,7,7]\nconst %w f32[10,392] = elided 0x0\n%f f32[*] = Flatten(%x) v11\n"
         "%y f32[*] = Gemm(%f, %w) {transB=1} v11\noutput %y\n",
    "folded bpu0" },
  { "computed-matrix", "rdk-x5", HEAD "input %x f32[4,8]\ninput %w f32[8,4]\n%y f32[*] = Gemm(%x, %w) v11\noutput %y\n",
    "cpu" },
  { "reshape-on-x3", "rdk-x3",
    MAP CONV ("a", "x") "const %s s64[4] = [1,8,4,64]\n%y f32[*] = Reshape(%a, %s) v5\noutput %y\n", "bpu0 cpu" },
  { "reshape-next-to-the-bpu", "rdk-x5",
    MAP CONV ("a", "x") "const %s s64[4] = [1,8,4,64]\n%y f32[*] = Reshape(%a, %s) v5\noutput %y\n", "bpu0 bpu0" },
  { "reshape-behind-the-cpu", "rdk-x5",
    MAP CONV ("a", "x") "%b f32[*] = Neg(%a) v6\nconst %s s64[4] = [1,8,4,64]\n"
                        "%c f32[*] = Reshape(%b, %s) v5\n%y f32[*] = Transpose(%c) {perm=[0,2,3,1]} v1\noutput %y\n",
    "bpu0 cpu cpu cpu" },
  { "no-kernel", "rdk-x5", MAP CONV ("a", "x") "%y bool[*] = IsNaN(%a) v9\noutput %y\n", "bpu0 unsupported" },
  { "not-listed", "rdk-x5", MAP CONV ("a", "x") "%y f32[*] = test::Foo(%a) v1\noutput %y\n", "bpu0 unsupported" },
  { "not-listed-where-the-list-is-incomplete", "rdk-s100", MAP CONV ("a", "x") "%y f32[*] = Abs(%a) v6\noutput %y\n",
    "unknown bpu0" },
  { "free-size", "rdk-x5",
    HEAD "input %x f32[1,3,H,W]\nconst %w f32[8,3,3,3] = elided 0x0\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "unknown" },
  { "free-batch", "rdk-x5",
    HEAD "input %x f32[N,3,8,8]\nconst %w f32[8,3,3,3] = elided 0x0\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "bpu0" },
  { "newer-opset", "rdk-x5",
    "opset \"\" 13\ninput %x f32[1,8,16,16]\nconst %w f32[8,8,3,3] = elided 0x0\n%a f32[*] = Conv(%x, %w) v13\n"
    "const %i s64[1] = [0]\n%b f32[*] = Unsqueeze(%a, %i) v13\n%y f32[*] = Squeeze(%b, %i) v13\noutput %y\n",
    "bpu0 bpu0 bpu0" },
};

static void
test_placement (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (FxCheckReport) report = check (cases[i].graph, cases[i].target);
  g_autofree char *found = placements (report);

  for (guint k = 0; k < report->n_nodes; k++)
    {
      const FxNodeCheck *node = &report->nodes[k];

      for (guint r = 0; r < node->reasons->len; r++)
        g_test_message ("%u: %s", k, ((const FxReason *)node->reasons->pdata[r])->text);
      /* whatever is not on the BPU says why */
      if (node->placement != FX_PLACEMENT_BPU)
        g_assert_cmpuint (node->reasons->len, >, 0);
    }
  g_assert_cmpstr (found, ==, cases[i].placements);
}

/* ---- rules for models ---- */

static const struct
{
  const char *name, *graph, *rule, *fix_rule;
  FxSeverity severity;
} rules[] = {
  { "ir-version", "meta \"ir_version\" \"9\"\n" IMAGE "%y f32[*] = Conv(%x, %w) v11\noutput %y\n", "ir-version",
    "convert-opset", FX_SEVERITY_ERROR },
  { "opset-12", "opset \"\" 12\ninput %x f32[1,3,8,8]\n%y f32[*] = Relu(%x) v12\noutput %y\n", "opset", "convert-opset",
    FX_SEVERITY_ERROR },
  { "opset-9", "opset \"\" 9\ninput %x f32[1,3,8,8]\n%y f32[*] = Relu(%x) v9\noutput %y\n", "opset", "convert-opset",
    FX_SEVERITY_ERROR },
  { "free-batch", HEAD "input %x f32[N,3,8,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-dynamic", "freeze-batch",
    FX_SEVERITY_ERROR },
  { "free-size", HEAD "input %x f32[1,3,H,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-dynamic", NULL,
    FX_SEVERITY_ERROR },
  { "free-rank", HEAD "input %x f32[*]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-dynamic", NULL,
    FX_SEVERITY_ERROR },
  { "rank-3", HEAD "input %x f32[1,3,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-rank", "input-4d",
    FX_SEVERITY_ERROR },
  { "rank-5", HEAD "input %x f32[1,3,8,8,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-rank", NULL,
    FX_SEVERITY_ERROR },
  { "batch-8", HEAD "input %x f32[8,3,8,8]\n%y f32[*] = Relu(%x) v11\noutput %y\n", "input-batch", "freeze-batch",
    FX_SEVERITY_ERROR },
  { "input-double", HEAD "input %x f64[1,3,8,8]\n%y f64[*] = Relu(%x) v11\noutput %y\n", "input-dtype", "float32",
    FX_SEVERITY_ERROR },
  { "input-int64", HEAD "input %x s64[1,3,8,8]\n%y f32[*] = Cast(%x) {to=1} v9\noutput %y\n", "input-dtype", NULL,
    FX_SEVERITY_ERROR },
  { "input-scales", HEAD "input %x f32[1,3,8,8]\ninput %s f32[4]\n%y f32[*] = Resize(%x, _, %s) v11\noutput %y\n",
    "input-sizes", NULL, FX_SEVERITY_ERROR },
  { "input-shape", HEAD "input %x f32[1,3,8,8]\ninput %s s64[4]\n%y f32[*] = Reshape(%x, %s) v5\noutput %y\n",
    "input-sizes", NULL, FX_SEVERITY_ERROR },
  { "half", HEAD "input %x f16[1,3,8,8]\n%y f16[*] = Relu(%x) v11\noutput %y\n", "dtype", "float32",
    FX_SEVERITY_ERROR },
  { "postprocessing",
    HEAD "input %b f32[1,6,4]\ninput %s f32[1,2,6]\nconst %n s64[1] = [3]\n"
         "%y s64[*] = NonMaxSuppression(%b, %s, %n) v11\noutput %y\n",
    "post-processing", "cut-postprocessing", FX_SEVERITY_ERROR },
  { "unknown-operator", HEAD "input %x f32[1,3,8,8]\n%y f32[*] = Frobnicate(%x) v11\noutput %y\n", "unknown-operator",
    NULL, FX_SEVERITY_ERROR },
  { "quantized",
    HEAD "input %x f32[1,3,8,8]\nconst %s f32[] = [0.5]\nconst %z u8[] = [0]\n"
         "%y u8[*] = QuantizeLinear(%x, %s, %z) v10\noutput %y\n",
    "quantized", NULL, FX_SEVERITY_ERROR },
  { "weights", HEAD "input %x f32[1,1,8,8]\nconst %w f32[1,1,1,2] = [1,nan]\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "weights", NULL, FX_SEVERITY_ERROR },
  { "no-bpu-node", HEAD "input %x f32[1,3,8,8]\n%y f32[*] = Neg(%x) v6\noutput %y\n", "no-bpu-node", NULL,
    FX_SEVERITY_ERROR },
  { "no-convolution", HEAD "input %x f32[1,3,8,8]\n%y f32[*] = MaxPool(%x) {kernel_shape=[2,2]} v11\noutput %y\n",
    "no-conv", NULL, FX_SEVERITY_WARNING },
  { "cut", MAP CONV ("a", "x") "%b f32[*] = Neg(%a) v6\n" CONV ("y", "b") "output %y\n", "cut", NULL,
    FX_SEVERITY_INFO },
};

static void
test_rule (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (FxCheckReport) report = check (rules[i].graph, "rdk-x5");
  gboolean found = FALSE;
  FxSeverity last = FX_SEVERITY_ERROR;

  for (guint k = 0; k < report->diagnostics->len; k++)
    {
      const FxDiagnostic *diagnostic = report->diagnostics->pdata[k];

      g_test_message ("%s: %s", diagnostic->rule, diagnostic->message);
      g_assert_cmpint (diagnostic->severity, <=, last);
      last = diagnostic->severity;
      if (strcmp (diagnostic->rule, rules[i].rule) != 0)
        continue;
      found = TRUE;
      g_assert_cmpint (diagnostic->severity, ==, rules[i].severity);
      g_assert_cmpstr (diagnostic->fix_rule, ==, rules[i].fix_rule);
    }
  g_assert_true (found);
}

static void
test_good (void)
{
  static const char *const targets[] = { "rdk-x3", "rdk-ultra", "rdk-x5" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (FxCheckReport) report
          = check ("meta \"ir_version\" \"6\"\n" IMAGE "%a f32[*] = Conv(%x, %w) {strides=[2,2]} v11\n"
                   "%b f32[*] = Relu(%a) v11\n%y f32[*] = MaxPool(%b) {kernel_shape=[2,2], strides=[2,2]} v11\n"
                   "output %y\n",
                   targets[i]);

      g_assert_cmpuint (report->diagnostics->len, ==, 0);
      g_assert_cmpuint (report->counts[FX_PLACEMENT_BPU], ==, 2);
      g_assert_cmpuint (report->counts[FX_PLACEMENT_FOLDED], ==, 1);
      g_assert_cmpuint (report->n_subgraphs, ==, 1);
    }
}

static void
test_outputs (void)
{
  g_autoptr (GString) text = g_string_new (IMAGE);
  g_autoptr (FxCheckReport) report = NULL;

  for (guint i = 0; i < 33; i++)
    g_string_append_printf (text, "%%y%u f32[*] = Conv(%%x, %%w) v11\noutput %%y%u\n", i, i);
  report = check (text->str, "rdk-x5");
  g_assert_cmpuint (fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR), ==, 1);
  g_assert_cmpstr (((const FxDiagnostic *)report->diagnostics->pdata[0])->rule, ==, "output-count");
  g_assert_cmpstr (((const FxDiagnostic *)report->diagnostics->pdata[0])->found, ==, "33");
}

/* Without a target only the rules for models are checked. */
static void
test_no_target (void)
{
  g_autoptr (FxCheckReport) report
      = check ("opset \"\" 13\ninput %x f32[1,3,8]\n%y f32[*] = Neg(%x) v6\noutput %y\n", NULL);

  g_assert_cmpuint (fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR), ==, 2);
  g_assert_cmpuint (report->counts[FX_PLACEMENT_UNKNOWN], ==, 1);
}

/* What the incomplete list does not have may run on the BPU; what a limit in it speaks against does not. */
static void
test_assumed (void)
{
  g_autoptr (FxCheckReport) report = check (
      MAP CONV ("a", "x") "%b f32[*] = Abs(%a) v6\n" CONV ("c", "b") "%y f32[*] = Abs(%c) v6\noutput %y\n", "rdk-s100");
  g_autoptr (FxCheckReport) refused
      = check (HEAD "input %x f32[1,1,1,40000]\n%y s64[*] = ArgMax(%x) {axis=3} v11\noutput %y\n", "rdk-s100");
  gboolean told = FALSE;

  g_assert_cmpuint (report->n_assumed, ==, 2);
  g_assert_true (report->nodes[0].assumed);
  g_assert_false (report->nodes[1].assumed);
  for (guint i = 0; i < report->diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = report->diagnostics->pdata[i];

      told = told || strcmp (diagnostic->rule, "assumed") == 0;
      g_assert_cmpstr (diagnostic->rule, !=, "cut"); /* what may be on the BPU cuts nothing */
    }
  g_assert_true (told);
  g_assert_cmpint (refused->nodes[0].placement, ==, FX_PLACEMENT_UNKNOWN);
  g_assert_false (refused->nodes[0].assumed);
  g_assert_cmpuint (refused->n_assumed, ==, 0);
}

/* What only moves data goes with an operator that is taken to run on the BPU, also if its other neighbor cannot. */
static void
test_assumed_neighbor (void)
{
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  g_autoptr (FxGraph) graph
      = fx_graph_parse ("graph \"g\"\n" HEAD "opset \"house\" 1\ninput %x f32[1,8,16,16]\n"
                        "%a f32[1,8,16,16] = house::New(%x) v1\n%b f32[*] = Transpose(%a) {perm=[0,2,3,1]} v11\n"
                        "%y f32[*] = Softmax(%b) {axis=3} v11\noutput %y\n",
                        NULL);
  g_autoptr (FxCheckReport) report = NULL;
  g_autofree char *found = NULL;

  g_assert_nonnull (graph);
  target->complete = FALSE;
  report = fx_check (graph, target, NULL, NULL, NULL);
  found = placements (report);
  g_assert_cmpstr (found, ==, "unknown bpu0 cpu");
}

/* Where the board has 8 bits only, who asks for 16 is told before a conversion refuses. */
static void
test_wide_choice (void)
{
  static const struct
  {
    const char *target;
    gboolean told;
  } boards[] = { { "rdk-x3", TRUE }, { "rdk-x5", FALSE } };
  g_autoptr (FxGraph) graph
      = fx_graph_parse ("graph \"g\"\ninput %x f32[1,8,16,16]\n%y f32[*] = Relu(%x)\noutput %y\n", NULL);
  char *wide[] = { (char *)"Relu", NULL };
  const FxNodeChoices choices = { .int16 = wide };

  g_assert_nonnull (graph);
  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      g_autoptr (FxTarget) target = fx_target_load (boards[i].target, NULL);
      g_autoptr (FxCheckReport) report = fx_check_chosen (graph, target, NULL, &choices, NULL, NULL);
      gboolean told = FALSE;

      for (guint k = 0; k < report->diagnostics->len; k++)
        told = told || strstr (((FxDiagnostic *)report->diagnostics->pdata[k])->message, "8 bits only") != NULL;
      g_assert_cmpint (told, ==, boards[i].told);
    }
}

/* Who gets 8 bits only: whom the list takes with no more, by operator or by what the node is, and on X3 all. */
static void
test_narrow (void)
{
  static const char text[]
      = "graph \"g\"\ninput %x f32[1,8,16,16]\nconst %w f32[8,8,3,3] = elided 0x1\n"
        "const %s f32[8,1,1] = [0.1,0.2,0.3,0.1,0.2,0.3,0.1,0.2]\n"
        "%a f32[*] = Conv(%x, %w) {kernel_shape=[3,3], pads=[1,1,1,1]} \"plain\"\n"
        "%b f32[*] = Conv(%a, %w) {kernel_shape=[3,3], pads=[2,2,2,2], dilations=[2,2]} \"dilated\"\n"
        "%y f32[*] = PRelu(%b, %s) \"slopes\"\noutput %y\n";
  static const struct
  {
    const char *target, *narrow;
  } boards[] = { { "rdk-x3", "plain dilated slopes" }, { "rdk-x5", "dilated slopes" }, { "rdk-s100", "" } };
  g_autoptr (FxGraph) graph = fx_graph_parse (text, NULL);
  char *wide[] = { (char *)"all", NULL };
  const FxNodeChoices choices = { .int16 = wide };

  g_assert_nonnull (graph);
  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      g_autoptr (FxTarget) target = fx_target_load (boards[i].target, NULL);
      g_autoptr (FxCheckReport) report = fx_check_chosen (graph, target, NULL, &choices, NULL, NULL);
      g_autoptr (GString) narrow = g_string_new ("");
      guint told = 0;

      for (FxId id = 0; id < report->n_nodes; id++)
        if (report->nodes[id].narrow)
          g_string_append_printf (narrow, "%s%s", narrow->len > 0 ? " " : "", fx_graph_node (graph, id)->name);
      g_assert_cmpstr (narrow->str, ==, boards[i].narrow);
      for (guint k = 0; k < report->diagnostics->len; k++)
        told += strstr (((FxDiagnostic *)report->diagnostics->pdata[k])->message, "it does not get 16") != NULL;
      g_assert_cmpuint (told, ==, i == 1 ? 2 : 0);
    }
}

/* The finding counts nodes of the source, of which one may have become several. */
static void
test_assumed_count (void)
{
  g_autoptr (FxCheckReport) report
      = check ("opset \"\" 20\ninput %x f32[1,8,16,16]\n%y f32[*] = Gelu(%x) v20\noutput %y\n", "rdk-s100");
  gboolean told = FALSE;

  g_assert_cmpuint (report->n_assumed, ==, 1);
  for (guint i = 0; i < report->diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = report->diagnostics->pdata[i];

      told = told || strstr (diagnostic->message, "does not settle 1 node:") != NULL;
    }
  g_assert_true (told);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);
  g_autoptr (FxGraph) graph = fx_graph_parse ("graph \"g\"\n" IMAGE "%y f32[*] = Conv(%x, %w) v11\noutput %y\n", NULL);
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (fx_check (graph, target, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The layer of a Caffe model has its own row: Flatten is for the BPU in the ONNX table of the X5, for the CPU here. */
static void
test_caffe (void)
{
  static const char lines[] = MAP CONV ("a", "x") "%y f32[*] = Flatten(%a) \"flat\" v11\noutput %y\n";
  g_autofree char *caffe = g_strconcat ("meta \"caffe:flat\" \"Flatten\"\n", lines, NULL);
  g_autoptr (FxCheckReport) as_onnx = check (lines, "rdk-x5");
  g_autoptr (FxCheckReport) as_caffe = check (caffe, "rdk-x5");

  g_assert_cmpint (as_onnx->nodes[1].placement, ==, FX_PLACEMENT_BPU);
  g_assert_cmpint (as_caffe->nodes[1].placement, ==, FX_PLACEMENT_CPU);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/check/placement/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_placement);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *path = g_strconcat ("/check/rule/", rules[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_rule);
    }
  g_test_add_func ("/check/good", test_good);
  g_test_add_func ("/check/outputs", test_outputs);
  g_test_add_func ("/check/no-target", test_no_target);
  g_test_add_func ("/check/assumed", test_assumed);
  g_test_add_func ("/check/assumed-neighbor", test_assumed_neighbor);
  g_test_add_func ("/check/assumed-count", test_assumed_count);
  g_test_add_func ("/check/wide-choice", test_wide_choice);
  g_test_add_func ("/check/narrow", test_narrow);
  g_test_add_func ("/check/cancel", test_cancel);
  g_test_add_func ("/check/caffe", test_caffe);
  return g_test_run ();
}
