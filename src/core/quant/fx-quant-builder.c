/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-quant-builder.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-q.h"

static FxId *
new_ids (guint n)
{
  FxId *ids = g_new (FxId, n + 1);

  for (guint i = 0; i < n; i++)
    ids[i] = FX_NONE;
  return ids;
}

void
fx_quant_builder_init (FxQuantBuilder *builder, const FxGraph *from, const FxQuantParams *params)
{
  guint n = fx_graph_n_values (from);
  GList *keys = fx_graph_metadata_keys (from);

  *builder = (FxQuantBuilder){ .from = from,
                               .params = params,
                               .to = fx_graph_new (fx_graph_name (from)),
                               .floats = new_ids (n),
                               .integers = new_ids (n),
                               .scales = new_ids (n),
                               .axes = g_new0 (guint8, n + 1),
                               .version = (guint)fx_graph_opset (from, "") };
  for (GList *l = keys; l != NULL; l = l->next)
    fx_graph_set_metadata (builder->to, l->data, fx_graph_metadata (from, l->data));
  g_list_free (keys);
  for (guint i = 0; i < fx_graph_n_opsets (from); i++)
    fx_graph_set_opset (builder->to, fx_graph_opset_at (from, i)->domain, fx_graph_opset_at (from, i)->version);
}

void
fx_quant_builder_clear (FxQuantBuilder *builder)
{
  fx_graph_free (builder->to);
  g_free (builder->floats);
  g_free (builder->integers);
  g_free (builder->scales);
  g_free (builder->axes);
}

void
fx_quant_add_inputs (FxQuantBuilder *builder)
{
  for (guint i = 0; i < fx_graph_n_inputs (builder->from); i++)
    fx_graph_add_input (builder->to, fx_quant_float (builder, fx_graph_input (builder->from, i)));
}

FxGraph *
fx_quant_finish (FxQuantBuilder *builder, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  for (guint i = 0; i < fx_graph_n_outputs (builder->from); i++)
    fx_graph_add_output (builder->to, fx_quant_float (builder, fx_graph_output (builder->from, i)));
  if (!fx_graph_sort (builder->to, error))
    return NULL;
  fx_graph_compact (builder->to); /* biases are not used in float any more */
  fx_graph_infer (builder->to, diagnostics);
  if (!fx_diagnostics_to_error (diagnostics, error) || !fx_graph_verify (builder->to, error))
    return NULL;
  return g_steal_pointer (&builder->to);
}

FxNode *
fx_quant_add_float (FxQuantBuilder *builder, const FxNode *node, const FxId *inputs, const FxId *outputs)
{
  FxId id = fx_graph_add_node (builder->to, node->name, node->domain, node->op_type,
                               *node->domain == '\0' ? builder->version : node->version, inputs, node->n_inputs,
                               outputs, node->n_outputs);
  FxNode *added = fx_graph_node (builder->to, id);

  for (guint i = 0; i < node->n_attrs; i++)
    fx_node_take_attr (added, fx_attr_copy (&node->attrs[i]));
  if (node->origins != NULL)
    fx_node_add_origins (added, node);
  return added;
}

/* ---- values in both forms ---- */

FxDType
fx_quant_dtype (const FxValueQuant *quant)
{
  return quant->bits == 8 ? FX_DTYPE_INT8 : quant->bits == 16 ? FX_DTYPE_INT16 : FX_DTYPE_INT32;
}

FxId
fx_quant_constant (FxQuantBuilder *builder, const char *name, FxDType dtype, const FxShape *shape, gconstpointer data)
{
  FxArray array = { dtype, *shape, (void *)data };

  return fx_graph_add_constant (builder->to, name, fx_tensor_new_copy (&array));
}

static FxId
scalar (FxQuantBuilder *builder, const char *name, const char *what, FxDType dtype, gconstpointer data)
{
  g_autofree char *full = g_strdup_printf ("%s_%s", name, what);

  return fx_quant_constant (builder, full, dtype, &FX_SHAPE_SCALAR, data);
}

