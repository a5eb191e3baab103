/* SPDX-License-Identifier: Apache-2.0 */
#include "io/config/config-samples.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/config/config-conversion.h"
#include "io/fx-file.h"
#include "io/fx-sample-set.h"
#include "io/npy.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

static const FxConversionInput *
input_at (const FxConversionOptions *options, guint i)
{
  return &g_array_index (options->inputs, FxConversionInput, i);
}

/* ---- as they are ---- */

/* All of one folder, list or file. */
static gboolean
is_whole (const FxConversionOptions *options, const FxConversionInput *input)
{
  return options->samples == 0 && (input->more == NULL || input->more[0] == NULL);
}

/* Both texts mean the same steps. */
static gboolean
same_steps (const char *a, const char *b)
{
  g_autoptr (FxPreprocess) left = a != NULL ? fx_preprocess_parse (a, NULL) : NULL;
  g_autoptr (FxPreprocess) right = b != NULL ? fx_preprocess_parse (b, NULL) : NULL;
  g_autofree char *left_text = left != NULL ? fx_preprocess_to_string (left) : NULL;
  g_autofree char *right_text = right != NULL ? fx_preprocess_to_string (right) : NULL;

  return left_text != NULL && g_strcmp0 (left_text, right_text) == 0;
}

static void
name_datasets (FxConfig *config, const FxConversionOptions *options)
{
  g_autoptr (GString) paths = g_string_new (NULL);

  for (guint i = 0; i < options->inputs->len; i++)
    g_string_append_printf (paths, "%s%s", i > 0 ? ";" : "", input_at (options, i)->dataset);
  fx_config_set (config, FX_CONFIG_CAL_DATA_DIR, paths->str);
}

/* Whether the configuration makes the same of the pictures of all inputs; it is left so if it does. */
static gboolean
try_pictures (FxConfig *config, const FxConversionOptions *options)
{
  g_autoptr (FxConversionOptions) made = NULL;
  gboolean same = fx_config_march (config) != FX_MARCH_NASH;

  name_datasets (config, options);
  fx_config_set (config, FX_CONFIG_PREPROCESS_ON, "True");
  made = fx_config_to_conversion (config, NULL);
  same = same && made != NULL && made->inputs->len == options->inputs->len;
  for (guint i = 0; same && i < options->inputs->len; i++)
    {
      const FxConversionInput *input = input_at (options, i);

      same = is_whole (options, input) && input->has_spec && input->raw_dtype == FX_DTYPE_UNDEFINED
             && g_file_test (input->dataset, G_FILE_TEST_IS_DIR)
             && same_steps (input->preprocess, input_at (made, i)->preprocess);
    }
  if (!same)
    {
      fx_config_set (config, FX_CONFIG_PREPROCESS_ON, NULL);
      fx_config_set (config, FX_CONFIG_CAL_DATA_DIR, NULL);
    }
  return same;
}

static gboolean
is_bare (const FxConversionOptions *options, const FxConversionInput *input)
{
  return is_whole (options, input) && g_file_test (input->dataset, G_FILE_TEST_IS_DIR)
         && (input->raw_dtype == FX_DTYPE_FLOAT || input->raw_dtype == FX_DTYPE_UINT8);
}

static gboolean
try_bare (FxConfig *config, const FxConversionOptions *options)
{
  g_autoptr (GString) types = g_string_new (NULL);

  if (fx_config_march (config) == FX_MARCH_NASH)
    return FALSE;
  for (guint i = 0; i < options->inputs->len; i++)
    {
      const FxConversionInput *input = input_at (options, i);

      if (!is_bare (options, input))
        return FALSE;
      g_string_append_printf (types, "%s%s", i > 0 ? ";" : "",
                              input->raw_dtype == FX_DTYPE_FLOAT ? "float32" : "uint8");
    }
  name_datasets (config, options);
  fx_config_set (config, FX_CONFIG_CAL_DATA_TYPE, types->str);
  return TRUE;
}

/* ---- written anew ---- */

