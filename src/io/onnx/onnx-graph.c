/* GraphProto and NodeProto → FxGraph.
 *
 * A graph is read in two rounds, because nodes may come in any order and subgraphs see the values around them: first
 * every value gets its id and its one definition, then the nodes are linked to them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "io/onnx/onnx-read.h"
#include "io/onnx/onnx-tensor.h"

/* Field numbers of GraphProto. */
enum
{
  GRAPH_NODE = 1,
  GRAPH_NAME = 2,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_VALUE_INFO = 13,
  GRAPH_SPARSE_INITIALIZER = 15,
};

/* Field numbers of NodeProto. */
enum
{
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  NODE_DOMAIN = 7,
};

typedef struct
{
  FxOnnxReader *reader;
  FxOnnxScope *scope;
  FxGraph *graph;       /* scope->graph */
  GString *overridable; /* names of initializers that are also inputs, one a line */
} Build;

typedef gboolean (*FieldReader) (Build *build, FxWireSpan span, GError **error);

/* Calls `read` for every field of that number. */
static gboolean
each_field (Build *build, FxWireSpan span, guint number, FieldReader read, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if (field.number == number)
      {
        if (field.type != FX_WIRE_BYTES)
          return fx_fail (error, FX_ERROR_BAD_DATA, "field %u of the graph is damaged", number);
        if (!read (build, field.bytes, error))
          return FALSE;
      }
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  return TRUE;
}

/* Takes `name` for a value that is defined here; FX_NONE and *error if something else defines it. */
static FxId
define (Build *build, const char *name, const char *what, GError **error)
{
  if (!fx_onnx_count_parts (build->reader, 1, error))
    return FX_NONE;
  if (*name == '\0')
    fx_fail (error, FX_ERROR_BAD_GRAPH, "an %s has no name", what);
  else if (fx_graph_find_value (build->graph, name) != FX_NONE)
    fx_fail (error, FX_ERROR_BAD_GRAPH, "the %s \"%s\" is defined already: each name may be defined only once", what,
             name);
  else
    return fx_graph_add_value (build->graph, name, FX_DTYPE_UNDEFINED, &FX_SHAPE_UNKNOWN);
  return FX_NONE;
}

/* What a constant costs beyond its value, for fx_onnx_count_parts(). */
#define CONSTANT_PARTS 3

static void
set_constant (Build *build, FxId id, FxTensor *tensor)
{
  FxValue *value = fx_graph_value (build->graph, id);

  value->constant = tensor;
  value->dtype = fx_tensor_dtype (tensor);
  value->shape = *fx_tensor_shape (tensor);
}

/* An initializer whose elements cannot be stored (strings) still defines its value: as a Constant node does whose
 * attribute is of a kind that is not supported. */
static void
add_opaque_constant (Build *build, FxId id)
{
  FxId node = fx_graph_add_node (build->graph, "", "", "Constant", 1, NULL, 0, &id, 1);

  fx_node_take_attr (fx_graph_node (build->graph, node), fx_attr_other ("value"));
}

static gboolean
read_initializer (Build *build, FxWireSpan span, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *name = NULL;
  g_autoptr (FxTensor) tensor = fx_onnx_tensor_read (build->reader->file, span, build->reader->external, &name, &local);
  FxId id;

  if (tensor == NULL && !g_error_matches (local, FX_ERROR, FX_ERROR_UNSUPPORTED))
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "initializer \"%s\": ", name != NULL ? name : "?");
      return FALSE;
    }
  id = fx_onnx_count_parts (build->reader, CONSTANT_PARTS, error) ? define (build, name, "initializer", error)
                                                                  : FX_NONE;
  if (id == FX_NONE)
    return FALSE;
  if (tensor != NULL)
    set_constant (build, id, g_steal_pointer (&tensor));
  else
    {
      fx_onnx_note (build->reader, FX_SEVERITY_ERROR, "unsupported-constant", NULL, name, "%s", local->message);
      add_opaque_constant (build, id);
    }
  return TRUE;
}

static gboolean
read_sparse_initializer (Build *build, FxWireSpan span, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (FxTensor) tensor = fx_onnx_read_sparse (build->reader, span, &name, error);
  FxId id;

  if (tensor == NULL)
    return fx_error_prefix (error, "sparse initializer");
  id = define (build, name, "sparse initializer", error);
  if (id == FX_NONE)
    return FALSE;
  set_constant (build, id, g_steal_pointer (&tensor));
  return TRUE;
}

static gboolean
read_input (Build *build, FxWireSpan span, GError **error)
{
  g_autofree char *name = NULL;
  FxDType dtype;
  FxShape shape;
  FxId id;
  FxValue *value;

  if (!fx_onnx_read_value_info (build->reader, build->scope, span, &name, &dtype, &shape, error))
    return FALSE;

  id = fx_graph_find_value (build->graph, name);
  if (id != FX_NONE && fx_graph_value (build->graph, id)->constant != NULL)
    {
      g_string_append_printf (build->overridable, "%s%s", build->overridable->len > 0 ? "\n" : "", name);
      return TRUE;
    }
  id = define (build, name, "input", error);
  if (id == FX_NONE)
    return FALSE;
  value = fx_graph_value (build->graph, id);
  value->dtype = dtype;
  value->shape = shape;
  fx_graph_add_input (build->graph, id);
  return TRUE;
}

