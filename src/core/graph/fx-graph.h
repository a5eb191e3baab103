/* The graph: values and nodes in two arrays, linked by 32-bit ids.
 *
 * A value is a tensor that flows: a graph input, a constant, or the output of one node. A node applies an operator.
 * Consumers are computed (FxUses), not stored. Tensor data is immutable and shared, so a copy of a graph is cheap and
 * every worker owns its own.
 *
 * Nodes are in topological order after fx_graph_sort(), which readers and passes that add nodes call.
 * fx_graph_verify() states every invariant.
 *
 * Pointers returned by fx_graph_value() and fx_graph_node() are valid until fx_graph_compact().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-attr.h"
#include "core/graph/fx-dtype.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

struct _FxValue
{
  char *name;         /* unique in its graph, not empty */
  FxDType dtype;      /* declared or inferred; UNDEFINED while not known */
  FxShape shape;      /* declared or inferred */
  FxTensor *constant; /* owned; the initializer, or NULL */
  gboolean captured;  /* in a subgraph: the value of that name of an enclosing graph */
};

struct _FxNode
{
  char *name;     /* unique among the nodes, not empty */
  const FxOp *op; /* NULL: no operator of that name and domain is known */
  char *op_type;  /* as the model file says */
  char *domain;   /* "" is the ONNX standard domain */
  guint version;  /* the opset of its domain under which its semantics are to be read */
  FxId *inputs;   /* FX_NONE: an omitted optional operand */
  guint n_inputs;
  FxId *outputs;
  guint n_outputs;
  FxAttr *attrs; /* owned, unique names */
  guint n_attrs;
  char **origins;   /* names of the source nodes this one stands for, NULL: its own name only */
  gboolean removed; /* tombstone: fx_graph_compact() drops it */
};

/* One "domain = version" line of a model. */
typedef struct
{
  char *domain;
  gint64 version;
} FxOpset;

FxGraph *fx_graph_new (const char *name);
FxGraph *fx_graph_copy (const FxGraph *graph); /* shares tensors, copies the rest */
void fx_graph_free (FxGraph *graph);           /* accepts NULL */
/* Exchanges what two graphs hold: makes an edit that was tried on a copy happen at once. */
void fx_graph_swap (FxGraph *a, FxGraph *b);

const char *fx_graph_name (const FxGraph *graph);

/* Free-form facts of the file: "format", "ir_version", "producer_name", … NULL if not set. */
const char *fx_graph_metadata (const FxGraph *graph, const char *key);
void fx_graph_set_metadata (FxGraph *graph, const char *key, const char *value);
/* All keys, sorted; free the list with g_list_free(). */
GList *fx_graph_metadata_keys (const FxGraph *graph);

/* Opset of a domain; 0 if the model does not import it. Setting it to 0 removes it. */
gint64 fx_graph_opset (const FxGraph *graph, const char *domain);
void fx_graph_set_opset (FxGraph *graph, const char *domain, gint64 version);
guint fx_graph_n_opsets (const FxGraph *graph);
const FxOpset *fx_graph_opset_at (const FxGraph *graph, guint i);

/* The dimension (a negative number) that stands for a symbolic name in this graph, and back. */
gint64 fx_graph_symbol (FxGraph *graph, const char *name);
const char *fx_graph_symbol_name (const FxGraph *graph, gint64 dim);

/* As fx_shape_to_string(), with the names of symbols. */
char *fx_graph_shape_to_string (const FxGraph *graph, const FxShape *shape);

guint fx_graph_n_values (const FxGraph *graph);
FxValue *fx_graph_value (const FxGraph *graph, FxId id);
/* Adds a value; a taken or empty name gets a number behind it. */
FxId fx_graph_add_value (FxGraph *graph, const char *name, FxDType dtype, const FxShape *shape);
/* Adds a constant; takes the tensor over. */
FxId fx_graph_add_constant (FxGraph *graph, const char *name, FxTensor *tensor);
/* FX_NONE if there is none of that name. */
FxId fx_graph_find_value (const FxGraph *graph, const char *name);
/* Gives a value another name; FALSE if it is taken or empty. */
gboolean fx_graph_rename_value (FxGraph *graph, FxId id, const char *name);

