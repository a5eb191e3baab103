/* Tensors and views of them.
 *
 * FxArray is a view: type, shape, and a pointer to dense row-major elements that somebody else owns.
 * FxTensor is a shared, immutable constant: it owns its bytes (often a slice of the mapped model file).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

struct _FxArray
{
  FxDType dtype;
  FxShape shape; /* static */
  void *data;    /* dense, row-major, aligned to the element size; NULL: omitted operand, or not yet allocated */
};

/* Number of elements, and of bytes, of an array whose shape has been checked. */
gsize fx_array_elements (const FxArray *array);
gsize fx_array_bytes (const FxArray *array);

/* A tensor over `data`, whose size must be exactly shape × element size; takes a reference of `data`.
 * NULL and *error (BAD_DATA) if the shape is not static, the type is not stored, or the size differs. */
FxTensor *fx_tensor_new (FxDType dtype, const FxShape *shape, GBytes *data, GError **error);

/* A tensor of zeros with writable data, for the caller to fill before it shares the tensor; *data borrows it.
 * NULL and *error (TOO_LARGE) if the shape is out of range or memory is short. */
FxTensor *fx_tensor_new_alloc (FxDType dtype, const FxShape *shape, void **data, GError **error);

/* Copies `n` int64 into a tensor of shape [n]; for shapes, axes, pads. */
FxTensor *fx_tensor_new_int64s (const gint64 *values, guint n);
FxTensor *fx_tensor_new_int64_scalar (gint64 value);
FxTensor *fx_tensor_new_float_scalar (float value);

/* A copy of what a view shows. */
FxTensor *fx_tensor_new_copy (const FxArray *array);

FxTensor *fx_tensor_ref (FxTensor *tensor);
void fx_tensor_unref (FxTensor *tensor); /* accepts NULL */

FxDType fx_tensor_dtype (const FxTensor *tensor);
const FxShape *fx_tensor_shape (const FxTensor *tensor);
gsize fx_tensor_elements (const FxTensor *tensor);
GBytes *fx_tensor_bytes (const FxTensor *tensor); /* borrowed; its data may have any alignment */

/* A tensor with the same elements, aligned to 64 bytes: the same one if it is already. New reference. */
FxTensor *fx_tensor_aligned (FxTensor *tensor);

/* A view of a tensor whose data is aligned to its element size (fx_tensor_aligned() makes one so). */
FxArray fx_tensor_array (const FxTensor *tensor);

/* A copy with another shape of as many elements; shares the bytes. NULL if the counts differ. */
FxTensor *fx_tensor_reshaped (FxTensor *tensor, const FxShape *shape);

/* Element i of a numeric tensor of any type, whatever its alignment; i is in range. */
double fx_tensor_get_double (const FxTensor *tensor, gsize i);
gint64 fx_tensor_get_int64 (const FxTensor *tensor, gsize i); /* floats are truncated and clamped */

/* All elements as int64. NULL if the tensor has over `max` elements or is not of an integer type; g_free() it. */
gint64 *fx_tensor_dup_int64s (const FxTensor *tensor, guint max, guint *n);

/* Element i of a numeric array as a double, and the reverse (rounded to nearest even and saturated for integers). */
double fx_array_get (const FxArray *array, gsize i);
void fx_array_set (FxArray *array, gsize i, double value);

/* Convert all elements; both have the same number of them, `to->data` is allocated. Integers to integers wrap as in C,
 * floats to integers truncate and saturate, NaN becomes 0; anything to bool is != 0. Not for complex or string. */
void fx_array_convert (const FxArray *from, FxArray *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxTensor, fx_tensor_unref)

G_END_DECLS
