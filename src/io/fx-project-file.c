/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-project-file.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-shape.h"
#include "io/fx-file.h"
#include "io/fx-json.h"

#include <string.h>

#define MARK "fixpoint-project"

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
    return wrong (place, member, "a string", error);
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
    return wrong (place, member, "a whole number", error);
  value = json_node_get_int (node);
  if (value < 0 || value > max)
    return wrong (place, member, "a number that is not negative and not too large", error);
  *out = value;
  return TRUE;
}

static gboolean
read_required (JsonObject *object, const char *member, const Place *place, char **out, GError **error)
{
  if (!read_string (object, member, place, out, error))
    return FALSE;
  if (*out == NULL || **out == '\0')
    return wrong (place, member, "given", error);
  return TRUE;
}

static gboolean
read_edit (FxProject *project, JsonObject *object, const Place *place, GError **error)
{
  g_autofree char *fix = NULL, *input = NULL, *shape = NULL;
  FxShape parsed;

  if (!read_string (object, "fix", place, &fix, error) || !read_string (object, "input", place, &input, error)
      || !read_string (object, "shape", place, &shape, error))
    return FALSE;
  if (fix != NULL)
    fx_project_add_edit (project, strcmp (fix, "all") == 0 ? FX_PROJECT_FIX_ALL : FX_PROJECT_FIX,
                         strcmp (fix, "all") == 0 ? NULL : fix, NULL);
  else if (input != NULL && shape != NULL && fx_shape_parse (shape, &parsed, NULL))
    fx_project_add_edit (project, FX_PROJECT_INPUT_SHAPE, input, shape);
  else
    return wrong (place, "fix", "a fix, or \"input\" and \"shape\" in its place (1x3x224x224)", error);
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
    return wrong (place, "path", "given", error);
  if (type != NULL && fx_dtype_from_name (type) == FX_DTYPE_UNDEFINED)
    return wrong (place, "type", "a type of elements, such as \"f32\" or \"u8\"", error);
  fx_project_add_dataset (project, input, path, labels)->type = g_steal_pointer (&type);
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
    return wrong (&place, member, "a list of at most 10000 objects", error);
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
    return wrong (&place, "conversion", "an object", error);
  object = json_node_get_object (node);
  if (!read_string (object, "preset", &place, &project->preset, error)
      || !read_string (object, "method", &place, &project->method, error)
      || !read_count (object, "samples", G_MAXINT32, &place, &samples, error)
      || !read_count (object, "seed", G_MAXINT64, &place, &seed, error)
      || !read_path (object, "output", &place, &project->output, error))
    return FALSE;
  project->samples = (guint)samples;
  project->seed = (guint64)seed;
  return TRUE;
}

static gboolean
read_version (JsonObject *root, GError **error)
{
  JsonNode *node = json_object_get_member (root, MARK);
  gint64 version;

  if (node == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "not a Fixpoint project: there is no \"%s\"", MARK);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" should be the version of the format, a number", MARK);
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
      || !read_conversion (project, root, folder, error))
    return NULL;
  if (project->model == NULL)
    {
      wrong (&place, "model", "the path of a model", error);
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
         && g_strstr_len ((const char *)data + i, (gssize)MIN (size - i, 4096), "\"" MARK "\"") != NULL;
}

/* ---- writing ---- */

static void
add_string (JsonBuilder *builder, const char *member, const char *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, text);
}

static void
add_path (JsonBuilder *builder, const char *member, const char *path, const char *folder)
{
  gsize n = strlen (folder);

  if (path != NULL && strncmp (path, folder, n) == 0 && path[n] == '/' && n > 1)
    path += n + 1;
  add_string (builder, member, path);
}

static void
begin_list (JsonBuilder *builder, const char *member)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
}

static void
add_edit (JsonBuilder *builder, const FxProjectEdit *edit)
{
  json_builder_begin_object (builder);
  if (edit->kind == FX_PROJECT_INPUT_SHAPE)
    {
      add_string (builder, "input", edit->name);
      add_string (builder, "shape", edit->value);
    }
  else
    add_string (builder, "fix", edit->kind == FX_PROJECT_FIX_ALL ? "all" : edit->name);
  json_builder_end_object (builder);
}

static void
add_lists (JsonBuilder *builder, const FxProject *project, const char *folder)
{
  begin_list (builder, "edits");
  for (guint i = 0; i < project->edits->len; i++)
    add_edit (builder, project->edits->pdata[i]);
  json_builder_end_array (builder);

  begin_list (builder, "inputs");
  for (guint i = 0; i < project->inputs->len; i++)
    {
      const FxProjectInput *input = project->inputs->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "name", input->name);
      add_string (builder, "preprocess", input->preprocess);
      add_string (builder, "runtime", input->runtime);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  begin_list (builder, "datasets");
  for (guint i = 0; i < project->datasets->len; i++)
    {
      const FxProjectDataset *dataset = project->datasets->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "input", dataset->input);
      add_path (builder, "path", dataset->path, folder);
      add_path (builder, "labels", dataset->labels, folder);
      add_string (builder, "type", dataset->type);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_conversion (JsonBuilder *builder, const FxProject *project, const char *folder)
{
  json_builder_set_member_name (builder, "conversion");
  json_builder_begin_object (builder);
  add_string (builder, "preset", project->preset);
  add_string (builder, "method", project->method);
  json_builder_set_member_name (builder, "samples");
  json_builder_add_int_value (builder, project->samples);
  json_builder_set_member_name (builder, "seed");
  json_builder_add_int_value (builder, (gint64)project->seed);
  add_path (builder, "output", project->output, folder);
  json_builder_end_object (builder);
}

char *
fx_project_file_print (const FxProject *project, const char *folder)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, MARK);
  json_builder_add_int_value (builder, FX_PROJECT_VERSION);
  add_path (builder, "model", project->model, folder);
  add_path (builder, "weights", project->weights, folder);
  add_string (builder, "target", project->target);
  add_string (builder, "origin", project->origin);
  add_lists (builder, project, folder);
  add_conversion (builder, project, folder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}

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
