/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-tensor.h"

#include "core/fx-error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64

struct _FxTensor
{
  gatomicrefcount ref_count;
  FxDType dtype;
  FxShape shape;
  gsize elements;
  GBytes *bytes;
};

gsize
fx_array_elements (const FxArray *array)
{
  return fx_shape_elements (&array->shape);
}

gsize
fx_array_bytes (const FxArray *array)
{
  return fx_shape_elements (&array->shape) * fx_dtype_size (array->dtype);
}

static FxTensor *
tensor_new_take (FxDType dtype, const FxShape *shape, gsize elements, GBytes *bytes)
{
  FxTensor *tensor = g_new (FxTensor, 1);

  g_atomic_ref_count_init (&tensor->ref_count);
  tensor->dtype = dtype;
  tensor->shape = *shape;
  tensor->elements = elements;
  tensor->bytes = bytes;
  return tensor;
}

FxTensor *
fx_tensor_new (FxDType dtype, const FxShape *shape, GBytes *data, GError **error)
{
  gsize elements;
  g_autofree char *text = fx_shape_to_string (shape);

  if (fx_dtype_size (dtype) == 0)
    {
      fx_fail (error, FX_ERROR_UNSUPPORTED, "tensors of type %s cannot be stored", fx_dtype_name (dtype));
      return NULL;
    }
  if (!fx_shape_count (shape, &elements))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "%s is not the shape of a constant", text);
      return NULL;
    }
  if (elements * fx_dtype_size (dtype) != g_bytes_get_size (data))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "%s%s takes %zu bytes, found %zu", fx_dtype_name (dtype), text,
               elements * fx_dtype_size (dtype), g_bytes_get_size (data));
      return NULL;
    }
  return tensor_new_take (dtype, shape, elements, g_bytes_ref (data));
}

FxTensor *
fx_tensor_new_alloc (FxDType dtype, const FxShape *shape, void **data, GError **error)
{
  gsize elements, size;
  void *memory;

  if (fx_dtype_size (dtype) == 0 || !fx_shape_count (shape, &elements))
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_TOO_LARGE, "no tensor can be made of type %s and shape %s", fx_dtype_name (dtype), text);
      return NULL;
    }

  /* aligned_alloc() wants a multiple of the alignment; calloc() would not align, but its lazily zeroed pages are
   * worth having for large tensors, so ask for the pages and clear only what malloc may have recycled. */
  size = elements * fx_dtype_size (dtype);
  memory = aligned_alloc (ALIGNMENT, MAX ((size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT, ALIGNMENT));
  if (memory == NULL)
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: a tensor needs %zu bytes", size);
      return NULL;
    }
  memset (memory, 0, size);
  *data = memory;
  return tensor_new_take (dtype, shape, elements, g_bytes_new_with_free_func (memory, size, free, memory));
}

static FxTensor *
tensor_new_small (FxDType dtype, const FxShape *shape, gconstpointer values)
{
  FxArray array = { dtype, *shape, (void *)values };

  return fx_tensor_new_copy (&array);
}

FxTensor *
fx_tensor_new_int64s (const gint64 *values, guint n)
{
  return tensor_new_small (FX_DTYPE_INT64, &FX_SHAPE (n), values);
}

FxTensor *
fx_tensor_new_int64_scalar (gint64 value)
{
  return tensor_new_small (FX_DTYPE_INT64, &FX_SHAPE_SCALAR, &value);
}

FxTensor *
fx_tensor_new_float_scalar (float value)
{
  return tensor_new_small (FX_DTYPE_FLOAT, &FX_SHAPE_SCALAR, &value);
}

FxTensor *
fx_tensor_new_copy (const FxArray *array)
{
  void *data;
  gsize size = fx_array_bytes (array);
  FxTensor *tensor = fx_tensor_new_alloc (array->dtype, &array->shape, &data, NULL);

  if (tensor == NULL)
    g_error ("out of memory: a copy of a tensor needs %zu bytes", size);
  if (size > 0)
    memcpy (data, array->data, size);
  return tensor;
}

FxTensor *
fx_tensor_ref (FxTensor *tensor)
{
  g_atomic_ref_count_inc (&tensor->ref_count);
  return tensor;
}

void
fx_tensor_unref (FxTensor *tensor)
{
  if (tensor != NULL && g_atomic_ref_count_dec (&tensor->ref_count))
    {
      g_bytes_unref (tensor->bytes);
      g_free (tensor);
    }
}