/* Scale and zero point as operands of QuantizeLinear and DequantizeLinear. */
static guint
add_numbers (FxQuantBuilder *builder, const char *name, const FxValueQuant *quant, FxId *inputs)
{
  gint8 zero8 = (gint8)quant->zero_point;
  gint16 zero16 = (gint16)quant->zero_point;

  inputs[0] = scalar (builder, name, "scale", FX_DTYPE_FLOAT, &quant->scale);
  inputs[1] = scalar (builder, name, "zero_point", fx_quant_dtype (quant),
                      quant->bits == 8 ? (gconstpointer)&zero8 : &zero16);
  return 2;
}

FxId
fx_quant_new_value (FxQuantBuilder *builder, FxId id, const char *suffix, FxDType dtype)
{
  const FxValue *like = fx_graph_value (builder->from, id);
  g_autofree char *name = g_strconcat (like->name, suffix, NULL);

  return fx_graph_add_value (builder->to, name, dtype, &like->shape);
}

FxId
fx_quant_border (FxQuantBuilder *builder, const char *op_type, FxId id, FxId input, FxId output)
{
  const FxValue *value = fx_graph_value (builder->from, id);
  g_autofree char *name = g_strconcat (value->name, "_", op_type, NULL);
  FxId inputs[3] = { input }, node;
  guint n = 1;

  if (builder->scales[id] != FX_NONE)
    inputs[n++] = builder->scales[id];
  else
    n += add_numbers (builder, name, fx_quant_of (builder, id), &inputs[1]);
  node = fx_graph_add_node (builder->to, name, "", op_type, builder->version, inputs, n, &output, 1);
  if (builder->scales[id] != FX_NONE)
    fx_node_take_attr (fx_graph_node (builder->to, node), fx_attr_int ("axis", builder->axes[id]));
  return output;
}

static FxId
make_float (FxQuantBuilder *builder, FxId id)
{
  const FxValue *value = fx_graph_value (builder->from, id);

  if (value->constant != NULL)
    return fx_graph_add_constant (builder->to, value->name, fx_tensor_ref (value->constant));
  if (builder->integers[id] == FX_NONE) /* computed by a float node, or fed */
    return fx_quant_new_value (builder, id, "", value->dtype);
  return fx_quant_border (builder, "DequantizeLinear", id, builder->integers[id],
                          fx_quant_new_value (builder, id, "", value->dtype));
}

FxId
fx_quant_float (FxQuantBuilder *builder, FxId id)
{
  if (id != FX_NONE && builder->floats[id] == FX_NONE)
    builder->floats[id] = make_float (builder, id);
  return id != FX_NONE ? builder->floats[id] : FX_NONE;
}

FxTensor *
fx_quant_tensor (const FxTensor *tensor, const FxValueQuant *quant, GError **error)
{
  gsize n = fx_tensor_elements (tensor);
  void *data;
  FxTensor *integers = fx_tensor_new_alloc (fx_quant_dtype (quant), fx_tensor_shape (tensor), &data, error);

  for (gsize i = 0; integers != NULL && i < n; i++)
    {
      gint32 q = fx_value_quant_integer (quant, fx_tensor_get_double (tensor, i));

      if (quant->bits == 8)
        ((gint8 *)data)[i] = (gint8)q;
      else
        ((gint16 *)data)[i] = (gint16)q;
    }
  return integers;
}

static FxId
make_integer (FxQuantBuilder *builder, FxId id)
{
  const FxValue *value = fx_graph_value (builder->from, id);
  const FxValueQuant *quant = fx_quant_of (builder, id);

  if (value->constant != NULL)
    {
      g_autofree char *name = g_strconcat (value->name, "_quantized", NULL);
      FxTensor *integers = fx_quant_tensor (value->constant, quant, NULL);

      return fx_graph_add_constant (builder->to, name, integers);
    }
  return fx_quant_border (builder, "QuantizeLinear", id, fx_quant_float (builder, id),
                          fx_quant_new_value (builder, id, "_quantized", fx_quant_dtype (quant)));
}

FxId
fx_quant_integer (FxQuantBuilder *builder, FxId id)
{
  if (id != FX_NONE && builder->integers[id] == FX_NONE)
    builder->integers[id] = make_integer (builder, id);
  return id != FX_NONE ? builder->integers[id] : FX_NONE;
}

