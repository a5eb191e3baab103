/* The geometry of NumPy's matmul, for MatMul, MatMulInteger and QLinearMatMul.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

G_BEGIN_DECLS

/* The shape of a × b as numpy.matmul has it: 1-D operands are a row and a column whose extra axis goes again, leading
 * axes broadcast. Unknown parts are tolerated. FALSE and *error if they contradict each other. */
gboolean fx_matmul_shape (const FxShape *a, const FxShape *b, FxShape *y, GError **error);

typedef struct
{
  gsize m, n, k;
  gsize n_batches; /* of the result */
  int batch_rank;
  gsize size[FX_MAX_RANK], a_step[FX_MAX_RANK], b_step[FX_MAX_RANK]; /* outermost first; steps in matrices */
} FxMatMul;

/* Of static shapes that fx_matmul_shape() accepts. */
void fx_matmul_init (FxMatMul *matmul, const FxShape *a, const FxShape *b);

/* Which matrices of a and b make matrix `batch` of the result. */
void fx_matmul_batch (const FxMatMul *matmul, gsize batch, gsize *a, gsize *b);

/* y = a × b for dense operands of a type that fx_gemm() takes. */
void fx_matmul_run (const FxMatMul *matmul, FxDType dtype, const void *a, const void *b, void *y);

/* Multiply-accumulates, for FxOp.macs; operands `a` and `b` of the node. */
guint64 fx_matmul_macs (const FxInfer *infer, guint a, guint b);

G_END_DECLS
