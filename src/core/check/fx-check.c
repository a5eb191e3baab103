/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check.h"

#include "core/check/fx-check-private.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"

#include <string.h>

const char *
fx_placement_name (FxPlacement placement)
{
  static const char *const names[] = { "unknown", "bpu", "cpu", "folded", "unsupported" };

  return names[placement];
}

const char *
fx_placement_title (FxPlacement placement)
{
  static const char *const titles[] = {
    [FX_PLACEMENT_UNKNOWN] = N_ ("Unknown"),
    [FX_PLACEMENT_BPU] = N_ ("BPU"),
    [FX_PLACEMENT_CPU] = N_ ("CPU"),
    [FX_PLACEMENT_FOLDED] = N_ ("Folded away"),
    [FX_PLACEMENT_UNSUPPORTED] = N_ ("Unsupported"),
  };

  return _ (titles[placement]);
}

void
fx_check_report_free (FxCheckReport *report)
{
  if (report == NULL)
    return;
  for (guint i = 0; i < report->n_nodes; i++)
    g_clear_pointer (&report->nodes[i].reasons, g_ptr_array_unref);
  g_free (report->nodes);
  g_ptr_array_unref (report->diagnostics);
  g_free (report);
}

/* ---- findings ---- */

static gboolean
is_same (const FxDiagnostic *a, const FxDiagnostic *b)
{
  return strcmp (a->rule, b->rule) == 0 && g_strcmp0 (a->node, b->node) == 0 && g_strcmp0 (a->tensor, b->tensor) == 0
         && strcmp (a->message, b->message) == 0;
}

static guint
hash_diagnostic (gconstpointer data)
{
  const FxDiagnostic *diagnostic = data;

  return g_str_hash (diagnostic->rule) ^ (diagnostic->node != NULL ? g_str_hash (diagnostic->node) * 31 : 0)
         ^ (diagnostic->tensor != NULL ? g_str_hash (diagnostic->tensor) * 17 : 0);
}

static gboolean
equal_diagnostics (gconstpointer a, gconstpointer b)
{
  return is_same (a, b);
}

static void
add_copy (GPtrArray *list, const FxDiagnostic *from)
{
  FxDiagnostic *copy
      = fx_diagnostics_add (list, from->severity, from->rule, from->node, from->tensor, "%s", from->message);

  copy->found = g_strdup (from->found);
  copy->allowed = g_strdup (from->allowed);
  copy->fix = g_strdup (from->fix);
  copy->fix_rule = from->fix_rule;
}

/* Copies what is not there yet: the reader may have inferred shapes as well, and complained about the same things. A
 * post-processing layer is reported as such and not as unknown, too. */
static void
add_new (GPtrArray *list, GHashTable *seen, const GPtrArray *from, const FxGraph *source)
{
  for (guint i = 0; from != NULL && i < from->len; i++)
    {
      const FxDiagnostic *diagnostic = from->pdata[i];
      FxId node = diagnostic->node != NULL ? fx_graph_find_node (source, diagnostic->node) : FX_NONE;

      if (g_hash_table_contains (seen, diagnostic)
          || (strcmp (diagnostic->rule, "unknown-operator") == 0 && node != FX_NONE
              && fx_is_postprocessing (fx_graph_node (source, node))))
        continue;
      add_copy (list, diagnostic);
      g_hash_table_add (seen, list->pdata[list->len - 1]);
    }
}

typedef struct
{
  FxDiagnostic *diagnostic;
  guint node, place; /* G_MAXUINT: about no node; place: as found, for a stable order */
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;

  if (x->diagnostic->severity != y->diagnostic->severity)
    return x->diagnostic->severity > y->diagnostic->severity ? -1 : 1;
  if (x->node != y->node)
    return x->node + 1 < y->node + 1 ? -1 : 1; /* those about no node first */
  return x->place < y->place ? -1 : 1;
}

