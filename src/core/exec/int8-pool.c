/* QAveragePool and MaxPool of s8 on the integer kernels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/ops/q-average-pool.h"

typedef struct
{
  FxInt8Kernel base;
  FxInt8Pool pool;
} Pool;

static void
average_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  fx_int8_average_pool_run (&((const Pool *)kernel)->pool, NULL, inputs[0], output);
}

static void
max_run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  fx_int8_max_pool_run (&((const Pool *)kernel)->pool, NULL, inputs[0], output);
}

/* A window that rounding up let stick out of the padding: padding that reaches as far. */
static void
extend_padding (FxWindow *window)
{
  for (int i = 0; i < window->spatial_rank; i++)
    {
      gint64 reach = (window->out[i] - 1) * window->stride[i] + fx_window_span (window, i);

      window->pad_end[i] = MAX (window->pad_end[i], reach - window->in[i] - window->pad_begin[i]);
    }
}

static FxKernel *
finish (const FxKernelRequest *request, const FxInt8Pool *pool, const char *name,
        void (*run) (const FxInt8Kernel *, void *const *, void *, void *))
{
  Pool *kernel;

  /* rounding up leaves out a last window that would begin behind the image, even if the padding has room for it */
  if (pool->window.out_height * pool->window.out_width != (gint64)fx_int8_image (&request->shape).pixels)
    return NULL;
  kernel = fx_int8_kernel_new (sizeof *kernel, request, name, run, NULL);
  kernel->pool = *pool;
  fx_int8_kernel_input_last (kernel, request, 0);
  fx_int8_kernel_output_last (kernel, request);
  return &kernel->base.base;
}

FxKernel *
fx_int8_prepare_average_pool (const FxKernelRequest *request, GError **error)
{
  const FxQAveragePoolParams *params = request->params;
  const FxShape *x = &request->inputs[0].shape;
  FxInt8Pool pool = { .count_padding = params->pool.count_include_pad != 0,
                      .scale = (double)params->x.scale / (double)params->y.scale,
                      .input_zero_point = (gint32)params->x.zero_point };
  FxQResult result;
  FxWindow window, padded;

  if (request->inputs[0].dtype != FX_DTYPE_INT8 || request->dtype != FX_DTYPE_INT8)
    return NULL;
  if (!fx_pool_resolve (&params->pool, x, &window, error) || !fx_q_result (&params->y, FALSE, &result, error))
    return fx_int8_decline (error);
  padded = window;
  extend_padding (&padded);
  /* what lies behind the padding does not count even where padding does */
  for (int i = 0; i < window.spatial_rank; i++)
    if (pool.count_padding && padded.pad_end[i] != window.pad_end[i])
      return NULL;
  pool.output = fx_int8_output (&result);
  if (!fx_int8_window (x, &padded, x->dims[1], 1, &pool.window) || !fx_int8_average_pool_init (&pool, error))
    return fx_int8_decline (error);
  return finish (request, &pool, "average pool", average_run);
}

FxKernel *
fx_int8_prepare_max_pool (const FxKernelRequest *request, GError **error)
{
  const FxPoolParams *params = request->params;
  const FxShape *x = &request->inputs[0].shape;
  FxInt8Pool pool = { 0 };
  FxWindow window;

  if (request->dtype != FX_DTYPE_INT8 || (request->node->n_outputs > 1 && request->node->outputs[1] != FX_NONE))
    return NULL;
  if (!fx_pool_resolve (params, x, &window, error))
    return fx_int8_decline (error);
  extend_padding (&window);
  if (!fx_int8_window (x, &window, x->dims[1], 1, &pool.window) || !fx_int8_max_pool_init (&pool, error))
    return fx_int8_decline (error);
  return finish (request, &pool, "max pool", max_run);
}
