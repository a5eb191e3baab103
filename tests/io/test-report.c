/* The forms of a report: JSON as its schema says, a page that is well-formed whatever the names are, text.
 *
 *   test-report SCHEMA
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-report.h"

#include "core/bpu/fx-compile.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"
#include "io/fx-target-file.h"
#include "io/report/fx-advice.h"
#include "io/report/fx-html.h"
#include "io/report/fx-report-bins.h"
#include "json-schema.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define HOSTILE                                                                                                        \
  "</td><script>alert('1')</script>&amp;\"\x1b[31m\xff\xe2\x80\xae"                                                    \
  "abc\n]]>"

static const char *schema_path;

/* ---- a report with everything in it ---- */

typedef struct
{
  FxReport report;
  FxErrorReport *errors;
  FxSensitivity *sensitivity;
  FxGraph *graph, *integer;
  FxMachine machine;
  FxCostReport *cost;
  FxProgram *program;
  FxTimeline *timeline;
  GPtrArray *what_if;
  FxCheckReport *placement;
  FxEvaluation before, after;
  FxReportStep steps[2];
  FxMixedPoint mixed[2];
} Whole;

static FxErrorMetrics
metrics (double noise)
{
  FxErrorSums sums = { 0 };
  float reference[64], other[64];

  for (guint i = 0; i < 64; i++)
    {
      reference[i] = (float)sin (i);
      other[i] = reference[i] + (float)(noise * cos (7.0 * i));
    }
  fx_error_sums_add (&sums, reference, other, 64);
  fx_error_sums_end_sample (&sums);
  return fx_error_metrics (&sums);
}

static void
fill_histogram (FxHistogram *histogram)
{
  fx_histogram_init (histogram);
  fx_histogram_grow (histogram, 1);
  for (guint k = 0; k < 3000; k++)
    fx_histogram_side (histogram, k % 3 == 0)[k] = 3000 - k;
}

static FxErrorReport *
make_errors (const char *name, guint n_layers)
{
  FxErrorReport *errors = g_new0 (FxErrorReport, 1);

  errors->n_samples = 4;
  errors->n_layers = n_layers;
  errors->layers = g_new0 (FxLayerError, n_layers);
  for (guint i = 0; i < n_layers; i++)
    errors->layers[i] = (FxLayerError){ .node = g_strdup_printf ("%s/%u", name, i),
                                        .op_type = g_strdup (i % 5 == 4 ? "Softmax" : "QConv"),
                                        .tensor = g_strdup_printf ("%s:%u", name, i),
                                        .dtype = i % 5 == 4 ? FX_DTYPE_FLOAT : FX_DTYPE_INT8,
                                        .has_range = i % 5 != 4,
                                        .range = { -1.28, 1.27 },
                                        .cumulative = metrics (0.01 * (i % 7)),
                                        .isolated = metrics (0.002 * (i % 3)),
                                        .has_isolated = i % 5 != 4 };
  errors->n_outputs = 1;
  errors->outputs = g_new0 (FxOutputError, 1);
  errors->outputs[0] = (FxOutputError){ .name = g_strdup (name),
                                        .all = metrics (0.05),
                                        .has_split = TRUE,
                                        .weights = metrics (0.04),
                                        .activations = metrics (0.01) };
  errors->n_details = 1;
  errors->details = g_new0 (FxLayerDetail, 1);
  errors->details[0].layer = 1;
  errors->details[0].n_channels = 3;
  errors->details[0].channels = g_new0 (FxErrorMetrics, 3);
  for (guint c = 0; c < 3; c++)
    errors->details[0].channels[c] = metrics (c * 0.3);
  errors->details[0].beyond = 0.02;
  errors->details[0].zeros[0] = errors->details[0].zeros[1] = 100;
  fill_histogram (&errors->details[0].histograms[0]);
  fill_histogram (&errors->details[0].histograms[1]);
  return errors;
}

static const char integer_net[]
    = "opset \"\" 13\nopset \"fixpoint\" 1\ninput %x f32[1,2,4,4]\nconst %s f32[] = [0.5]\nconst %z s8[] = [0]\n"
      "%q s8[1,2,4,4] = QuantizeLinear(%x, %s, %z)\n"
      "%y s8[1,2,4,4] = \"fixpoint\"::QAdd(%q, %q) {a_scale=0.5,b_scale=0.5,y_scale=1.0} \"add\"\n"
      "%r f32[1,2,4,4] = DequantizeLinear(%y, %s, %z)\noutput %r\n";

