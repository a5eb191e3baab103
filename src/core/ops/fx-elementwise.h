/* What the elementwise operator files share: element types as lists, row kernels by macro, and the shape inference and
 * evaluation of unary and binary operators. An operator is then a scalar expression and a row.
 *
 * Expressions are macros of the elements, the element type T and an unsigned type W in which integers wrap instead of
 * overflowing. f32 and f64 have kernels of their own; f16 and bf16 are widened by fx_op_eval().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-broadcast.h"
#include "core/ops/fx-op.h"

G_BEGIN_DECLS

#define FX_TYPES_F32_F64 (FX_TYPE_BIT (FLOAT) | FX_TYPE_BIT (DOUBLE))
#define FX_TYPES_NUMERIC (FX_TYPES_FLOAT | FX_TYPES_INT)

/* X (name, EXPRESSION, type id, T, W) for every type of a group. */
#define FX_EACH_FLOAT(X, name, F) X (name, F, FLOAT, float, float) X (name, F, DOUBLE, double, double)
#define FX_EACH_SIGNED(X, name, F)                                                                                     \
  X (name, F, INT8, gint8, guint32)                                                                                    \
  X (name, F, INT16, gint16, guint32) X (name, F, INT32, gint32, guint32) X (name, F, INT64, gint64, guint64)
#define FX_EACH_UNSIGNED(X, name, F)                                                                                   \
  X (name, F, UINT8, guint8, guint32)                                                                                  \
  X (name, F, UINT16, guint16, guint32) X (name, F, UINT32, guint32, guint32) X (name, F, UINT64, guint64, guint64)
#define FX_EACH_INT(X, name, F) FX_EACH_SIGNED (X, name, F) FX_EACH_UNSIGNED (X, name, F)
#define FX_EACH_BOOL(X, name, F) X (name, F, BOOL, gboolean8, guint32)

/* ONNX bool: a byte, 0 or not. */
typedef guint8 gboolean8;

/* A row kernel y = F (a, T, W) from elements of type T to type R. */
#define FX_UNARY_ROW_TO(name, F, T, W, R)                                                                              \
  static void name##_##T (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step,                 \
                          G_GNUC_UNUSED gconstpointer data)                                                            \
  {                                                                                                                    \
    const T *x = in[0];                                                                                                \
    R *y = out;                                                                                                        \
                                                                                                                       \
    _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = (R)F (x[i], T, W);                                       \
  }
#define FX_UNARY_ROW(name, F, ID, T, W) FX_UNARY_ROW_TO (name, F, T, W, T)
#define FX_UNARY_TEST_ROW(name, F, ID, T, W) FX_UNARY_ROW_TO (name, F, T, W, gboolean8)

/* A row kernel y = F (a, b, T, W), with loops of their own for an operand that stands still. */
#define FX_BINARY_ROW_TO(name, F, T, W, R)                                                                             \
  static void name##_##T (gsize n, void *out, const void *const *in, const guint8 *step,                               \
                          G_GNUC_UNUSED gconstpointer data)                                                            \
  {                                                                                                                    \
    const T *a = in[0], *b = in[1], a0 = *a, b0 = *b;                                                                  \
    R *y = out;                                                                                                        \
                                                                                                                       \
    (void)b0; /* some functions do not look at it */                                                                   \
    if (step[0] && step[1])                                                                                            \
      {                                                                                                                \
        _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = (R)F (a[i], b[i], T, W);                             \
      }                                                                                                                \
    else if (step[0])                                                                                                  \
      {                                                                                                                \
        _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = (R)F (a[i], b0, T, W);                               \
      }                                                                                                                \
    else if (step[1])                                                                                                  \
      {                                                                                                                \
        _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = (R)F (a0, b[i], T, W);                               \
      }                                                                                                                \
    else                                                                                                               \
      {                                                                                                                \
        R value = (R)F (a0, b0, T, W);                                                                                 \
                                                                                                                       \
        for (gsize i = 0; i < n; i++)                                                                                  \
          y[i] = value;                                                                                                \
      }                                                                                                                \
  }
#define FX_BINARY_ROW(name, F, ID, T, W) FX_BINARY_ROW_TO (name, F, T, W, T)
#define FX_BINARY_TEST_ROW(name, F, ID, T, W) FX_BINARY_ROW_TO (name, F, T, W, gboolean8)

/* An entry of a table of row kernels by element type. */
#define FX_ROW_ENTRY(name, F, ID, T, W) [FX_DTYPE_##ID] = name##_##T,

/* ---- unary ---- */

/* Output 0 has the shape of input 0, and its type or `result` if that is not UNDEFINED; input 0 has a type of `mask`.
 */
gboolean fx_unary_infer (FxInfer *infer, FxDTypeMask mask, FxDType result, GError **error);

/* Runs the kernel of input 0's type. `data` goes to the kernel. UNSUPPORTED if the table has none. */
gboolean fx_unary_eval (FxEval *eval, const FxBroadcastRow *rows, gconstpointer data, GError **error);

/* ---- binary ---- */

/* The attributes of binary operators before opset 7: with `broadcast`, B matches the dimensions of A that begin at
 * `axis`, or the last ones if axis is -1. Ignored from opset 7 on. */
typedef struct
{
  gint64 axis;
  gint64 broadcast;
} FxBinaryParams;

extern const FxAttrRow fx_binary_attrs[];

/* Gives B's shape the trailing ones that make it broadcast against A's in the way of opset 7, if `version` and
 * attributes ask for that. FALSE and *error if axis does not fit. */
gboolean
fx_binary_legacy_shape (const FxBinaryParams *params, guint version, const FxShape *a, FxShape *b, GError **error);

/* Output 0 has the shape both inputs broadcast to, and their common type, or `result` if that is not UNDEFINED; types
 * are of `mask`. `legacy` may be NULL. */
gboolean
fx_binary_infer (FxInfer *infer, const FxBinaryParams *legacy, FxDTypeMask mask, FxDType result, GError **error);

/* The same without regard to types: sets the shape only. */
gboolean fx_binary_infer_shape (FxInfer *infer, const FxBinaryParams *legacy, GError **error);

/* Runs the kernel of input 0's type on both operands. */
gboolean fx_binary_eval (FxEval *eval, const FxBinaryParams *legacy, const FxBroadcastRow *rows, gconstpointer data,
                         GError **error);

G_END_DECLS