void
fx_quant_set_operand (FxNode *node, const char *name, const FxValueQuant *quant)
{
  g_autofree char *scale = g_strconcat (name, "_scale", NULL), *zero_point = g_strconcat (name, "_zero_point", NULL);

  fx_node_take_attr (node, fx_attr_float (scale, quant->scale));
  fx_node_take_attr (node, fx_attr_int (zero_point, quant->zero_point));
}

static void
set_type (FxNode *node, const FxValueQuant *quant)
{
  fx_node_take_attr (node, fx_attr_string ("y_dtype", fx_dtype_numpy_name (fx_quant_dtype (quant))));
}

FxId
fx_quant_integer_as (FxQuantBuilder *builder, FxId id, const FxValueQuant *as)
{
  const FxValue *value = fx_graph_value (builder->from, id);
  FxId input = fx_quant_integer (builder, id), output;
  g_autofree char *name = NULL;
  FxNode *node;

  if (fx_value_quant_equal (fx_quant_of (builder, id), as))
    return input;
  output = fx_quant_new_value (builder, id, "_requantized", fx_quant_dtype (as));
  name = g_strconcat (value->name, "_Requantize", NULL);
  node = fx_graph_node (builder->to,
                        fx_graph_add_node (builder->to, name, FX_Q_DOMAIN, "QRequantize", 1, &input, 1, &output, 1));
  fx_quant_set_operand (node, "x", fx_quant_of (builder, id));
  fx_quant_set_operand (node, "y", as);
  set_type (node, as);
  return output;
}

static void
add_origins (const FxQuantBuilder *builder, FxNode *node, const FxQuantGroup *group)
{
  if (group->n_nodes == 1 && fx_quant_node (builder, group)->origins == NULL)
    return;
  for (guint i = 0; i < group->n_nodes; i++)
    fx_node_add_origins (node, fx_graph_node (builder->from, group->nodes[i]));
}

FxId
fx_quant_new_integer (FxQuantBuilder *builder, FxId id)
{
  if (id != FX_NONE)
    builder->integers[id] = fx_quant_new_value (builder, id, "_quantized", fx_quant_dtype (fx_quant_of (builder, id)));
  return id != FX_NONE ? builder->integers[id] : FX_NONE;
}

FxNode *
fx_quant_add_node (FxQuantBuilder *builder, const FxQuantGroup *group, const char *domain, const char *op_type,
                   const FxId *inputs, guint n_inputs, const FxId *outputs, guint n_outputs)
{
  const FxNode *from = fx_quant_node (builder, group);
  guint version = *domain != '\0' ? 1 : builder->version;
  FxId id = fx_graph_add_node (builder->to, from->name, domain, op_type, version, inputs, n_inputs, outputs, n_outputs);
  FxNode *node = fx_graph_node (builder->to, id);

  add_origins (builder, node, group);
  return node;
}

FxNode *
fx_quant_add (FxQuantBuilder *builder, const FxQuantGroup *group, const char *domain, const char *op_type,
              const FxId *inputs, guint n_inputs)
{
  FxId output = fx_quant_new_integer (builder, fx_quant_output (builder, group));

  return fx_quant_add_node (builder, group, domain, op_type, inputs, n_inputs, &output, 1);
}

void
fx_quant_set_result (const FxQuantBuilder *builder, FxNode *node, const FxQuantGroup *group)
{
  const FxValueQuant *quant = fx_quant_of (builder, fx_quant_output (builder, group));

  if (quant->bits != 32)
    fx_quant_set_operand (node, "y", quant);
  set_type (node, quant);
  if (group->clamped)
    {
      fx_node_take_attr (node, fx_attr_int ("low", fx_value_quant_integer (quant, group->low)));
      fx_node_take_attr (node, fx_attr_int ("high", fx_value_quant_integer (quant, group->high)));
    }
}

void
fx_quant_copy_attrs (FxNode *node, const FxNode *from, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      const FxAttr *attr = fx_node_attr (from, *names);

      if (attr != NULL)
        fx_node_take_attr (node, fx_attr_copy (attr));
    }
}
