/* The weights of the current layer: their sizes are checked against what the layer wants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-build.h"

#include <string.h>
#include <sys/mman.h>

#define MAX_REUSE 16
#define MAX_STAND_IN ((gsize)1 << 36) /* bytes; only addresses are spent */

guint
fx_caffe_n_blobs (FxCaffeBuilder *builder)
{
  guint n = builder->weights != NULL ? fx_caffe_weights_n_blobs (builder->weights, builder->layer->name) : 0;

  return n > 0 ? n : G_MAXUINT;
}

/* The size that makes the shape hold `elements`, if one is unknown and there is such a size. */
static gboolean
complete (FxShape *shape, gsize elements)
{
  FxShape rest = *shape;
  int unknown = -1;
  gsize count;

  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] < 0)
      {
        if (unknown >= 0)
          return FALSE;
        unknown = i;
        rest.dims[i] = 1;
      }
  if (!fx_shape_count (&rest, &count))
    return FALSE;
  if (unknown < 0)
    return count == elements;
  if (count == 0 || elements % count != 0 || elements == 0)
    return FALSE;
  shape->dims[unknown] = (gint64)(elements / count);
  return TRUE;
}

static void
note_not_finite (FxCaffeBuilder *builder, const char *what, const FxTensor *tensor)
{
  gsize size, n = fx_tensor_elements (tensor), n_bad = 0, first = 0;
  const guint8 *bytes = g_bytes_get_data (fx_tensor_bytes (tensor), &size);

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, bytes + 4 * i, 4);
      if ((bits & 0x7f800000) == 0x7f800000 && n_bad++ == 0)
        first = i;
    }
  if (n_bad > 0)
    {
      FxDiagnostic *diagnostic
          = fx_caffe_note (builder, FX_SEVERITY_ERROR, "non-finite-weights",
                           "%zu of %zu %s are not finite numbers, the first is element %zu", n_bad, n, what, first);

      if (diagnostic != NULL)
        {
          diagnostic->found = g_strdup_printf ("%zu", n_bad);
          diagnostic->allowed = g_strdup ("0");
          diagnostic->fix = g_strdup (_ ("use a caffemodel from before the training diverged"));
        }
    }
}

FxTensor *
fx_caffe_blob (FxCaffeBuilder *builder, guint k, const char *what, const FxShape *wanted, GError **error)
{
  guint n = fx_caffe_n_blobs (builder);
  g_autoptr (FxTensor) tensor = NULL;
  FxShape shape = *wanted;

  if (n == G_MAXUINT)
    return NULL;
  if (k >= n)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the weights file has %u blobs for it, wanted one more for its %s", n, what);
      return NULL;
    }
  tensor = fx_caffe_weights_blob (builder->weights, builder->layer->name, k, error);
  if (tensor == NULL)
    {
      fx_error_prefix (error, "%s", what);
      return NULL;
    }
  if (!complete (&shape, fx_tensor_elements (tensor)))
    {
      g_autofree char *found = fx_shape_to_string (fx_tensor_shape (tensor));
      g_autofree char *allowed = fx_shape_to_string (wanted);

      fx_fail (error, FX_ERROR_BAD_DATA, "its %s in the weights file are %s, wanted %s", what, found, allowed);
      return NULL;
    }
  /* layers of one name share their weights, but not without end */
  builder->weight_bytes += fx_tensor_elements (tensor) * sizeof (float);
  if (builder->weight_bytes > MAX_REUSE * fx_caffe_weights_size (builder->weights))
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "the layers use the weights file more than %d times over", MAX_REUSE);
      return NULL;
    }
  note_not_finite (builder, what, tensor);
  return fx_tensor_reshaped (tensor, &shape);
}

typedef struct
{
  gpointer at;
  gsize size;
} Mapping;

static void
unmap (gpointer data)
{
  Mapping *mapping = data;

  munmap (mapping->at, mapping->size);
  g_free (mapping);
}

/* Zeros that take no memory until they are read. */
static GBytes *
map_zeros (gsize size)
{
  Mapping mapping = { NULL, size };

  mapping.at = mmap (NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping.at == MAP_FAILED)
    return NULL;
  return g_bytes_new_with_free_func (mapping.at, size, unmap, g_memdup2 (&mapping, sizeof mapping));
}

FxId
fx_caffe_stand_in (FxCaffeBuilder *builder, const char *what, const FxShape *shape, GError **error)
{
  g_autoptr (GBytes) slice = NULL;
  gsize elements, bytes;
  FxId id;

  builder->lacks_weights = TRUE;
  if (!fx_shape_is_static (shape))
    {
      id = fx_caffe_value (builder, what);
      g_array_index (builder->declared, FxShape, id) = g_array_index (builder->fixed, FxShape, id) = *shape;
      fx_graph_value (builder->graph, id)->dtype = FX_DTYPE_FLOAT;
      fx_graph_value (builder->graph, id)->shape = *shape;
      return id;
    }
  if (!fx_shape_count (shape, &elements) || elements > MAX_STAND_IN / sizeof (float))
    {
      g_autofree char *text = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_TOO_LARGE, "its %s of shape %s are too large", what, text);
      return FX_NONE;
    }
  bytes = elements * sizeof (float);
  if (bytes > 0 && (builder->zeros == NULL || g_bytes_get_size (builder->zeros) < bytes))
    {
      g_clear_pointer (&builder->zeros, g_bytes_unref);
      builder->zeros = map_zeros (bytes);
      if (builder->zeros == NULL)
        {
          fx_fail (error, FX_ERROR_TOO_LARGE, "its %s take %zu bytes, for which there is no room", what, bytes);
          return FX_NONE;
        }
    }
  slice = bytes > 0 ? g_bytes_new_from_bytes (builder->zeros, 0, bytes) : g_bytes_new (NULL, 0);
  return fx_caffe_constant (builder, what, fx_tensor_new (FX_DTYPE_FLOAT, shape, slice, NULL));
}

FxId
fx_caffe_weight (FxCaffeBuilder *builder, guint k, const char *what, const FxShape *wanted, GError **error)
{
  GError *problem = NULL;
  FxTensor *tensor = fx_caffe_blob (builder, k, what, wanted, &problem);

  if (tensor != NULL)
    return fx_caffe_constant (builder, what, tensor);
  if (problem == NULL)
    return fx_caffe_stand_in (builder, what, wanted, error);
  g_propagate_error (error, problem);
  return FX_NONE;
}
