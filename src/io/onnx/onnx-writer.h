/* FxGraph → ONNX model file.  https://onnx.ai/onnx/repo-docs/IR.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes the graph as it is: the opsets it has (11 if it has none), the IR version of its metadata (7 if it has none,
 * at least 3, the first that can say which opset it uses), all metadata that the reader knows, weights as raw data. The
 * same graph gives the same bytes. Constants become initializers, which are also listed as inputs where the IR version
 * is below 4, which demands it, or where the metadata "overridable_initializers" names them. The file appears at once
 * and whole; weights are not copied in memory.
 *
 * FALSE and *error: G_IO_ERROR; UNSUPPORTED if a node has an attribute of a kind that could not be kept; TOO_LARGE over
 * 2 GiB, the most a protobuf file may have. Errors start with the path. */
gboolean fx_onnx_save (const FxGraph *graph, const char *path, GError **error);

/* The same into memory, for small models. */
GBytes *fx_onnx_write (const FxGraph *graph, GError **error);

/* Writes a tensor as a file that is one TensorProto. */
gboolean fx_onnx_save_tensor (const FxTensor *tensor, const char *name, const char *path, GError **error);

G_END_DECLS
