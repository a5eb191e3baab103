/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-file-kind.h"

#include "io/caffe/caffe-text.h"
#include "io/caffe/caffe-weights.h"
#include "io/fx-file.h"
#include "io/fx-project-file.h"
#include "io/fx-sniff.h"
#include "io/image.h"
#include "io/npy.h"
#include "io/onnx/onnx-reader.h"
#include "io/program/fx-program-file.h"

#include <string.h>

/* The readers do not look further either. */
#define HEAD_BYTES 65536

/* Names that decide alone: a file that is called so and is not what it is called is worth the reader's explanation. */
static const struct
{
  const char *suffix;
  FxFileKind kind;
} names[] = {
  { ".fixpoint", FX_FILE_PROJECT },
  { ".yaml", FX_FILE_CONFIG },
  { ".yml", FX_FILE_CONFIG },
  { ".onnx", FX_FILE_MODEL },
  { ".onnx.pb", FX_FILE_MODEL },
  { ".fxb", FX_FILE_MODEL },
  { ".prototxt", FX_FILE_CAFFE_NETWORK },
  { ".caffemodel", FX_FILE_CAFFE_WEIGHTS },
  { ".npy", FX_FILE_TENSOR },
  { ".pb", FX_FILE_TENSOR },
  { ".bin", FX_FILE_TENSOR },
  { ".raw", FX_FILE_TENSOR },
  { ".f32", FX_FILE_TENSOR },
  { ".u8", FX_FILE_TENSOR },
  { ".s8", FX_FILE_TENSOR },
  { ".rgb", FX_FILE_TENSOR },
  { ".bgr", FX_FILE_TENSOR },
  { ".yuv444", FX_FILE_TENSOR },
  { ".gray", FX_FILE_TENSOR },
};

static FxFileKind
kind_of_name (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_suffix (path, names[i].suffix))
      return names[i].kind;
  return FX_FILE_OTHER;
}

/* For contents whose name says nothing. */
static FxFileKind
kind_of_contents (const guint8 *data, gsize size, const char **what)
{
  if (fx_project_file_sniff (data, size))
    return FX_FILE_PROJECT;
  *what = fx_sniff_kind (data, size);
  if (*what != NULL)
    return FX_FILE_OTHER;
  if (fx_program_sniff (data, size) || fx_onnx_sniff (data, size))
    return FX_FILE_MODEL;
  if (fx_caffe_text_sniff (data, size))
    return FX_FILE_CAFFE_NETWORK;
  return fx_caffe_weights_sniff (data, size) ? FX_FILE_CAFFE_WEIGHTS : FX_FILE_OTHER;
}

static FxFileKind
kind_of_file (const char *path, const guint8 *data, gsize size, const char **what)
{
  FxFileKind named = kind_of_name (path);

  if (fx_image_sniff (data, size) != NULL)
    return FX_FILE_PICTURE;
  if (fx_npy_sniff (data, size))
    return FX_FILE_TENSOR;
  return named != FX_FILE_OTHER ? named : kind_of_contents (data, size, what);
}

FxFileKind
fx_file_kind (const char *path, const char **what)
{
  g_autoptr (GBytes) bytes = NULL;
  const char *unused = NULL;
  const guint8 *data;
  gsize size;

  if (what == NULL)
    what = &unused;
  *what = NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return FX_FILE_FOLDER;
  bytes = fx_file_map (path, NULL);
  data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  if (data != NULL && size > 0)
    return kind_of_file (path, data, MIN (size, HEAD_BYTES), what);
  *what = bytes != NULL ? "an empty file" : "no file that can be read";
  return FX_FILE_OTHER;
}

gboolean
fx_file_kind_opens (FxFileKind kind)
{
  return kind >= FX_FILE_MODEL && kind <= FX_FILE_CONFIG;
}

gboolean
fx_file_kind_is_data (FxFileKind kind)
{
  return kind >= FX_FILE_FOLDER;
}