/* The type and shape that the file declares for what a node computes. */
static void
declare (Build *build, FxId id, FxDType dtype, const FxShape *shape)
{
  FxValue *value = fx_graph_value (build->graph, id);

  if (value->constant != NULL || value->captured)
    return;
  if (value->dtype == FX_DTYPE_UNDEFINED)
    value->dtype = dtype;
  if (value->shape.rank == FX_RANK_UNKNOWN)
    value->shape = *shape;
}

static gboolean
read_value_info (Build *build, FxWireSpan span, GError **error)
{
  g_autofree char *name = NULL;
  FxDType dtype;
  FxShape shape;
  FxId id;

  if (!fx_onnx_read_value_info (build->reader, build->scope, span, &name, &dtype, &shape, error))
    return FALSE;
  id = fx_graph_find_value (build->graph, name);
  if (id != FX_NONE)
    declare (build, id, dtype, &shape);
  return TRUE;
}

static gboolean
read_output (Build *build, FxWireSpan span, GError **error)
{
  g_autofree char *name = NULL;
  FxDType dtype;
  FxShape shape;
  FxId id;

  if (!fx_onnx_count_parts (build->reader, 1, error)
      || !fx_onnx_read_value_info (build->reader, build->scope, span, &name, &dtype, &shape, error))
    return FALSE;
  id = fx_onnx_resolve (build->reader, build->scope, name);
  if (id == FX_NONE)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "nothing defines the output \"%s\"", name);
  declare (build, id, dtype, &shape);
  fx_graph_add_output (build->graph, id);
  return TRUE;
}

/* First round over a node: its outputs get ids. */
static gboolean
define_outputs (Build *build, FxWireSpan span, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  if (++build->reader->n_nodes > FX_ONNX_MAX_NODES)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the model has more than %d nodes", FX_ONNX_MAX_NODES);
  while (fx_wire_next (&wire, &field))
    {
      g_autofree char *name = NULL;

      if (field.number != NODE_OUTPUT)
        continue;
      name = fx_onnx_dup_name (&field, "the output of a node", error);
      if (name == NULL || (*name != '\0' && define (build, name, "node output", error) == FX_NONE))
        return FALSE;
    }
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  return TRUE;
}

typedef struct
{
  char *name, *op_type, *domain;
  char *missing;            /* the first input that nothing defines */
  GArray *inputs, *outputs; /* of FxId */
  guint n_attrs;
} NodeHead;

static void
node_head_clear (NodeHead *head)
{
  g_free (head->name);
  g_free (head->op_type);
  g_free (head->domain);
  g_free (head->missing);
  g_array_unref (head->inputs);
  g_array_unref (head->outputs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NodeHead, node_head_clear)

static gboolean
read_text (const FxWireField *field, const char *what, char **text, GError **error)
{
  g_free (*text);
  *text = fx_onnx_dup_name (field, what, error);
  return *text != NULL;
}

static gboolean
read_operand (Build *build, const FxWireField *field, GArray *ids, char **missing, GError **error)
{
  g_autofree char *name = fx_onnx_dup_name (field, "an operand of a node", error);
  FxId id = FX_NONE;

  if (name == NULL || !fx_onnx_count_parts (build->reader, 1, error))
    return FALSE;
  if (*name != '\0')
    id = fx_onnx_resolve (build->reader, build->scope, name);
  if (*name != '\0' && id == FX_NONE && *missing == NULL)
    *missing = g_strdup (name);
  g_array_append_val (ids, id);
  return TRUE;
}

static gboolean
read_node_head (Build *build, FxWireSpan span, NodeHead *head, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  gboolean ok = TRUE;

  while (ok && fx_wire_next (&wire, &field))
    switch (field.number)
      {
      case NODE_INPUT: ok = read_operand (build, &field, head->inputs, &head->missing, error); break;
      case NODE_OUTPUT: ok = read_operand (build, &field, head->outputs, &head->missing, error); break;
      case NODE_NAME: ok = read_text (&field, "the name of a node", &head->name, error); break;
      case NODE_OP_TYPE: ok = read_text (&field, "the operator of a node", &head->op_type, error); break;
      case NODE_DOMAIN: ok = read_text (&field, "the domain of a node", &head->domain, error); break;
      case NODE_ATTRIBUTE: head->n_attrs++; break;
      default: break;
      }
  if (!ok)
    return FALSE;
  if (*head->op_type == '\0')
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "node %u (\"%s\") names no operator", fx_graph_n_nodes (build->graph),
                    head->name);
  if (head->missing != NULL)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "node %u (%s \"%s\") uses \"%s\", which nothing defines",
                    fx_graph_n_nodes (build->graph), head->op_type, head->name, head->missing);
  if (head->n_attrs > FX_ONNX_MAX_ATTRS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "node %u (%s \"%s\") has %u attributes, wanted at most %d",
                    fx_graph_n_nodes (build->graph), head->op_type, head->name, head->n_attrs, FX_ONNX_MAX_ATTRS);
  return TRUE;
}

