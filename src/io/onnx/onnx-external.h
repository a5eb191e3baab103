/* Tensor data that a model keeps in files beside it.
 *
 * A model comes from anywhere, so its wishes are limited as by the ONNX project's own checker: a relative path without
 * "..", inside the model's folder, with no symbolic link on the way, to a regular file that has one name only.
 * https://onnx.ai/onnx/repo-docs/ExternalData.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxOnnxExternal FxOnnxExternal;

/* `folder` is that of the model. Files stay mapped for as long as their data is in use. */
FxOnnxExternal *fx_onnx_external_new (const char *folder);
void fx_onnx_external_free (FxOnnxExternal *external); /* accepts NULL */

/* `size` bytes of the file `location` from `offset` on, mapped. `length` is what the model says the size is, or -1.
 * NULL and *error if the path is not allowed, the file is not there, or the part is not in it. */
GBytes *fx_onnx_external_slice (FxOnnxExternal *external, const char *location, gint64 offset, gint64 length,
                                gsize size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxOnnxExternal, fx_onnx_external_free)

G_END_DECLS
