/* The integer network while it is built beside the float graph: which of its values stand for a float value, as floats
 * and as integers, with the borders between the two made where somebody asks for the other form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-quant-plan.h"

G_BEGIN_DECLS

struct _FxQuantBuilder
{
  const FxGraph *from;
  const FxQuantParams *params;
  FxGraph *to;
  FxId *floats;   /* [values of from] ids in `to`; FX_NONE: not there yet */
  FxId *integers; /* likewise */
  FxId *scales;   /* of values that are 32-bit sums: the constant with the scales of the channels */
  guint8 *axes;   /* of those: the axis of the channels */
  guint version;  /* opset of new nodes of the standard domain */
};

/* An empty graph with the name, metadata and opsets of `from`. */
void fx_quant_builder_init (FxQuantBuilder *builder, const FxGraph *from, const FxQuantParams *params);
void fx_quant_builder_clear (FxQuantBuilder *builder);

/* The float form of a node's operands and results, and the node itself with its attributes and origins. */
FxNode *fx_quant_add_float (FxQuantBuilder *builder, const FxNode *node, const FxId *inputs, const FxId *outputs);

/* Inputs before, and outputs after all nodes: then the graph is sorted, inferred without a complaint and verified. NULL
 * and *error otherwise. */
void fx_quant_add_inputs (FxQuantBuilder *builder);
FxGraph *fx_quant_finish (FxQuantBuilder *builder, GError **error);

/* Adds QuantizeLinear or DequantizeLinear with the numbers of value `id`; returns `output`. */
FxId fx_quant_border (FxQuantBuilder *builder, const char *op_type, FxId id, FxId input, FxId output);

/* A new value like `id`, with a suffix to its name. */
FxId fx_quant_new_value (FxQuantBuilder *builder, FxId id, const char *suffix, FxDType dtype);

/* How a value of `from` is quantized. */
static inline const FxValueQuant *
fx_quant_of (const FxQuantBuilder *builder, FxId value)
{
  return &builder->params->values[value];
}

/* What value `id` of `from` is in the new graph, as floats or integers; QuantizeLinear or DequantizeLinear are added
 * where it exists in the other form only. FX_NONE stays FX_NONE. */
FxId fx_quant_float (FxQuantBuilder *builder, FxId id);
FxId fx_quant_integer (FxQuantBuilder *builder, FxId id);
/* The same in the numbers of `as`, by QRequantize where they differ. */
FxId fx_quant_integer_as (FxQuantBuilder *builder, FxId id, const FxValueQuant *as);

/* A constant of a type and shape with these bytes. */
FxId
fx_quant_constant (FxQuantBuilder *builder, const char *name, FxDType dtype, const FxShape *shape, gconstpointer data);

/* A new node for the group: its name and origins, result 0 the integers of the group's result. The type and shape of
 * the result come with inference. The node is valid until the next one is added. */
FxNode *fx_quant_add (FxQuantBuilder *builder, const FxQuantGroup *group, const char *domain, const char *op_type,
                      const FxId *inputs, guint n_inputs);

/* The same in two steps, for several results: the integers of a value that the next node computes (FX_NONE: nobody
 * wants it), and the node. */
FxId fx_quant_new_integer (FxQuantBuilder *builder, FxId id);
FxNode *fx_quant_add_node (FxQuantBuilder *builder, const FxQuantGroup *group, const char *domain, const char *op_type,
                           const FxId *inputs, guint n_inputs, const FxId *outputs, guint n_outputs);

/* <name>_scale and <name>_zero_point of an operand. */
void fx_quant_set_operand (FxNode *node, const char *name, const FxValueQuant *quant);
/* y_scale, y_zero_point, y_dtype, low and high of the group's result. */
void fx_quant_set_result (const FxQuantBuilder *builder, FxNode *node, const FxQuantGroup *group);

/* Copies these attributes of the float node, as far as it has them; NULL-terminated. */
void fx_quant_copy_attrs (FxNode *node, const FxNode *from, const char *const *names);

/* The float node that does a group's work: its first. */
static inline const FxNode *
fx_quant_node (const FxQuantBuilder *builder, const FxQuantGroup *group)
{
  return fx_graph_node (builder->from, group->nodes[0]);
}

static inline FxId
fx_quant_output (const FxQuantBuilder *builder, const FxQuantGroup *group)
{
  return fx_quant_group_output (builder->from, group);
}

FxDType fx_quant_dtype (const FxValueQuant *quant);

/* The integers of a constant, in the order of its elements: s8 or s16 as `quant` says. */
FxTensor *fx_quant_tensor (const FxTensor *tensor, const FxValueQuant *quant, GError **error);

G_END_DECLS
