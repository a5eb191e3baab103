/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-model.h"

#include "core/fx-error.h"
#include "core/passes/inline-branches.h"
#include "io/caffe/caffe-files.h"
#include "io/caffe/caffe-text.h"
#include "io/caffe/caffe-weights.h"
#include "io/fx-file.h"
#include "io/fx-sniff.h"
#include "io/onnx/onnx-reader.h"
#include "io/program/fx-program-file.h"

static FxGraph *
load_onnx (const FxModelSource *source, GPtrArray *diagnostics, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (source->path);

  return fx_onnx_read (source->bytes, folder, diagnostics, error);
}

static const char *const onnx_extensions[] = { ".onnx", ".onnx.pb", NULL };

static const char *const caffe_extensions[] = { ".prototxt", ".caffemodel", NULL };

static gboolean
sniff_caffe (const guint8 *data, gsize size)
{
  return fx_caffe_text_sniff (data, size) || fx_caffe_weights_sniff (data, size);
}

static FxGraph *
load_caffe (const FxModelSource *source, GPtrArray *diagnostics, GError **error)
{
  return fx_caffe_load (source->path, source->bytes, source->weights_path, diagnostics, error);
}

static const char *const program_extensions[] = { ".fxb", NULL };

static FxGraph *
load_program (const FxModelSource *source, G_GNUC_UNUSED GPtrArray *diagnostics, GError **error)
{
  g_autoptr (FxProgram) program = fx_program_parse (source->bytes, NULL, error);

  return program != NULL ? g_steal_pointer (&program->graph) : NULL;
}

const FxFormat fx_formats[] = {
  { .name = "Fixpoint program", .extensions = program_extensions, .sniff = fx_program_sniff, .load = load_program },
  { .name = "ONNX", .extensions = onnx_extensions, .sniff = fx_onnx_sniff, .load = load_onnx },
  { .name = "Caffe", .extensions = caffe_extensions, .two_files = TRUE, .sniff = sniff_caffe, .load = load_caffe },
};

const guint fx_n_formats = G_N_ELEMENTS (fx_formats);

static const FxFormat *
find_format (const guint8 *data, gsize size)
{
  for (guint i = 0; i < fx_n_formats; i++)
    if (fx_formats[i].sniff (data, size))
      return &fx_formats[i];

  return NULL;
}

static void
fail_unknown (const guint8 *data, gsize size, GError **error)
{
  const char *kind = fx_sniff_kind (data, size);

  if (size == 0)
    fx_fail (error, FX_ERROR_BAD_DATA, "the file is empty");
  else if (fx_onnx_sniff_pre_1_0 (data, size))
    fx_fail (error, FX_ERROR_UNSUPPORTED,
             "is a graph in the format of the days before ONNX 1.0, which is not supported; export the model again");
  else if (kind != NULL)
    fx_fail (error, FX_ERROR_BAD_DATA, "is %s, not a model that can be read", kind);
  else
    fx_fail (error, FX_ERROR_BAD_DATA, "is no model of a known format");
}

static FxGraph *
load (const char *path, const char *weights_path, GPtrArray *diagnostics, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  const FxFormat *format;
  const guint8 *data;
  gsize size;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  format = fx_sniff_kind (data, size) == NULL ? find_format (data, size) : NULL;
  if (format == NULL)
    {
      fail_unknown (data, size, error);
      return NULL;
    }
  if (weights_path != NULL && !format->two_files)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "is an %s model, which has no second file with weights", format->name);
      return NULL;
    }
  return format->load (&(FxModelSource){ path, bytes, weights_path }, diagnostics, error);
}

FxGraph *
fx_model_load (const char *path, const char *weights_path, GPtrArray *diagnostics, GError **error)
{
  g_autoptr (FxGraph) graph = load (path, weights_path, diagnostics, error);

  if (graph != NULL && fx_pass_inline_branches (graph, diagnostics, error))
    return g_steal_pointer (&graph);
  fx_error_prefix (error, "%s", path);
  return NULL;
}
