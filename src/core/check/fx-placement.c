/* Which device each node runs on, by the documentation's account of how the boards' converter decides:
 *
 * 1. what is constant or does nothing is gone (fx-work.c);
 * 2. a node that meets every limit of its row and every general one is for the BPU, unless its row says that it has to
 *    be asked for;
 * 3. others fall back to the CPU where a kernel exists whose limits they meet;
 * 4. activations and residual additions become part of the convolution before them;
 * 5. nodes that only move data follow their neighbors.
 *
 * docs/checks.md says which of this is stated by the documentation and which is inferred.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-subject.h"
#include "core/fx-i18n.h"

#include <string.h>

/* ---- the row of a node ---- */

/* A layer of Caffe becomes one node that does its work and perhaps others that only arrange data for it: which operator
 * has the row of the layer. */
static const struct
{
  const char *layer, *op_types;
} caffe_work[] = {
  { "AbsVal", "Abs" },
  { "ArgMax", "ArgMax" },
  { "BatchNorm", "BatchNormalization" },
  { "Bias", "Add" },
  { "Concat", "Concat" },
  { "Convolution", "Conv" },
  { "ConvolutionDepthwise", "Conv" },
  { "Deconvolution", "ConvTranspose" },
  { "DepthwiseConvolution", "Conv" },
  { "Eltwise", "Add Mul Max Sum Sub" },
  { "ELU", "Elu" },
  { "Exp", "Exp" },
  { "Flatten", "Flatten Reshape" },
  { "InnerProduct", "Gemm" },
  { "Log", "Log" },
  { "LRN", "LRN" },
  { "LSTM", "LSTM" },
  { "MatMul", "MatMul" },
  { "Permute", "Transpose" },
  { "Pooling", "MaxPool AveragePool GlobalMaxPool GlobalAveragePool" },
  { "Power", "Pow" },
  { "PReLU", "PRelu" },
  { "ReLU", "Relu LeakyRelu" },
  { "Reshape", "Reshape" },
  { "Scale", "Mul" },
  { "Sigmoid", "Sigmoid" },
  { "Slice", "Split" },
  { "Softmax", "Softmax" },
  { "TanH", "Tanh" },
  { "Upsample", "Resize Upsample" },
};

static gboolean
does_work_of (const char *op_type, const char *layer)
{
  for (guint i = 0; i < G_N_ELEMENTS (caffe_work); i++)
    if (strcmp (caffe_work[i].layer, layer) == 0)
      {
        g_auto (GStrv) types = g_strsplit (caffe_work[i].op_types, " ", -1);

        return g_strv_contains ((const char *const *)types, op_type);
      }
  return FALSE;
}

/* The reader of Caffe models leaves the type of each layer in the metadata "caffe:NAME". */
static const FxTargetOp *
find_caffe_row (const FxWork *work, const FxNode *node)
{
  guint n;
  const char *const *origins = fx_node_origins (node, &n);
  g_autofree char *key = g_strconcat ("caffe:", origins[0], NULL);
  const char *layer = fx_graph_metadata (work->graph, key);

  if (strcmp (node->domain, "caffe") == 0)
    return fx_target_find_caffe (work->target, node->op_type);
  return layer != NULL && does_work_of (node->op_type, layer) ? fx_target_find_caffe (work->target, layer) : NULL;
}

static const FxTargetOp *
find_row (const FxWork *work, const FxNode *node, gboolean *caffe)
{
  const FxTargetOp *row = work->target->caffe->len > 0 ? find_caffe_row (work, node) : NULL;

  *caffe = row != NULL;
  if (row == NULL && (*node->domain == '\0' || strcmp (node->domain, "ai.onnx") == 0))
    row = fx_target_find (work->target, node->op_type);
  return row;
}

/* ---- one node ---- */

static gboolean
is_op (const FxNode *node, const char *name)
{
  return node->op != NULL && node->op->domain == NULL && strcmp (node->op->name, name) == 0;
}

static FxNextDevice
next_device (const FxWork *work, const FxNode *node)
{
  FxNextDevice next = FX_NEXT_UNKNOWN;

  for (guint k = 0; k < node->n_outputs; k++)
    {
      FxId value = node->outputs[k];

      if (value == FX_NONE)
        continue;
      for (guint u = work->uses->first[value]; u < work->uses->first[value + 1]; u++)
        {
          FxPlacement placement = work->nodes[work->uses->users[u]].placement;

          if (placement == FX_PLACEMENT_CPU || placement == FX_PLACEMENT_UNSUPPORTED)
            return FX_NEXT_CPU;
          if (placement == FX_PLACEMENT_BPU)
            next = FX_NEXT_BPU;
        }
    }
  return next;
}

