/* Layouts of oneDNN, and the reorders between them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/dnnl-kernel.h"

G_BEGIN_DECLS

void fx_dnnl_layout_free (FxLayout *layout);
gboolean fx_dnnl_layout_equal (const FxLayout *a, const FxLayout *b);
gsize fx_dnnl_layout_bytes (const FxLayout *layout);
gboolean fx_dnnl_layout_slice (const FxLayout *layout, const FxLayout *part, int axis, gint64 begin, gsize *offset);
gsize fx_dnnl_layout_block (const FxLayout *layout);

/* A kernel that takes a value from one layout to another; f32 only, NULL without *error otherwise. */
FxKernel *fx_dnnl_reorder (FxBackend *backend, FxDType dtype, const FxShape *shape, const FxLayout *from,
                           const FxLayout *to, GError **error);

/* Reorders a constant at once. */
gboolean fx_dnnl_reorder_now (FxDnnl *dnnl, const FxTensor *constant, const dnnl_memory_desc_t *from, void *memory,
                              const dnnl_memory_desc_t *to, GError **error);

G_END_DECLS
