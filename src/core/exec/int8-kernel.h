/* Inside of the backend for the integer network: its layout, and what its kernels share.
 *
 * Images are kept channels last, [N, spatial…, C] dense: "channels last" for short. Where that is the same as row-major
 * (one channel, or one pixel) there is no layout.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-backend.h"
#include "core/exec/int8/fx-int8.h"
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"
#include "core/ops/fx-q.h"
#include "core/ops/fx-window.h"

G_BEGIN_DECLS

/* Channels last for a value of that shape; a new reference, NULL if row-major is the same or the rank is not 3…5. */
FxLayout *fx_int8_layout (const FxShape *shape, FxDType dtype);

/* [batch, pixels, channels] of a shape of rank 2 or more, whose axis 1 is that of the channels. */
typedef struct
{
  gsize batch, pixels, channels;
} FxInt8Image;

FxInt8Image fx_int8_image (const FxShape *shape);

typedef struct _FxInt8Kernel FxInt8Kernel;

struct _FxInt8Kernel
{
  FxKernel base;
  void (*run) (const FxInt8Kernel *kernel, void *const *inputs, void *output, void *scratch);
  void (*clear) (FxInt8Kernel *kernel); /* frees what the kernel owns; NULL: nothing */
};

/* A kernel in a struct of `size` bytes that begins with FxInt8Kernel, the rest zero; all operands row-major, nothing
 * packed. `name` is the short name of the family: "conv". */
gpointer
fx_int8_kernel_new (gsize size, const FxKernelRequest *request, const char *name,
                    void (*run) (const FxInt8Kernel *, void *const *, void *, void *), void (*clear) (FxInt8Kernel *));

/* Input i and output 0 channels last. */
void fx_int8_kernel_input_last (gpointer kernel, const FxKernelRequest *request, guint i);
void fx_int8_kernel_output_last (gpointer kernel, const FxKernelRequest *request);

/* Whether an elementwise kernel should run channels last: an operand of the result's shape is there in that form. */
gboolean fx_int8_is_last (const FxKernelRequest *request);

/* Drops *error, for kernels that leave what they cannot do to the plain ones; NULL. */
FxKernel *fx_int8_decline (GError **error);

static inline FxInt8Output
fx_int8_output (const FxQResult *result)
{
  return (FxInt8Output){ result->dtype, result->zero_point, result->low, result->high };
}

/* The window of a convolution or pool over one or two spatial axes; FALSE for other ranks. */
gboolean
fx_int8_window (const FxShape *x, const FxWindow *from, gint64 out_channels, gint64 group, FxInt8Window *window);

typedef FxKernel *(*FxInt8Prepare) (const FxKernelRequest *request, GError **error);

FxKernel *fx_int8_prepare_conv (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_conv_transpose (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_mat_mul (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_add (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_mul (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_table (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_requantize (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_average_pool (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_resize (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_max_pool (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_concat (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_quantize (const FxKernelRequest *request, GError **error);
FxKernel *fx_int8_prepare_dequantize (const FxKernelRequest *request, GError **error);

/* Between row-major and channels last. */
FxKernel *fx_int8_reorder (FxBackend *backend, FxDType dtype, const FxShape *shape, const FxLayout *from,
                           const FxLayout *to, GError **error);

G_END_DECLS
