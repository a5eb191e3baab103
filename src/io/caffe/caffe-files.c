/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-files.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/caffe/caffe-reader.h"
#include "io/caffe/caffe-text.h"
#include "io/fx-file.h"
#include "io/fx-sniff.h"
#include "io/onnx/onnx-reader.h"

#include <string.h>

static const char *const suffixes[] = { "_deploy", "-deploy", ".deploy", "_test", "_inference" };

/* The name without folder, extension and "_deploy". */
static char *
stem_of (const char *path, const char *extension)
{
  char *stem = g_path_get_basename (path);

  if (g_str_has_suffix (stem, extension))
    stem[strlen (stem) - strlen (extension)] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (stem, suffixes[i]) && strlen (stem) > strlen (suffixes[i]))
      {
        stem[strlen (stem) - strlen (suffixes[i])] = '\0';
        break;
      }
  return stem;
}

/* How well a file of the folder goes with ours; 0: not by its name. */
static guint
rank_name (const char *name, const char *extension, const char *own_name, const char *own_extension)
{
  g_autofree char *stem = stem_of (name, extension), *own_stem = stem_of (own_name, own_extension);
  gsize n = strlen (name) - strlen (extension);

  if (strncmp (name, own_name, n) == 0 && strcmp (own_name + n, own_extension) == 0)
    return 3;
  if (strcmp (stem, own_stem) == 0)
    return 2;
  return strcmp (name, "deploy.prototxt") == 0 ? 1 : 0;
}

/* The best file of a folder with that extension, NULL if none stands out. *by_name: it was found by its name. */
static char *
find_partner (const char *path, const char *own_extension, const char *extension, gboolean *by_name)
{
  g_autofree char *folder = g_path_get_dirname (path), *own_name = g_path_get_basename (path), *best = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint best_rank = 0, n_best = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint rank;

      if (!g_str_has_suffix (name, extension) || strcmp (name, own_name) == 0)
        continue;
      rank = rank_name (name, extension, own_name, own_extension);
      if (rank < best_rank)
        continue;
      n_best = rank > best_rank ? 1 : n_best + 1;
      best_rank = rank;
      /* the order of a folder is any: of equals the first by name */
      if (n_best == 1 || strcmp (name, best) < 0)
        {
          g_free (best);
          best = g_strdup (name);
        }
    }
  *by_name = best_rank > 0;
  return best != NULL && (best_rank > 0 || n_best == 1) ? g_build_filename (folder, best, NULL) : NULL;
}

static gboolean
is_text (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return fx_caffe_text_sniff (data, size);
}

static gboolean
is_weights (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return fx_caffe_weights_sniff (data, size);
}

/* Maps the other file, which is to be text or not. */
static GBytes *
map_other (const char *path, gboolean text, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  const char *wanted = text ? "a Caffe network (prototxt)" : "Caffe weights (caffemodel)", *kind;
  const guint8 *data;
  gsize size;

  if (bytes == NULL)
    return NULL;
  if (text ? is_text (bytes) : is_weights (bytes))
    return g_steal_pointer (&bytes);
  data = g_bytes_get_data (bytes, &size);
  kind = size == 0                    ? "empty"
         : is_text (bytes)            ? "a Caffe network (prototxt)"
         : is_weights (bytes)         ? "Caffe weights (caffemodel)"
         : fx_sniff_kind (data, size) ? fx_sniff_kind (data, size)
         : fx_onnx_sniff (data, size) ? "an ONNX model"
                                      : NULL;
  if (kind != NULL)
    fx_fail (error, FX_ERROR_BAD_DATA, "is %s, wanted %s", kind, wanted);
  else
    fx_fail (error, FX_ERROR_BAD_DATA, "is no file of a known format, wanted %s", wanted);
  return NULL;
}

static void
note_partner (GPtrArray *diagnostics, const char *what, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);

  fx_diagnostics_add (diagnostics, FX_SEVERITY_INFO, "partner", NULL, NULL, "the %s found beside it is %s", what, name);
}

static FxGraph *
load_net (const char *path, GBytes *text, const char *weights_path, GPtrArray *diagnostics, GError **error)
{
  gboolean by_name;
  g_autofree char *found = weights_path == NULL ? find_partner (path, ".prototxt", ".caffemodel", &by_name) : NULL;
  const char *other = weights_path != NULL ? weights_path : found;
  g_autoptr (FxCaffeWeights) weights = NULL;
  FxGraph *graph;

  if (other != NULL)
    {
      g_autoptr (GBytes) bytes = map_other (other, FALSE, error);

      weights = bytes != NULL ? fx_caffe_weights_new (bytes, error) : NULL;
      if (weights == NULL)
        {
          fx_error_prefix (error, "%s", other);
          return NULL;
        }
    }
  if (found != NULL)
    note_partner (diagnostics, "weights file", found);
  graph = fx_caffe_read (text, weights, diagnostics, error);
  if (graph != NULL && other != NULL)
    fx_graph_set_metadata (graph, "weights_file", other);
  return graph;
}

static FxGraph *
load_weights (const char *path, GBytes *bytes, const char *net_path, GPtrArray *diagnostics, GError **error)
{
  gboolean by_name = TRUE;
  g_autofree char *found = net_path == NULL ? find_partner (path, ".caffemodel", ".prototxt", &by_name) : NULL;
  const char *other = net_path != NULL ? net_path : found;
  g_autoptr (FxCaffeWeights) weights = fx_caffe_weights_new (bytes, error);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) problem = NULL;
  FxGraph *graph = NULL;

  if (weights == NULL)
    return NULL;
  if (other != NULL)
    text = map_other (other, TRUE, &problem);
  if (text != NULL)
    graph = fx_caffe_read (text, weights, diagnostics, &problem);
  if (graph == NULL && other != NULL && by_name)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      fx_error_prefix (error, "%s", other);
      return NULL;
    }
  if (graph != NULL && found != NULL)
    note_partner (diagnostics, "network", found);
  if (graph != NULL)
    fx_graph_set_metadata (graph, "network_file", other);
  /* one that only happens to be there may belong to something else */
  return graph != NULL ? graph : fx_caffe_read (NULL, weights, diagnostics, error);
}

FxGraph *
fx_caffe_load (const char *path, GBytes *bytes, const char *other_path, GPtrArray *diagnostics, GError **error)
{
  return is_text (bytes) ? load_net (path, bytes, other_path, diagnostics, error)
                         : load_weights (path, bytes, other_path, diagnostics, error);
}

char *
fx_caffe_find_other (const char *path)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, NULL);
  gboolean by_name;

  if (bytes == NULL)
    return NULL;
  return is_text (bytes) ? find_partner (path, ".prototxt", ".caffemodel", &by_name)
                         : find_partner (path, ".caffemodel", ".prototxt", &by_name);
}
