/* QTable, and what a table does as well: QRequantize of s8.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-kernel.h"
#include "core/ops/q-requantize.h"
#include "core/ops/q-table.h"

#define PARALLEL_FROM 32768

typedef struct
{
  FxInt8Kernel base;
  gsize n;
  FxDType dtype; /* of the result */
  union
  {
    gint8 narrow[FX_Q_TABLE_ENTRIES];
    gint16 wide[FX_Q_TABLE_ENTRIES];
    gint16 points[FX_Q_TABLE_POINTS];
  };
} Table;

static void
run_s8 (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Table *table = (const Table *)kernel;

  fx_int8_lookup_run (table->narrow, inputs[0], output, table->n);
}

static void
run_s8_to_s16 (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Table *table = (const Table *)kernel;
  const gint8 *x = inputs[0];
  gint16 *y = output;

#pragma omp parallel for schedule(static) if (table->n >= PARALLEL_FROM)
  for (gsize i = 0; i < table->n; i++)
    y[i] = table->wide[x[i] - G_MININT8];
}

static inline gint32
between_points (const Table *table, gint32 x)
{
  const gint16 *from = table->points + ((x - G_MININT16) >> FX_Q_TABLE_PIECE);

  return fx_q_table_between (from[0], from[1], x & ((1 << FX_Q_TABLE_PIECE) - 1));
}

static void
run_s16 (const FxInt8Kernel *kernel, void *const *inputs, void *output, G_GNUC_UNUSED void *scratch)
{
  const Table *table = (const Table *)kernel;
  const gint16 *x = inputs[0];

#pragma omp parallel for schedule(static) if (table->n >= PARALLEL_FROM)
  for (gsize i = 0; i < table->n; i++)
    if (table->dtype == FX_DTYPE_INT16)
      ((gint16 *)output)[i] = (gint16)between_points (table, x[i]);
    else
      ((gint8 *)output)[i] = (gint8)between_points (table, x[i]);
}

/* Elementwise: in the layout that the operand has. */
static Table *
table_new (const FxKernelRequest *request, const char *name)
{
  gboolean narrow = request->inputs[0].dtype == FX_DTYPE_INT8;
  Table *table = fx_int8_kernel_new (sizeof *table, request, name,
                                     !narrow                            ? run_s16
                                     : request->dtype == FX_DTYPE_INT16 ? run_s8_to_s16
                                                                        : run_s8,
                                     NULL);

  table->n = fx_shape_elements (&request->shape);
  table->dtype = request->dtype;
  if (fx_int8_is_last (request))
    {
      fx_int8_kernel_input_last (table, request, 0);
      fx_int8_kernel_output_last (table, request);
    }
  if (request->dtype == request->inputs[0].dtype)
    table->base.base.over_input = 0;
  for (guint i = 1; i < request->n_inputs; i++)
    table->base.base.packed[i] = 1;
  return table;
}

FxKernel *
fx_int8_prepare_table (const FxKernelRequest *request, G_GNUC_UNUSED GError **error)
{
  const FxTensor *constant = request->inputs[1].constant;
  gboolean narrow = request->inputs[0].dtype == FX_DTYPE_INT8;
  Table *table;

  if (constant == NULL)
    return NULL;
  table = table_new (request, "table");
  for (gsize i = 0; i < (narrow ? FX_Q_TABLE_ENTRIES : FX_Q_TABLE_POINTS); i++)
    {
      gint64 value = fx_tensor_get_int64 (constant, i);

      if (narrow && request->dtype == FX_DTYPE_INT8)
        table->narrow[i] = (gint8)value;
      else
        table->points[i] = (gint16)value;
    }
  return &table->base.base;
}

FxKernel *
fx_int8_prepare_requantize (const FxKernelRequest *request, GError **error)
{
  const FxQRequantizeParams *params = request->params;
  FxQResult result;
  FxRequant factor;
  Table *table;

  if (request->inputs[0].dtype != FX_DTYPE_INT8)
    return NULL;
  if (!fx_q_result (&params->y, FALSE, &result, error) || !fx_q_requantize_factor (params, &factor, error))
    return fx_int8_decline (error);
  table = table_new (request, "requantize");
  for (gint32 x = G_MININT8; x <= G_MAXINT8; x++)
    {
      gint64 y = fx_q_finish (&result, &factor, x - params->x.zero_point);

      if (request->dtype == FX_DTYPE_INT8)
        table->narrow[x - G_MININT8] = (gint8)y;
      else
        table->wide[x - G_MININT8] = (gint16)y;
    }
  return &table->base.base;
}
