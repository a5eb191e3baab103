/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-backend.h"

FxKernel *
fx_kernel_alloc (gsize size, const FxKernelFuncs *funcs, guint n_inputs)
{
  FxKernel *kernel = g_malloc0 (size);

  kernel->funcs = funcs;
  kernel->n_inputs = n_inputs;
  kernel->input_layouts = g_new0 (FxLayout *, n_inputs + 1);
  kernel->packed = g_new0 (guint8, n_inputs + 1);
  kernel->over_input = FX_NO_INPUT;
  return kernel;
}

void
fx_kernel_free (FxKernel *kernel, const FxBackendFuncs *backend)
{
  if (kernel == NULL)
    return;
  kernel->funcs->free (kernel);
  for (guint i = 0; i < kernel->n_inputs; i++)
    backend->layout_unref (kernel->input_layouts[i]);
  backend->layout_unref (kernel->output_layout);
  g_free (kernel->input_layouts);
  g_free (kernel->packed);
  g_free (kernel->name);
  g_free (kernel);
}
