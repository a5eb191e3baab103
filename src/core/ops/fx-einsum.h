/* The equation of an Einsum: which index runs along which axis of which operand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-shape.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

/* Indices are the letters (A-Z 0…25, a-z 26…51) and the axes that "..." stands for, of which the last one is
 * FX_EINSUM_INDICES - 1. */
#define FX_EINSUM_LETTERS 52
#define FX_EINSUM_INDICES (FX_EINSUM_LETTERS + FX_MAX_RANK)

typedef struct
{
  int rank; /* -1: an operand of unknown rank whose term has "..." */
  guint8 index[FX_MAX_RANK];
} FxEinsumTerm;

typedef struct
{
  FxEinsumTerm *terms; /* one for each operand */
  guint n_terms;
  FxEinsumTerm output;
  gint64 size[FX_EINSUM_INDICES]; /* FX_DIM_UNKNOWN where not known, less where no term has it */
} FxEinsum;

/* Reads an equation for operands of these shapes; unknown ranks and sizes are tolerated. A size of 1 broadcasts.
 * FALSE and *error if it does not parse or does not fit. fx_einsum_clear() in either case. */
gboolean
fx_einsum_parse (const char *equation, const FxShape *const *shapes, guint n_shapes, FxEinsum *einsum, GError **error);
void fx_einsum_clear (FxEinsum *einsum);

/* Elements from one value of an index to the next in an operand of that shape: 0 if the index does not occur or its
 * size there is 1; the sum of strides along a diagonal. */
gsize fx_einsum_step (const FxEinsumTerm *term, const FxShape *shape, int index);

/* Two operands whose indices make a batch of matrix products, as they nearly always do: *done is TRUE if that is so,
 * and y is computed. FALSE and *error without memory. */
gboolean
fx_einsum_by_gemm (const FxEinsum *einsum, const FxArray *operands, FxArray *y, gboolean *done, GError **error);

G_END_DECLS
