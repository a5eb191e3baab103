/* What the operators that move data share about indices: lists that are an attribute in one opset and an input in the
 * next, axes, slices, sums and products of dimensions that may be unknown, and stepping through a shape.
 * Moving the elements themselves is fx-copy.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

G_BEGIN_DECLS

/* ---- dimensions ---- */

/* Sum and product of sizes ≥ 0, where either may be unknown or a symbol; a result over 2⁶³-1 saturates, which
 * fx_shape_count() then refuses. */
gint64 fx_dim_add (gint64 a, gint64 b);
gint64 fx_dim_mul (gint64 a, gint64 b);

/* Product of dims[begin…end-1]; unknown if it cannot be told. */
gint64 fx_dim_product (const FxShape *shape, int begin, int end);

/* ---- lists of integers ---- */

typedef enum
{
  FX_LIST_ERROR,   /* *error is set */
  FX_LIST_NONE,    /* neither attribute nor input is there */
  FX_LIST_UNKNOWN, /* its elements are not known yet; n is their number, or FX_LIST_ANY */
  FX_LIST_KNOWN,   /* values and n are set; g_free() values */
} FxListState;

#define FX_LIST_ANY G_MAXUINT

/* The list that `input` carries, or, where that operand is omitted, the attribute `attr`. `what` names it: "pads". */
FxListState fx_infer_list (const FxInfer *infer, guint input, const char *what, FxInts attr, gint64 **values, guint *n,
                           GError **error);

/* The same at run time; NULL if it is not there, else g_free() it. */
gint64 *fx_eval_list (const FxEval *eval, guint input, FxInts attr, guint *n);

/* Runs `infer` on the operands as they are now and compares the shapes of the outputs with those that were allocated.
 * For kernels whose output shape follows from the elements of an input: what the file declared may have been wrong. */
gboolean fx_eval_recheck (const FxEval *eval, gboolean (*infer) (FxInfer *, GError **), GError **error);

/* ---- axes and slices ---- */

/* Axes as ONNX writes them into 0…rank-1; FALSE and *error if one is out of range or comes twice. `axes` has
 * FX_MAX_RANK places. */
gboolean fx_index_axes (const gint64 *values, guint n, int rank, int *axes, GError **error);

/* -size…size-1 into 0…size-1; FALSE if it is outside. */
static inline gboolean
fx_index_wrap (gint64 *index, gint64 size)
{
  if (*index < 0)
    *index += size;
  return *index >= 0 && *index < size;
}

/* FALSE and the usual *error for an index that is out of range. */
gboolean fx_index_fail (gint64 index, gint64 size, int axis, GError **error);

typedef struct
{
  gint64 start, step, n; /* start is 0 where n is 0 */
} FxSlice;

/* Python's slice start:end:step of an axis of `size`, any values but step 0; ONNX Slice clamps the same way. */
FxSlice fx_slice_new (gint64 size, gint64 start, gint64 end, gint64 step);

/* ---- stepping through a shape ---- */

/* Coordinates at[0…rank-1] that run through n[] with the last one fastest. Start it as { .rank, .n }. */
typedef struct
{
  int rank;
  gint64 n[FX_MAX_RANK];
  gint64 at[FX_MAX_RANK];
} FxOdometer;

/* Over dims[0…rank-1] of a static shape, from element `first` of them on. */
FxOdometer fx_odometer_new (const gint64 *dims, int rank, gsize first);

static inline void
fx_odometer_step (FxOdometer *odometer)
{
  for (int i = odometer->rank - 1; i >= 0; i--)
    {
      if (++odometer->at[i] < odometer->n[i])
        return;
      odometer->at[i] = 0;
    }
}

/* Sum of at[i] × strides[i]. */
static inline gint64
fx_odometer_offset (const FxOdometer *odometer, const gint64 *strides)
{
  gint64 offset = 0;

  for (int i = 0; i < odometer->rank; i++)
    offset += odometer->at[i] * strides[i];
  return offset;
}

G_END_DECLS
