/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-writer.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/onnx/onnx-rope.h"
#include "onnx.pb-c.h"

#include <string.h>

#define DEFAULT_IR 7
#define DEFAULT_OPSET 11
#define FIRST_IR_WITH_OPSETS 3
#define FIRST_IR_WITH_FREE_INITIALIZERS 4
#define MAX_FILE_BYTES G_MAXINT32

static FxRope *write_graph (const FxGraph *graph, gint64 ir_version, GError **error);

/* AttributeProto.AttributeType and the field that holds the value, by FxAttrKind. */
static const struct
{
  guint type, field;
} kinds[] = {
  [FX_ATTR_FLOAT] = { 1, 2 }, [FX_ATTR_INT] = { 2, 3 },    [FX_ATTR_STRING] = { 3, 4 }, [FX_ATTR_TENSOR] = { 4, 5 },
  [FX_ATTR_GRAPH] = { 5, 6 }, [FX_ATTR_FLOATS] = { 6, 7 }, [FX_ATTR_INTS] = { 7, 8 },   [FX_ATTR_STRINGS] = { 8, 9 },
};

static FxRope *
write_tensor (const FxTensor *tensor, const char *name)
{
  const FxShape *shape = fx_tensor_shape (tensor);
  FxRope *rope = fx_rope_new ();

  for (int i = 0; i < shape->rank; i++)
    fx_rope_put_int (rope, 1, shape->dims[i]);
  fx_rope_put_int (rope, 2, fx_tensor_dtype (tensor));
  if (*name != '\0')
    fx_rope_put_string (rope, 8, name);
  fx_rope_put_bytes (rope, 9, fx_tensor_bytes (tensor));
  return rope;
}

/* Packs one leaf message; the number of bytes it takes is small. */
static void
put_leaf (FxRope *rope, guint number, const ProtobufCMessage *message)
{
  gsize size = protobuf_c_message_get_packed_size (message);
  g_autofree guint8 *bytes = g_malloc (size + 1);

  protobuf_c_message_pack (message, bytes);
  fx_rope_put_data (rope, number, bytes, size);
}

static void
put_value_info (FxRope *rope, guint number, const FxGraph *graph, const FxValue *value)
{
  Fx__Onnx__ValueInfoProto info = FX__ONNX__VALUE_INFO_PROTO__INIT;
  Fx__Onnx__TypeProto type = FX__ONNX__TYPE_PROTO__INIT;
  Fx__Onnx__TypeProto__Tensor tensor = FX__ONNX__TYPE_PROTO__TENSOR__INIT;
  Fx__Onnx__TensorShapeProto shape = FX__ONNX__TENSOR_SHAPE_PROTO__INIT;
  Fx__Onnx__TensorShapeProto__Dimension dims[FX_MAX_RANK], *pointers[FX_MAX_RANK];

  info.name = value->name;
  if (value->dtype != FX_DTYPE_UNDEFINED)
    {
      info.type = &type;
      type.value_case = FX__ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
      type.tensor_type = &tensor;
      tensor.has_elem_type = TRUE;
      tensor.elem_type = value->dtype;
    }
  if (value->shape.rank >= 0)
    tensor.shape = &shape;
  for (int i = 0; i < value->shape.rank; i++)
    {
      const char *symbol = fx_graph_symbol_name (graph, value->shape.dims[i]);

      pointers[i] = &dims[i];
      fx__onnx__tensor_shape_proto__dimension__init (&dims[i]);
      if (value->shape.dims[i] >= 0)
        {
          dims[i].value_case = FX__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
          dims[i].dim_value = value->shape.dims[i];
        }
      else if (symbol != NULL)
        {
          dims[i].value_case = FX__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
          dims[i].dim_param = (char *)symbol;
        }
    }
  shape.n_dim = (gsize)MAX (value->shape.rank, 0);
  shape.dim = pointers;
  put_leaf (rope, number, &info.base);
}

