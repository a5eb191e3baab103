/* What the oneDNN kernels share: building one around a primitive, layouts, and running it.
 *
 * A family file (dnnl-conv.c …) makes an operation descriptor and hands it to fx_dnnl_kernel_new(); then it says with
 * fx_dnnl_add_*() what is bound to each argument. Primitives are created with the user's scratchpad and keep no state
 * of their own, so that several runs may execute one at the same time; memory objects belong to a run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-backend.h"
#include "core/ops/fx-window.h"

#include <oneapi/dnnl/dnnl.h>

G_BEGIN_DECLS

typedef struct
{
  FxBackend base;
  dnnl_engine_t engine;
} FxDnnl;

typedef struct
{
  FxLayout base;
  dnnl_memory_desc_t desc;
} FxDnnlLayout;

static inline const dnnl_memory_desc_t *
fx_dnnl_layout_desc (const FxLayout *layout)
{
  return &((const FxDnnlLayout *)layout)->desc;
}

typedef struct _FxDnnlKernel FxDnnlKernel;

/* FALSE and *error if a call of the library failed; `what` is what was being done. */
gboolean fx_dnnl_check (dnnl_status_t status, const char *what, GError **error);

/* A dense row-major descriptor of 1…DNNL_MAX_NDIMS dims; FALSE if the library cannot describe the shape. */
gboolean fx_dnnl_plain_desc (const FxShape *shape, dnnl_memory_desc_t *desc);
/* The same in a named layout. */
gboolean fx_dnnl_tag_desc (const FxShape *shape, dnnl_format_tag_t tag, dnnl_memory_desc_t *desc);
/* The same in a layout of the primitive's choice. */
gboolean fx_dnnl_any_desc (const FxShape *shape, dnnl_memory_desc_t *desc);
/* As an operand is: its layout, or plain. */
gboolean fx_dnnl_operand_desc (const FxShape *shape, const FxLayout *layout, dnnl_memory_desc_t *desc);
/* A new reference; NULL if `desc` is dense row-major. */
FxLayout *fx_dnnl_layout (const dnnl_memory_desc_t *desc);

/* The library's algorithm of an activation; FALSE if it has no exact equivalent. */
gboolean fx_dnnl_activation (const FxActivation *activation, dnnl_alg_kind_t *alg, float *alpha, float *beta);

/* A kernel for `op_desc`, with the fused operations of `request` as post-ops. NULL without *error if the library has
 * no implementation; `name` is the short name of the family: "conv". */
FxDnnlKernel *fx_dnnl_kernel_new (FxBackend *backend, const FxKernelRequest *request, const_dnnl_op_desc_t op_desc,
                                  const char *name, GError **error);
/* For primitives without an operation descriptor; takes `pd` over. */
FxDnnlKernel *fx_dnnl_kernel_new_from_pd (FxBackend *backend, const FxKernelRequest *request, dnnl_primitive_desc_t pd,
                                          const char *name, GError **error);

/* Attributes that every primitive gets: user scratchpad, and the post-ops of `request` (may be NULL). */
dnnl_primitive_attr_t fx_dnnl_attr_new (const FxKernelRequest *request);

/* The descriptor the primitive has chosen for an argument. */
const dnnl_memory_desc_t *fx_dnnl_kernel_desc (const FxDnnlKernel *kernel, dnnl_query_t what, int index);

/* Binds input `i` of the request to an argument; `desc` is what the primitive sees. Layout: that of `desc`, but
 * row-major if `desc` has other dims than the operand's shape (it is then a dense descriptor of the same bytes). */
void fx_dnnl_add_input (FxDnnlKernel *kernel, int arg, guint i, const dnnl_memory_desc_t *desc);
/* Likewise for output 0. */
void fx_dnnl_add_output (FxDnnlKernel *kernel, int arg, const dnnl_memory_desc_t *desc);
/* Binds constant input `i`, packed now: its elements, seen as `from`, are reordered to `to`. */
gboolean fx_dnnl_add_packed (FxDnnlKernel *kernel, int arg, guint i, const FxTensor *constant,
                             const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to, GError **error);
/* The last input of the request is summed into the result in place. */
void fx_dnnl_sum_in_place (FxDnnlKernel *kernel, const dnnl_memory_desc_t *desc);

FxKernel *fx_dnnl_kernel_base (FxDnnlKernel *kernel);

/* Our own max pooling of an operand in `src`, no window of which lies in the padding; NULL if it does not know the
 * layout. */
FxKernel *fx_dnnl_max_pool (const FxKernelRequest *request, const FxWindow *window, const dnnl_memory_desc_t *src);

typedef FxKernel *(*FxDnnlPrepare) (FxBackend *backend, const FxKernelRequest *request, GError **error);

FxKernel *fx_dnnl_conv (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_conv_transpose (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_gemm (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_matmul (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_pool (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_global_pool (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_eltwise (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_binary (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_concat (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_softmax (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_batch_norm (FxBackend *backend, const FxKernelRequest *request, GError **error);
FxKernel *fx_dnnl_lrn (FxBackend *backend, const FxKernelRequest *request, GError **error);

G_END_DECLS
