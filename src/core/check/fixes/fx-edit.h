/* What fixes have in common: reading a node, and replacing it by others. Private to fixes/ and fx-fixes.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-fix.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

#define FX_EDIT_OPSET 11

struct _FxEdit
{
  FxGraph *graph;
  const char *rule;
  GPtrArray *log;      /* may be NULL */
  gboolean keep_opset; /* the model is of an opset that the board reads, and stays of it */
  guint n_changes;
  FxUses *uses; /* of the graph as it is, NULL after a change; see fx_edit_uses() */
};

/* Calls `rewrite` for each node of the standard domain in the form of opset 11 that was there at the start. */
typedef void (*FxRewrite) (FxEdit *edit, FxId id);
gboolean fx_edit_each (FxEdit *edit, FxRewrite rewrite);

/* One change was made: "NODE: message" into the log. `node` may be NULL. */
void fx_edit_note (FxEdit *edit, const FxNode *node, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same about a tensor. */
void fx_edit_note_tensor (FxEdit *edit, FxId value, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Forgets what was computed about the graph; the functions below that change it do so themselves. */
void fx_edit_touch (FxEdit *edit);

/* ---- reading ---- */

const FxUses *fx_edit_uses (FxEdit *edit);
FxId fx_edit_producer (FxEdit *edit, FxId value); /* node or FX_NONE */
/* Whether one operand of one node is all that uses a value: no graph output, no second use. */
gboolean fx_edit_single_use (FxEdit *edit, FxId value);
gboolean fx_edit_is_input (const FxEdit *edit, FxId value); /* of the graph */

/* A node of the standard domain with that operator. */
gboolean fx_edit_is (const FxNode *node, const char *op);
FxId fx_edit_operand (const FxNode *node, guint i);          /* FX_NONE if omitted */
gboolean fx_edit_has_output (const FxNode *node, guint i);   /* whether output i is named */
FxShape fx_edit_shape (const FxEdit *edit, FxId value);      /* of FX_NONE: unknown */
gboolean fx_edit_static (const FxEdit *edit, FxId value);    /* shape is all numbers and not empty of elements */
FxDType fx_edit_dtype (const FxEdit *edit, FxId value);      /* of FX_NONE: UNDEFINED */
FxTensor *fx_edit_constant (const FxEdit *edit, FxId value); /* borrowed; NULL if it is none */
gboolean fx_edit_scalar (const FxEdit *edit, FxId value, double *scalar); /* a constant of one element */
/* The integers of a constant list; NULL if it is none. g_free() it. */
gint64 *fx_edit_ints (const FxEdit *edit, FxId value, guint *n);

gint64 fx_edit_int_attr (const FxNode *node, const char *name, gint64 otherwise);
double fx_edit_float_attr (const FxNode *node, const char *name, double otherwise);
const char *fx_edit_string_attr (const FxNode *node, const char *name, const char *otherwise);
/* A list of integers; NULL if absent. */
const gint64 *fx_edit_ints_attr (const FxNode *node, const char *name, guint *n);

/* ---- changing ---- */

/* New constants, named after a node. */
FxId fx_edit_add_tensor (FxEdit *edit, const FxNode *node, const char *suffix, FxTensor *take);
FxId fx_edit_add_ints (FxEdit *edit, const FxNode *node, const char *suffix, const gint64 *values, guint n);
FxId fx_edit_add_scalar (FxEdit *edit, const FxNode *node, const char *suffix, FxDType dtype, double value);

/* A new node with one output that stands for the source nodes of `origin` and has its version. */
FxNode *fx_edit_insert (FxEdit *edit, const FxNode *origin, const char *op, FxDType dtype, const FxShape *shape,
                        guint n_inputs, ...);
/* The same, producing a value that has no producer (any more). */
FxNode *fx_edit_insert_to (FxEdit *edit, const FxNode *origin, const char *op, FxId output, guint n_inputs, ...);
/* Reshape to a static shape: the new value. */
FxId fx_edit_reshape (FxEdit *edit, const FxNode *origin, FxId value, const FxShape *shape);
FxNode *fx_edit_reshape_to (FxEdit *edit, const FxNode *origin, FxId value, const FxShape *shape, FxId output);

/* The node itself becomes another operator with the same outputs and no attributes. */
void fx_edit_become (FxEdit *edit, FxNode *node, const char *op, guint n_inputs, ...);
/* The node gets a new value as its output 0; its old one, which has no producer then, is returned. */
FxId fx_edit_detach (FxEdit *edit, FxNode *node, const FxShape *shape);
void fx_edit_set_operand (FxEdit *edit, FxNode *node, guint i, FxId value);
void fx_edit_remove (FxEdit *edit, FxId id);

/* Removes a node whose output 0 equals its operand `i`: users take the operand, the producer of the operand gets the
 * origins. The names of graph outputs stay. FALSE: it connects a graph input or constant with a graph output. */
gboolean fx_edit_bypass (FxEdit *edit, FxId id, guint i);

/* Whether a node has a subgraph as an attribute: control flow. */
gboolean fx_edit_has_subgraphs (const FxGraph *graph);

/* Sorts, drops dead nodes and unused values, infers. Ids change. FALSE and *error on a cycle. */
gboolean fx_edit_settle (FxEdit *edit, GError **error);
/* Graph inputs that something uses, as a set of ids, for fx_edit_drop_inputs(). */
GHashTable *fx_edit_used_inputs (FxEdit *edit);
/* Drops the graph inputs that were used and are no longer. */
void fx_edit_drop_inputs (FxEdit *edit, GHashTable *used_before);
/* Forgets the types and shapes that the file declared or that were inferred for what known operators produce. */
void fx_edit_forget_shapes (FxGraph *graph);
/* How many nodes refuse their operands. */
guint fx_edit_count_refusals (FxGraph *graph, char **first);

G_END_DECLS
