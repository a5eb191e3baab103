/* TensorProto → FxTensor.  https://onnx.ai/onnx/api/classes.html#tensorproto
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "io/onnx/onnx-external.h"
#include "io/fx-wire.h"

G_BEGIN_DECLS

/* Reads one tensor that lies in `file`, a mapped file. Little-endian bytes are not copied but shared with the mapping.
 * `external` gives access to data outside the file; NULL: there is none.
 * *name, if wanted, is g_free()d by the caller; it is "" if the tensor has none, and is set on UNSUPPORTED, too.
 * Errors: BAD_DATA; UNSUPPORTED for a correct tensor of a type that is not stored (strings, 8-bit floats). */
FxTensor *fx_onnx_tensor_read (GBytes *file, FxWireSpan span, FxOnnxExternal *external, char **name, GError **error);

/* Reads a file that is one TensorProto. */
FxTensor *fx_onnx_tensor_load_bytes (GBytes *file, char **name, GError **error);

/* The part of a mapped file that a span covers, sharing its memory. */
GBytes *fx_onnx_slice (GBytes *file, FxWireSpan span);

G_END_DECLS