static gboolean
put_attr (FxRope *node, const FxAttr *attr, gint64 ir_version, GError **error)
{
  g_autoptr (FxRope) rope = fx_rope_new ();
  FxRope *inner;
  guint field;

  if (attr->kind == FX_ATTR_OTHER)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "attribute %s is of a kind that cannot be written", attr->name);

  field = kinds[attr->kind].field;
  fx_rope_put_string (rope, 1, attr->name);
  switch (attr->kind)
    {
    case FX_ATTR_FLOAT: fx_rope_put_float (rope, field, attr->f); break;
    case FX_ATTR_INT: fx_rope_put_int (rope, field, attr->i); break;
    case FX_ATTR_STRING: fx_rope_put_string (rope, field, attr->s); break;
    case FX_ATTR_TENSOR: fx_rope_take_message (rope, field, write_tensor (attr->tensor, "")); break;
    case FX_ATTR_GRAPH:
      inner = write_graph (attr->graph, ir_version, error);
      if (inner == NULL)
        return fx_error_prefix (error, "attribute %s", attr->name);
      fx_rope_take_message (rope, field, inner);
      break;
    default:
      for (guint i = 0; i < attr->n; i++)
        if (attr->kind == FX_ATTR_FLOATS)
          fx_rope_put_float (rope, field, attr->floats[i]);
        else if (attr->kind == FX_ATTR_INTS)
          fx_rope_put_int (rope, field, attr->ints[i]);
        else
          fx_rope_put_string (rope, field, attr->strings[i]);
    }
  fx_rope_put_int (rope, 20, kinds[attr->kind].type);
  fx_rope_take_message (node, 5, g_steal_pointer (&rope));
  return TRUE;
}

static const char *
value_name (const FxGraph *graph, FxId id)
{
  return id != FX_NONE ? fx_graph_value (graph, id)->name : "";
}

static gboolean
put_node (FxRope *graph_rope, const FxGraph *graph, const FxNode *node, gint64 ir_version, GError **error)
{
  g_autoptr (FxRope) rope = fx_rope_new ();

  for (guint i = 0; i < node->n_inputs; i++)
    fx_rope_put_string (rope, 1, value_name (graph, node->inputs[i]));
  for (guint i = 0; i < node->n_outputs; i++)
    fx_rope_put_string (rope, 2, value_name (graph, node->outputs[i]));
  fx_rope_put_string (rope, 3, node->name);
  fx_rope_put_string (rope, 4, node->op_type);
  for (guint i = 0; i < node->n_attrs; i++)
    if (!put_attr (rope, &node->attrs[i], ir_version, error))
      return fx_error_prefix (error, "node \"%s\" (%s)", node->name, node->op_type);
  if (*node->domain != '\0')
    fx_rope_put_string (rope, 7, node->domain);
  fx_rope_take_message (graph_rope, 1, g_steal_pointer (&rope));
  return TRUE;
}

/* Initializers that are to be inputs as well, behind the real ones. */
static void
put_constant_inputs (FxRope *rope, const FxGraph *graph, gint64 ir_version)
{
  const char *listed = fx_graph_metadata (graph, "overridable_initializers");
  g_auto (GStrv) names = g_strsplit (listed != NULL ? listed : "", "\n", -1);

  if (ir_version < FIRST_IR_WITH_FREE_INITIALIZERS)
    {
      for (FxId v = 0; v < fx_graph_n_values (graph); v++)
        if (fx_graph_value (graph, v)->constant != NULL)
          put_value_info (rope, 11, graph, fx_graph_value (graph, v));
      return;
    }
  for (guint i = 0; names[i] != NULL; i++)
    {
      FxId id = fx_graph_find_value (graph, names[i]);

      if (id != FX_NONE && fx_graph_value (graph, id)->constant != NULL)
        put_value_info (rope, 11, graph, fx_graph_value (graph, id));
    }
}

static void
put_value_infos (FxRope *rope, const FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    if (uses->producer[v] != FX_NONE && !uses->is_output[v] && fx_graph_value (graph, v)->dtype != FX_DTYPE_UNDEFINED)
      put_value_info (rope, 13, graph, fx_graph_value (graph, v));
}

static FxRope *
write_graph (const FxGraph *graph, gint64 ir_version, GError **error)
{
  g_autoptr (FxRope) rope = fx_rope_new ();

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    if (!fx_graph_node (graph, i)->removed && !put_node (rope, graph, fx_graph_node (graph, i), ir_version, error))
      return NULL;
  /* the checker wants a name */
  fx_rope_put_string (rope, 2, *fx_graph_name (graph) != '\0' ? fx_graph_name (graph) : "graph");
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      const FxValue *value = fx_graph_value (graph, v);

      if (value->constant != NULL)
        fx_rope_take_message (rope, 5, write_tensor (value->constant, value->name));
    }
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    put_value_info (rope, 11, graph, fx_graph_value (graph, fx_graph_input (graph, i)));
  put_constant_inputs (rope, graph, ir_version);
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    put_value_info (rope, 12, graph, fx_graph_value (graph, fx_graph_output (graph, i)));
  put_value_infos (rope, graph);
  return g_steal_pointer (&rope);
}

