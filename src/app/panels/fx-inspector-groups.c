/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-inspector-groups.h"

#include "app/panels/fx-facts.h"
#include "core/bpu/fx-what-if.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"

#include <glib/gi18n.h>

/* A Concat of hundreds of tensors is not read row by row. */
#define MAX_ROWS 24
#define MAX_VALUE 200

static void
add_more (GtkWidget *group, guint n)
{
  g_autofree char *text = NULL;

  if (n <= MAX_ROWS)
    return;
  text = g_strdup_printf (ngettext ("%u more", "%u more", n - MAX_ROWS), n - MAX_ROWS);
  fx_facts_add_text (group, text);
}

static const char *
reasons_title (FxPlacement placement)
{
  switch (placement)
    {
    case FX_PLACEMENT_CPU: return _ ("Why on the CPU");
    case FX_PLACEMENT_UNSUPPORTED: return _ ("Why Not Supported");
    case FX_PLACEMENT_UNKNOWN: return _ ("Why Unknown");
    case FX_PLACEMENT_BPU:
    case FX_PLACEMENT_FOLDED:
    default: return _ ("Placement");
    }
}

GtkWidget *
fx_inspector_reasons (const FxNodeCheck *check)
{
  GtkWidget *group;

  if (check->reasons->len == 0)
    return NULL;
  group = fx_facts_new (reasons_title (check->placement));
  for (guint i = 0; i < check->reasons->len; i++)
    {
      const FxReason *reason = check->reasons->pdata[i];
      g_autoptr (GString) detail = g_string_new (NULL);

      if (reason->found != NULL)
        g_string_append_printf (detail, _ ("Found %s"), reason->found);
      if (reason->allowed != NULL)
        g_string_append_printf (detail, _ ("%sAllowed %s"), detail->len > 0 ? "\n" : "", reason->allowed);
      if (reason->note != NULL)
        g_string_append_printf (detail, "%s%s", detail->len > 0 ? "\n" : "", reason->note);
      if (detail->len > 0)
        fx_facts_add (group, reason->text, detail->str);
      else
        fx_facts_add_text (group, reason->text);
    }
  return group;
}

static char *
shorten (char *text)
{
  if (g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) > MAX_VALUE)
    {
      g_autofree char *head = g_utf8_substring (text, 0, MAX_VALUE);

      g_free (text);
      return g_strconcat (head, "…", NULL);
    }
  return text;
}

GtkWidget *
fx_inspector_attributes (const FxNode *node)
{
  GtkWidget *group;

  if (node->n_attrs == 0)
    return NULL;
  group = fx_facts_new (_ ("Attributes"));
  for (guint i = 0; i < MIN (node->n_attrs, MAX_ROWS); i++)
    {
      g_autofree char *value = shorten (fx_attr_to_string (&node->attrs[i]));

      fx_facts_add (group, node->attrs[i].name, value);
    }
  add_more (group, node->n_attrs);
  return group;
}

static char *
value_text (const FxGraph *graph, const FxValue *value)
{
  g_autofree char *shape = fx_graph_shape_to_string (graph, &value->shape);
  const char *dtype = fx_dtype_numpy_name (value->dtype);

  if (value->constant != NULL && fx_tensor_elements (value->constant) == 1
      && fx_dtype_in (value->dtype, FX_TYPES_FLOAT | FX_TYPES_INT))
    return g_strdup_printf ("%s  %s %s  = %g", value->name, dtype, shape, fx_tensor_get_double (value->constant, 0));
  return g_strdup_printf ("%s\n%s %s%s", value->name, dtype, shape, value->constant != NULL ? _ (" · constant") : "");
}

GtkWidget *
fx_inspector_operands (const FxGraph *graph, const FxNode *node, gboolean outputs)
{
  const FxId *ids = outputs ? node->outputs : node->inputs;
  guint n = outputs ? node->n_outputs : node->n_inputs;
  GtkWidget *group;

  if (n == 0)
    return NULL;
  group = fx_facts_new (outputs ? _ ("Outputs") : _ ("Inputs"));
  for (guint i = 0; i < MIN (n, MAX_ROWS); i++)
    if (ids[i] != FX_NONE)
      {
        g_autofree char *text = value_text (graph, fx_graph_value (graph, ids[i]));
        g_autofree char *name = g_strdup_printf (outputs ? _ ("Output %u") : _ ("Input %u"), i + 1);

        fx_facts_add (group, name, text);
      }
  add_more (group, n);
  return group;
}

GtkWidget *
fx_inspector_origins (const FxNode *node)
{
  GtkWidget *group;

  if (node->origins == NULL)
    return NULL;
  group = fx_facts_new (_ ("Stands For"));
  for (guint i = 0; node->origins[i] != NULL && i < MAX_ROWS; i++)
    fx_facts_add_text (group, node->origins[i]);
  return group;
}

static guint64
count_parameters (const FxGraph *graph)
{
  guint64 n = 0;

  for (FxId i = 0; i < fx_graph_n_values (graph); i++)
    {
      const FxTensor *constant = fx_graph_value (graph, i)->constant;

      if (constant != NULL)
        n += fx_tensor_elements (constant);
    }
  return n;
}