guint fx_graph_n_nodes (const FxGraph *graph); /* removed ones count until fx_graph_compact() */
FxNode *fx_graph_node (const FxGraph *graph, FxId id);
/* Appends a node and looks its operator up; the arrays of ids are copied. An empty or taken name becomes unique.
 * Each output must not have a producer yet. */
FxId fx_graph_add_node (FxGraph *graph, const char *name, const char *domain, const char *op_type, guint version,
                        const FxId *inputs, guint n_inputs, const FxId *outputs, guint n_outputs);
FxId fx_graph_find_node (const FxGraph *graph, const char *name);
/* Gives a node another name; FALSE if another node has it or it is empty. */
gboolean fx_graph_rename_node (FxGraph *graph, FxId id, const char *name);
/* Marks it removed; its outputs have no producer from then on. */
void fx_graph_remove_node (FxGraph *graph, FxId id);

/* Replaces the attribute of that name, or adds it; takes `attr` over. */
void fx_node_take_attr (FxNode *node, FxAttr attr);
const FxAttr *fx_node_attr (const FxNode *node, const char *name); /* NULL if absent */
void fx_node_remove_attr (FxNode *node, const char *name);
void fx_node_set_inputs (FxNode *node, const FxId *inputs, guint n);
/* Adds the source names of `from` to those of `node`: what `node` stands for after a fusion. */
void fx_node_add_origins (FxNode *node, const FxNode *from);
/* The source names, at least one. */
const char *const *fx_node_origins (const FxNode *node, guint *n);

/* Graph inputs (those that a caller feeds) and outputs, in model order. */
guint fx_graph_n_inputs (const FxGraph *graph);
FxId fx_graph_input (const FxGraph *graph, guint i);
void fx_graph_add_input (FxGraph *graph, FxId value);
void fx_graph_set_inputs (FxGraph *graph, const FxId *values, guint n);
guint fx_graph_n_outputs (const FxGraph *graph);
FxId fx_graph_output (const FxGraph *graph, guint i);
void fx_graph_add_output (FxGraph *graph, FxId value);
void fx_graph_set_outputs (FxGraph *graph, const FxId *values, guint n);

/* Every use of `from` as a node input or a graph output becomes a use of `to`. */
void fx_graph_replace_uses (FxGraph *graph, FxId from, FxId to);

/* Puts the nodes in topological order, stably. FALSE and *error (BAD_GRAPH, naming a node) on a cycle. Node ids change.
 */
gboolean fx_graph_sort (FxGraph *graph, GError **error);

/* Marks nodes removed that no graph output needs; the nodes are sorted. Returns how many. */
guint fx_graph_prune (FxGraph *graph);

/* Drops removed nodes, and values that nothing refers to (graph inputs and outputs stay). Ids change. */
void fx_graph_compact (FxGraph *graph);

/* Every invariant in one place: ids in range, unique names, one producer per value, no cycle and topological order,
 * constants that match their declared type and shape, operand counts of known operators, attributes of known kinds.
 * FALSE and *error (BAD_GRAPH) name the first one broken. */
gboolean fx_graph_verify (const FxGraph *graph, GError **error);

/* Who produces and who uses each value, computed from the graph as it is now. */
typedef struct
{
  FxId *producer;    /* [n_values] node id or FX_NONE */
  guint32 *first;    /* [n_values + 1] users of value v are users[first[v]] … users[first[v + 1] - 1] */
  FxId *users;       /* node ids, in node order; a node that uses a value twice is listed twice */
  guint8 *is_output; /* [n_values] 1 if a graph output */
} FxUses;

FxUses *fx_uses_new (const FxGraph *graph);
void fx_uses_free (FxUses *uses); /* accepts NULL */

static inline guint
fx_uses_count (const FxUses *uses, FxId value)
{
  return uses->first[value + 1] - uses->first[value];
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxGraph, fx_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxUses, fx_uses_free)

G_END_DECLS
