/* Our own kernels as a backend: which of them prepares which operator of the integer network.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"

#include "core/graph/fx-graph.h"

#include <string.h>

static const struct
{
  const char *domain, *op_type;
  FxInt8Prepare prepare;
} families[] = {
  { FX_Q_DOMAIN, "QConv", fx_int8_prepare_conv },
  { FX_Q_DOMAIN, "QConvTranspose", fx_int8_prepare_conv_transpose },
  { FX_Q_DOMAIN, "QMatMul", fx_int8_prepare_mat_mul },
  { FX_Q_DOMAIN, "QAdd", fx_int8_prepare_add },
  { FX_Q_DOMAIN, "QMul", fx_int8_prepare_mul },
  { FX_Q_DOMAIN, "QTable", fx_int8_prepare_table },
  { FX_Q_DOMAIN, "QRequantize", fx_int8_prepare_requantize },
  { FX_Q_DOMAIN, "QAveragePool", fx_int8_prepare_average_pool },
  { FX_Q_DOMAIN, "QResize", fx_int8_prepare_resize },
  { "", "MaxPool", fx_int8_prepare_max_pool },
  { "", "Concat", fx_int8_prepare_concat },
  { "", "QuantizeLinear", fx_int8_prepare_quantize },
  { "", "DequantizeLinear", fx_int8_prepare_dequantize },
};

static FxBackend *
backend_new (G_GNUC_UNUSED GError **error)
{
  FxBackend *backend = g_new0 (FxBackend, 1);

  backend->funcs = &fx_backend_int8;
  return backend;
}

static void
backend_free (FxBackend *backend)
{
  g_free (backend);
}

/* Activations are bounds of the operators; nothing is fused behind them. */
static guint32
backend_posts (G_GNUC_UNUSED FxBackend *backend, G_GNUC_UNUSED const FxNode *node, gboolean *sum)
{
  *sum = FALSE;
  return 0;
}

static gboolean
is_empty (const FxOperand *operand)
{
  return operand->dtype != FX_DTYPE_UNDEFINED && fx_shape_elements (&operand->shape) == 0;
}

