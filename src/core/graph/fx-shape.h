/* Shapes: how many dimensions and how large each is, with room for not knowing either.
 *
 * A dimension is a size ≥ 0, FX_DIM_UNKNOWN, or a symbol: "batch" in float[batch,3,224,224] is the number
 * fx_dim_symbol (k), where k counts the symbols of the graph (fx_graph_symbol). Equal symbols are equal sizes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

#define FX_MAX_RANK 8
#define FX_RANK_UNKNOWN (-1)
#define FX_DIM_UNKNOWN ((gint64)-1)

struct _FxShape
{
  int rank; /* 0…FX_MAX_RANK, or FX_RANK_UNKNOWN */
  gint64 dims[FX_MAX_RANK];
};

#define FX_SHAPE_UNKNOWN ((FxShape){ .rank = FX_RANK_UNKNOWN })
#define FX_SHAPE_SCALAR ((FxShape){ .rank = 0 })
#define FX_SHAPE(...)                                                                                                  \
  ((FxShape){ .rank = (int)(sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64)), .dims = { __VA_ARGS__ } })

static inline gint64
fx_dim_symbol (guint k)
{
  return -2 - (gint64)k;
}
static inline gboolean
fx_dim_is_symbol (gint64 dim)
{
  return dim <= -2;
}
static inline guint
fx_dim_symbol_index (gint64 dim)
{
  return (guint)(-2 - dim);
}

/* All `rank` dims of an array; the caller has checked that rank ≤ FX_MAX_RANK. */
FxShape fx_shape_new (int rank, const gint64 *dims);

/* A shape of known rank whose dims are all FX_DIM_UNKNOWN. */
FxShape fx_shape_of_rank (int rank);

/* TRUE if rank and every dimension are numbers. */
gboolean fx_shape_is_static (const FxShape *shape);

gboolean fx_shape_equal (const FxShape *a, const FxShape *b);

/* Number of elements. FALSE if the shape is not static or the product is over 2⁴⁷: nothing real is that large, and
 * any element size times it still fits 64 bits. A scalar has 1 element. */
gboolean fx_shape_count (const FxShape *shape, gsize *count);

/* Number of elements of a shape that is known to be static and in range. */
gsize fx_shape_elements (const FxShape *shape);

/* Product of dims[begin…end-1] of a static shape in range. */
gsize fx_shape_product (const FxShape *shape, int begin, int end);

/* Row-major strides in elements: strides[rank-1] = 1. `strides` has FX_MAX_RANK places. */
void fx_shape_strides (const FxShape *shape, gint64 *strides);

/* An axis as ONNX writes it: -rank…rank-1, negative ones count from the end. FALSE and *error if out of range. */
gboolean fx_shape_axis (const FxShape *shape, gint64 axis, int *normalized, GError **error);

/* NumPy broadcasting (ONNX "multidirectional"): unknown dims stay unknown unless the other side decides.
 * FALSE if two sizes contradict each other or the rank is too large. `out` may be `a` or `b`. */
gboolean fx_shape_broadcast (const FxShape *a, const FxShape *b, FxShape *out, GError **error);

/* Fill what `into` does not know from `from`. FALSE if they contradict each other. */
gboolean fx_shape_merge (FxShape *into, const FxShape *from);

/* "[1,3,224,224]", "[?,3,?,?]", "[]" for a scalar, "[*]" for unknown rank; symbols print as "?". */
char *fx_shape_to_string (const FxShape *shape);

/* "1x3x224x224" or "1,3,224,224"; the whole string must be used, sizes 0…2³¹-1. */
gboolean fx_shape_parse (const char *text, FxShape *shape, GError **error);

G_END_DECLS
