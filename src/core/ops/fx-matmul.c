/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-matmul.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-gemm.h"

static FxShape
batch_axes (const FxShape *shape)
{
  return shape->rank > 2 ? fx_shape_new (shape->rank - 2, shape->dims) : FX_SHAPE_SCALAR;
}

gboolean
fx_matmul_shape (const FxShape *a, const FxShape *b, FxShape *y, GError **error)
{
  FxShape a_batch, b_batch;
  gint64 ka, kb;

  *y = FX_SHAPE_UNKNOWN;
  if (a->rank < 0 || b->rank < 0)
    return TRUE;
  if (a->rank == 0 || b->rank == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "an operand is a scalar, wanted at least 1 dimension");

  ka = a->dims[a->rank - 1];
  kb = b->dims[MAX (b->rank - 2, 0)];
  if (ka >= 0 && kb >= 0 && ka != kb)
    {
      g_autofree char *left = fx_shape_to_string (a), *right = fx_shape_to_string (b);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "cannot multiply %s by %s: %" PRId64 " columns meet %" PRId64 " rows",
                      left, right, ka, kb);
    }
  a_batch = batch_axes (a);
  b_batch = batch_axes (b);
  if (!fx_shape_broadcast (&a_batch, &b_batch, y, error))
    return FALSE;
  if (a->rank > 1)
    y->dims[y->rank++] = a->dims[a->rank - 2];
  if (b->rank > 1)
    y->dims[y->rank++] = b->dims[b->rank - 1];
  return TRUE;
}

void
fx_matmul_init (FxMatMul *matmul, const FxShape *a, const FxShape *b)
{
  FxShape a_batch = batch_axes (a), b_batch = batch_axes (b);
  gsize a_step = 1, b_step = 1;

  *matmul = (FxMatMul){ .m = a->rank > 1 ? (gsize)a->dims[a->rank - 2] : 1,
                        .n = b->rank > 1 ? (gsize)b->dims[b->rank - 1] : 1,
                        .k = (gsize)a->dims[a->rank - 1],
                        .n_batches = 1,
                        .batch_rank = MAX (a_batch.rank, b_batch.rank) };
  for (int i = 1; i <= matmul->batch_rank; i++)
    {
      int at = matmul->batch_rank - i;
      gsize a_size = i <= a_batch.rank ? (gsize)a_batch.dims[a_batch.rank - i] : 1;
      gsize b_size = i <= b_batch.rank ? (gsize)b_batch.dims[b_batch.rank - i] : 1;

      matmul->size[at] = a_size == 1 ? b_size : a_size;
      matmul->a_step[at] = a_size == 1 ? 0 : a_step;
      matmul->b_step[at] = b_size == 1 ? 0 : b_step;
      matmul->n_batches *= matmul->size[at];
      a_step *= a_size;
      b_step *= b_size;
    }
}

void
fx_matmul_batch (const FxMatMul *matmul, gsize batch, gsize *a, gsize *b)
{
  *a = *b = 0;
  for (int i = matmul->batch_rank - 1; i >= 0; i--)
    {
      *a += batch % matmul->size[i] * matmul->a_step[i];
      *b += batch % matmul->size[i] * matmul->b_step[i];
      batch /= matmul->size[i];
    }
}

/* b is one matrix for all of a's, which then are the rows of a single tall one. */
static gboolean
is_one_product (const FxMatMul *matmul)
{
  for (int i = 0; i < matmul->batch_rank; i++)
    if (matmul->size[i] != 1 && (matmul->b_step[i] != 0 || matmul->a_step[i] == 0))
      return FALSE;
  return TRUE;
}

void
fx_matmul_run (const FxMatMul *matmul, FxDType dtype, const void *a, const void *b, void *y)
{
  gsize element = fx_dtype_size (dtype), m = matmul->m, n = matmul->n, k = matmul->k;

  if (is_one_product (matmul))
    {
      fx_gemm (dtype, m * matmul->n_batches, n, k, (FxMatrix){ a, k, 1 }, (FxMatrix){ b, n, 1 }, y);
      return;
    }
#pragma omp parallel for if (matmul->n_batches > 1 && (double)matmul->n_batches * (double)m * (double)n > 4096)
  for (gsize batch = 0; batch < matmul->n_batches; batch++)
    {
      gsize left, right;

      fx_matmul_batch (matmul, batch, &left, &right);
      fx_gemm (dtype, m, n, k, (FxMatrix){ (const guint8 *)a + left * m * k * element, k, 1 },
               (FxMatrix){ (const guint8 *)b + right * k * n * element, n, 1 }, (guint8 *)y + batch * m * n * element);
    }
}

guint64
fx_matmul_macs (const FxInfer *infer, guint a, guint b)
{
  FxMatMul matmul;

  fx_matmul_init (&matmul, &infer->inputs[a].shape, &infer->inputs[b].shape);
  return (guint64)matmul.n_batches * matmul.m * matmul.n * matmul.k;
}
