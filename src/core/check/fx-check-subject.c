/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-subject.h"

#include "core/graph/fx-infer.h"

#include <string.h>

static void
start (FxSubject *subject, const FxWork *work, FxId id)
{
  const FxNode *node = fx_graph_node (work->graph, id);
  guint n_in = node->n_inputs, n_out = node->n_outputs;

  if (node->op != NULL)
    {
      n_in = fx_op_n_slots (n_in, node->op->max_inputs);
      n_out = fx_op_n_slots (n_out, node->op->max_outputs);
    }
  *subject = (FxSubject){ .inputs = g_new0 (FxFact, n_in + 1), .outputs = g_new0 (FxFact, n_out + 1) };
  for (guint i = 0; i <= n_in; i++)
    subject->inputs[i].shape = FX_SHAPE_UNKNOWN;
  for (guint i = 0; i <= n_out; i++)
    subject->outputs[i].shape = FX_SHAPE_UNKNOWN;
  fx_graph_get_facts (work->graph, node->inputs, node->n_inputs, subject->inputs);
  fx_graph_get_facts (work->graph, node->outputs, node->n_outputs, subject->outputs);
  subject->subject = (FxLimitSubject){
    .target = work->target,
    .graph = work->graph,
    .uses = work->uses,
    .node = node,
    .node_id = id,
    .n_inputs = n_in,
    .n_outputs = n_out,
    .inputs = subject->inputs,
    .outputs = subject->outputs,
  };
}

static void
read_params (FxSubject *subject)
{
  const FxNode *node = subject->subject.node;

  if (node->op != NULL)
    subject->params = fx_op_params_new (node->op, node, NULL);
  subject->subject.params = subject->params;
}

void
fx_subject_init (FxSubject *subject, const FxWork *work, FxId id)
{
  start (subject, work, id);
  read_params (subject);
}

void
fx_subject_lift_scalars (FxSubject *subject)
{
  for (guint i = 0; i < subject->subject.n_inputs; i++)
    if (subject->inputs[i].present && subject->inputs[i].value != NULL && subject->inputs[i].shape.rank == 0)
      subject->inputs[i].shape = FX_SHAPE (1);
}

static gint64
int_attr (const FxNode *node, const char *name)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_INT ? attr->i : 0;
}

FxId
fx_work_flatten_before (const FxWork *work, FxId gemm)
{
  const FxNode *node = fx_graph_node (work->graph, gemm), *flatten;
  FxId id = node->n_inputs > 0 ? fx_work_producer (work, node->inputs[0]) : FX_NONE;
  const FxShape *from, *to;

  if (id == FX_NONE || fx_work_only_user (work, id) != gemm)
    return FX_NONE;
  flatten = fx_graph_node (work->graph, id);
  if (flatten->op == NULL || !(flatten->op->flags & FX_OP_VIEW) || flatten->n_inputs < 1
      || flatten->inputs[0] == FX_NONE)
    return FX_NONE;
  from = &fx_graph_value (work->graph, flatten->inputs[0])->shape;
  to = &fx_graph_value (work->graph, node->inputs[0])->shape;
  if (from->rank != 4 || to->rank != 2 || !fx_shape_is_static (from) || from->dims[0] != to->dims[0])
    return FX_NONE;
  return id;
}

/* The shapes of the convolution; the values of the weights stay those of the Gemm. */
static void
set_conv_shapes (FxSubject *subject, const FxWork *work, FxId id, gint64 n, gint64 k, gint64 m)
{
  FxId flatten = fx_work_flatten_before (work, id);
  FxShape x = FX_SHAPE (n, k, 1, 1);

  if (flatten != FX_NONE)
    x = fx_graph_value (work->graph, fx_graph_node (work->graph, flatten)->inputs[0])->shape;
  subject->inputs[0].shape = x;
  subject->inputs[1].shape = FX_SHAPE (m, x.dims[1], x.dims[2], x.dims[3]);
  if (subject->inputs[2].present)
    subject->inputs[2].shape = FX_SHAPE (m);
  subject->outputs[0].shape = FX_SHAPE (n, m, 1, 1);
}

gboolean
fx_subject_init_conv (FxSubject *subject, const FxWork *work, FxId id)
{
  const FxNode *node = fx_graph_node (work->graph, id);
  const FxShape *x, *w;

  start (subject, work, id);
  x = &subject->inputs[0].shape;
  w = &subject->inputs[1].shape;
  if (subject->subject.n_inputs < 3 || subject->inputs[1].value == NULL || x->rank != 2 || w->rank != 2
      || int_attr (node, "transA") != 0)
    return FALSE;
  set_conv_shapes (subject, work, id, x->dims[0], x->dims[1], w->dims[int_attr (node, "transB") != 0 ? 0 : 1]);
  subject->form = *node;
  subject->form.op = &fx_op_conv;
  subject->form.op_type = (char *)"Conv";
  subject->form.attrs = NULL;
  subject->form.n_attrs = 0;
  subject->subject.node = &subject->form;
  read_params (subject);
  return TRUE;
}

void
fx_subject_clear (FxSubject *subject)
{
  g_clear_pointer (&subject->inputs, g_free);
  g_clear_pointer (&subject->outputs, g_free);
  g_clear_pointer (&subject->params, g_free);
}
