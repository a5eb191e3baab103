/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-project-file.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-shape.h"
#include "io/fx-file.h"
#include "io/fx-json.h"

#include <string.h>

/* Projects name files and hold no data: what is larger or deeper is something else. */
#define MAX_SIZE (4u << 20)
#define MAX_DEPTH 16
#define MAX_ENTRIES 10000

/* ---- reading ---- */

/* Where a value is, for messages, and what relative paths are relative to. */
typedef struct
{
  const char *folder;
  const char *list; /* NULL: at the top */
  guint index;
} Place;

static gboolean
wrong (const Place *place, const char *member, const char *wanted, GError **error)
{
  if (place->list != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\", entry %u: \"%s\" should be %s", place->list, place->index + 1,
                    member, wanted);
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" should be %s", member, wanted);
}

/* A string, or NULL where it is absent or null. */
static gboolean
read_string (JsonObject *object, const char *member, const Place *place, char **out, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return wrong (place, member, _ ("a string"), error);
  g_free (*out);
  *out = json_node_dup_string (node);
  return TRUE;
}

static gboolean
read_path (JsonObject *object, const char *member, const Place *place, char **out, GError **error)
{
  g_autofree char *text = NULL;

  if (!read_string (object, member, place, &text, error))
    return FALSE;
  if (text != NULL && *text != '\0')
    *out = g_canonicalize_filename (text, place->folder);
  return TRUE;
}

static gboolean
read_count (JsonObject *object, const char *member, gint64 max, const Place *place, gint64 *out, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  gint64 value;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return wrong (place, member, _ ("a whole number"), error);
  value = json_node_get_int (node);
  if (value < 0 || value > max)
    return wrong (place, member, _ ("a number that is not negative and not too large"), error);
  *out = value;
  return TRUE;
}

static gboolean
read_required (JsonObject *object, const char *member, const Place *place, char **out, GError **error)
{
  if (!read_string (object, member, place, out, error))
    return FALSE;
  if (*out == NULL || **out == '\0')
    return wrong (place, member, _ ("given"), error);
  return TRUE;
}

/* A number within a range. */
static gboolean
read_number (JsonObject *object, const char *member, double min, double max, const Place *place, double *out,
             GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  double value;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_DOUBLE && json_node_get_value_type (node) != G_TYPE_INT64))
    return wrong (place, member, _ ("a number"), error);
  value = json_node_get_double (node);
  if (!(value == 0 || (value >= min && value <= max)))
    {
      g_autofree char *wanted = g_strdup_printf (_ ("0 or a number from %g to %g"), min, max);

      return wrong (place, member, wanted, error);
    }
  *out = value;
  return TRUE;
}

/* A list of strings, joined by line breaks, which no name of a tensor has; NULL where it is absent. */
static gboolean
read_names (JsonObject *object, const char *member, const Place *place, char **out, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (array == NULL || json_array_get_length (array) == 0 || json_array_get_length (array) > MAX_ENTRIES)
    return wrong (place, member, _ ("a list of names"), error);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *entry = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (entry) || json_node_get_value_type (entry) != G_TYPE_STRING
          || *json_node_get_string (entry) == '\0' || strchr (json_node_get_string (entry), '\n') != NULL)
        return wrong (place, member, _ ("a list of names"), error);
      g_ptr_array_add (names, json_node_dup_string (entry));
    }
  g_ptr_array_add (names, NULL);
  *out = g_strjoinv ("\n", (char **)names->pdata);
  return TRUE;
}

static gboolean
read_edit (FxProject *project, JsonObject *object, const Place *place, GError **error)
{
  g_autofree char *fix = NULL, *input = NULL, *shape = NULL, *outputs = NULL;
  FxShape parsed;

  if (!read_string (object, "fix", place, &fix, error) || !read_string (object, "input", place, &input, error)
      || !read_string (object, "shape", place, &shape, error)
      || !read_names (object, "outputs", place, &outputs, error))
    return FALSE;
  if (fix != NULL)
    fx_project_add_edit (project, strcmp (fix, "all") == 0 ? FX_PROJECT_FIX_ALL : FX_PROJECT_FIX,
                         strcmp (fix, "all") == 0 ? NULL : fix, NULL);
  else if (outputs != NULL)
    fx_project_add_edit (project, FX_PROJECT_OUTPUTS, NULL, outputs);
  else if (input != NULL && shape != NULL && fx_shape_parse (shape, &parsed, NULL))
    fx_project_add_edit (project, FX_PROJECT_INPUT_SHAPE, input, shape);
  else
    return wrong (place, "fix", _ ("a fix, or \"input\" and \"shape\" (1x3x224x224), or \"outputs\" in its place"),
                  error);
  return TRUE;
}

