/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-dataset.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-dataset-labels.h"
#include "io/fx-tensor-file.h"
#include "io/image.h"
#include "io/npy.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 32

typedef enum
{
  KIND_OTHER,
  KIND_IMAGE,
  KIND_TENSOR,
} Kind;

static void
sample_free (gpointer data)
{
  FxSample *sample = data;

  g_free (sample->name);
  g_free (sample->path);
  g_free (sample->class_name);
  g_free (sample);
}

static void
skipped_free (gpointer data)
{
  FxSkipped *skipped = data;

  g_free (skipped->name);
  g_free (skipped->reason);
  g_free (skipped);
}

static FxDataset *
dataset_new (void)
{
  FxDataset *dataset = g_new0 (FxDataset, 1);

  dataset->samples = g_ptr_array_new_with_free_func (sample_free);
  dataset->skipped = g_ptr_array_new_with_free_func (skipped_free);
  return dataset;
}

void
fx_dataset_free (FxDataset *dataset)
{
  if (dataset != NULL)
    {
      g_ptr_array_unref (dataset->samples);
      g_ptr_array_unref (dataset->skipped);
      g_free (dataset);
    }
}

guint
fx_dataset_n_samples (const FxDataset *dataset)
{
  return dataset->samples->len;
}

const FxSample *
fx_dataset_sample (const FxDataset *dataset, guint i)
{
  return g_ptr_array_index (dataset->samples, i);
}

void
fx_dataset_skip (FxDataset *dataset, const char *name, const char *reason)
{
  FxSkipped *skipped = g_new (FxSkipped, 1);

  skipped->name = g_strdup (name);
  skipped->reason = g_strdup (reason);
  g_ptr_array_add (dataset->skipped, skipped);
}

/* What a regular file is, by its first bytes, or by its name where tensors have no mark. */
static Kind
sniff_file (const char *path)
{
  static const char *const bare[] = { ".pb", ".f32", ".u8", ".s8", ".bin", ".raw" };
  guint8 head[FX_IMAGE_SNIFF_BYTES];
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  gssize n = fd >= 0 ? read (fd, head, sizeof head) : 0;

  if (fd >= 0)
    close (fd);
  if (n > 0 && fx_image_sniff (head, n) != NULL)
    return KIND_IMAGE;
  if (n > 0 && fx_npy_sniff (head, n))
    return KIND_TENSOR;
  for (guint i = 0; i < G_N_ELEMENTS (bare); i++)
    if (g_str_has_suffix (path, bare[i]))
      return KIND_TENSOR;
  return KIND_OTHER;
}

static void
add_sample (FxDataset *dataset, const char *name, const char *path, Kind kind)
{
  FxSample *sample = g_new0 (FxSample, 1);

  sample->name = g_strdup (name);
  sample->path = g_strdup (path);
  sample->is_image = kind == KIND_IMAGE;
  sample->label = -1;
  g_ptr_array_add (dataset->samples, sample);
}

/* `name` is relative to the folder that was opened. */
static void
add_file (FxDataset *dataset, const char *name, const char *path, const char *labels_path)
{
  Kind kind = sniff_file (path);

  if (g_strcmp0 (path, labels_path) == 0)
    return;
  if (dataset->raw_dtype != FX_DTYPE_UNDEFINED && kind != KIND_IMAGE)
    add_sample (dataset, name, path, KIND_TENSOR);
  else if (dataset->raw_dtype != FX_DTYPE_UNDEFINED)
    fx_dataset_skip (dataset, name, "is a picture among files of bare elements");
  else if (kind == KIND_OTHER)
    fx_dataset_skip (dataset, name, "is neither a picture (JPEG, PNG, BMP, PNM) nor a tensor (.npy, .pb, .f32, .bin)");
  else
    add_sample (dataset, name, path, kind);
}

