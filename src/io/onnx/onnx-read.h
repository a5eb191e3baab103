/* What the parts of the ONNX reader share. Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "io/onnx/onnx-external.h"
#include "io/fx-wire.h"

G_BEGIN_DECLS

#define FX_ONNX_MAX_NAME 4096
#define FX_ONNX_MAX_DEPTH 32     /* of nested subgraphs */
#define FX_ONNX_MAX_NODES 500000 /* in a model with its subgraphs */
#define FX_ONNX_MAX_PARTS                                                                                              \
  2000000                    /* values, operands, attributes, strings: each costs memory however few bytes it has */
#define FX_ONNX_MAX_ATTRS 64 /* of one node */
#define FX_ONNX_MAX_SYMBOLS 4096
#define FX_ONNX_MAX_IMPORTS 256             /* domains of operators */
#define FX_ONNX_MAX_DENSE ((gsize)64 << 20) /* bytes that sparse initializers may take in all once they are dense */

typedef struct
{
  GBytes *file;
  FxOnnxExternal *external;
  GPtrArray *diagnostics;
  FxGraph *model; /* the main graph: it has the opsets */
  guint n_nodes, n_parts, depth;
  gsize dense_bytes;
} FxOnnxReader;

/* A graph being read and those around it, whose values it may use. */
typedef struct _FxOnnxScope FxOnnxScope;
struct _FxOnnxScope
{
  FxGraph *graph;
  FxOnnxScope *outer;
  GHashTable *symbols; /* name → dimension + G_MAXINT, to keep look-ups quick */
};

/* FALSE and *error (TOO_LARGE) once the model has too many parts. */
gboolean fx_onnx_count_parts (FxOnnxReader *reader, gsize n, GError **error);

/* Adds a finding unless there are very many already. */
void fx_onnx_note (FxOnnxReader *reader, FxSeverity severity, const char *rule, const char *node, const char *tensor,
                   const char *format, ...) G_GNUC_PRINTF (6, 7);

/* The string of a field; NULL and *error ("WHAT is damaged …"). */
char *fx_onnx_dup_name (const FxWireField *field, const char *what, GError **error);

/* The value of that name here or in an enclosing graph (then it becomes a captured value here); FX_NONE: nowhere. */
FxId fx_onnx_resolve (FxOnnxReader *reader, FxOnnxScope *scope, const char *name);

/* Reads an AttributeProto; `node` is for messages. */
gboolean fx_onnx_read_attr (FxOnnxReader *reader, FxOnnxScope *scope, const char *node, FxWireSpan span, FxAttr *attr,
                            GError **error);

/* The name of a GraphProto, maybe ""; NULL and *error. */
char *fx_onnx_graph_name (FxWireSpan span, GError **error);

/* Reads the GraphProto of an attribute. */
FxGraph *fx_onnx_read_graph (FxOnnxReader *reader, FxOnnxScope *outer, FxWireSpan span, GError **error);

/* Fills `graph`, which is empty. */
gboolean fx_onnx_fill_graph (FxOnnxReader *reader, FxOnnxScope *scope, FxWireSpan span, GError **error);

/* Reads a ValueInfoProto; *name is to be freed. */
gboolean fx_onnx_read_value_info (FxOnnxReader *reader, FxOnnxScope *scope, FxWireSpan span, char **name,
                                  FxDType *dtype, FxShape *shape, GError **error);

/* Reads a SparseTensorProto into a dense tensor; *name is to be freed. */
FxTensor *fx_onnx_read_sparse (FxOnnxReader *reader, FxWireSpan span, char **name, GError **error);

G_END_DECLS
