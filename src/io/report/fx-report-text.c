/* The report for a terminal: tables as users of the boards' own converter know them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-advice.h"
#include "io/report/fx-html.h"

#include "core/bpu/fx-cost-cuts.h"
#include "core/bpu/fx-what-if.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <math.h>
#include <string.h>

/* ---- tables of text ---- */

#define MAX_WIDTH 44
#define MOST_CHANGES 5

typedef struct
{
  GPtrArray *cells; /* of char *, row by row; the first row has the headings */
  guint n_columns;
} Table;

static Table
table_new (const char *const *headings, guint n_columns)
{
  Table table = { g_ptr_array_new_with_free_func (g_free), n_columns };

  for (guint i = 0; i < n_columns; i++)
    g_ptr_array_add (table.cells, g_strdup (headings[i]));
  return table;
}

/* Names that are too long lose their beginning: the end tells layers of the same kind apart. */
static void
add_name (Table *table, const char *name)
{
  char *visible = fx_html_visible (name);
  glong length = g_utf8_strlen (visible, -1);

  if (length > MAX_WIDTH)
    {
      char *end = g_utf8_offset_to_pointer (visible, length - (MAX_WIDTH - 3));
      char *shortened = g_strconcat ("...", end, NULL);

      g_free (visible);
      visible = shortened;
    }
  g_ptr_array_add (table->cells, visible);
}

static void
add_text (Table *table, const char *text)
{
  g_ptr_array_add (table->cells, g_strdup (text));
}

static void
add_number (Table *table, double value, int digits)
{
  GString *text = g_string_new (NULL);

  if (isnan (value))
    g_string_append (text, "--");
  else
    fx_html_number (text, value, digits);
  g_ptr_array_add (table->cells, g_string_free (text, FALSE));
}

static void
add_significant (Table *table, double value)
{
  GString *text = g_string_new (NULL);

  fx_html_significant (text, value, 4);
  g_ptr_array_add (table->cells, g_string_free (text, FALSE));
}

/* Takes what the table holds. */
static void
table_print (Table *table, GString *out)
{
  g_autofree glong *widths = g_new0 (glong, table->n_columns);

  for (guint i = 0; i < table->cells->len; i++)
    widths[i % table->n_columns] = MAX (widths[i % table->n_columns], g_utf8_strlen (table->cells->pdata[i], -1));
  for (guint i = 0; i < table->cells->len; i++)
    {
      guint column = i % table->n_columns;
      const char *cell = table->cells->pdata[i];

      g_string_append (out, cell);
      if (column + 1 == table->n_columns)
        g_string_append_c (out, '\n');
      for (glong k = g_utf8_strlen (cell, -1); column + 1 < table->n_columns && k < widths[column] + 2; k++)
        g_string_append_c (out, ' ');
    }
  g_ptr_array_unref (table->cells);
}

/* ---- nodes ---- */

/* Where a node of the quantized network runs, by the float node of its name; NULL: not known. */
static const FxNodeCheck *
check_of (const FxReport *report, const char *name)
{
  FxId id = report->graph != NULL && report->placement != NULL ? fx_graph_find_node (report->graph, name) : FX_NONE;

  return id != FX_NONE && id < report->placement->n_nodes ? &report->placement->nodes[id] : NULL;
}

static void
add_place (Table *table, const FxReport *report, const FxLayerError *layer)
{
  const FxNodeCheck *check = check_of (report, layer->node);
  gboolean cpu = layer->dtype == FX_DTYPE_FLOAT;

  /* what is folded into a neighbour runs where that does */
  if (check != NULL && (check->placement == FX_PLACEMENT_CPU || check->placement == FX_PLACEMENT_UNSUPPORTED))
    cpu = TRUE;
  add_text (table, cpu ? "CPU" : "BPU");
  g_ptr_array_add (table->cells, !cpu && check != NULL && check->subgraph != FX_NO_SUBGRAPH
                                     ? g_strdup_printf ("id(%d)", check->subgraph)
                                     : g_strdup ("--"));
}