static void
sort_diagnostics (GPtrArray *diagnostics, const FxGraph *source)
{
  g_autofree Ranked *ranked = g_new (Ranked, diagnostics->len + 1);
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = fx_graph_n_nodes (source); i-- > 0;)
    g_hash_table_insert (places, fx_graph_node (source, i)->name, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < diagnostics->len; i++)
    {
      FxDiagnostic *diagnostic = diagnostics->pdata[i];
      gpointer place = diagnostic->node != NULL ? g_hash_table_lookup (places, diagnostic->node) : NULL;

      ranked[i] = (Ranked){ diagnostic, GPOINTER_TO_UINT (place) - 1, i };
    }
  qsort (ranked, diagnostics->len, sizeof *ranked, compare_ranked);
  for (guint i = 0; i < diagnostics->len; i++)
    diagnostics->pdata[i] = ranked[i].diagnostic;
}

/* ---- from the graph that was judged to the one that was given ---- */

/* How much a placement says about a source node that became several. */
static guint
weight (FxPlacement placement)
{
  static const guint weights[] = {
    [FX_PLACEMENT_FOLDED] = 0,  [FX_PLACEMENT_BPU] = 1,         [FX_PLACEMENT_CPU] = 2,
    [FX_PLACEMENT_UNKNOWN] = 3, [FX_PLACEMENT_UNSUPPORTED] = 4,
  };

  return weights[placement];
}

static void
take_reasons (FxNodeCheck *check, const FxWork *work, FxId id, const FxNode *source)
{
  const FxNode *node = fx_graph_node (work->graph, id);
  const GPtrArray *reasons = work->nodes[id].reasons;

  for (guint i = 0; i < reasons->len; i++)
    {
      const FxReason *reason = reasons->pdata[i];
      g_autofree char *text = strcmp (node->op_type, source->op_type) != 0
                                  ? g_strdup_printf (_ ("as %s: %s"), node->op_type, reason->text)
                                  : g_strdup (reason->text);

      fx_reasons_add (check->reasons, text, reason->found, reason->allowed, reason->note);
    }
}

static void
take (FxNodeCheck *check, const FxWork *work, FxId id, const FxNode *source)
{
  const FxWorkNode *node = &work->nodes[id];

  /* a source node that became several is taken to run on the BPU only if all of them are */
  if (node->placement == FX_PLACEMENT_UNKNOWN)
    check->assumed = node->assumed && (check->assumed || check->placement != FX_PLACEMENT_UNKNOWN);
  if (node->placement == FX_PLACEMENT_CPU)
    check->on_request = node->on_request && (check->on_request || check->placement != FX_PLACEMENT_CPU);
  if (node->placement != FX_PLACEMENT_FOLDED)
    check->narrow = check->narrow || node->narrow;
  if (weight (node->placement) > weight (check->placement))
    {
      check->placement = node->placement;
      g_ptr_array_set_size (check->reasons, 0);
    }
  if (node->placement == check->placement)
    take_reasons (check, work, id, source);
  if (node->placement == FX_PLACEMENT_BPU && check->subgraph == FX_NO_SUBGRAPH)
    check->subgraph = node->subgraph;
}

/* Source name to the nodes that stand for it; nodes whose first origin it is. */
static GHashTable *
index_origins (const FxWork *work)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

  for (FxId i = 0; i < work->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (work->graph, i);
      guint n;
      const char *const *origins;
      GArray *ids;

      if (node->removed)
        continue;
      origins = fx_node_origins (node, &n);
      ids = g_hash_table_lookup (index, origins[0]);
      if (ids == NULL)
        {
          ids = g_array_new (FALSE, FALSE, sizeof (FxId));
          g_hash_table_insert (index, (char *)origins[0], ids);
        }
      g_array_append_val (ids, i);
    }
  return index;
}