static FxKernel *
backend_prepare (G_GNUC_UNUSED FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  gboolean quantized = fx_dtype_in (request->dtype, FX_TYPES_Q | FX_TYPE_BIT (INT32));

  for (guint i = 0; i < request->n_inputs; i++)
    {
      if (is_empty (&request->inputs[i]))
        return NULL;
      quantized = quantized || fx_dtype_in (request->inputs[i].dtype, FX_TYPES_Q);
    }
  if (!quantized || fx_shape_elements (&request->shape) == 0 || request->n_posts > 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (strcmp (request->node->op_type, families[i].op_type) == 0
        && strcmp (request->node->domain, families[i].domain) == 0)
      return families[i].prepare (request, error);
  return NULL;
}

/* A run changes nothing beside its values. */
static gpointer
context_new (FxBackend *backend, G_GNUC_UNUSED GError **error)
{
  return backend;
}

static void
context_free (G_GNUC_UNUSED gpointer context)
{
}

/* ---- the layout ---- */

typedef struct
{
  FxLayout base;
  FxShape shape;
  gsize element_bytes;
} Layout;

FxInt8Image
fx_int8_image (const FxShape *shape)
{
  return (FxInt8Image){ (gsize)shape->dims[0], fx_shape_product (shape, 2, shape->rank), (gsize)shape->dims[1] };
}

FxLayout *
fx_int8_layout (const FxShape *shape, FxDType dtype)
{
  Layout *layout;
  FxInt8Image image;

  if (shape->rank < 3 || shape->rank > 5)
    return NULL;
  image = fx_int8_image (shape);
  if (image.pixels == 1 || image.channels == 1)
    return NULL;
  layout = g_new0 (Layout, 1);
  fx_layout_init (&layout->base, &fx_backend_int8);
  layout->shape = *shape;
  layout->element_bytes = fx_dtype_size (dtype);
  return &layout->base;
}

static void
layout_free (FxLayout *layout)
{
  g_free (layout);
}

static gboolean
layout_equal (const FxLayout *a, const FxLayout *b)
{
  return fx_shape_equal (&((const Layout *)a)->shape, &((const Layout *)b)->shape)
         && ((const Layout *)a)->element_bytes == ((const Layout *)b)->element_bytes;
}

static gsize
layout_bytes (const FxLayout *layout)
{
  return fx_shape_elements (&((const Layout *)layout)->shape) * ((const Layout *)layout)->element_bytes;
}

/* Rows of one image; channels of several pixels are never neighbors. */
static gboolean
layout_slice (const FxLayout *layout, const FxLayout *part, int axis, gint64 begin, gsize *offset)
{
  const Layout *whole = (const Layout *)layout, *piece = (const Layout *)part;
  const FxShape *shape = &whole->shape;
  gsize inner;

  if (axis == 1 || piece->shape.rank != shape->rank || piece->element_bytes != whole->element_bytes)
    return FALSE;
  for (int i = 0; i < axis; i++)
    if (i != 1 && shape->dims[i] != 1)
      return FALSE;
  inner = fx_shape_product (shape, axis + 1, shape->rank);
  if (axis > 1)
    inner *= (gsize)shape->dims[1];
  *offset = (gsize)begin * inner * whole->element_bytes;
  return TRUE;
}

/* ---- kernels ---- */

static gpointer
state_new (const FxKernel *kernel, G_GNUC_UNUSED gpointer context)
{
  return (gpointer)kernel;
}

static void
state_free (G_GNUC_UNUSED gpointer state)
{
}

static gboolean
kernel_run (const FxKernel *base, G_GNUC_UNUSED gpointer state, void *const *inputs, void *const *outputs,
            void *scratch, G_GNUC_UNUSED GError **error)
{
  const FxInt8Kernel *kernel = (const FxInt8Kernel *)base;

  kernel->run (kernel, inputs, outputs[0], scratch);
  return TRUE;
}

static void
kernel_free (FxKernel *base)
{
  FxInt8Kernel *kernel = (FxInt8Kernel *)base;

  if (kernel->clear != NULL)
    kernel->clear (kernel);
}

static const FxKernelFuncs kernel_funcs = { state_new, state_free, kernel_run, kernel_free };

gpointer
fx_int8_kernel_new (gsize size, const FxKernelRequest *request, const char *name,
                    void (*run) (const FxInt8Kernel *, void *const *, void *, void *), void (*clear) (FxInt8Kernel *))
{
  FxInt8Kernel *kernel = (FxInt8Kernel *)fx_kernel_alloc (size, &kernel_funcs, request != NULL ? request->n_inputs : 1);

  kernel->base.name = g_strdup_printf ("int8 %s", name);
  kernel->run = run;
  kernel->clear = clear;
  return kernel;
}

void
fx_int8_kernel_input_last (gpointer kernel, const FxKernelRequest *request, guint i)
{
  ((FxKernel *)kernel)->input_layouts[i] = fx_int8_layout (&request->inputs[i].shape, request->inputs[i].dtype);
}

void
fx_int8_kernel_output_last (gpointer kernel, const FxKernelRequest *request)
{
  ((FxKernel *)kernel)->output_layout = fx_int8_layout (&request->shape, request->dtype);
}

gboolean
fx_int8_is_last (const FxKernelRequest *request)
{
  for (guint i = 0; i < request->n_inputs; i++)
    if (request->inputs[i].layout != NULL && request->inputs[i].layout->funcs == &fx_backend_int8
        && fx_shape_equal (&request->inputs[i].shape, &request->shape))
      return TRUE;
  return FALSE;
}

FxKernel *
fx_int8_decline (GError **error)
{
  g_clear_error (error);
  return NULL;
}

gboolean
fx_int8_window (const FxShape *x, const FxWindow *from, gint64 out_channels, gint64 group, FxInt8Window *window)
{
  int last = from->spatial_rank - 1;

  if (last < 0 || last > 1)
    return FALSE;
  *window = (FxInt8Window){ .batch = x->dims[0],
                            .in_channels = x->dims[1],
                            .out_channels = out_channels,
                            .group = group,
                            .in_height = 1,
                            .kernel_height = 1,
                            .stride_height = 1,
                            .dilation_height = 1,
                            .in_width = from->in[last],
                            .kernel_width = from->kernel[last],
                            .stride_width = from->stride[last],
                            .dilation_width = from->dilation[last],
                            .pad_left = from->pad_begin[last],
                            .pad_right = from->pad_end[last] };
  if (last == 1)
    {
      window->in_height = from->in[0];
      window->kernel_height = from->kernel[0];
      window->stride_height = from->stride[0];
      window->dilation_height = from->dilation[0];
      window->pad_top = from->pad_begin[0];
      window->pad_bottom = from->pad_end[0];
    }
  return TRUE;
}

const FxBackendFuncs fx_backend_int8 = {
  .name = "int8",
  .new = backend_new,
  .free = backend_free,
  .posts = backend_posts,
  .prepare = backend_prepare,
  .reorder = fx_int8_reorder,
  .layout_free = layout_free,
  .layout_equal = layout_equal,
  .layout_bytes = layout_bytes,
  .layout_slice = layout_slice,
  .context_new = context_new,
  .context_free = context_free,
};