static void
make_board (Whole *whole, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", &error);

  g_assert_no_error (error);
  whole->integer = fx_graph_parse (integer_net, &error);
  g_assert_no_error (error);
  fx_graph_infer (whole->integer, NULL);
  fx_graph_rename_node (whole->integer, 1, name);
  g_assert_true (fx_machine_of_target (&whole->machine, target, &error));
  whole->cost = fx_cost_measure (whole->integer, &whole->machine);
  whole->what_if = fx_what_if (whole->integer, &whole->machine, whole->cost, TRUE);
  whole->program = fx_compile (whole->integer, target, &(FxCompileOptions){ .level = 1 }, NULL, NULL, &error);
  g_assert_no_error (error);
  whole->timeline = fx_timeline_new (whole->program);
}

static void
whole_init (Whole *whole, const char *name)
{
  *whole = (Whole){ .before = { .n = 120, .top1 = 100, .top5 = 118 },
                    .after = { .n = 120, .top1 = 97, .top5 = 118, .n_compared = 120, .agree1 = 113 },
                    .steps = { { name, name, 20.0, 23.5, TRUE }, { "round", NULL, 23.5, (double)NAN, FALSE } },
                    .mixed = { { NULL, 20.5, 1.25, TRUE }, { name, 23.5, 1.5, TRUE } } };
  whole->errors = make_errors (name, 12);
  whole->graph = fx_graph_parse ("input %x f32[1]\n%y f32[1] = Relu(%x) \"relu\" v11\noutput %y\n", NULL);
  fx_graph_rename_node (whole->graph, 0, name);
  whole->placement = fx_check (whole->graph, NULL, NULL, NULL, NULL);
  whole->sensitivity = g_new0 (FxSensitivity, 1);
  whole->sensitivity->n_rows = 2;
  whole->sensitivity->rows = g_new0 (FxSensitivityRow, 2);
  for (guint i = 0; i < 2; i++)
    whole->sensitivity->rows[i]
        = (FxSensitivityRow){ g_strdup_printf ("%s/%u", name, i), g_strdup ("Conv"), metrics (0.2 - 0.1 * i) };
  whole->sensitivity->n_curve = 1;
  whole->sensitivity->together = g_new0 (FxErrorMetrics, 1);
  whole->sensitivity->together[0] = metrics (0.2);
  whole->sensitivity->without = g_new0 (FxErrorMetrics, 1);
  whole->sensitivity->without[0] = metrics (0.1);
  make_board (whole, name);
  whole->report = (FxReport){ .model = name,
                              .target = "RDK X5",
                              .march = "bayes-e",
                              .method = name,
                              .preset = "default",
                              .dataset = name,
                              .preprocess = name,
                              .n_calibration = 20,
                              .n_held_out = 4,
                              .allows_int16 = TRUE,
                              .accuracy_float = &whole->before,
                              .accuracy_integer = &whole->after,
                              .n_steps = 2,
                              .steps = whole->steps,
                              .n_mixed = 2,
                              .mixed = whole->mixed,
                              .graph = whole->graph,
                              .placement = whole->placement,
                              .errors = whole->errors,
                              .sensitivity = whole->sensitivity,
                              .integer = whole->integer,
                              .cost = whole->cost,
                              .machine = &whole->machine,
                              .what_if = whole->what_if,
                              .program = whole->program,
                              .timeline = whole->timeline };
}

static void
whole_clear (Whole *whole)
{
  fx_error_report_free (whole->errors);
  fx_sensitivity_free (whole->sensitivity);
  fx_check_report_free (whole->placement);
  fx_graph_free (whole->graph);
  fx_graph_free (whole->integer);
  fx_cost_report_free (whole->cost);
  fx_program_free (whole->program);
  fx_timeline_free (whole->timeline);
  g_ptr_array_unref (whole->what_if);
}

/* ---- JSON ---- */

static void
check_json (const FxReport *report)
{
  g_autofree char *text = fx_report_to_json (report);
  g_autoptr (JsonParser) schema = json_parser_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *wrong = NULL;

  json_parser_load_from_file (schema, schema_path, &error);
  g_assert_no_error (error);
  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  wrong = json_schema_check (json_parser_get_root (schema), json_parser_get_root (parser));
  g_assert_cmpstr (wrong, ==, NULL);
}

static void
test_json (void)
{
  Whole whole;
  FxReport nothing = { 0 };

  whole_init (&whole, "net");
  check_json (&whole.report);
  whole_clear (&whole);
  whole_init (&whole, HOSTILE);
  check_json (&whole.report);
  whole_clear (&whole);
  check_json (&nothing);
}