static void
take_converted (FxCheckReport *report, const FxWork *work, const FxGraph *source)
{
  g_autoptr (GHashTable) index = index_origins (work);

  for (FxId i = 0; i < report->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (source, i);
      guint n;
      const GArray *ids = g_hash_table_lookup (index, fx_node_origins (node, &n)[0]);

      report->nodes[i].placement = FX_PLACEMENT_FOLDED;
      for (guint k = 0; ids != NULL && k < ids->len; k++)
        take (&report->nodes[i], work, g_array_index (ids, FxId, k), node);
      if (ids == NULL)
        fx_reasons_add (report->nodes[i].reasons,
                        strcmp (node->op_type, "Constant") == 0
                            ? _ ("constant: it is computed once, before the model runs")
                            : _ ("constant, or not needed at opset 11"),
                        NULL, NULL, NULL);
    }
}

static void
take_placements (FxCheckReport *report, const FxWork *work, const FxGraph *source)
{
  if (work->converted)
    take_converted (report, work, source);
  else
    for (FxId i = 0; i < report->n_nodes; i++)
      {
        report->nodes[i].placement = FX_PLACEMENT_FOLDED;
        take (&report->nodes[i], work, i, fx_graph_node (source, i));
      }
  report->n_subgraphs = work->n_subgraphs;
  for (FxId i = 0; i < report->n_nodes; i++)
    if (!fx_graph_node (source, i)->removed)
      {
        FxNodeCheck *node = &report->nodes[i];

        node->assumed = node->assumed && node->placement == FX_PLACEMENT_UNKNOWN;
        node->on_request = node->on_request && node->placement == FX_PLACEMENT_CPU;
        report->counts[node->placement]++;
        report->n_assumed += node->assumed;
      }
}

/* ---- findings about nodes ---- */

/* Fixes that may bring an operator onto the BPU. */
static const struct
{
  const char *op_type, *fix_rule, *fix;
} rewrites[] = {
  { "Div", "rewrite-sub-div", N_ ("a division by a constant can be written as Mul") },
  { "Flatten", "rewrite-reshape", N_ ("can be written as Reshape") },
  { "Gather", "rewrite-gather", N_ ("constant indices that count up can be written as Slice") },
  { "Gemm", "rewrite-gemm", N_ ("can be written as Conv") },
  { "HardSigmoid", "rewrite-hard-sigmoid", N_ ("can be written as Mul, Add and Clip") },
  { "HardSwish", "rewrite-hard-swish", N_ ("can be written as Add, Clip and Mul") },
  { "MatMul", "rewrite-gemm", N_ ("with constant weights, can be written as Conv") },
  { "Pow", "rewrite-pow", N_ ("a constant exponent can be written as Mul or Sqrt") },
  { "ReduceMean", "rewrite-mean", N_ ("a mean over height and width can be written as GlobalAveragePool") },
  { "Squeeze", "rewrite-reshape", N_ ("can be written as Reshape") },
  { "Sub", "rewrite-sub-div", N_ ("a constant operand can be added instead") },
  { "Sum", "rewrite-sum", N_ ("can be written as Add") },
  { "Unsqueeze", "rewrite-reshape", N_ ("can be written as Reshape") },
};

static void
suggest (FxDiagnostic *diagnostic, const FxNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (rewrites); i++)
    if (strcmp (rewrites[i].op_type, node->op_type) == 0)
      {
        diagnostic->fix = g_strdup (_ (rewrites[i].fix));
        diagnostic->fix_rule = rewrites[i].fix_rule;
      }
}

/* ": why", or nothing. */
static char *
reason_text (const FxReason *reason)
{
  if (reason == NULL)
    return g_strdup ("");
  return reason->note != NULL ? g_strdup_printf (_ (": %s (ambiguous: %s)"), reason->text, reason->note)
                              : g_strdup_printf (_ (": %s"), reason->text);
}

