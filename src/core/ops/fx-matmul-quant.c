/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-matmul-quant.h"

#include "core/ops/fx-kernel.h"

gboolean
fx_quant_check_vector (const FxInfer *infer, guint vector, const char *what, const FxShape *matrix, gboolean by_row,
                       GError **error)
{
  const FxShape *shape = &infer->inputs[vector].shape;
  gsize count, lines, batches = 1;
  g_autofree char *found = NULL;

  if (!infer->inputs[vector].present || !fx_shape_is_static (shape))
    return TRUE;
  if (fx_shape_count (shape, &count) && count == 1)
    return TRUE;
  if (!fx_shape_is_static (matrix))
    return TRUE;
  if (matrix->rank >= 2)
    {
      lines = (gsize)matrix->dims[matrix->rank - (by_row ? 2 : 1)];
      batches = fx_shape_product (matrix, 0, matrix->rank - 2);
    }
  else
    lines = 1;
  if (fx_shape_count (shape, &count) && count > 0 && (count == lines || count == lines * batches))
    return TRUE;
  found = fx_shape_to_string (shape);
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted 1 or %zu elements", what, found, lines);
}

static inline gint32
load (const FxArray *x, gsize i)
{
  return x->dtype == FX_DTYPE_INT8 ? ((const gint8 *)x->data)[i] : ((const guint8 *)x->data)[i];
}

gint32 *
fx_quant_widen (const FxArray *x, const FxArray *zero, gboolean by_row, GError **error)
{
  gsize n = fx_array_elements (x);
  int rank = x->shape.rank;
  gsize n_cols = rank >= 2 || by_row ? (gsize)x->shape.dims[rank - 1] : 1; /* a 1-D B is a column */
  gsize n_rows = rank >= 2 ? (gsize)x->shape.dims[rank - 2] : by_row ? 1 : n;
  gsize count = zero->data != NULL ? fx_array_elements (zero) : 0;
  gint32 *wide = fx_scratch_new (n, sizeof *wide, error);

  if (wide == NULL)
    return NULL;
#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    {
      gsize row = i / n_cols, col = i % n_cols;
      gsize line = by_row ? row : row / n_rows * n_cols + col;

      wide[i] = load (x, i) - (count > 0 ? load (zero, fx_quant_index (count, line)) : 0);
    }
  return wide;
}
