/* ONNX model files → FxGraph, as the file says and with all its names.  https://onnx.ai/onnx/repo-docs/IR.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* `folder` is where external data may lie; NULL: it is refused. Constants share the memory of `file`.
 *
 * Metadata of the graph: "format" = "onnx", "ir_version", "producer_name", "producer_version", "domain",
 * "model_version", "doc_string", and "prop:KEY" for each entry of metadata_props. Initializers that are also inputs
 * become constants; their names are listed, newline-separated, in "overridable_initializers".
 *
 * Findings go to `diagnostics` (may be NULL): rules "ir-version", "opset", "overridable-initializer", "functions",
 * "training", "type" (inputs and the like that are no tensors), "unsupported-constant", "attribute", "rank".
 * NULL and *error for a damaged file or a graph that contradicts itself (BAD_DATA, BAD_GRAPH), or for limits
 * (TOO_LARGE): half a million nodes, and subgraphs nested 32 deep. */
FxGraph *fx_onnx_read (GBytes *file, const char *folder, GPtrArray *diagnostics, GError **error);

/* TRUE if these bytes start like an ONNX model, whole or not. */
gboolean fx_onnx_sniff (const guint8 *data, gsize size);

/* TRUE if these bytes start like a graph of the days before ONNX 1.0, when there was no model around it. */
gboolean fx_onnx_sniff_pre_1_0 (const guint8 *data, gsize size);

G_END_DECLS
