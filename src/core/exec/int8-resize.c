/* QResize of s8 images along both axes on the integer kernels: a line of the result is a blend of two lines, and each
 * of its pixels one of two pixels of that. Sums of both axes have 30 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/q-resize.h"

#define ONE (1 << FX_Q_RESIZE_BITS)
#define LARGEST ((gint64)255 << 2 * FX_Q_RESIZE_BITS)
#define MAX_INPUTS 4

/* An output's neighbors along one axis. */
typedef struct
{
  gint64 first, second;
  gint32 weight; /* of the second */
} Neighbors;

typedef struct
{
  FxInt8Kernel base;
  const FxInt8Isa *isa;
  gint64 batch, in_height, in_width, out_height, out_width;
  gsize channels;
  Neighbors *rows, *columns;
  gint32 zero_point;
  FxInt8Scale scale;
} Resize;

static void
resize_line (const Resize *resize, const gint8 *image, const Neighbors *row, gint32 *blended, gint32 *sums, gint8 *y)
{
  const gsize length = (gsize)resize->in_width * resize->channels, channels = resize->channels;

  resize->isa->blend_s8 (blended, image + row->first * (gint64)length, ONE - row->weight,
                         image + row->second * (gint64)length, row->weight, resize->zero_point, length);
  for (gint64 i = 0; i < resize->out_width; i++)
    {
      const Neighbors *column = &resize->columns[i];

      resize->isa->blend_s32 (sums + (gsize)i * channels, blended + (gsize)column->first * channels,
                              ONE - column->weight, blended + (gsize)column->second * channels, column->weight,
                              channels);
    }
  fx_int8_scale_run (&resize->scale, resize->isa, sums, (gsize)resize->out_width * channels, y);
}

static void
run (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Resize *resize = (const Resize *)kernel;
  const gsize in_line = (gsize)resize->in_width * resize->channels, in_image = in_line * (gsize)resize->in_height;
  const gsize out_line = (gsize)resize->out_width * resize->channels;

#pragma omp parallel
  {
    g_autofree gint32 *blended = g_new (gint32, in_line), *sums = g_new (gint32, out_line + FX_INT8_PADDING);

#pragma omp for schedule(static)
    for (gint64 line = 0; line < resize->batch * resize->out_height; line++)
      resize_line (resize, (const gint8 *)inputs[0] + (gsize)(line / resize->out_height) * in_image,
                   &resize->rows[line % resize->out_height], blended, sums, (gint8 *)output + (gsize)line * out_line);
  }
}

static void
clear (FxInt8Kernel *kernel)
{
  g_free (((Resize *)kernel)->rows);
  g_free (((Resize *)kernel)->columns);
}

/* What the kernel's operands say of sizes; FALSE, perhaps with *error, if they are not constant. */
static gboolean
find_geometry (const FxKernelRequest *request, FxResizeGeometry *geometry, GError **error)
{
  FxArray inputs[MAX_INPUTS] = { { 0 } };
  FxTensor *aligned[MAX_INPUTS] = { 0 };
  FxEval eval = { .params = request->params, .n_inputs = request->n_inputs, .inputs = inputs };
  gboolean ok = request->n_inputs <= MAX_INPUTS;

  for (guint i = 0; ok && i < request->n_inputs; i++)
    {
      inputs[i].dtype = request->inputs[i].dtype;
      inputs[i].shape = request->inputs[i].shape;
      if (i == 0 || request->inputs[i].dtype == FX_DTYPE_UNDEFINED)
        continue;
      ok = request->inputs[i].constant != NULL;
      aligned[i] = ok ? fx_tensor_aligned (request->inputs[i].constant) : NULL;
      if (ok)
        inputs[i] = fx_tensor_array (aligned[i]);
    }
  ok = ok && fx_q_resize_geometry (&eval, geometry, error);
  for (guint i = 0; i < MAX_INPUTS; i++)
    fx_tensor_unref (aligned[i]);
  return ok;
}

static Neighbors *
find_neighbors (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, GError **error)
{
  g_auto (FxResizeTaps) taps = { 0 };
  Neighbors *neighbors;

  if (!fx_resize_taps_init (&taps, params, geometry, axis, error))
    return NULL;
  neighbors = g_new (Neighbors, geometry->out[axis]);
  for (gint64 i = 0; i < geometry->out[axis]; i++)
    neighbors[i] = (Neighbors){ taps.index[2 * i], taps.index[2 * i + 1], (gint32)fx_q_resize_weight (&taps, i) };
  return neighbors;
}

/* Images of which both axes change, and nothing else. */
static gboolean
is_image (const FxResizeParams *params, const FxResizeGeometry *geometry)
{
  if (geometry->rank != 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    if (fx_resize_is_identity (params, geometry, i) != (i < 2))
      return FALSE;
  return TRUE;
}

FxKernel *
fx_int8_prepare_resize (const FxKernelRequest *request, GError **error)
{
  const FxQResizeParams params = fx_q_resize_as_resize (request->params);
  FxResizeGeometry geometry;
  FxQResult result;
  FxRequant factor;
  FxInt8Output output;
  Resize *resize;

  if (request->inputs[0].dtype != FX_DTYPE_INT8 || request->dtype != FX_DTYPE_INT8
      || !find_geometry (request, &geometry, error) || !is_image (&params.resize, &geometry)
      || !fx_q_result (&params.y, FALSE, &result, error) || !fx_q_resize_factor (&params, 2, &factor, error))
    return fx_int8_decline (error);
  resize = fx_int8_kernel_new (sizeof *resize, request, "resize", run, clear);
  resize->isa = fx_int8_isa_default ();
  resize->batch = geometry.in[0];
  resize->channels = (gsize)geometry.in[1];
  resize->in_height = geometry.in[2];
  resize->in_width = geometry.in[3];
  resize->out_height = geometry.out[2];
  resize->out_width = geometry.out[3];
  resize->zero_point = (gint32)params.x.zero_point;
  output = fx_int8_output (&result);
  fx_int8_scale_init (&resize->scale, &factor, LARGEST, &output);
  for (guint i = 1; i < request->n_inputs; i++)
    resize->base.base.packed[i] = request->inputs[i].dtype != FX_DTYPE_UNDEFINED;
  resize->rows = find_neighbors (&params.resize, &geometry, 2, error);
  resize->columns = resize->rows != NULL ? find_neighbors (&params.resize, &geometry, 3, error) : NULL;
  if (resize->columns == NULL)
    {
      fx_kernel_free (&resize->base.base);
      return fx_int8_decline (error);
    }
  fx_int8_kernel_input_last (resize, request, 0);
  fx_int8_kernel_output_last (resize, request);
  return &resize->base.base;
}