FxDType
fx_tensor_dtype (const FxTensor *tensor)
{
  return tensor->dtype;
}

const FxShape *
fx_tensor_shape (const FxTensor *tensor)
{
  return &tensor->shape;
}

gsize
fx_tensor_elements (const FxTensor *tensor)
{
  return tensor->elements;
}

GBytes *
fx_tensor_bytes (const FxTensor *tensor)
{
  return tensor->bytes;
}

FxTensor *
fx_tensor_aligned (FxTensor *tensor)
{
  gconstpointer data = g_bytes_get_data (tensor->bytes, NULL);
  FxArray array = { tensor->dtype, tensor->shape, (void *)data };

  if ((guintptr)data % ALIGNMENT == 0)
    return fx_tensor_ref (tensor);
  return fx_tensor_new_copy (&array);
}

FxArray
fx_tensor_array (const FxTensor *tensor)
{
  /* an empty tensor may have no memory at all, but NULL is how kernels see an omitted operand */
  static guint64 nothing[2];
  gconstpointer data = g_bytes_get_data (tensor->bytes, NULL);

  return (FxArray){ tensor->dtype, tensor->shape, data != NULL ? (void *)data : nothing };
}

FxTensor *
fx_tensor_reshaped (FxTensor *tensor, const FxShape *shape)
{
  gsize elements;

  if (!fx_shape_count (shape, &elements) || elements != tensor->elements)
    return NULL;
  return tensor_new_take (tensor->dtype, shape, elements, g_bytes_ref (tensor->bytes));
}

/* One element of any numeric type from any address. memcpy() because bytes of a mapped file lie anywhere. */
#define LOAD(type)                                                                                                     \
  ({                                                                                                                   \
    type v_;                                                                                                           \
    memcpy (&v_, at, sizeof v_);                                                                                       \
    v_;                                                                                                                \
  })

static double
load_double (FxDType dtype, const void *at)
{
  switch (dtype)
    {
    case FX_DTYPE_FLOAT: return LOAD (float);
    case FX_DTYPE_DOUBLE: return LOAD (double);
    case FX_DTYPE_FLOAT16: return fx_f16_to_f32 (LOAD (guint16));
    case FX_DTYPE_BFLOAT16: return fx_bf16_to_f32 (LOAD (guint16));
    case FX_DTYPE_BOOL: return LOAD (guint8) != 0;
    case FX_DTYPE_UINT8: return LOAD (guint8);
    case FX_DTYPE_INT8: return LOAD (gint8);
    case FX_DTYPE_UINT16: return LOAD (guint16);
    case FX_DTYPE_INT16: return LOAD (gint16);
    case FX_DTYPE_UINT32: return LOAD (guint32);
    case FX_DTYPE_INT32: return LOAD (gint32);
    case FX_DTYPE_UINT64: return (double)LOAD (guint64);
    case FX_DTYPE_INT64: return (double)LOAD (gint64);
    default: return 0.0;
    }
}

/* Truncates towards zero and saturates; NaN is 0. */
static gint64
double_to_int64 (double value)
{
  if (isnan (value))
    return 0;
  if (value >= 9223372036854775808.0)
    return G_MAXINT64;
  if (value <= -9223372036854775808.0)
    return G_MININT64;
  return (gint64)value;
}

static gint64
load_int64 (FxDType dtype, const void *at)
{
  switch (dtype)
    {
    case FX_DTYPE_INT64: return LOAD (gint64);
    case FX_DTYPE_UINT64: return (gint64)LOAD (guint64);
    default: return double_to_int64 (load_double (dtype, at));
    }
}

#define STORE(type, value)                                                                                             \
  ({                                                                                                                   \
    type v_ = (type)(value);                                                                                           \
    memcpy (at, &v_, sizeof v_);                                                                                       \
  })

