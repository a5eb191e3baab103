/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-tensor.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "onnx.pb-c.h"

#include <string.h>

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* the file's bytes are used as they are */

#define MAX_NAME 4096
#define MAX_ENTRY 65536 /* bytes of one external_data entry */

/* Field numbers of TensorProto. */
enum
{
  DIMS = 1,
  DATA_TYPE = 2,
  SEGMENT = 3,
  FLOAT_DATA = 4,
  INT32_DATA = 5,
  STRING_DATA = 6,
  INT64_DATA = 7,
  NAME = 8,
  RAW_DATA = 9,
  DOUBLE_DATA = 10,
  UINT64_DATA = 11,
  EXTERNAL_DATA = 13,
  DATA_LOCATION = 14,
};

/* What a first scan finds, before anything is allocated for the elements. */
typedef struct
{
  gint64 dims[FX_MAX_RANK];
  gsize rank;
  gint64 data_type;
  gboolean segment, external;
  gboolean has_raw;
  FxWireSpan raw;
  guint list;         /* the field number of the typed list, 0: none */
  gboolean two_lists; /* fields of two kinds hold elements */
  gsize list_count;   /* elements in it */
  guint list_parts;   /* fields that make it up */
  FxWireSpan part;    /* the last of them */
  char *location;
  gint64 offset, length;
} Head;

static void
head_clear (Head *head)
{
  g_free (head->location);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

GBytes *
fx_onnx_slice (GBytes *file, FxWireSpan span)
{
  const guint8 *base = g_bytes_get_data (file, NULL);

  return span.size > 0 ? g_bytes_new_from_bytes (file, (gsize)(span.data - base), span.size) : g_bytes_new (NULL, 0);
}

/* Bytes per element of a typed list's field in the file; 0: varints. */
static guint
list_stride (guint number)
{
  return number == FLOAT_DATA ? 4 : number == DOUBLE_DATA ? 8 : 0;
}

static gboolean
add_dims (Head *head, const FxWireField *field, GError **error)
{
  FxWire wire = fx_wire (field->bytes);
  gsize n;

  if (!fx_wire_count (field, 0, &n))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the dimensions are damaged");
  if (n > FX_MAX_RANK - head->rank)
    return fx_fail (error, FX_ERROR_BAD_DATA, "has more than %d dimensions", FX_MAX_RANK);
  for (gsize i = 0; i < n; i++)
    {
      guint64 dim = field->value;

      if (field->type == FX_WIRE_BYTES && !fx_wire_varint (&wire, &dim))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the dimensions are damaged");
      if (dim > G_MAXINT64)
        return fx_fail (error, FX_ERROR_BAD_DATA, "dimension %zu is negative (%" PRId64 ")", head->rank, (gint64)dim);
      head->dims[head->rank++] = (gint64)dim;
    }
  return TRUE;
}

static gboolean
parse_number (const char *key, const char *text, gint64 *number, GError **error)
{
  if (g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, number, NULL))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "external data: %s is \"%.40s\", wanted a number of bytes", key, text);
}