/* Says of the reasons from `first` on which device they are about: those of the BPU stand before them. */
static void
mark_cpu_reasons (GPtrArray *reasons, guint first)
{
  for (guint i = first; i < reasons->len; i++)
    {
      FxReason *reason = reasons->pdata[i];
      char *text = g_strdup_printf (_ ("on the CPU: %s"), reason->text);

      g_free (reason->text);
      reason->text = text;
    }
}

static void
place_on_cpu (const FxTargetOp *row, gboolean caffe, const FxLimitSubject *subject, FxWorkNode *node)
{
  guint first = node->reasons->len;
  g_autofree char *text = NULL;

  switch (row->cpu.support)
    {
    case FX_SUPPORT_YES: break;
    case FX_SUPPORT_NO:
      node->placement = FX_PLACEMENT_UNSUPPORTED;
      text = g_strdup_printf (_ ("the CPU kernel of %s is not integrated"), row->name);
      fx_reasons_add (node->reasons, text, NULL, NULL, NULL);
      return;
    case FX_SUPPORT_UNKNOWN:
    default:
      node->placement = FX_PLACEMENT_UNKNOWN;
      fx_reasons_add (node->reasons, _ ("what the CPU of the board can run is not documented"), NULL, NULL, NULL);
      return;
    }
  switch (fx_judge_device (row, &row->cpu, caffe, subject, node->reasons))
    {
    case FX_VERDICT_HOLDS: node->placement = FX_PLACEMENT_CPU; break;
    case FX_VERDICT_BROKEN: node->placement = FX_PLACEMENT_UNSUPPORTED; break;
    case FX_VERDICT_UNKNOWN:
    default: node->placement = FX_PLACEMENT_UNKNOWN; break;
    }
  mark_cpu_reasons (node->reasons, first);
}

/* A row that the table calls CPU, or that only constant folding could take away. */
static void
explain_cpu_row (const FxTarget *target, const FxTargetOp *row, FxWorkNode *node)
{
  g_autofree char *text = g_strdup_printf (row->placing == FX_PLACING_FOLDED_IF_CONSTANT
                                               ? _ ("%s lists %s for the CPU unless it is constant")
                                               : _ ("%s lists %s for the CPU only"),
                                           target->board, row->name);

  fx_reasons_add (node->reasons, text, NULL, NULL, NULL);
}

/* Rows that run elsewhere unless the user asks: which option asks. */
static void
explain_default (const FxTargetOp *row, FxWorkNode *node)
{
  g_autoptr (GString) text
      = g_string_new (_ ("meets the limits of the BPU, but runs on the CPU unless it is asked for"));

  for (guint i = 0; i < row->bpu.limits->len; i++)
    {
      const FxLimit *limit = row->bpu.limits->pdata[i];
      const char *option = fx_limit_string (limit->fields, "option");

      if (strcmp (limit->kind_name, "requires_override") == 0 && option != NULL)
        g_string_append_printf (text, " (%s)", option);
    }
  fx_reasons_add (node->reasons, text->str, NULL, NULL, NULL);
}

/* Whether the board takes the node with 8 bits only. */
static gboolean
is_narrow (const FxTargetOp *row, const FxLimitSubject *subject)
{
  gboolean narrow = !fx_target_has_int16 (subject->target);

  for (guint i = 0; i < row->bpu.limits->len && !narrow; i++)
    {
      const FxLimit *limit = row->bpu.limits->pdata[i];

      narrow = fx_limit_wants_int8 (limit) && fx_limit_applies (limit, subject) == FX_VERDICT_HOLDS;
    }
  return narrow;
}

static FxVerdict
judge_bpu (FxWork *work, FxId id, const FxTargetOp *row, gboolean caffe, FxNextDevice next, GPtrArray *reasons)
{
  g_auto (FxSubject) subject = { 0 };

  if (is_op (fx_graph_node (work->graph, id), "Gemm") && row->placing == FX_PLACING_CONVERTED)
    {
      if (!fx_subject_init_conv (&subject, work, id))
        {
          fx_reasons_add (reasons,
                          _ ("becomes a convolution only with constant weights and a 2-D input that is not "
                             "transposed"),
                          NULL, NULL, NULL);
          return FX_VERDICT_BROKEN;
        }
    }
  else
    fx_subject_init (&subject, work, id);
  fx_subject_lift_scalars (&subject);
  subject.subject.next = next;
  work->nodes[id].narrow = is_narrow (row, &subject.subject);
  return fx_judge_device (row, &row->bpu, caffe, &subject.subject, reasons);
}

