/* What MatMulInteger and QLinearMatMul share: 8-bit operands with a zero point or scale for the whole tensor, for each
 * row of A or for each column of B.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-matmul.h"

G_BEGIN_DECLS

/* FALSE and *error unless input `vector` (a scale or zero point named `what`) has one element, or one for each row
 * (`by_row`) or column of `matrix`, or of all its matrices. */
gboolean fx_quant_check_vector (const FxInfer *infer, guint vector, const char *what, const FxShape *matrix,
                                gboolean by_row, GError **error);

/* Index into such a vector of `count` elements; line counts rows or columns through all matrices. */
static inline gsize
fx_quant_index (gsize count, gsize line)
{
  return count == 1 ? 0 : line % count;
}

/* Elements minus their zero points; `zero` may have no data. NULL and *error without memory; g_free() it. */
gint32 *fx_quant_widen (const FxArray *x, const FxArray *zero, gboolean by_row, GError **error);

G_END_DECLS
