/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-blob.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* the file's bytes are used as they are */

/* Field numbers of BlobProto, the last three in NVIDIA's fork only. */
enum
{
  NUM = 1,
  WIDTH = 4,
  DATA = 5,
  SHAPE = 7,
  DOUBLE_DATA = 8,
  RAW_TYPE = 10,
  RAW_DATA = 12,
};

/* The values of RAW_TYPE. */
enum
{
  RAW_DOUBLE = 0,
  RAW_FLOAT = 1,
  RAW_FLOAT16 = 2,
};

typedef struct
{
  gint64 dims[FX_MAX_RANK];
  int rank;
  gboolean has_shape;
  gint64 legacy[4];
  gboolean has_legacy;
  guint64 raw_type;
  guint32 list; /* the field that holds the elements, 0: none */
  gsize bytes;
  guint n_parts;
  FxWireSpan part; /* the last of them */
} Head;

static gboolean
read_shape (Head *head, FxWireSpan span, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  head->has_shape = TRUE;
  while (fx_wire_next (&wire, &field))
    {
      FxWire packed = fx_wire (field.bytes);
      guint64 dim = field.value;

      if (field.number != 1 || (field.type != FX_WIRE_BYTES && field.type != FX_WIRE_VARINT))
        continue;
      while (field.type == FX_WIRE_VARINT || (packed.at < packed.end && fx_wire_varint (&packed, &dim)))
        {
          if (head->rank == FX_MAX_RANK || dim > G_MAXINT32)
            return fx_fail (error, FX_ERROR_BAD_DATA, "its shape is damaged or has more than %d dimensions",
                            FX_MAX_RANK);
          head->dims[head->rank++] = (gint64)dim;
          if (field.type == FX_WIRE_VARINT)
            break;
        }
      if (packed.problem != NULL)
        return fx_fail (error, FX_ERROR_BAD_DATA, "its shape is damaged");
    }
  return wire.problem == NULL || fx_fail (error, FX_ERROR_BAD_DATA, "its shape is damaged");
}

static gboolean
add_part (Head *head, const FxWireField *field, GError **error)
{
  gboolean raw = field->number == RAW_DATA;
  gsize n;

  if (raw ? field->type != FX_WIRE_BYTES : !fx_wire_count (field, field->number == DATA ? 4 : 8, &n))
    return fx_fail (error, FX_ERROR_BAD_DATA, "its list of elements is damaged");
  if (field->bytes.size == 0)
    return TRUE;
  if (head->list != 0 && head->list != field->number)
    return fx_fail (error, FX_ERROR_BAD_DATA, "its elements are in two lists");
  head->list = field->number;
  head->bytes += field->bytes.size;
  head->n_parts++;
  head->part = field->bytes;
  return TRUE;
}

static gboolean
scan (FxWireSpan span, Head *head, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  gboolean ok = TRUE;

  while (ok && fx_wire_next (&wire, &field))
    if (field.number >= NUM && field.number <= WIDTH && field.type == FX_WIRE_VARINT)
      {
        head->has_legacy = TRUE;
        head->legacy[field.number - NUM] = (gint64)MIN (field.value, G_MAXUINT32);
      }
    else if (field.number == DATA || field.number == DOUBLE_DATA || field.number == RAW_DATA)
      ok = add_part (head, &field, error);
    else if (field.number == SHAPE && field.type == FX_WIRE_BYTES)
      ok = read_shape (head, field.bytes, error);
    else if (field.number == RAW_TYPE && field.type == FX_WIRE_VARINT)
      head->raw_type = field.value;
  if (ok && wire.problem != NULL)
    ok = fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  return ok;
}

static FxDType
list_type (const Head *head)
{
  if (head->list != RAW_DATA)
    return head->list == DOUBLE_DATA ? FX_DTYPE_DOUBLE : FX_DTYPE_FLOAT;
  switch (head->raw_type)
    {
    case RAW_DOUBLE: return FX_DTYPE_DOUBLE;
    case RAW_FLOAT: return FX_DTYPE_FLOAT;
    case RAW_FLOAT16: return FX_DTYPE_FLOAT16;
    default: return FX_DTYPE_UNDEFINED;
    }
}

/* All parts one behind the other. */
static FxTensor *
join_parts (FxWireSpan span, const Head *head, FxDType dtype, const FxShape *shape, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (dtype, shape, &data, error);
  guint8 *to = data;

  while (tensor != NULL && fx_wire_next (&wire, &field))
    if (field.number == head->list && field.bytes.size > 0)
      {
        memcpy (to, field.bytes.data, field.bytes.size);
        to += field.bytes.size;
      }
  return tensor;
}

static FxTensor *
to_float (FxTensor *tensor, GError **error)
{
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (tensor);
  FxArray from = fx_tensor_array (aligned), to = { FX_DTYPE_FLOAT, from.shape, NULL };
  FxTensor *result = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &from.shape, &to.data, error);

  if (result != NULL && fx_array_elements (&to) > 0)
    fx_array_convert (&from, &to);
  return result;
}

FxTensor *
fx_caffe_blob_read (GBytes *file, FxWireSpan span, GError **error)
{
  Head head = { .raw_type = G_MAXUINT64 };
  g_autoptr (FxTensor) tensor = NULL;
  gsize elements, size;
  FxDType dtype;
  FxShape shape;

  if (!scan (span, &head, error))
    return NULL;
  dtype = list_type (&head);
  size = fx_dtype_size (dtype);
  if (size == 0)
    fx_fail (error, FX_ERROR_UNSUPPORTED, "its elements are of type %" PRIu64 ", which is not supported",
             head.raw_type);
  else if (head.bytes % size != 0)
    fx_fail (error, FX_ERROR_BAD_DATA, "its list of elements is damaged");
  if (size == 0 || head.bytes % size != 0)
    return NULL;

  shape = head.has_shape    ? fx_shape_new (head.rank, head.dims)
          : head.has_legacy ? fx_shape_new (4, head.legacy)
                            : FX_SHAPE ((gint64)(head.bytes / size));
  if (!fx_shape_count (&shape, &elements) || elements != head.bytes / size)
    {
      g_autofree char *text = fx_shape_to_string (&shape);

      fx_fail (error, FX_ERROR_BAD_DATA, "its shape is %s, but it has %zu elements", text, head.bytes / size);
      return NULL;
    }
  if (head.n_parts == 1 && head.part.size > 0)
    {
      gsize offset = (gsize)(head.part.data - (const guint8 *)g_bytes_get_data (file, NULL));
      g_autoptr (GBytes) bytes = g_bytes_new_from_bytes (file, offset, head.part.size);

      tensor = fx_tensor_new (dtype, &shape, bytes, error);
    }
  else
    tensor = join_parts (span, &head, dtype, &shape, error);
  if (tensor == NULL || dtype == FX_DTYPE_FLOAT)
    return g_steal_pointer (&tensor);
  return to_float (tensor, error);
}
