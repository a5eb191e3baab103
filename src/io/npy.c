/* SPDX-License-Identifier: Apache-2.0 */
#include "io/npy.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"

#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
#define MAX_HEADER 65536

static const struct
{
  const char *descr; /* without the mark of the byte order */
  FxDType dtype;
} types[] = {
  { "f4", FX_DTYPE_FLOAT },     { "f8", FX_DTYPE_DOUBLE },      { "f2", FX_DTYPE_FLOAT16 }, { "i1", FX_DTYPE_INT8 },
  { "u1", FX_DTYPE_UINT8 },     { "i2", FX_DTYPE_INT16 },       { "u2", FX_DTYPE_UINT16 },  { "i4", FX_DTYPE_INT32 },
  { "u4", FX_DTYPE_UINT32 },    { "i8", FX_DTYPE_INT64 },       { "u8", FX_DTYPE_UINT64 },  { "b1", FX_DTYPE_BOOL },
  { "c8", FX_DTYPE_COMPLEX64 }, { "c16", FX_DTYPE_COMPLEX128 },
};

typedef struct
{
  FxDType dtype;
  gboolean fortran;
  FxShape shape;
} Header;

/* The header is a Python dict literal with three known keys; this reads that much Python and no more. */
typedef struct
{
  const char *at, *end;
} Text;

static void
skip_space (Text *text)
{
  while (text->at < text->end && g_ascii_isspace (*text->at))
    text->at++;
}

static gboolean
accept (Text *text, char c)
{
  skip_space (text);
  if (text->at == text->end || *text->at != c)
    return FALSE;
  text->at++;
  return TRUE;
}

/* A quoted string without escapes, of at most size - 1 bytes. */
static gboolean
parse_string (Text *text, char *to, gsize size)
{
  char quote;
  gsize n = 0;

  skip_space (text);
  if (text->at == text->end || (*text->at != '\'' && *text->at != '"'))
    return FALSE;
  quote = *text->at++;
  while (text->at < text->end && *text->at != quote && n + 1 < size)
    to[n++] = *text->at++;
  to[n] = '\0';
  return accept (text, quote);
}

static gboolean
parse_bool (Text *text, gboolean *value)
{
  gsize left;

  skip_space (text);
  left = (gsize)(text->end - text->at);
  *value = left >= 4 && strncmp (text->at, "True", 4) == 0;
  if (!*value && !(left >= 5 && strncmp (text->at, "False", 5) == 0))
    return FALSE;
  text->at += *value ? 4 : 5;
  return TRUE;
}

static gboolean
parse_dim (Text *text, gint64 *dim)
{
  skip_space (text);
  if (text->at == text->end || !g_ascii_isdigit (*text->at))
    return FALSE;
  for (*dim = 0; text->at < text->end && g_ascii_isdigit (*text->at); text->at++)
    {
      *dim = *dim * 10 + (*text->at - '0');
      if (*dim > ((gint64)1 << 47))
        return FALSE;
    }
  if (text->at < text->end && *text->at == 'L') /* files that Python 2 wrote */
    text->at++;
  return TRUE;
}

static gboolean
parse_shape (Text *text, FxShape *shape, GError **error)
{
  *shape = FX_SHAPE_SCALAR;
  if (!accept (text, '('))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the shape in the .npy header is damaged");
  while (!accept (text, ')'))
    {
      if (shape->rank == FX_MAX_RANK)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "the array has more than %d dimensions", FX_MAX_RANK);
      if (!parse_dim (text, &shape->dims[shape->rank++]))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the shape in the .npy header is damaged or too large");
      if (!accept (text, ',') && (text->at == text->end || *text->at != ')'))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the shape in the .npy header is damaged");
    }
  return TRUE;
}

static gboolean
parse_descr (Text *text, FxDType *dtype, GError **error)
{
  char descr[16];

  if (!parse_string (text, descr, sizeof descr))
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the .npy file holds records or an unknown type, wanted numbers");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (*descr != '\0' ? descr + 1 : "", types[i].descr) == 0
        && (*descr == '<' || *descr == '|' || *descr == '=' || fx_dtype_size (types[i].dtype) == 1))
      {
        *dtype = types[i].dtype;
        return TRUE;
      }
  if (*descr == '>')
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the .npy file is big-endian (%s), wanted little-endian", descr);
  return fx_fail (error, FX_ERROR_UNSUPPORTED, "the .npy file holds elements of type \"%s\", wanted numbers or bool",
                  descr);
}

static gboolean
parse_header (Text text, Header *header, GError **error)
{
  guint seen = 0;
  char key[16];

  if (!accept (&text, '{'))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the .npy header is damaged");
  while (!accept (&text, '}'))
    {
      guint bit;

      if (!parse_string (&text, key, sizeof key) || !accept (&text, ':'))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the .npy header is damaged");
      bit = strcmp (key, "descr") == 0           ? 1
            : strcmp (key, "fortran_order") == 0 ? 2
            : strcmp (key, "shape") == 0         ? 4
                                                 : 0;
      if (bit == 0 || (seen & bit))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the .npy header is damaged");
      seen |= bit;
      if ((bit == 1 && !parse_descr (&text, &header->dtype, error))
          || (bit == 4 && !parse_shape (&text, &header->shape, error)))
        return FALSE;
      if (bit == 2 && !parse_bool (&text, &header->fortran))
        return fx_fail (error, FX_ERROR_BAD_DATA, "the order in the .npy header is damaged");
      accept (&text, ',');
    }
  if (seen != 7)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the .npy header lacks the type, the order or the shape");
  return TRUE;
}