static gboolean
read_attrs (Build *build, FxWireSpan span, FxNode *node, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    {
      FxAttr attr;

      if (field.number != NODE_ATTRIBUTE)
        continue;
      if (field.type != FX_WIRE_BYTES)
        return fx_fail (error, FX_ERROR_BAD_DATA, "an attribute is damaged");
      if (!fx_onnx_count_parts (build->reader, 1, error)
          || !fx_onnx_read_attr (build->reader, build->scope, node->name, field.bytes, &attr, error))
        return FALSE;
      if (fx_node_attr (node, attr.name) != NULL)
        {
          fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute %s is given twice", attr.name);
          fx_attr_clear (&attr);
          return FALSE;
        }
      fx_node_take_attr (node, attr);
    }
  return TRUE;
}

/* The version of a node is the one its model imports for its domain. */
static guint
node_version (Build *build, const char *domain)
{
  gint64 version = fx_graph_opset (build->reader->model, domain);

  if (version == 0)
    {
      fx_onnx_note (build->reader, FX_SEVERITY_WARNING, "opset", NULL, NULL,
                    "the model uses operators of domain \"%s\" without saying which version; 1 is assumed",
                    *domain != '\0' ? domain : "ai.onnx");
      if (fx_graph_n_opsets (build->reader->model) < FX_ONNX_MAX_IMPORTS)
        fx_graph_set_opset (build->reader->model, domain, 1);
      version = 1;
    }
  return (guint)CLAMP (version, 1, G_MAXINT32);
}

/* Second round over a node. */
static gboolean
read_node (Build *build, FxWireSpan span, GError **error)
{
  g_auto (NodeHead) head = { .name = g_strdup (""),
                             .op_type = g_strdup (""),
                             .domain = g_strdup (""),
                             .inputs = g_array_new (FALSE, FALSE, sizeof (FxId)),
                             .outputs = g_array_new (FALSE, FALSE, sizeof (FxId)) };
  const char *domain;
  FxNode *node;
  FxId id;

  if (!read_node_head (build, span, &head, error))
    return FALSE;
  domain = g_strcmp0 (head.domain, "ai.onnx") == 0 ? "" : head.domain;
  id = fx_graph_add_node (build->graph, head.name, domain, head.op_type, node_version (build, domain),
                          (const FxId *)head.inputs->data, head.inputs->len, (const FxId *)head.outputs->data,
                          head.outputs->len);
  node = fx_graph_node (build->graph, id);
  if (!read_attrs (build, span, node, error))
    return fx_error_prefix (error, "node \"%s\" (%s)", node->name, node->op_type);
  return TRUE;
}

gboolean
fx_onnx_fill_graph (FxOnnxReader *reader, FxOnnxScope *scope, FxWireSpan span, GError **error)
{
  static const struct
  {
    guint number;
    FieldReader read;
  } rounds[] = {
    { GRAPH_INITIALIZER, read_initializer },
    { GRAPH_SPARSE_INITIALIZER, read_sparse_initializer },
    { GRAPH_INPUT, read_input },
    { GRAPH_NODE, define_outputs },
    { GRAPH_VALUE_INFO, read_value_info },
    { GRAPH_OUTPUT, read_output },
    { GRAPH_NODE, read_node },
  };
  g_autoptr (GString) overridable = g_string_new (NULL);
  Build build = { reader, scope, scope->graph, overridable };

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    if (!each_field (&build, span, rounds[i].number, rounds[i].read, error))
      return FALSE;
  if (overridable->len > 0)
    fx_graph_set_metadata (scope->graph, "overridable_initializers", overridable->str);
  return fx_graph_sort (scope->graph, error);
}

char *
fx_onnx_graph_name (FxWireSpan span, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if (field.number == GRAPH_NAME)
      return fx_onnx_dup_name (&field, "the name of a graph", error);
  return g_strdup ("");
}

FxGraph *
fx_onnx_read_graph (FxOnnxReader *reader, FxOnnxScope *outer, FxWireSpan span, GError **error)
{
  g_autofree char *name = fx_onnx_graph_name (span, error);
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (GHashTable) symbols = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  FxOnnxScope scope = { NULL, outer, symbols };
  gboolean ok;

  if (name == NULL)
    return NULL;
  if (reader->depth >= FX_ONNX_MAX_DEPTH)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "subgraphs are nested more than %d deep", FX_ONNX_MAX_DEPTH);
      return NULL;
    }

  graph = scope.graph = fx_graph_new (name);
  reader->depth++;
  ok = fx_onnx_fill_graph (reader, &scope, span, error);
  reader->depth--;
  return ok ? g_steal_pointer (&graph) : NULL;
}