static void
report_node (const FxNode *node, const FxNodeCheck *check, GPtrArray *diagnostics)
{
  /* the first reason that states a limit, else the first one */
  const FxReason *reason = NULL;
  FxDiagnostic *diagnostic;
  FxSeverity severity = FX_SEVERITY_WARNING;
  g_autofree char *why = NULL;
  /* translators: the operator, then ": why" or nothing */
  const char *what = N_ ("%s cannot be placed%s");

  for (guint i = check->reasons->len; i-- > 0;)
    if (reason == NULL || reason->found == NULL || ((FxReason *)check->reasons->pdata[i])->found != NULL)
      reason = check->reasons->pdata[i];
  if (check->placement == FX_PLACEMENT_UNSUPPORTED)
    {
      severity = FX_SEVERITY_ERROR;
      what = N_ ("%s runs on no device%s");
      /* what keeps it from the CPU stands behind what keeps it from the BPU */
      if (check->reasons->len > 0)
        reason = check->reasons->pdata[check->reasons->len - 1];
    }
  else if (check->placement == FX_PLACEMENT_CPU)
    {
      severity = reason != NULL && reason->found != NULL ? FX_SEVERITY_WARNING : FX_SEVERITY_INFO;
      what = N_ ("%s runs on the CPU%s");
    }
  why = reason_text (reason);
  diagnostic = fx_diagnostics_add (diagnostics, severity, fx_placement_name (check->placement), node->name, NULL, what,
                                   node->op_type, why);
  if (reason != NULL)
    {
      diagnostic->found = g_strdup (reason->found);
      diagnostic->allowed = g_strdup (reason->allowed);
    }
  suggest (diagnostic, node);
}

static void
report_nodes (const FxCheckReport *report, const FxGraph *source)
{
  for (FxId i = 0; i < report->n_nodes; i++)
    {
      FxPlacement placement = report->nodes[i].placement;
      const FxNode *node = fx_graph_node (source, i);

      if (!node->removed && placement != FX_PLACEMENT_BPU && placement != FX_PLACEMENT_FOLDED
          && !fx_is_postprocessing (node))
        report_node (node, &report->nodes[i], report->diagnostics);
    }
}

/* ---- the whole ---- */

static FxCheckReport *
new_report (const FxGraph *graph)
{
  FxCheckReport *report = g_new0 (FxCheckReport, 1);

  report->diagnostics = fx_diagnostics_new ();
  report->n_nodes = fx_graph_n_nodes (graph);
  report->nodes = g_new0 (FxNodeCheck, report->n_nodes + 1);
  for (guint i = 0; i < report->n_nodes; i++)
    {
      report->nodes[i].subgraph = FX_NO_SUBGRAPH;
      report->nodes[i].reasons = fx_reasons_new ();
    }
  return report;
}

static void
count_unknown (FxCheckReport *report, const FxGraph *source)
{
  for (FxId i = 0; i < report->n_nodes; i++)
    report->counts[FX_PLACEMENT_UNKNOWN] += !fx_graph_node (source, i)->removed;
}

FxCheckReport *
fx_check_chosen (const FxGraph *graph, const FxTarget *target, const GPtrArray *loading, const FxNodeChoices *choices,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (FxCheckReport) report = new_report (graph);
  g_autoptr (GPtrArray) found = fx_diagnostics_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (hash_diagnostic, equal_diagnostics);
  g_autoptr (FxWork) work = NULL;
  g_autoptr (FxGraph) copy = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  add_new (report->diagnostics, seen, loading, graph);
  if (target != NULL)
    {
      work = fx_work_new (graph, target, found);
      if (!fx_work_place (work, cancellable, error))
        return NULL;
      if (choices != NULL)
        fx_work_choose (work, choices, found);
      fx_work_number_subgraphs (work, found);
      take_placements (report, work, graph);
    }
  else
    {
      copy = fx_graph_copy (graph);
      fx_graph_infer (copy, found);
      count_unknown (report, graph);
    }
  fx_check_model (copy != NULL ? copy : graph, target, work, report->n_assumed, found);
  add_new (report->diagnostics, seen, found, graph);
  if (target != NULL)
    report_nodes (report, graph);
  sort_diagnostics (report->diagnostics, graph);
  return g_steal_pointer (&report);
}

FxCheckReport *
fx_check (const FxGraph *graph, const FxTarget *target, const GPtrArray *loading, GCancellable *cancellable,
          GError **error)
{
  return fx_check_chosen (graph, target, loading, NULL, cancellable, error);
}