/* The threshold T of a range: −T … T of which −T itself is a step beyond, or the larger end of a lopsided one. */
static double
threshold_of (const FxLayerError *layer)
{
  const FxRange *range = layer->has_input_range ? &layer->input_range : &layer->range;

  if (!layer->has_input_range && !layer->has_range)
    return (double)NAN;
  return fabs (range->low + range->high) <= 0.01 * range->high ? range->high : MAX (range->high, -range->low);
}

char *
fx_report_node_table (const FxReport *report)
{
  static const char *const headings[]
      = { "Node", "ON", "Subgraph", "Type", "Cosine Similarity", "Threshold", "DataType" };
  Table table = table_new (headings, G_N_ELEMENTS (headings));
  GString *out = g_string_new ("The main quantized node information:\n");

  for (guint i = 0; report->errors != NULL && i < report->errors->n_layers; i++)
    {
      const FxLayerError *layer = &report->errors->layers[i];

      add_name (&table, layer->node);
      add_place (&table, report, layer);
      add_name (&table, layer->op_type);
      add_number (&table, layer->cumulative.cosine, 6);
      add_number (&table, threshold_of (layer), 6);
      add_text (&table, layer->dtype == FX_DTYPE_FLOAT ? "float" : fx_dtype_numpy_name (layer->dtype));
    }
  table_print (&table, out);
  return g_string_free (out, FALSE);
}

char *
fx_report_layer_table (const FxReport *report)
{
  static const char *const headings[]
      = { "Node", "Type", "DataType", "Cosine", "SQNR dB", "isolated dB", "MSE", "max |d|" };
  Table table = table_new (headings, G_N_ELEMENTS (headings));
  GString *out = g_string_new (NULL);

  for (guint i = 0; report->errors != NULL && i < report->errors->n_layers; i++)
    {
      const FxLayerError *layer = &report->errors->layers[i];

      add_name (&table, layer->node);
      add_name (&table, layer->op_type);
      add_text (&table, layer->dtype == FX_DTYPE_FLOAT ? "float" : fx_dtype_numpy_name (layer->dtype));
      add_number (&table, layer->cumulative.cosine, 6);
      add_number (&table, layer->cumulative.sqnr_db, 2);
      add_number (&table, layer->has_isolated ? layer->isolated.sqnr_db : (double)NAN, 2);
      add_significant (&table, layer->cumulative.mse);
      add_significant (&table, layer->cumulative.max_abs);
    }
  table_print (&table, out);
  return g_string_free (out, FALSE);
}

char *
fx_report_output_table (const FxReport *report)
{
  static const char *const headings[]
      = { "Output", "Cosine Similarity", "L1 Distance", "L2 Distance", "Chebyshev Distance" };
  Table table = table_new (headings, G_N_ELEMENTS (headings));
  GString *out = g_string_new ("The quantized model output:\n");

  for (guint i = 0; report->errors != NULL && i < report->errors->n_outputs; i++)
    {
      const FxOutputError *output = &report->errors->outputs[i];

      add_name (&table, output->name);
      add_number (&table, output->all.cosine, 6);
      add_number (&table, output->all.l1, 6);
      add_number (&table, output->all.l2, 6);
      add_number (&table, output->all.max_abs, 6);
    }
  table_print (&table, out);
  return g_string_free (out, FALSE);
}

