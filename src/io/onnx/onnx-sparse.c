/* SparseTensorProto → dense FxTensor.  https://onnx.ai/onnx/api/classes.html#sparsetensorproto
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "io/onnx/onnx-read.h"
#include "io/onnx/onnx-tensor.h"

#include <string.h>

enum
{
  VALUES = 1,
  INDICES = 2,
  DIMS = 3,
};

static gboolean
add_dims (const FxWireField *field, FxShape *shape, GError **error)
{
  FxWire packed = fx_wire (field->bytes);
  guint64 dim = field->value;
  gsize n;

  if (!fx_wire_count (field, 0, &n))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the dimensions of a sparse tensor are damaged");
  for (gsize i = 0; i < n; i++)
    {
      if (shape->rank == FX_MAX_RANK)
        return fx_fail (error, FX_ERROR_BAD_DATA, "a sparse tensor has more than %d dimensions", FX_MAX_RANK);
      if (field->type == FX_WIRE_BYTES && !fx_wire_varint (&packed, &dim))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the dimensions of a sparse tensor are damaged");
      shape->dims[shape->rank++] = dim <= G_MAXINT64 ? (gint64)dim : FX_DIM_UNKNOWN;
    }
  return TRUE;
}

/* Where element i goes: indices are either [n], positions in the dense tensor, or [n, rank], one coordinate each. */
static gboolean
position (const FxTensor *indices, const FxShape *shape, gsize i, gsize *at)
{
  int rank = fx_tensor_shape (indices)->rank;

  *at = 0;
  if (rank == 1)
    {
      gint64 index = fx_tensor_get_int64 (indices, i);

      *at = (gsize)index;
      return index >= 0 && *at < fx_shape_elements (shape);
    }
  for (int k = 0; k < shape->rank; k++)
    {
      gint64 index = fx_tensor_get_int64 (indices, i * (gsize)shape->rank + (gsize)k);

      if (index < 0 || index >= shape->dims[k])
        return FALSE;
      *at = *at * (gsize)shape->dims[k] + (gsize)index;
    }
  return TRUE;
}

static FxTensor *
densify (FxOnnxReader *reader, const FxTensor *values, const FxTensor *indices, const FxShape *shape, GError **error)
{
  gsize size = fx_dtype_size (fx_tensor_dtype (values)), n = fx_tensor_elements (values), elements;
  const guint8 *from = g_bytes_get_data (fx_tensor_bytes (values), NULL);
  const FxShape *form = fx_tensor_shape (indices);
  void *data;
  FxTensor *tensor;

  if (fx_tensor_dtype (indices) != FX_DTYPE_INT64 || (form->rank != 1 && form->rank != 2) || (gsize)form->dims[0] != n
      || (form->rank == 2 && form->dims[1] != shape->rank))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the indices of a sparse tensor do not fit its values");
      return NULL;
    }
  if (!fx_shape_count (shape, &elements) || elements > (FX_ONNX_MAX_DENSE - reader->dense_bytes) / size)
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_TOO_LARGE, "a sparse tensor of shape %s is too large to be made dense", text);
      return NULL;
    }

  tensor = fx_tensor_new_alloc (fx_tensor_dtype (values), shape, &data, error);
  if (tensor == NULL)
    return NULL;
  reader->dense_bytes += elements * size;
  for (gsize i = 0; i < n; i++)
    {
      gsize at;

      if (!position (indices, shape, i, &at))
        {
          fx_fail (error, FX_ERROR_BAD_DATA, "index %zu of a sparse tensor is outside its shape", i);
          fx_tensor_unref (tensor);
          return NULL;
        }
      memcpy ((guint8 *)data + at * size, from + i * size, size);
    }
  return tensor;
}

FxTensor *
fx_onnx_read_sparse (FxOnnxReader *reader, FxWireSpan span, char **name, GError **error)
{
  g_autoptr (FxTensor) values = NULL, indices = NULL;
  g_autofree char *own_name = NULL;
  FxShape shape = FX_SHAPE_SCALAR;
  FxWire wire = fx_wire (span);
  FxWireField field, part[INDICES + 1] = { 0 };
  FxTensor *tensor;

  while (fx_wire_next (&wire, &field))
    {
      if (field.number == DIMS && !add_dims (&field, &shape, error))
        return NULL;
      if ((field.number == VALUES || field.number == INDICES) && field.type == FX_WIRE_BYTES)
        part[field.number] = field;
    }
  if (wire.problem != NULL || part[VALUES].number == 0 || part[INDICES].number == 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "a sparse tensor is damaged");
      return NULL;
    }

  values = fx_onnx_tensor_read (reader->file, part[VALUES].bytes, reader->external, &own_name, error);
  if (values == NULL)
    return NULL;
  indices = fx_onnx_tensor_read (reader->file, part[INDICES].bytes, reader->external, NULL, error);
  if (indices == NULL)
    return NULL;
  tensor = densify (reader, values, indices, &shape, error);
  if (tensor != NULL)
    *name = g_steal_pointer (&own_name);
  return tensor;
}