/* Where the header text is and how long: two bytes of length in version 1, four from version 2 on. */
static gboolean
find_header (const guint8 *data, gsize size, gsize *begin, gsize *n, GError **error)
{
  guint version;

  if (!fx_npy_sniff (data, size) || size < 12)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is no .npy file, or cut off");
  version = data[MAGIC_SIZE];
  if (version < 1 || version > 3)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the .npy file has version %u, wanted 1 to 3", version);
  *begin = version == 1 ? 10 : 12;
  *n = (gsize)data[8] | (gsize)data[9] << 8;
  if (version > 1)
    *n |= (gsize)data[10] << 16 | (gsize)data[11] << 24;
  if (*n > MAX_HEADER || *n > size - *begin)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the .npy header of %zu bytes is longer than the file, or than %d", *n,
                    MAX_HEADER);
  return TRUE;
}

/* Fortran order has the first axis run fastest: walk the target in order and keep the source offset in step. */
static FxTensor *
reorder (const FxTensor *from, GError **error)
{
  const FxShape *shape = fx_tensor_shape (from);
  const guint8 *source = g_bytes_get_data (fx_tensor_bytes (from), NULL);
  gsize size = fx_dtype_size (fx_tensor_dtype (from)), n = fx_tensor_elements (from), at = 0;
  gsize strides[FX_MAX_RANK], stride = 1;
  gint64 index[FX_MAX_RANK] = { 0 };
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (fx_tensor_dtype (from), shape, &data, error);

  if (tensor == NULL)
    return NULL;
  for (int k = 0; k < shape->rank; k++)
    {
      strides[k] = stride;
      stride *= (gsize)shape->dims[k];
    }
  for (gsize i = 0; i < n; i++)
    {
      memcpy ((guint8 *)data + i * size, source + at * size, size);
      for (int k = shape->rank - 1; k >= 0; k--)
        {
          at += strides[k];
          if (++index[k] < shape->dims[k])
            break;
          at -= strides[k] * (gsize)shape->dims[k];
          index[k] = 0;
        }
    }
  return tensor;
}

FxTensor *
fx_npy_read (GBytes *file, GError **error)
{
  gsize size, begin = 0, n = 0, elements, wanted;
  const guint8 *data = g_bytes_get_data (file, &size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (FxTensor) tensor = NULL;
  Header header = { 0 };

  if (!find_header (data, size, &begin, &n, error)
      || !parse_header ((Text){ (const char *)data + begin, (const char *)data + begin + n }, &header, error))
    return NULL;
  begin += n;
  if (!fx_shape_count (&header.shape, &elements))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the shape in the .npy header is too large");
      return NULL;
    }
  wanted = elements * fx_dtype_size (header.dtype);
  if (wanted > size - begin)
    {
      g_autofree char *shape = fx_shape_to_string (&header.shape);

      fx_fail (error, FX_ERROR_BAD_DATA, "the .npy file is cut off: %s%s takes %zu bytes, found %zu",
               fx_dtype_name (header.dtype), shape, wanted, size - begin);
      return NULL;
    }

  /* as numpy.load() does, take no offence at bytes behind the array */
  bytes = wanted > 0 ? g_bytes_new_from_bytes (file, begin, wanted) : g_bytes_new (NULL, 0);
  tensor = fx_tensor_new (header.dtype, &header.shape, bytes, error);
  if (tensor != NULL && header.fortran && header.shape.rank > 1)
    return reorder (tensor, error);
  return g_steal_pointer (&tensor);
}

gboolean
fx_npy_sniff (const guint8 *data, gsize size)
{
  return size >= MAGIC_SIZE && memcmp (data, MAGIC, MAGIC_SIZE) == 0;
}

static const char *
descr_of (FxDType dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == dtype)
      return types[i].descr;
  return NULL;
}

/* The bytes before the elements; padded so that these start at a multiple of 64. */
static GString *
header_text (FxDType dtype, const FxShape *shape)
{
  GString *text = g_string_new (NULL);
  gsize n;

  g_string_append_printf (text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (",
                          fx_dtype_size (dtype) > 1 ? '<' : '|', descr_of (dtype));
  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? ", " : "", shape->dims[i]);
  g_string_append (text, shape->rank == 1 ? ",), }" : "), }");
  while ((10 + text->len + 1) % 64 != 0)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');

  n = text->len;
  g_string_prepend_len (text, MAGIC "\1\0??", 10);
  text->str[8] = (char)(n & 0xff);
  text->str[9] = (char)(n >> 8);
  return text;
}

static gboolean
write_array (GOutputStream *stream, gpointer user_data, GError **error)
{
  const FxArray *array = user_data;
  g_autoptr (GString) header = header_text (array->dtype, &array->shape);
  gsize size = fx_array_bytes (array);

  return g_output_stream_write_all (stream, header->str, header->len, NULL, NULL, error)
         && (size == 0 || g_output_stream_write_all (stream, array->data, size, NULL, NULL, error));
}

gboolean
fx_npy_save (const char *path, const FxArray *array, GError **error)
{
  if (array->dtype == FX_DTYPE_BFLOAT16)
    {
      FxArray wide = { FX_DTYPE_FLOAT, array->shape, NULL };
      g_autoptr (FxTensor) tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &array->shape, &wide.data, error);

      if (tensor == NULL)
        return FALSE;
      fx_array_convert (array, &wide);
      return fx_file_replace (path, write_array, &wide, error);
    }
  if (descr_of (array->dtype) == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "elements of type %s have no .npy form", fx_dtype_name (array->dtype));
  return fx_file_replace (path, write_array, (gpointer)array, error);
}