GtkWidget *
fx_inspector_model (const FxGraph *graph)
{
  GtkWidget *group = fx_facts_new (_ ("Model"));
  const char *format = fx_graph_metadata (graph, "format"), *producer = fx_graph_metadata (graph, "producer_name");
  g_autofree char *parameters = fx_facts_count (count_parameters (graph));

  if (format != NULL)
    fx_facts_printf (group, _ ("Format"), "%s", format);
  if (fx_graph_opset (graph, "") > 0)
    fx_facts_printf (group, _ ("Operator set"), "%" G_GINT64_FORMAT, fx_graph_opset (graph, ""));
  if (producer != NULL && *producer != '\0')
    fx_facts_add (group, _ ("Made by"), producer);
  fx_facts_printf (group, _ ("Nodes"), "%u", fx_graph_n_nodes (graph));
  fx_facts_add (group, _ ("Parameters"), parameters);
  return group;
}

static void
add_values (GtkWidget *group, const FxGraph *graph, gboolean outputs)
{
  guint n = outputs ? fx_graph_n_outputs (graph) : fx_graph_n_inputs (graph);

  for (guint i = 0; i < MIN (n, MAX_ROWS); i++)
    {
      const FxValue *value = fx_graph_value (graph, outputs ? fx_graph_output (graph, i) : fx_graph_input (graph, i));
      g_autofree char *text = value_text (graph, value);

      fx_facts_add (group, outputs ? _ ("Output") : _ ("Input"), text);
    }
}

GtkWidget *
fx_inspector_interface (const FxGraph *graph)
{
  GtkWidget *group = fx_facts_new (_ ("Inputs and Outputs"));

  add_values (group, graph, FALSE);
  add_values (group, graph, TRUE);
  return group;
}

GtkWidget *
fx_inspector_placement (const FxCheckReport *report)
{
  static const FxPlacement order[]
      = { FX_PLACEMENT_BPU, FX_PLACEMENT_CPU, FX_PLACEMENT_FOLDED, FX_PLACEMENT_UNSUPPORTED, FX_PLACEMENT_UNKNOWN };
  GtkWidget *group;

  if (report == NULL)
    return NULL;
  group = fx_facts_new (_ ("Placement"));
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (report->counts[order[i]] > 0)
      fx_facts_printf (group, fx_placement_title (order[i]), ngettext ("%u node", "%u nodes", report->counts[order[i]]),
                       report->counts[order[i]]);
  if (report->n_subgraphs > 0)
    fx_facts_printf (group, _ ("BPU subgraphs"), "%u", report->n_subgraphs);
  return group;
}

static char *
milliseconds (double ms)
{
  return ms < 1 ? g_strdup_printf (_ ("%.1f µs"), ms * 1000) : g_strdup_printf (_ ("%.2f ms"), ms);
}

GtkWidget *
fx_inspector_cost (const FxLatency *latency, const FxNode *node)
{
  const FxNodeLatency *entry = latency != NULL ? g_hash_table_lookup (latency->nodes, node->name) : NULL;
  g_autofree char *ms = NULL;
  GtkWidget *group;

  if (entry == NULL)
    return NULL;
  group = fx_facts_new (_ ("Cost"));
  ms = milliseconds (entry->ms);
  fx_facts_add (group, _ ("Latency by estimate"), ms);
  if (entry->subgraph == FX_NO_SUBGRAPH)
    fx_facts_add (group, _ ("Runs on"), _ ("CPU"));
  else
    fx_facts_printf (group, _ ("Runs on"), _ ("BPU, subgraph %d"), entry->subgraph);
  if (entry->ms > 0)
    fx_facts_add (group, _ ("Bound by"), _ (fx_cost_titles[entry->bound]));
  if (entry->n_nodes > 1)
    fx_facts_printf (group, _ ("Computed together"), ngettext ("%u node", "%u nodes", entry->n_nodes), entry->n_nodes);
  return group;
}

GtkWidget *
fx_inspector_latency (const FxLatency *latency)
{
  g_autofree char *ms = NULL;
  GtkWidget *group;

  if (latency == NULL)
    return NULL;
  group = fx_facts_new (_ ("Cost"));
  ms = milliseconds (latency->total_ms);
  fx_facts_add (group, _ ("Latency by estimate"), ms);
  if (latency->total_ms > 0)
    fx_facts_printf (group, _ ("Frames a second"), "%.1f", 1000 / latency->total_ms);
  return group;
}

GtkWidget *
fx_inspector_what_if (const FxLatency *latency)
{
  GtkWidget *group;

  if (latency == NULL || latency->what_if->len == 0 || !(latency->total_ms > 0))
    return NULL;
  group = fx_facts_new (_ ("What Changes Would Do"));
  for (guint i = 0; i < latency->what_if->len; i++)
    {
      const FxWhatIf *entry = latency->what_if->pdata[i];
      g_autofree char *ms
          = g_strdup_printf (_ ("%+.3f ms (%+.1f %%)"), -entry->ms, -100 * entry->ms / latency->total_ms);

      if (entry->node != NULL)
        fx_facts_printf (group, ms, "%s (%s)", entry->text, entry->node);
      else
        fx_facts_add (group, ms, entry->text);
    }
  return group;
}