static int
compare_samples (gconstpointer a, gconstpointer b)
{
  const FxSample *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static int
compare_skipped (gconstpointer a, gconstpointer b)
{
  const FxSkipped *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static guint
depth_of (const char *name)
{
  guint depth = 0;

  for (; *name != '\0'; name++)
    depth += *name == '/';
  return depth;
}

/* One entry of a folder: a sample, a folder for `pending`, or neither. Links to folders could go round in circles. */
static void
add_entry (FxDataset *dataset, const char *root, const char *name, const char *labels_path, GPtrArray *pending)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  const char *base = strrchr (name, '/');
  GStatBuf link, target;

  base = base != NULL ? base + 1 : name;
  if (*base == '.')
    fx_dataset_skip (dataset, name, "is hidden");
  else if (g_lstat (path, &link) != 0 || g_stat (path, &target) != 0)
    fx_dataset_skip (dataset, name, "cannot be examined");
  else if (S_ISDIR (target.st_mode) && S_ISLNK (link.st_mode))
    fx_dataset_skip (dataset, name, "is a link to a folder");
  else if (S_ISDIR (target.st_mode) && depth_of (name) >= MAX_DEPTH)
    fx_dataset_skip (dataset, name, "is a folder too deep inside others");
  else if (S_ISDIR (target.st_mode))
    g_ptr_array_add (pending, g_strdup (name));
  else if (!S_ISREG (target.st_mode))
    fx_dataset_skip (dataset, name, "is not a regular file");
  else
    add_file (dataset, name, path, labels_path);
}

static gboolean
list_folder (FxDataset *dataset, const char *root, const char *labels_path, GError **error)
{
  g_autoptr (GPtrArray) pending = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (pending, g_strdup (""));
  while (pending->len > 0)
    {
      g_autofree char *folder = g_ptr_array_steal_index (pending, pending->len - 1);
      g_autofree char *path = g_build_filename (root, folder, NULL);
      g_autoptr (GDir) dir = g_dir_open (path, 0, *folder == '\0' ? error : NULL);
      const char *entry;

      if (dir == NULL && *folder == '\0')
        return FALSE;
      if (dir == NULL)
        fx_dataset_skip (dataset, folder, "cannot be opened");
      while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *name = *folder != '\0' ? g_strconcat (folder, "/", entry, NULL) : g_strdup (entry);

          add_entry (dataset, root, name, labels_path, pending);
        }
    }
  g_ptr_array_sort (dataset->samples, compare_samples);
  g_ptr_array_sort (dataset->skipped, compare_skipped);
  return TRUE;
}

static gboolean
open_folder (FxDataset *dataset, const char *path, const char *labels_path, GError **error)
{
  g_autofree char *found = g_build_filename (path, "labels.txt", NULL);
  g_autoptr (GPtrArray) labels = NULL;

  if (labels_path == NULL && g_file_test (found, G_FILE_TEST_IS_REGULAR))
    labels_path = found;
  if (!list_folder (dataset, path, labels_path, error))
    return fx_error_prefix (error, "%s", path);
  if (labels_path == NULL)
    {
      fx_labels_from_folders (dataset);
      return TRUE;
    }
  labels = fx_labels_read (labels_path, error);
  if (labels == NULL)
    return FALSE;
  fx_labels_assign (labels, dataset, TRUE);
  return TRUE;
}

/* A list names files relative to its own folder; its labels count unless there is another labels file. */
static gboolean
open_list (FxDataset *dataset, const char *path, const char *labels_path, GError **error)
{
  g_autoptr (GPtrArray) lines = fx_labels_read (path, error);
  g_autoptr (GPtrArray) labels = NULL;
  g_autofree char *folder = g_path_get_dirname (path);

  if (lines == NULL)
    return FALSE;
  for (guint i = 0; i < lines->len; i++)
    {
      const FxLabel *line = g_ptr_array_index (lines, i);
      g_autofree char *file
          = g_path_is_absolute (line->name) ? g_strdup (line->name) : g_build_filename (folder, line->name, NULL);

      if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
        fx_dataset_skip (dataset, line->name, "is in the list but is no file");
      else
        add_file (dataset, line->name, file, NULL);
    }
  if (labels_path != NULL && (labels = fx_labels_read (labels_path, error)) == NULL)
    return FALSE;
  if (labels != NULL)
    fx_labels_assign (labels, dataset, TRUE);
  else
    fx_labels_assign (lines, dataset, FALSE); /* lines without a file have been noted */
  return TRUE;
}

static gboolean
open_any (FxDataset *dataset, const char *path, const char *labels_path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  Kind kind;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return open_folder (dataset, path, labels_path, error);
  kind = sniff_file (path);
  if (kind == KIND_OTHER && dataset->raw_dtype != FX_DTYPE_UNDEFINED && fx_labels_is_bytes (path))
    kind = KIND_TENSOR;
  if (kind == KIND_OTHER)
    return open_list (dataset, path, labels_path, error);
  add_sample (dataset, base, path, kind);
  if (labels_path != NULL)
    {
      g_autoptr (GPtrArray) labels = fx_labels_read (labels_path, error);

      if (labels == NULL)
        return FALSE;
      fx_labels_assign (labels, dataset, TRUE);
    }
  return TRUE;
}

FxDataset *
fx_dataset_open (const char *path, const char *labels_path, GError **error)
{
  return fx_dataset_open_raw (path, labels_path, FX_DTYPE_UNDEFINED, error);
}