static void
place_by_row (FxWork *work, FxId id, const FxTargetOp *row, gboolean caffe)
{
  FxWorkNode *node = &work->nodes[id];
  FxNextDevice next = next_device (work, fx_graph_node (work->graph, id));
  g_auto (FxSubject) subject = { 0 };

  if (row->bpu.support == FX_SUPPORT_YES && row->default_device != FX_DEFAULT_NONE)
    {
      FxVerdict verdict = judge_bpu (work, id, row, caffe, next, node->reasons);

      if (verdict != FX_VERDICT_BROKEN)
        node->placement = verdict == FX_VERDICT_HOLDS ? FX_PLACEMENT_BPU : FX_PLACEMENT_UNKNOWN;
      node->assumed = verdict == FX_VERDICT_UNKNOWN && !work->target->complete;
      if (verdict == FX_VERDICT_UNKNOWN || (verdict == FX_VERDICT_HOLDS && row->default_device == FX_DEFAULT_BPU))
        return;
      node->on_request = verdict == FX_VERDICT_HOLDS;
      if (node->on_request)
        explain_default (row, node);
    }
  else if (row->default_device == FX_DEFAULT_NONE)
    fx_reasons_add (node->reasons, _ ("only goes away where it can be computed before the model runs"), NULL, NULL,
                    NULL);
  else
    explain_cpu_row (work->target, row, node);
  fx_subject_init (&subject, work, id);
  subject.subject.next = next;
  place_on_cpu (row, caffe, &subject.subject, node);
}

static void
place (FxWork *work, FxId id)
{
  const FxNode *node = fx_graph_node (work->graph, id);
  gboolean caffe;
  const FxTargetOp *row = find_row (work, node, &caffe);
  g_autofree char *text = NULL;

  if (row != NULL)
    {
      place_by_row (work, id, row, caffe);
      return;
    }
  work->nodes[id].placement = work->target->complete ? FX_PLACEMENT_UNSUPPORTED : FX_PLACEMENT_UNKNOWN;
  work->nodes[id].assumed = !work->target->complete;
  text = g_strdup_printf (work->target->complete ? _ ("%s does not list %s%s%s")
                                                 : _ ("the published list of %s is incomplete and lacks %s%s%s"),
                          work->target->board, node->domain, *node->domain != '\0' ? "::" : "", node->op_type);
  fx_reasons_add (work->nodes[id].reasons, text, NULL, NULL, NULL);
}

/* ---- parts of a convolution ---- */

static FxId
root (const FxWork *work, FxId id)
{
  while (work->nodes[id].merged)
    id = work->nodes[id].host;
  return id;
}

static gboolean
is_conv_like (const FxNode *node)
{
  return is_op (node, "Conv") || is_op (node, "ConvTranspose") || is_op (node, "Gemm");
}

/* The convolution on the BPU that computes a value for one user alone, perhaps with what was merged into it. */
static FxId
conv_behind (const FxWork *work, FxId value, FxId user)
{
  FxId id = fx_work_producer (work, value), host;

  if (id == FX_NONE || fx_work_only_user (work, id) != user)
    return FX_NONE;
  host = root (work, id);
  return work->nodes[host].placement == FX_PLACEMENT_BPU && is_conv_like (fx_graph_node (work->graph, host)) ? host
                                                                                                             : FX_NONE;
}

static void
merge (FxWork *work, FxId id, FxId host, const char *how)
{
  g_autofree char *text = g_strdup_printf (_ (how), fx_graph_node (work->graph, host)->name);

  work->nodes[id].placement = FX_PLACEMENT_FOLDED;
  work->nodes[id].merged = TRUE;
  work->nodes[id].host = host;
  g_ptr_array_set_size (work->nodes[id].reasons, 0);
  fx_reasons_add (work->nodes[id].reasons, text, NULL, NULL, NULL);
}

static void
merge_add (FxWork *work, FxId id, const FxNode *node)
{
  FxId host = FX_NONE;

  if (node->n_inputs != 2)
    return;
  for (guint k = 0; k < 2; k++)
    {
      FxId conv = FX_NONE;

      if (node->inputs[k] == FX_NONE || fx_graph_value (work->graph, node->inputs[k])->constant != NULL)
        return;
      conv = conv_behind (work, node->inputs[k], id);
      /* the later one: it can wait for the other operand */
      if (conv != FX_NONE && is_op (fx_graph_node (work->graph, conv), "Conv")
          && fx_work_producer (work, node->inputs[k]) == conv && (host == FX_NONE || conv > host))
        host = conv;
    }
  if (host != FX_NONE)
    merge (work, id, host, N_ ("the residual addition becomes part of \"%s\""));
}