/* What a frame costs, what each subgraph does beside its work, and how each node is cut; figures follow from the prices
 * of one addition of 32 bytes. */
static void
test_board (void)
{
  Whole whole;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *text = NULL, *json = NULL, *html = NULL;
  JsonObject *board, *cut, *node;
  JsonArray *shape;
  const double *prices = whole.machine.prices;

  whole_init (&whole, "net");
  json = fx_report_to_json (&whole.report);
  html = fx_report_to_html (&whole.report);
  text = fx_report_to_text (&whole.report);
  g_assert_true (json_parser_load_from_data (parser, json, -1, NULL));
  board = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), "board");
  g_assert_cmpfloat (json_object_get_double_member (board, "utilization"), ==, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (board, "cuts")), ==, 1);
  cut = json_array_get_object_element (json_object_get_array_member (board, "cuts"), 0);
  g_assert_cmpint (json_object_get_int_member (cut, "nodes"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (cut, "in_bytes"), ==, 32);
  g_assert_cmpint (json_object_get_int_member (cut, "out_bytes"), ==, 32);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (cut, "call_ms"), prices[FX_COST_CALLS], 1e-6);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (cut, "convert_ms"),
                                  32e-6 * (prices[FX_COST_QUANTIZE] + prices[FX_COST_OUTPUTS]), 1e-6);
  node = json_array_get_object_element (json_object_get_array_member (board, "nodes"), 1);
  g_assert_cmpstr (json_object_get_string_member (node, "bound_by"), ==, "elementwise");
  shape = json_object_get_array_member (node, "tile_shape");
  g_assert_cmpuint (json_array_get_length (shape), ==, 4);
  g_assert_cmpint (json_array_get_int_element (shape, 1), ==, 2);
  g_assert_cmpint (json_array_get_int_element (shape, 2), ==, json_object_get_int_member (node, "tile_rows"));
  g_assert_nonnull (strstr (html, ">Elementwise operators<"));
  g_assert_nonnull (strstr (html, "What each BPU subgraph costs"));
  g_assert_nonnull (strstr (html, ">1×2×4×4<"));
  g_assert_nonnull (strstr (text, "; 1 BPU subgraph; utilization 0.0 %; DDR "));
  whole_clear (&whole);
}

