/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-input-file.h"

#include "core/calib/fx-preprocess.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/fx-tensor-file.h"
#include "io/image.h"

/* The pipeline for an input that nobody said anything about. */
static FxPreprocess *
default_pipeline (const FxShape *shape, GError **error)
{
  g_autofree char *text = NULL;
  gboolean nhwc, gray;
  const gint64 *size;

  if (shape->rank != 4 || !fx_shape_is_static (shape))
    {
      g_autofree char *found = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_BAD_DATA, "a picture cannot be fed to an input of shape %s, wanted 4 known sizes",
               found);
      return NULL;
    }
  nhwc = shape->dims[1] != 1 && shape->dims[1] != 3 && (shape->dims[3] == 1 || shape->dims[3] == 3);
  gray = (nhwc ? shape->dims[3] : shape->dims[1]) == 1;
  size = shape->dims + (nhwc ? 1 : 2);
  text = g_strdup_printf ("resize %" PRId64 "x%" PRId64 " pil-bilinear; %s; layout %s", size[1], size[0],
                          gray ? "gray" : "rgb", nhwc ? "nhwc" : "nchw");
  return fx_preprocess_parse (text, error);
}

static FxTensor *
load_image (GBytes *file, const FxShape *shape, const char *text, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);
  g_autoptr (FxPreprocess) pipeline
      = text != NULL ? fx_preprocess_parse (text, error) : default_pipeline (shape, error);
  g_autoptr (FxImage) image = pipeline != NULL ? fx_image_decode (data, size, NULL, error) : NULL;
  g_autoptr (FxTensor) tensor = NULL;

  if (image == NULL || !fx_preprocess_apply (pipeline, image, &tensor, error)
      || !fx_preprocess_check_shape (fx_tensor_shape (tensor), shape, error))
    return NULL;
  return g_steal_pointer (&tensor);
}

FxTensor *
fx_input_file_load (const char *path, FxDType dtype, const FxShape *shape, const char *preprocess, GError **error)
{
  g_autoptr (GBytes) file = fx_file_map (path, error);
  FxTensor *tensor;
  gsize size;
  const guint8 *data;

  if (file == NULL)
    {
      fx_error_prefix (error, "%s", path);
      return NULL;
    }
  data = g_bytes_get_data (file, &size);
  if (fx_image_sniff (data, size) == NULL)
    {
      tensor = fx_tensor_file_load (path, dtype, shape, error);
      if (tensor == NULL)
        return NULL;
      tensor = fx_tensor_file_convert (fx_tensor_file_fit (tensor, shape), dtype, error);
      if (tensor == NULL)
        fx_error_prefix (error, "%s", path);
      return tensor;
    }
  tensor = load_image (file, shape, preprocess, error);
  if (tensor == NULL)
    fx_error_prefix (error, "%s", path);
  return tensor;
}