static gboolean
add_external (Head *head, const FxWireField *field, GError **error)
{
  Fx__Onnx__StringStringEntryProto *entry = NULL;
  gboolean ok = TRUE;

  if (field->type == FX_WIRE_BYTES && field->bytes.size <= MAX_ENTRY)
    entry = fx__onnx__string_string_entry_proto__unpack (NULL, field->bytes.size, field->bytes.data);
  if (entry == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the description of its external data is damaged");

  head->external = TRUE;
  if (g_strcmp0 (entry->key, "location") == 0 && entry->value != NULL)
    {
      g_free (head->location);
      head->location = g_utf8_make_valid (entry->value, -1);
    }
  else if (g_strcmp0 (entry->key, "offset") == 0 && entry->value != NULL)
    ok = parse_number ("offset", entry->value, &head->offset, error);
  else if (g_strcmp0 (entry->key, "length") == 0 && entry->value != NULL)
    ok = parse_number ("length", entry->value, &head->length, error);
  fx__onnx__string_string_entry_proto__free_unpacked (entry, NULL);
  return ok;
}

static gboolean
add_list (Head *head, const FxWireField *field, GError **error)
{
  gsize n;

  if (!fx_wire_count (field, list_stride (field->number), &n))
    return fx_fail (error, FX_ERROR_BAD_DATA, "its list of elements is damaged");
  if (n == 0)
    return TRUE;
  head->two_lists = head->two_lists || (head->list != 0 && head->list != field->number);
  head->list = field->number;
  head->list_count += n;
  head->list_parts++;
  head->part = field->type == FX_WIRE_BYTES ? field->bytes : (FxWireSpan){ NULL, 0 };
  return TRUE;
}

static gboolean
scan_head (FxWireSpan span, Head *head, char **name, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  gboolean ok = TRUE;

  while (ok && fx_wire_next (&wire, &field))
    switch (field.number)
      {
      case DIMS: ok = add_dims (head, &field, error); break;
      case DATA_TYPE: head->data_type = field.type == FX_WIRE_VARINT ? (gint64)field.value : -1; break;
      case SEGMENT: head->segment = TRUE; break;
      case FLOAT_DATA:
      case INT32_DATA:
      case INT64_DATA:
      case DOUBLE_DATA:
      case UINT64_DATA: ok = add_list (head, &field, error); break;
      case RAW_DATA:
        head->has_raw = TRUE;
        head->raw = field.bytes;
        if (field.type != FX_WIRE_BYTES)
          ok = fx_fail (error, FX_ERROR_BAD_DATA, "its raw data is damaged");
        break;
      case EXTERNAL_DATA: ok = add_external (head, &field, error); break;
      case DATA_LOCATION: head->external = field.value == 1; break;
      case NAME:
        g_free (*name);
        *name = field.type == FX_WIRE_BYTES ? fx_wire_dup_string (field.bytes, MAX_NAME) : NULL;
        if (*name == NULL)
          ok = fx_fail (error, FX_ERROR_BAD_DATA, "its name is damaged or longer than %d bytes", MAX_NAME);
        break;
      default: break;
      }
  if (ok && wire.problem != NULL)
    ok = fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  return ok;
}

/* The list that holds elements of a type, and how many entries make up one element. */
static guint
list_of (FxDType dtype, guint *entries)
{
  *entries = dtype == FX_DTYPE_COMPLEX64 || dtype == FX_DTYPE_COMPLEX128 ? 2 : 1;
  switch (dtype)
    {
    case FX_DTYPE_FLOAT:
    case FX_DTYPE_COMPLEX64: return FLOAT_DATA;
    case FX_DTYPE_DOUBLE:
    case FX_DTYPE_COMPLEX128: return DOUBLE_DATA;
    case FX_DTYPE_INT64: return INT64_DATA;
    case FX_DTYPE_UINT32:
    case FX_DTYPE_UINT64: return UINT64_DATA;
    default: return INT32_DATA;
    }
}

/* Copies list entries to elements; narrow integers, bool and 16-bit floats are the low bytes of their varints. */
static void
copy_list (FxWireSpan span, guint list, FxDType dtype, guint8 *to)
{
  guint stride = list_stride (list);
  gsize size = fx_dtype_size (dtype);
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    {
      FxWire packed = fx_wire (field.bytes);
      guint64 value = field.value;

      if (field.number != list)
        continue;
      if (stride > 0 && field.bytes.size > 0)
        {
          memcpy (to, field.bytes.data, field.bytes.size);
          to += field.bytes.size;
        }
      else
        while (stride == 0 && (field.type == FX_WIRE_VARINT || fx_wire_varint (&packed, &value)))
          {
            if (dtype == FX_DTYPE_BOOL)
              value = value != 0;
            memcpy (to, &value, size);
            to += size;
            if (field.type == FX_WIRE_VARINT)
              break;
          }
    }
}

static FxTensor *
tensor_from_list (GBytes *file, FxWireSpan span, const Head *head, FxDType dtype, const FxShape *shape, gsize elements,
                  GError **error)
{
  static const char *const names[] = {
    [FLOAT_DATA] = "float_data",   [INT32_DATA] = "int32_data",   [INT64_DATA] = "int64_data",
    [DOUBLE_DATA] = "double_data", [UINT64_DATA] = "uint64_data",
  };
  guint entries, list = list_of (dtype, &entries);
  FxTensor *tensor;
  void *data;

  if (head->two_lists || (head->list != 0 && head->list != list))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "is of type %s, but its elements are in %s", fx_dtype_name (dtype),
               head->two_lists ? _ ("several lists") : names[head->list]);
      return NULL;
    }
  if (head->list_count != elements * entries)
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_BAD_DATA, "%s%s takes %zu elements, found %zu", fx_dtype_name (dtype), text, elements,
               head->list_count / entries);
      return NULL;
    }

  if (head->list_parts == 1 && list_stride (list) > 0 && head->part.data != NULL)
    {
      g_autoptr (GBytes) bytes = fx_onnx_slice (file, head->part);

      return fx_tensor_new (dtype, shape, bytes, error);
    }
  tensor = fx_tensor_new_alloc (dtype, shape, &data, error);
  if (tensor != NULL)
    copy_list (span, list, dtype, data);
  return tensor;
}