gboolean
fx_config_make_data_folder (const char *path, GError **error)
{
  return g_mkdir_with_parents (path, 0777) == 0 || fx_fail (error, FX_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
}

/* "DATA/picture_f32": what ends like that holds floats, by the rule of the boards' converter. */
static char *
folder_of (const char *data, const FxConversionInput *input)
{
  g_autofree char *safe = g_strdelimit (g_strdup (input->name), "/\\;", '_');

  return g_strdup_printf ("%s/%s_f32", data, safe);
}

/* Samples of an earlier export are none of this one. */
static gboolean
empty_folder (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!fx_config_make_data_folder (folder, error))
    return FALSE;
  dir = g_dir_open (folder, 0, error);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, ".f32") || g_str_has_suffix (name, ".npy"))
        g_remove (path);
    }
  return dir != NULL;
}

static gboolean
write_tensor (FxTensor *tensor, const char *folder, guint number, gboolean as_npy, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/%06u.%s", folder, number, as_npy ? "npy" : "f32");
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (tensor);
  FxArray array = fx_tensor_array (aligned);
  gsize size = (gsize)fx_shape_elements (&array.shape) * sizeof (float);

  if (as_npy)
    return fx_npy_save (path, &array, error);
  return fx_file_replace_bytes (path, array.data, size, error) || fx_error_prefix (error, "%s", path);
}

static gboolean
write_sample (FxSampleSet *set, guint i, char **folders, guint n, gboolean as_npy, GError **error)
{
  g_autofree FxTensor **tensors = g_new0 (FxTensor *, n + 1);
  gboolean ok = fx_sample_set_load (i, tensors, set, error);

  for (guint k = 0; k < n; k++)
    {
      ok = ok && write_tensor (tensors[k], folders[k], i, as_npy, error);
      fx_tensor_unref (tensors[k]);
    }
  return ok;
}

/* The arithmetic of a board is done when the samples are read again. */
static FxSampleSet *
open_samples (const FxConversionOptions *options, GError **error)
{
  guint n = options->inputs->len;
  g_autofree FxSampleSpec *specs = g_new0 (FxSampleSpec, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const FxConversionInput *input = input_at (options, i);

      specs[i] = (FxSampleSpec){ .input = input->name,
                                 .path = input->dataset,
                                 .more = (const char *const *)input->more,
                                 .labels = input->labels,
                                 .preprocess = input->preprocess,
                                 .raw_dtype = input->raw_dtype };
    }
  return fx_sample_set_open (options->graph, specs, n, options->samples, options->seed, error);
}

static gboolean
write_samples (FxConfig *config, const FxConversionOptions *options, const char *data, const FxProgress *progress,
               GCancellable *cancellable, GError **error)
{
  guint n = options->inputs->len;
  gboolean as_npy = fx_config_march (config) == FX_MARCH_NASH, ok = TRUE;
  g_autoptr (FxSampleSet) set = open_samples (options, error);
  g_auto (GStrv) folders = g_new0 (char *, n + 1);
  g_autofree char *joined = NULL;

  if (set == NULL)
    return FALSE;
  for (guint i = 0; ok && i < n; i++)
    {
      folders[i] = folder_of (data, input_at (options, i));
      ok = empty_folder (folders[i], error);
    }
  for (guint i = 0; ok && i < fx_sample_set_n_samples (set); i++)
    {
      fx_progress_report (progress, (double)i / fx_sample_set_n_samples (set), _ ("Writing samples"));
      ok = !g_cancellable_set_error_if_cancelled (cancellable, error)
           && write_sample (set, i, folders, n, as_npy, error);
    }
  joined = ok ? g_strjoinv (";", folders) : NULL;
  fx_config_set (config, FX_CONFIG_CAL_DATA_DIR, joined);
  return ok;
}

gboolean
fx_config_set_samples (FxConfig *config, const FxConversionOptions *options, const char *data,
                       const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  return try_pictures (config, options) || try_bare (config, options)
         || write_samples (config, options, data, progress, cancellable, error);
}