static void
merge_parts (FxWork *work)
{
  for (FxId i = 0; i < work->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (work->graph, i);
      FxId host;

      if (node->removed || work->nodes[i].placement != FX_PLACEMENT_BPU || node->n_inputs < 1)
        continue;
      if (is_op (node, "Add"))
        merge_add (work, i, node);
      else if (is_op (node, "Relu") || is_op (node, "Clip"))
        {
          host = conv_behind (work, node->inputs[0], i);
          if (host != FX_NONE)
            merge (work, i, host, N_ ("the activation becomes part of \"%s\""));
        }
      else if (is_op (node, "Gemm") && fx_work_flatten_before (work, i) != FX_NONE)
        merge (work, fx_work_flatten_before (work, i), i, N_ ("not needed by the convolution that \"%s\" becomes"));
    }
}

/* ---- nodes that follow their neighbors ---- */

static gboolean
moves_data_only (const FxNode *node)
{
  static const char *const names[] = { "Concat", "DepthToSpace", "Flatten",   "Reshape",   "Slice", "SpaceToDepth",
                                       "Split",  "Squeeze",      "Transpose", "Unsqueeze", NULL };

  return node->op != NULL && node->op->domain == NULL && g_strv_contains (names, node->op->name);
}

static gboolean
is_passive (const FxWork *work, FxId id)
{
  return !fx_graph_node (work->graph, id)->removed && work->nodes[id].placement == FX_PLACEMENT_BPU
         && moves_data_only (fx_graph_node (work->graph, id));
}

typedef struct
{
  gboolean bpu, cpu;
} Neighbors;

static FxId
find_set (FxId *sets, FxId id)
{
  while (sets[id] != id)
    id = sets[id] = sets[sets[id]];
  return id;
}

static void
note_neighbor (const FxWork *work, FxId passive, FxId other, FxId *sets, Neighbors *neighbors)
{
  FxId host = root (work, other);
  FxPlacement placement = work->nodes[host].placement;

  if (is_passive (work, other))
    sets[find_set (sets, other)] = find_set (sets, passive);
  else if (placement == FX_PLACEMENT_BPU || work->nodes[host].assumed)
    neighbors[passive].bpu = TRUE;
  else if (placement == FX_PLACEMENT_CPU || placement == FX_PLACEMENT_UNSUPPORTED)
    neighbors[passive].cpu = TRUE;
}

static void
visit_neighbors (const FxWork *work, FxId id, FxId *sets, Neighbors *neighbors)
{
  const FxNode *node = fx_graph_node (work->graph, id);

  for (guint k = 0; k < node->n_inputs; k++)
    {
      FxId from = fx_work_producer (work, node->inputs[k]);

      if (from != FX_NONE)
        note_neighbor (work, id, from, sets, neighbors);
    }
  for (guint k = 0; k < node->n_outputs; k++)
    for (guint u = node->outputs[k] != FX_NONE ? work->uses->first[node->outputs[k]] : 0;
         node->outputs[k] != FX_NONE && u < work->uses->first[node->outputs[k] + 1]; u++)
      note_neighbor (work, id, work->uses->users[u], sets, neighbors);
}

/* A group of such nodes that touches the CPU and not the BPU stays on the CPU. */
static void
follow_neighbors (FxWork *work)
{
  g_autofree FxId *sets = g_new (FxId, work->n_nodes + 1);
  g_autofree Neighbors *neighbors = g_new0 (Neighbors, work->n_nodes + 1);
  g_autofree Neighbors *groups = g_new0 (Neighbors, work->n_nodes + 1);
  g_autofree guint8 *passive = g_new0 (guint8, work->n_nodes + 1);

  for (FxId i = 0; i < work->n_nodes; i++)
    {
      sets[i] = i;
      passive[i] = is_passive (work, i);
    }
  for (FxId i = 0; i < work->n_nodes; i++)
    if (passive[i])
      visit_neighbors (work, i, sets, neighbors);
  for (FxId i = 0; i < work->n_nodes; i++)
    if (passive[i])
      {
        FxId group = find_set (sets, i);

        groups[group].bpu = groups[group].bpu || neighbors[i].bpu;
        groups[group].cpu = groups[group].cpu || neighbors[i].cpu;
      }
  for (FxId i = 0; i < work->n_nodes; i++)
    {
      FxId group = find_set (sets, i);

      if (!passive[i] || groups[group].bpu || !groups[group].cpu)
        continue;
      work->nodes[i].placement = FX_PLACEMENT_CPU;
      fx_reasons_add (work->nodes[i].reasons, _ ("only moves data between nodes on the CPU, so it stays there"), NULL,
                      NULL, _ ("that such nodes follow their neighbors is inferred from published reports"));
    }
}

gboolean
fx_work_place (FxWork *work, GCancellable *cancellable, GError **error)
{
  /* from the end, because some limits ask where the next node runs */
  for (FxId i = work->n_nodes; i-- > 0;)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!fx_graph_node (work->graph, i)->removed && !work->nodes[i].settled)
        place (work, i);
    }
  merge_parts (work);
  follow_neighbors (work);
  return TRUE;
}