/* The check itself would notice. */
static void
test_schema (void)
{
  g_autoptr (JsonNode) schema = json_from_string ("{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":"
                                                  "false,\"properties\":{\"a\":{\"type\":[\"integer\",\"null\"]}}}",
                                                  NULL);
  static const struct
  {
    const char *text, *wrong;
  } cases[] = { { "{\"a\":1}", NULL },
                { "{\"a\":null}", NULL },
                { "{\"a\":1.5}", "$.a is of another type" },
                { "{}", "$: \"a\" is missing" },
                { "{\"a\":1,\"b\":2}", "$.b is not described" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = json_from_string (cases[i].text, NULL);
      g_autofree char *wrong = json_schema_check (schema, node);

      g_assert_cmpstr (wrong, ==, cases[i].wrong);
    }
}

/* ---- HTML ---- */

typedef struct
{
  guint n_scripts, n_sections, n_svgs, n_links;
  gboolean in_script;
} Page;

static void
start_cb (G_GNUC_UNUSED GMarkupParseContext *context, const char *element, const char **names, const char **values,
          gpointer user_data, G_GNUC_UNUSED GError **error)
{
  Page *page = user_data;

  page->n_scripts += strcmp (element, "script") == 0;
  page->n_sections += strcmp (element, "section") == 0;
  page->n_svgs += strcmp (element, "svg") == 0;
  for (guint i = 0; names[i] != NULL; i++)
    {
      /* nothing is fetched and nothing runs by an attribute */
      g_assert_false (g_str_has_prefix (names[i], "on"));
      g_assert_cmpstr (names[i], !=, "src");
      if (strcmp (names[i], "href") == 0)
        {
          g_assert_true (g_str_has_prefix (values[i], "#"));
          page->n_links++;
        }
    }
}

static Page
check_page (const FxReport *report)
{
  static const GMarkupParser funcs = { .start_element = start_cb };
  g_autofree char *text = fx_report_to_html (report);
  Page page = { 0 };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&funcs, 0, &page, NULL);
  g_autoptr (GError) error = NULL;
  const char *root = strstr (text, "<html");

  g_assert_true (g_str_has_prefix (text, "<!DOCTYPE html>\n"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_markup_parse_context_parse (context, root, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  for (const char *at = text; *at != '\0'; at++)
    g_assert_true ((guchar)*at >= 32 || *at == '\n');
  g_assert_null (strstr (text, "alert('1')"));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_cmpuint (page.n_scripts, ==, 1);
  g_assert_cmpuint (page.n_sections, ==, page.n_links);
  return page;
}

static void
test_page (void)
{
  Whole whole;
  FxReport nothing = { 0 };
  Page page;

  whole_init (&whole, "net");
  page = check_page (&whole.report);
  g_assert_cmpuint (page.n_sections, ==, fx_n_report_sections);
  g_assert_cmpuint (page.n_svgs, ==, 6); /* layers, one histogram, its channels, two curves, the timeline */
  whole_clear (&whole);
  page = check_page (&nothing);
  g_assert_cmpuint (page.n_sections, ==, 1);
}

static void
test_hostile (void)
{
  Whole whole;
  g_autofree char *visible = fx_html_visible (HOSTILE);
  g_autofree char *text = NULL;

  g_assert_nonnull (strstr (visible, "\\x1b[31m"));
  g_assert_nonnull (strstr (visible, "\\u202eabc\\x0a"));
  whole_init (&whole, HOSTILE);
  check_page (&whole.report);
  text = fx_report_to_text (&whole.report);
  g_assert_null (strchr (text, '\x1b'));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  whole_clear (&whole);
}

/* Nothing moves: a thousand layers of the same figures, infinite and undefined ones. */
static void
test_extremes (void)
{
  Whole whole;

  whole_init (&whole, "net");
  for (guint i = 0; i < 12; i++)
    whole.errors->layers[i].cumulative = whole.errors->layers[i].isolated
        = i % 2 == 0 ? metrics (0.0) : fx_error_metrics (&(FxErrorSums){ 0 });
  whole.errors->outputs[0].all = fx_error_metrics (&(FxErrorSums){ .n = 1, .other_squares = 1, .squares = 1 });
  whole.sensitivity->rows[0].error = whole.sensitivity->rows[1].error = metrics (0.0);
  fx_histogram_clear (&whole.errors->details[0].histograms[0]);
  fx_histogram_clear (&whole.errors->details[0].histograms[1]);
  whole.errors->details[0].zeros[0] = whole.errors->details[0].zeros[1] = 0;
  check_page (&whole.report);
  check_json (&whole.report);
  whole_clear (&whole);
}

static void
test_numbers (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  fx_html_number (out, 0.9999996, 6);
  g_string_append_c (out, ' ');
  fx_html_number (out, INFINITY, 2);
  g_string_append_c (out, ' ');
  fx_html_number (out, -INFINITY, 2);
  g_string_append_c (out, ' ');
  fx_html_number (out, NAN, 2);
  g_string_append_c (out, ' ');
  fx_html_number (out, 1e30, 2);
  g_string_append_c (out, ' ');
  fx_html_significant (out, 0.000123456, 3);
  g_assert_cmpstr (out->str, ==, "1.000000 ∞ −∞ – 1e+30 0.000123");
}

/* ---- bins ---- */

/* Steps of 0.01: bins end between two, and none is counted twice. */
static void
test_bins (void)
{
  FxLayerError layer = { .dtype = FX_DTYPE_INT8, .has_range = TRUE, .range = { -1.28, 1.27 } };
  FxLayerDetail detail = { .zeros = { 7, 9 } };
  FxReportBins bins;
  double total[2] = { 0 };

  fill_histogram (&detail.histograms[0]);
  fill_histogram (&detail.histograms[1]);
  fx_report_bins_fill (&bins, &layer, &detail);
  g_assert_cmpuint (bins.n, >, 60);
  g_assert_cmpuint (bins.n, <=, FX_REPORT_MAX_BINS);
  g_assert_cmpfloat_with_epsilon (bins.width / 0.01, rint (bins.width / 0.01), 1e-9);
  g_assert_cmpfloat_with_epsilon (bins.low / 0.01 - floor (bins.low / 0.01), 0.5, 1e-6);
  for (guint k = 0; k < bins.n; k++)
    {
      total[0] += bins.counts[0][k];
      total[1] += bins.counts[1][k];
    }
  g_assert_cmpfloat (total[0], ==, 7 + 3000.0 * 3001.0 / 2.0);
  g_assert_cmpfloat (total[1], ==, 2 + total[0]);
  fx_histogram_clear (&detail.histograms[0]);
  fx_histogram_clear (&detail.histograms[1]);
}

/* ---- advice ---- */

static gboolean
has_advice (const GPtrArray *list, const char *kind)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((const FxAdvice *)list->pdata[i])->kind, kind) == 0)
      return TRUE;
  return FALSE;
}