static void
store_double (FxDType dtype, void *at, double value)
{
  switch (dtype)
    {
    case FX_DTYPE_FLOAT: STORE (float, value); break;
    case FX_DTYPE_DOUBLE: STORE (double, value); break;
    case FX_DTYPE_FLOAT16: STORE (guint16, fx_f32_to_f16 ((float)value)); break;
    case FX_DTYPE_BFLOAT16: STORE (guint16, fx_f32_to_bf16 ((float)value)); break;
    case FX_DTYPE_BOOL: STORE (guint8, value != 0.0); break;
    case FX_DTYPE_UINT8: STORE (guint8, CLAMP (double_to_int64 (value), 0, G_MAXUINT8)); break;
    case FX_DTYPE_INT8: STORE (gint8, CLAMP (double_to_int64 (value), G_MININT8, G_MAXINT8)); break;
    case FX_DTYPE_UINT16: STORE (guint16, CLAMP (double_to_int64 (value), 0, G_MAXUINT16)); break;
    case FX_DTYPE_INT16: STORE (gint16, CLAMP (double_to_int64 (value), G_MININT16, G_MAXINT16)); break;
    case FX_DTYPE_UINT32: STORE (guint32, CLAMP (double_to_int64 (value), 0, G_MAXUINT32)); break;
    case FX_DTYPE_INT32: STORE (gint32, CLAMP (double_to_int64 (value), G_MININT32, G_MAXINT32)); break;
    case FX_DTYPE_UINT64:
      STORE (guint64, value >= 18446744073709551616.0 ? G_MAXUINT64 : value > 0 ? (guint64)value : 0);
      break;
    case FX_DTYPE_INT64: STORE (gint64, double_to_int64 (value)); break;
    default: break;
    }
}

/* Integers wrap, as a C conversion to an unsigned type of that width does. */
static void
store_int64 (FxDType dtype, void *at, gint64 value)
{
  switch (dtype)
    {
    case FX_DTYPE_BOOL: STORE (guint8, value != 0); break;
    case FX_DTYPE_UINT8:
    case FX_DTYPE_INT8: STORE (guint8, value); break;
    case FX_DTYPE_UINT16:
    case FX_DTYPE_INT16: STORE (guint16, value); break;
    case FX_DTYPE_UINT32:
    case FX_DTYPE_INT32: STORE (guint32, value); break;
    case FX_DTYPE_UINT64:
    case FX_DTYPE_INT64: STORE (gint64, value); break;
    default: store_double (dtype, at, (double)value); break;
    }
}

static const guint8 *
tensor_at (const FxTensor *tensor, gsize i)
{
  const guint8 *data = g_bytes_get_data (tensor->bytes, NULL);

  return data + i * fx_dtype_size (tensor->dtype);
}

double
fx_tensor_get_double (const FxTensor *tensor, gsize i)
{
  return load_double (tensor->dtype, tensor_at (tensor, i));
}

gint64
fx_tensor_get_int64 (const FxTensor *tensor, gsize i)
{
  return load_int64 (tensor->dtype, tensor_at (tensor, i));
}

gint64 *
fx_tensor_dup_int64s (const FxTensor *tensor, guint max, guint *n)
{
  gint64 *values;

  if (tensor->elements > max || !fx_dtype_in (tensor->dtype, FX_TYPES_INT))
    return NULL;

  /* one more, so that an empty list is not NULL */
  values = g_new0 (gint64, tensor->elements + 1);
  for (gsize i = 0; i < tensor->elements; i++)
    values[i] = fx_tensor_get_int64 (tensor, i);
  *n = (guint)tensor->elements;
  return values;
}

double
fx_array_get (const FxArray *array, gsize i)
{
  return load_double (array->dtype, (const guint8 *)array->data + i * fx_dtype_size (array->dtype));
}

void
fx_array_set (FxArray *array, gsize i, double value)
{
  if (!fx_dtype_in (array->dtype, FX_TYPES_FLOAT | FX_TYPE_BIT (BOOL)))
    value = rint (value);
  store_double (array->dtype, (guint8 *)array->data + i * fx_dtype_size (array->dtype), value);
}

void
fx_array_convert (const FxArray *from, FxArray *to)
{
  gsize n = fx_array_elements (from);
  gsize from_size = fx_dtype_size (from->dtype), to_size = fx_dtype_size (to->dtype);
  const guint8 *source = from->data;
  guint8 *target = to->data;

  if (n == 0)
    return;
  if (from->dtype == to->dtype)
    {
      memcpy (target, source, n * from_size);
      return;
    }
  if (fx_dtype_in (from->dtype, FX_TYPES_INT))
    for (gsize i = 0; i < n; i++)
      store_int64 (to->dtype, target + i * to_size, load_int64 (from->dtype, source + i * from_size));
  else
    for (gsize i = 0; i < n; i++)
      store_double (to->dtype, target + i * to_size, load_double (from->dtype, source + i * from_size));
}