char *
fx_report_sensitivity_table (const FxSensitivity *sensitivity)
{
  static const char *const headings[] = { "Name", "Type", "Cosine", "SQNR dB", "MSE" };
  static const char *const curve_headings[] = { "Of the worst", "only these: SQNR dB", "all others: SQNR dB" };
  Table table = table_new (headings, G_N_ELEMENTS (headings));
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < sensitivity->n_rows; i++)
    {
      const FxSensitivityRow *row = &sensitivity->rows[i];

      add_name (&table, row->name);
      add_name (&table, row->op_type);
      add_number (&table, row->error.cosine, 6);
      add_number (&table, row->error.sqnr_db, 2);
      add_significant (&table, row->error.mse);
    }
  table_print (&table, out);
  if (sensitivity->n_curve == 0)
    return g_string_free (out, FALSE);
  g_string_append_c (out, '\n');
  table = table_new (curve_headings, G_N_ELEMENTS (curve_headings));
  for (guint k = 0; k < sensitivity->n_curve; k++)
    {
      g_ptr_array_add (table.cells, g_strdup_printf ("%u", k + 1));
      add_number (&table, sensitivity->together[k].sqnr_db, 2);
      add_number (&table, sensitivity->without[k].sqnr_db, 2);
    }
  table_print (&table, out);
  return g_string_free (out, FALSE);
}

/* ---- the rest ---- */

static char *
number (double value, int decimals)
{
  GString *text = g_string_new (NULL);

  fx_html_number (text, value, decimals);
  return g_string_free (text, FALSE);
}

static void
print_accuracy (const char *label, const FxEvaluation *evaluation, GString *out)
{
  g_autofree char *top1 = NULL, *top5 = NULL;

  if (evaluation == NULL || evaluation->n == 0)
    return;
  top1 = number (fx_evaluation_percent (evaluation->top1, evaluation->n), 2);
  top5 = number (fx_evaluation_percent (evaluation->top5, evaluation->n), 2);
  g_string_append_printf (out, _ ("%s top-1 %s %%, top-5 %s %% of %u samples\n"), label, top1, top5, evaluation->n);
}

static void
print_steps (const FxReport *report, GString *out)
{
  for (guint i = 0; i < report->n_steps; i++)
    {
      const FxReportStep *step = &report->steps[i];
      double gain = step->after_db - step->before_db;
      g_autofree char *name = fx_html_visible (step->name);

      g_autofree char *change = number (gain, 2);
      const char *sign = gain >= 0.0 ? "+" : "";

      if (isnan (gain))
        g_string_append_printf (out, step->kept ? _ ("step %s: kept\n") : _ ("step %s: not kept\n"), name);
      else
        g_string_append_printf (out, step->kept ? _ ("step %s: %s%s dB, kept\n") : _ ("step %s: %s%s dB, not kept\n"),
                                name, sign, change);
    }
}

static void
print_mixed (const FxReport *report, GString *out)
{
  for (guint i = 1; i < report->n_mixed && report->mixed[i].kept; i++)
    {
      const FxMixedPoint *point = &report->mixed[i];
      g_autofree char *name = fx_html_visible (point->node);

      g_string_append_printf (out, "int16 %s: ", name);
      fx_html_number (out, point->db, 2);
      g_string_append (out, " dB");
      if (!isnan (point->ms))
        {
          g_string_append (out, ", ");
          fx_html_number (out, point->ms, 3);
          g_string_append (out, " ms, ");
          fx_html_number (out, point->ms / report->mixed[0].ms, 3);
          g_string_append (out, " of 8 bits");
        }
      g_string_append_c (out, '\n');
    }
}

static void
print_advice (const FxReport *report, GString *out)
{
  g_autoptr (GPtrArray) list = fx_advice_list (report);

  g_string_append_printf (out, "%s\n", _ ("What to try next:"));
  for (guint i = 0; i < list->len; i++)
    {
      const FxAdvice *advice = list->pdata[i];
      g_autofree char *node = advice->node != NULL ? fx_html_visible (advice->node) : NULL;
      g_autofree char *option = advice->option != NULL ? fx_html_visible (advice->option) : NULL;

      g_string_append_printf (out, "- %s%s%s", node != NULL ? node : "", node != NULL ? ": " : "", advice->text);
      if (option != NULL)
        g_string_append_printf (out, " (%s)", option);
      g_string_append_c (out, '\n');
    }
}