static FxTensor *
tensor_from_external (const Head *head, FxOnnxExternal *external, FxDType dtype, const FxShape *shape, gsize elements,
                      GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (external == NULL || head->location == NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA,
               external == NULL ? N_ ("its data is in another file, which cannot be used here")
                                : N_ ("its data is in another file, but the model does not say which"));
      return NULL;
    }
  bytes = fx_onnx_external_slice (external, head->location, head->offset, head->length,
                                  elements * fx_dtype_size (dtype), error);
  return bytes != NULL ? fx_tensor_new (dtype, shape, bytes, error) : NULL;
}

FxTensor *
fx_onnx_tensor_read (GBytes *file, FxWireSpan span, FxOnnxExternal *external, char **name, GError **error)
{
  g_auto (Head) head = { .length = -1 };
  g_autofree char *tensor_name = g_strdup ("");
  gsize elements;
  FxDType dtype;
  FxShape shape;

  if (!scan_head (span, &head, &tensor_name, error))
    return NULL;
  if (name != NULL)
    *name = g_steal_pointer (&tensor_name);

  dtype = head.data_type > 0 && head.data_type < FX_N_DTYPES ? (FxDType)head.data_type : FX_DTYPE_UNDEFINED;
  shape = fx_shape_new ((int)head.rank, head.dims);
  if (head.data_type <= 0 || head.data_type > 255)
    fx_fail (error, FX_ERROR_BAD_DATA, "has element type %" PRId64 ", which is none of ONNX's", head.data_type);
  else if (fx_dtype_size (dtype) == 0)
    fx_fail (error, FX_ERROR_UNSUPPORTED,
             dtype == FX_DTYPE_STRING ? N_ ("elements of type string (ONNX type %" PRId64 ") are not supported")
                                      : N_ ("elements of that type (ONNX type %" PRId64 ") are not supported"),
             head.data_type);
  else if (head.segment)
    fx_fail (error, FX_ERROR_UNSUPPORTED, "tensors in segments are not supported");
  else if (!fx_shape_count (&shape, &elements))
    {
      g_autofree char *text = fx_shape_to_string (&shape);

      fx_fail (error, FX_ERROR_BAD_DATA, "shape %s is too large", text);
    }
  else if (head.external)
    return tensor_from_external (&head, external, dtype, &shape, elements, error);
  else if (head.has_raw && head.list == 0)
    {
      g_autoptr (GBytes) bytes = fx_onnx_slice (file, head.raw);

      return fx_tensor_new (dtype, &shape, bytes, error);
    }
  else
    return tensor_from_list (file, span, &head, dtype, &shape, elements, error);
  return NULL;
}

FxTensor *
fx_onnx_tensor_load_bytes (GBytes *file, char **name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);

  return fx_onnx_tensor_read (file, (FxWireSpan){ data, size }, NULL, name, error);
}