static void
put_opsets (FxRope *rope, const FxGraph *graph)
{
  for (guint i = 0; i < MAX (fx_graph_n_opsets (graph), 1); i++)
    {
      Fx__Onnx__OperatorSetIdProto import = FX__ONNX__OPERATOR_SET_ID_PROTO__INIT;
      FxOpset opset
          = fx_graph_n_opsets (graph) > 0 ? *fx_graph_opset_at (graph, i) : (FxOpset){ (char *)"", DEFAULT_OPSET };

      import.domain = opset.domain;
      import.has_version = TRUE;
      import.version = opset.version;
      put_leaf (rope, 8, &import.base);
    }
}

static void
put_props (FxRope *rope, const FxGraph *graph)
{
  GList *keys = fx_graph_metadata_keys (graph);

  for (GList *at = keys; at != NULL; at = at->next)
    if (g_str_has_prefix (at->data, "prop:"))
      {
        Fx__Onnx__StringStringEntryProto entry = FX__ONNX__STRING_STRING_ENTRY_PROTO__INIT;

        entry.key = (char *)at->data + strlen ("prop:");
        entry.value = (char *)fx_graph_metadata (graph, at->data);
        put_leaf (rope, 14, &entry.base);
      }
  g_list_free (keys);
}

static void
put_text (FxRope *rope, guint number, const FxGraph *graph, const char *key)
{
  const char *text = fx_graph_metadata (graph, key);

  if (text != NULL)
    fx_rope_put_string (rope, number, text);
}

static gint64
metadata_number (const FxGraph *graph, const char *key, gint64 otherwise)
{
  const char *text = fx_graph_metadata (graph, key);
  gint64 number;

  return text != NULL && g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &number, NULL) ? number : otherwise;
}

static FxRope *
write_model (const FxGraph *graph, GError **error)
{
  gint64 ir_version = MAX (metadata_number (graph, "ir_version", DEFAULT_IR), FIRST_IR_WITH_OPSETS);
  gint64 model_version = metadata_number (graph, "model_version", 0);
  const char *missing = fx_graph_metadata (graph, "missing_weights");
  FxRope *body, *rope;

  if (missing != NULL)
    {
      fx_fail (error, FX_ERROR_UNSUPPORTED, "the model cannot be saved: %s", missing);
      return NULL;
    }
  body = write_graph (graph, ir_version, error);
  if (body == NULL)
    return NULL;
  rope = fx_rope_new ();
  fx_rope_put_int (rope, 1, ir_version);
  put_text (rope, 2, graph, "producer_name");
  put_text (rope, 3, graph, "producer_version");
  put_text (rope, 4, graph, "domain");
  if (model_version > 0)
    fx_rope_put_int (rope, 5, model_version);
  put_text (rope, 6, graph, "doc_string");
  fx_rope_take_message (rope, 7, body);
  put_opsets (rope, graph);
  put_props (rope, graph);
  if (fx_rope_size (rope) > MAX_FILE_BYTES)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "the model takes %" PRIu64 " bytes, an ONNX file holds 2 GiB",
               fx_rope_size (rope));
      g_clear_pointer (&rope, fx_rope_free);
    }
  return rope;
}

static gboolean
write_rope (GOutputStream *stream, gpointer user_data, GError **error)
{
  return fx_rope_write (user_data, stream, error);
}

gboolean
fx_onnx_save (const FxGraph *graph, const char *path, GError **error)
{
  g_autoptr (FxRope) rope = write_model (graph, error);

  if (rope == NULL || !fx_file_replace (path, write_rope, rope, error))
    return fx_error_prefix (error, "%s", path);
  return TRUE;
}

GBytes *
fx_onnx_write (const FxGraph *graph, GError **error)
{
  g_autoptr (FxRope) rope = write_model (graph, error);

  return rope != NULL ? fx_rope_join (rope) : NULL;
}

gboolean
fx_onnx_save_tensor (const FxTensor *tensor, const char *name, const char *path, GError **error)
{
  g_autoptr (FxRope) rope = write_tensor (tensor, name);

  return fx_file_replace (path, write_rope, rope, error) || fx_error_prefix (error, "%s", path);
}