static void
print_what_if (const FxReport *report, GString *out)
{
  const GPtrArray *list = report->what_if;

  for (guint i = 0; i < list->len && i < MOST_CHANGES; i++)
    {
      const FxWhatIf *entry = list->pdata[i];
      g_autofree char *node = entry->node != NULL ? fx_html_visible (entry->node) : NULL;

      if (entry->ms <= 0)
        continue;
      g_string_append (out, "- ");
      fx_html_number (out, entry->ms, 2);
      g_string_append_printf (out, " ms less: %s%s%s%s\n", entry->text, node != NULL ? " (" : "",
                              node != NULL ? node : "", node != NULL ? ")" : "");
    }
}

static void
print_board (const FxReport *report, GString *out)
{
  const FxCostReport *cost = report->cost;
  const FxTimeline *timeline = report->timeline;
  g_autofree char *ms = number (cost->total_ms, 2);
  g_autofree char *utilization = number (100 * fx_cost_utilization (report->machine, cost), 1);
  g_autoptr (GString) parts = g_string_new (NULL);

  for (int part = 0; part < FX_N_COST_PARTS; part++)
    {
      g_string_append_printf (parts, "%s%s ", part > 0 ? ", " : "", _ (fx_cost_part_titles[part]));
      fx_html_number (parts, cost->total_ms > 0 ? 100 * cost->part_ms[part] / cost->total_ms : 0, 0);
      g_string_append (parts, " %");
    }
  g_string_append_printf (out,
                          fx_plural ("on the board: %s ms, %s; %u BPU subgraph; utilization %s %%",
                                     "on the board: %s ms, %s; %u BPU subgraphs; utilization %s %%", cost->n_subgraphs),
                          ms, parts->str, cost->n_subgraphs, utilization);
  if (timeline != NULL)
    {
      g_autofree char *loaded = number ((double)timeline->loaded_bytes / 1e6, 2);
      g_autofree char *stored = number ((double)timeline->stored_bytes / 1e6, 2);
      g_autofree char *peak = number ((double)timeline->sram_peak / 1e6, 2);

      g_string_append_printf (out, _ ("; DDR %s MB loaded, %s MB stored; SRAM %s MB"), loaded, stored, peak);
    }
  g_string_append_c (out, '\n');
}

static void
print_cuts (const FxReport *report, GString *out)
{
  g_autoptr (GArray) cuts = fx_cost_cuts (report->integer, report->machine, report->cost);

  for (guint i = 0; i < cuts->len && cuts->len > 1; i++)
    {
      const FxCostCut *cut = &g_array_index (cuts, FxCostCut, i);

      g_autofree char *ms = number (cut->ms, 3), *cost = number (cut->call_ms + cut->convert_ms, 3);

      g_string_append_printf (out, _ ("subgraph %u: %u nodes, %s ms; the cut costs %s ms\n"), i, cut->n_nodes, ms,
                              cost);
    }
}

char *
fx_report_to_text (const FxReport *report)
{
  g_autofree char *nodes = fx_report_node_table (report);
  g_autofree char *outputs = fx_report_output_table (report);
  GString *out = g_string_new (NULL);

  if (report->errors != NULL)
    g_string_append_printf (out, "%s\n%s\n", nodes, outputs);
  print_accuracy (_ ("float  "), report->accuracy_float, out);
  print_accuracy (_ ("integer"), report->accuracy_integer, out);
  print_steps (report, out);
  print_mixed (report, out);
  if (fx_report_section_advice.is_present (report))
    print_advice (report, out);
  if (fx_report_section_board.is_present (report))
    {
      print_board (report, out);
      print_cuts (report, out);
    }
  if (fx_report_section_what_if.is_present (report))
    print_what_if (report, out);
  return g_string_free (out, FALSE);
}