static gboolean
read_input (FxProject *project, JsonObject *object, const Place *place, GError **error)
{
  g_autofree char *name = NULL;
  FxProjectInput *input;

  if (!read_required (object, "name", place, &name, error))
    return FALSE;
  input = fx_project_touch_input (project, name);
  return read_string (object, "preprocess", place, &input->preprocess, error)
         && read_string (object, "runtime", place, &input->runtime, error);
}

static gboolean
read_dataset (FxProject *project, JsonObject *object, const Place *place, GError **error)
{
  g_autofree char *input = NULL, *path = NULL, *labels = NULL, *type = NULL;

  if (!read_string (object, "input", place, &input, error) || !read_path (object, "path", place, &path, error)
      || !read_path (object, "labels", place, &labels, error) || !read_string (object, "type", place, &type, error))
    return FALSE;
  if (path == NULL)
    return wrong (place, "path", _ ("given"), error);
  if (type != NULL && fx_dtype_from_name (type) == FX_DTYPE_UNDEFINED)
    return wrong (place, "type", _ ("a type of elements, such as \"f32\" or \"u8\""), error);
  fx_project_add_dataset (project, input, path, labels)->type = g_steal_pointer (&type);
  return TRUE;
}

static gboolean
read_node (FxProject *project, JsonObject *object, const Place *place, GError **error)
{
  g_autofree char *name = NULL, *word = NULL;
  FxPrecision precision;

  if (!read_required (object, "name", place, &name, error) || !read_required (object, "precision", place, &word, error))
    return FALSE;
  if (!fx_precision_find (word, &precision))
    return wrong (place, "precision", _ ("\"float\", \"int8\" or \"int16\""), error);
  fx_project_set_node (project, name, precision);
  return TRUE;
}

typedef gboolean (*EntryReader) (FxProject *project, JsonObject *object, const Place *place, GError **error);

