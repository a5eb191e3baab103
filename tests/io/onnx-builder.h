/* Small ONNX models for tests, built field by field so that any part can be wrong on purpose.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-dtype.h"
#include "io/onnx/onnx-rope.h"

G_BEGIN_DECLS

/* Field numbers, for what the helpers do not cover. */
enum
{
  GRAPH_NODE = 1,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_VALUE_INFO = 13,
  GRAPH_SPARSE = 15,
  NODE_ATTR = 5,
  MODEL_GRAPH = 7,
};

/* TensorProto without elements; `dims` like "2,3", "" for a scalar. */
FxRope *build_tensor (const char *name, int dtype, const char *dims);

/* The same with raw_data. */
FxRope *build_raw_tensor (const char *name, int dtype, const char *dims, gconstpointer data, gsize size);

/* An f32 tensor of zeros. */
FxRope *build_zeros (const char *name, const char *dims);

/* ValueInfoProto; a size that is no number is a dim_param. NULL dims: no shape. */
FxRope *build_value (const char *name, int dtype, const char *dims);

/* NodeProto; names are separated by commas, "" is none, an empty one between commas is an omitted operand. */
FxRope *build_node (const char *op_type, const char *inputs, const char *outputs);

/* AttributeProto of one kind: `field` holds `value`; `type` is AttributeProto.AttributeType. */
FxRope *build_int_attr (const char *name, gint64 value);
FxRope *build_message_attr (const char *name, guint field, int type, FxRope *message);

/* A graph of x → Relu → y, f32[2,3], to which more is added. */
FxRope *build_relu_graph (void);

/* ModelProto of IR 7, opset 11 (0: none); takes the graph over. */
FxRope *build_model (FxRope *graph, gint64 opset);
GBytes *build_bytes (FxRope *model); /* takes it over */

G_END_DECLS