FxDataset *
fx_dataset_open_raw (const char *path, const char *labels_path, FxDType raw_dtype, GError **error)
{
  g_autoptr (FxDataset) dataset = dataset_new ();

  dataset->raw_dtype = raw_dtype;
  if (!open_any (dataset, path, labels_path, error))
    return NULL;
  if (dataset->samples->len == 0)
    {
      const FxSkipped *first = dataset->skipped->len > 0 ? g_ptr_array_index (dataset->skipped, 0) : NULL;

      if (first == NULL)
        fx_fail (error, FX_ERROR_BAD_DATA, "%s: holds no samples", path);
      else
        fx_fail (error, FX_ERROR_BAD_DATA, "%s: holds no samples, but %u other entries, such as %s, which %s", path,
                 dataset->skipped->len, first->name, first->reason);
      return NULL;
    }
  return g_steal_pointer (&dataset);
}

void
fx_dataset_append (FxDataset *dataset, const char *path, FxDataset *more)
{
  g_autofree char *folder = g_path_get_basename (path);

  g_return_if_fail (dataset->raw_dtype == more->raw_dtype);
  for (guint i = 0; i < more->samples->len; i++)
    {
      FxSample *sample = more->samples->pdata[i];
      g_autofree char *name = g_steal_pointer (&sample->name);

      sample->name = g_build_filename (folder, name, NULL);
    }
  dataset->n_labeled += more->n_labeled;
  g_ptr_array_extend_and_steal (dataset->samples, g_steal_pointer (&more->samples));
  g_ptr_array_extend_and_steal (dataset->skipped, g_steal_pointer (&more->skipped));
  g_free (more);
}

static FxTensor *
load_image (const FxSample *sample, const FxPreprocess *preprocess, const FxShape *wanted, GError **error)
{
  g_autoptr (FxImage) image = fx_image_load (sample->path, NULL, error);
  g_autoptr (FxTensor) tensor = NULL;

  if (image == NULL)
    return NULL;
  if (!fx_preprocess_apply (preprocess, image, &tensor, error)
      || (wanted != NULL && !fx_preprocess_check_shape (fx_tensor_shape (tensor), wanted, error)))
    {
      fx_error_prefix (error, "%s", sample->path);
      return NULL;
    }
  return g_steal_pointer (&tensor);
}

static gboolean
is_fed_by (const FxShape *wanted, const FxShape *found)
{
  FxShape merged = *wanted;

  return wanted->rank < 0 || fx_shape_merge (&merged, found);
}

static FxTensor *
load_tensor (const FxDataset *dataset, const FxSample *sample, const FxShape *wanted, GError **error)
{
  FxShape hint = wanted != NULL ? *wanted : FX_SHAPE_UNKNOWN;
  g_autoptr (FxTensor) tensor = NULL;
  g_autofree char *want = NULL;
  g_autofree char *have = NULL;
  FxShape shape;

  if (hint.rank > 0 && hint.dims[0] < 0)
    hint.dims[0] = 1; /* one sample */
  tensor = dataset->raw_dtype != FX_DTYPE_UNDEFINED
               ? fx_tensor_file_load_raw (sample->path, dataset->raw_dtype, &hint, error)
               : fx_tensor_file_load (sample->path, FX_DTYPE_FLOAT, &hint, error);
  if (tensor == NULL || wanted == NULL)
    return g_steal_pointer (&tensor);
  tensor = fx_tensor_file_fit (g_steal_pointer (&tensor), wanted);
  if (is_fed_by (wanted, fx_tensor_shape (tensor)))
    return g_steal_pointer (&tensor);

  shape = *fx_tensor_shape (tensor);
  if (shape.rank + 1 == wanted->rank)
    {
      memmove (shape.dims + 1, shape.dims, shape.rank * sizeof shape.dims[0]);
      shape.dims[0] = 1;
      shape.rank++;
      if (is_fed_by (wanted, &shape))
        return fx_tensor_reshaped (tensor, &shape);
    }
  want = fx_shape_to_string (wanted);
  have = fx_shape_to_string (fx_tensor_shape (tensor));
  fx_fail (error, FX_ERROR_BAD_DATA, "%s: the tensor is %s, the model's input wants %s", sample->path, have, want);
  return NULL;
}

gboolean
fx_dataset_load (const FxDataset *dataset, guint i, const FxPreprocess *preprocess, const FxValue *input,
                 FxTensor **out, GError **error)
{
  const FxSample *sample = fx_dataset_sample (dataset, i);
  const FxShape *wanted = input != NULL ? &input->shape : NULL;

  *out = sample->is_image ? load_image (sample, preprocess, wanted, error)
                          : load_tensor (dataset, sample, wanted, error);
  if (*out == NULL || input == NULL || input->dtype == FX_DTYPE_UNDEFINED)
    return *out != NULL;
  *out = fx_tensor_file_convert (*out, input->dtype, error);
  return *out != NULL || fx_error_prefix (error, "%s", sample->path);
}