static gboolean
read_list (FxProject *project, JsonObject *root, const char *member, EntryReader read, const char *folder,
           GError **error)
{
  Place place = { .folder = folder };
  JsonNode *node = json_object_get_member (root, member);
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > MAX_ENTRIES)
    return wrong (&place, member, _ ("a list of at most 10000 objects"), error);
  array = json_node_get_array (node);
  place.list = member;
  for (place.index = 0; place.index < json_array_get_length (array); place.index++)
    {
      JsonNode *entry = json_array_get_element (array, place.index);

      if (!JSON_NODE_HOLDS_OBJECT (entry))
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\", entry %u should be an object", member, place.index + 1);
      if (!read (project, json_node_get_object (entry), &place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_conversion (FxProject *project, JsonObject *root, const char *folder, GError **error)
{
  const Place place = { .folder = folder };
  JsonNode *node = json_object_get_member (root, "conversion");
  JsonObject *object;
  gint64 samples = 0, seed = 0;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong (&place, "conversion", _ ("an object"), error);
  object = json_node_get_object (node);
  if (!read_string (object, "preset", &place, &project->preset, error)
      || !read_string (object, "method", &place, &project->method, error)
      || !read_number (object, "mixed", 0, 1, &place, &project->mixed, error)
      || !read_number (object, "latency_budget", 1, 100, &place, &project->budget, error)
      || !read_count (object, "samples", G_MAXINT32, &place, &samples, error)
      || !read_count (object, "seed", G_MAXINT64, &place, &seed, error)
      || !read_path (object, "output", &place, &project->output, error))
    return FALSE;
  project->samples = (guint)samples;
  project->seed = (guint64)seed;
  return TRUE;
}

/* Values are checked as those of a configuration of the boards' converter. */
static gboolean
read_compile (FxProject *project, JsonObject *root, const char *folder, GError **error)
{
  const Place place = { .folder = folder };
  JsonNode *node = json_object_get_member (root, "compile");
  FxCompileOptions *compile = &project->compile;
  gint64 balance = compile->balance, cores = compile->cores, max_call_us = compile->max_call_us;
  g_autofree char *level = NULL, *mode = NULL;
  JsonObject *object;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong (&place, "compile", _ ("an object"), error);
  object = json_node_get_object (node);
  if (!read_string (object, "optimize_level", &place, &level, error)
      || !read_string (object, "compile_mode", &place, &mode, error)
      || !read_count (object, "balance_factor", G_MAXINT32, &place, &balance, error)
      || !read_count (object, "core_num", G_MAXINT32, &place, &cores, error)
      || !read_count (object, "max_time_per_fc", G_MAXUINT32, &place, &max_call_us, error))
    return FALSE;
  compile->balance = (guint)balance;
  compile->cores = cores > 1 ? (guint)cores : 0;
  compile->max_call_us = (guint)max_call_us;
  return fx_compile_check_options (compile, error)
         && (level == NULL || fx_compile_parse_level (level, &compile->level, error))
         && (mode == NULL || fx_compile_parse_mode (mode, &compile->mode, error));
}

static gboolean
read_version (JsonObject *root, GError **error)
{
  JsonNode *node = json_object_get_member (root, FX_PROJECT_MARK);
  gint64 version;

  if (node == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "not a Fixpoint project: there is no \"%s\"", FX_PROJECT_MARK);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" should be the version of the format, a number", FX_PROJECT_MARK);
  version = json_node_get_int (node);
  if (version < 1 || version > FX_PROJECT_VERSION)
    return fx_fail (error, FX_ERROR_UNSUPPORTED,
                    "the project has version %" PRId64 " of the format; this program reads up to %d", version,
                    FX_PROJECT_VERSION);
  return TRUE;
}

static FxProject *
read_root (JsonObject *root, const char *folder, GError **error)
{
  g_autoptr (FxProject) project = fx_project_new ();
  const Place place = { .folder = folder };

  if (!read_version (root, error) || !read_path (root, "model", &place, &project->model, error)
      || !read_path (root, "weights", &place, &project->weights, error)
      || !read_string (root, "target", &place, &project->target, error)
      || !read_path (root, "origin", &place, &project->origin, error)
      || !read_list (project, root, "edits", read_edit, folder, error)
      || !read_list (project, root, "inputs", read_input, folder, error)
      || !read_list (project, root, "datasets", read_dataset, folder, error)
      || !read_list (project, root, "nodes", read_node, folder, error)
      || !read_conversion (project, root, folder, error) || !read_compile (project, root, folder, error))
    return NULL;
  if (project->model == NULL)
    {
      wrong (&place, "model", _ ("the path of a model"), error);
      return NULL;
    }
  return g_steal_pointer (&project);
}

FxProject *
fx_project_file_parse (const char *text, gsize size, const char *folder, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  JsonNode *root;

  if (size > MAX_SIZE || !fx_json_is_shallow (text, size, MAX_DEPTH))
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "not a Fixpoint project: too large or too deeply nested");
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, NULL) || !json_parser_load_from_data (parser, text, (gssize)size, &local))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "not a Fixpoint project: %s", local != NULL ? local->message : "not UTF-8");
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "not a Fixpoint project: not a JSON object");
      return NULL;
    }
  return read_root (json_node_get_object (root), folder, error);
}

FxProject *
fx_project_file_load (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxProject *project = NULL;
  gconstpointer data;
  gsize size;

  if (bytes != NULL)
    {
      data = g_bytes_get_data (bytes, &size);
      project = fx_project_file_parse (data != NULL ? data : "", size, folder, error);
    }
  if (project == NULL)
    fx_error_prefix (error, "%s", path);
  return project;
}

gboolean
fx_project_file_sniff (const guint8 *data, gsize size)
{
  gsize i = 0;

  while (i < size && g_ascii_isspace (data[i]))
    i++;
  return i < size && data[i] == '{'
         && g_strstr_len ((const char *)data + i, (gssize)MIN (size - i, 4096), "\"" FX_PROJECT_MARK "\"") != NULL;
}

/* ---- writing ---- */

gboolean
fx_project_file_save (const FxProject *project, const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *text = fx_project_file_print (project, folder);

  if (!fx_file_replace_bytes (absolute, text, strlen (text), error))
    return fx_error_prefix (error, "%s", path);
  return TRUE;
}
