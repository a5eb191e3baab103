/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-tensor-file.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/fx-sniff.h"
#include "io/npy.h"
#include "io/onnx/onnx-tensor.h"

#include <string.h>

/* The type that the name's ending means, as in "x.f32". */
static FxDType
dtype_of_name (const char *path)
{
  const char *dot = strrchr (path, '.');

  return dot != NULL ? fx_dtype_from_name (dot + 1) : FX_DTYPE_UNDEFINED;
}

/* Why a file of bare elements may have the wrong size: another type, or a batch of several. */
static char *
likely_cause (FxDType dtype, gsize elements, gsize found)
{
  static const FxDType likely[] = { FX_DTYPE_FLOAT, FX_DTYPE_UINT8, FX_DTYPE_DOUBLE, FX_DTYPE_FLOAT16, FX_DTYPE_INT64 };
  gsize wanted = elements * fx_dtype_size (dtype);

  for (guint i = 0; i < G_N_ELEMENTS (likely); i++)
    if (likely[i] != dtype && elements * fx_dtype_size (likely[i]) == found)
      return g_strdup_printf (_ ("; it may hold %s"), fx_dtype_name (likely[i]));
  if (wanted > 0 && found > wanted && found % wanted == 0)
    return g_strdup_printf (_ ("; it may hold %zu arrays"), found / wanted);
  return g_strdup ("");
}

static FxTensor *
load_bare (GBytes *bytes, FxDType dtype, const FxShape *shape, GError **error)
{
  gsize elements, found = g_bytes_get_size (bytes);
  const char *kind = fx_sniff_kind (g_bytes_get_data (bytes, NULL), found);

  if (fx_dtype_size (dtype) == 0 || shape == NULL || !fx_shape_count (shape, &elements))
    fx_fail (error, FX_ERROR_BAD_DATA,
             "is taken for bare elements, but it is not known of which type and shape; give the shape of the input, or "
             "use a .npy file");
  else if (found == 0 && elements > 0)
    fx_fail (error, FX_ERROR_BAD_DATA, "the file is empty");
  else if (kind != NULL && g_str_has_suffix (kind, " image"))
    fx_fail (error, FX_ERROR_BAD_DATA, "is %s; pictures are read as JPEG, PNG, BMP or PNM", kind);
  else if (elements * fx_dtype_size (dtype) != found)
    {
      g_autofree char *text = fx_shape_to_string (shape);
      g_autofree char *cause = likely_cause (dtype, elements, found);

      if (kind != NULL && *cause == '\0')
        fx_fail (error, FX_ERROR_BAD_DATA, "is %s, wanted %s%s", kind, fx_dtype_name (dtype), text);
      else
        fx_fail (error, FX_ERROR_BAD_DATA, "%s%s takes %zu bytes, found %zu%s", fx_dtype_name (dtype), text,
                 elements * fx_dtype_size (dtype), found, cause);
    }
  else
    return fx_tensor_new (dtype, shape, bytes, error);
  return NULL;
}

FxTensor *
fx_tensor_file_load (const char *path, FxDType dtype_hint, const FxShape *shape_hint, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxDType named = dtype_of_name (path);
  FxTensor *tensor = NULL;

  if (bytes != NULL && fx_npy_sniff (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    tensor = fx_npy_read (bytes, error);
  else if (bytes != NULL && g_str_has_suffix (path, ".npy"))
    fx_fail (error, FX_ERROR_BAD_DATA, "is no .npy file, whatever its name says");
  else if (bytes != NULL && g_str_has_suffix (path, ".pb"))
    tensor = fx_onnx_tensor_load_bytes (bytes, NULL, error);
  else if (bytes != NULL)
    tensor = load_bare (bytes, named != FX_DTYPE_UNDEFINED ? named : dtype_hint, shape_hint, error);

  if (tensor == NULL)
    fx_error_prefix (error, "%s", path);
  return tensor;
}

FxTensor *
fx_tensor_file_load_raw (const char *path, FxDType dtype, const FxShape *shape, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxTensor *tensor = NULL;

  if (bytes != NULL && fx_npy_sniff (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    tensor = fx_npy_read (bytes, error);
  else if (bytes != NULL)
    tensor = load_bare (bytes, dtype, shape, error);
  if (tensor == NULL)
    fx_error_prefix (error, "%s", path);
  return tensor;
}

static FxShape
without_ones (const FxShape *shape)
{
  FxShape without = { .rank = 0 };

  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] != 1)
      without.dims[without.rank++] = shape->dims[i];
  return without;
}

FxTensor *
fx_tensor_file_fit (FxTensor *tensor, const FxShape *shape)
{
  FxShape have = without_ones (fx_tensor_shape (tensor)), want = without_ones (shape);
  FxTensor *fitted;

  if (!fx_shape_is_static (shape) || !fx_shape_equal (&have, &want))
    return tensor;
  fitted = fx_tensor_reshaped (tensor, shape);
  fx_tensor_unref (tensor);
  return fitted;
}

static gboolean
is_convertible (FxDType from, FxDType to)
{
  if (fx_dtype_in (to, FX_TYPES_FLOAT))
    return fx_dtype_in (from, FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL));
  return fx_dtype_in (to, FX_TYPES_INT) && fx_dtype_in (from, FX_TYPES_INT | FX_TYPE_BIT (BOOL));
}

FxTensor *
fx_tensor_file_convert (FxTensor *tensor, FxDType dtype, GError **error)
{
  g_autoptr (FxTensor) given = tensor, from = NULL;
  FxTensor *converted;
  FxArray in, out;
  void *data;

  if (fx_tensor_dtype (given) == dtype)
    return g_steal_pointer (&given);
  if (!is_convertible (fx_tensor_dtype (given), dtype))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the elements are %s, the model's input wants %s",
               fx_dtype_name (fx_tensor_dtype (given)), fx_dtype_name (dtype));
      return NULL;
    }
  from = fx_tensor_aligned (given);
  in = fx_tensor_array (from);
  converted = fx_tensor_new_alloc (dtype, &in.shape, &data, error);
  if (converted == NULL)
    return NULL;
  out = (FxArray){ dtype, in.shape, data };
  fx_array_convert (&in, &out);
  return converted;
}