static const FxAdvice *
the_advice (const GPtrArray *list, const char *kind)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((const FxAdvice *)list->pdata[i])->kind, kind) == 0)
      return list->pdata[i];
  g_error ("there is no advice of kind %s", kind);
}

static void
test_advice (void)
{
  Whole whole;
  g_autoptr (GPtrArray) list = NULL, good = NULL;

  whole_init (&whole, "net");
  list = fx_advice_list (&whole.report);
  g_assert_false (has_advice (list, "none")); /* 2.5 points are lost */
  g_assert_cmpstr (the_advice (list, "int16")->node, ==, "net/0");
  g_assert_cmpstr (the_advice (list, "int16")->option, ==, "--int16 'net/0'");
  g_assert_cmpstr (the_advice (list, "range")->node, ==, "net/1");
  g_assert_nonnull (strstr (the_advice (list, "range")->text, "2 % of its values"));
  g_assert_true (has_advice (list, "weights"));
  g_assert_nonnull (strstr (the_advice (list, "samples")->text, "Only 20 samples"));
  g_assert_false (has_advice (list, "pipeline"));

  whole.report.allows_int16 = FALSE;
  whole.after.top1 = 10;
  g_ptr_array_unref (list);
  list = fx_advice_list (&whole.report);
  g_assert_true (has_advice (list, "pipeline"));
  g_assert_false (has_advice (list, "int16"));
  g_assert_cmpstr (the_advice (list, "float")->option, ==, "--float 'net/0'");

  whole.report = (FxReport){ .accuracy_float = &whole.before, .accuracy_integer = &whole.before };
  good = fx_advice_list (&whole.report);
  g_assert_cmpuint (good->len, ==, 1);
  g_assert_true (has_advice (good, "none"));
  whole_clear (&whole);
}

/* ---- text and files ---- */

static void
test_text (void)
{
  Whole whole;
  g_autofree char *nodes = NULL, *outputs = NULL, *text = NULL;

  whole_init (&whole, "a-long-name-that-does-not-fit-into-the-column-of-the-table");
  nodes = fx_report_node_table (&whole.report);
  outputs = fx_report_output_table (&whole.report);
  text = fx_report_to_text (&whole.report);
  g_assert_true (g_str_has_prefix (nodes, "The main quantized node information:\nNode "));
  g_assert_nonnull (strstr (nodes, "Cosine Similarity  Threshold  DataType\n"));
  g_assert_nonnull (strstr (nodes, "\n...es-not-fit-into-the-column-of-the-table/0  "));
  g_assert_nonnull (strstr (outputs, "L1 Distance  L2 Distance  Chebyshev Distance\n"));
  g_assert_nonnull (strstr (text, "integer top-1 80.83 %, top-5 98.33 % of 120 samples\n"));
  g_assert_nonnull (strstr (text, ": +3.50 dB, kept\n"));
  whole_clear (&whole);
}

static void
test_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "report.json", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "none", "report.html", NULL);
  g_autofree char *written = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  Whole whole;

  whole_init (&whole, "net");
  text = fx_report_to_json (&whole.report);
  g_assert_true (fx_report_save_json (&whole.report, path, &error));
  g_assert_true (g_file_get_contents (path, &written, NULL, NULL));
  g_assert_cmpstr (written, ==, text);
  g_assert_false (fx_report_save_html (&whole.report, nowhere, &error));
  g_assert_true (g_str_has_prefix (error->message, nowhere));
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  whole_clear (&whole);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  schema_path = argv[1];
  g_test_add_func ("/report/json", test_json);
  g_test_add_func ("/report/board", test_board);
  g_test_add_func ("/report/schema", test_schema);
  g_test_add_func ("/report/page", test_page);
  g_test_add_func ("/report/hostile", test_hostile);
  g_test_add_func ("/report/extremes", test_extremes);
  g_test_add_func ("/report/numbers", test_numbers);
  g_test_add_func ("/report/bins", test_bins);
  g_test_add_func ("/report/advice", test_advice);
  g_test_add_func ("/report/text", test_text);
  g_test_add_func ("/report/files", test_files);
  return g_test_run ();
}
