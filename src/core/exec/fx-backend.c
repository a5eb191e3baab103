/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-backend.h"

void
fx_layout_init (FxLayout *layout, const FxBackendFuncs *funcs)
{
  layout->funcs = funcs;
  g_atomic_ref_count_init (&layout->ref_count);
}

FxLayout *
fx_layout_ref (FxLayout *layout)
{
  if (layout != NULL)
    g_atomic_ref_count_inc (&layout->ref_count);
  return layout;
}

void
fx_layout_unref (FxLayout *layout)
{
  if (layout != NULL && g_atomic_ref_count_dec (&layout->ref_count))
    layout->funcs->layout_free (layout);
}

gboolean
fx_layout_equal (const FxLayout *a, const FxLayout *b)
{
  return a == b || (a != NULL && b != NULL && a->funcs == b->funcs && a->funcs->layout_equal (a, b));
}

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
fx_kernel_free (FxKernel *kernel)
{
  if (kernel == NULL)
    return;
  kernel->funcs->free (kernel);
  for (guint i = 0; i < kernel->n_inputs; i++)
    fx_layout_unref (kernel->input_layouts[i]);
  fx_layout_unref (kernel->output_layout);
  g_free (kernel->input_layouts);
  g_free (kernel->packed);
  g_free (kernel->name);
  g_free (kernel);
}
