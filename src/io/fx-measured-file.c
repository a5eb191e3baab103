/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-measured-file.h"

#include "core/fx-error.h"
#include "io/fx-file.h"
#include "io/fx-json-write.h"
#include "io/fx-json.h"

#include <math.h>
#include <string.h>

/* What is larger or deeper is something else. */
#define MAX_SIZE (4u << 20)
#define MAX_DEPTH 16
#define MAX_ENTRIES 1000

/* ---- members with a type; the errors name no entry yet ---- */

/* *out stays NULL where there is none. */
static gboolean
read_string (JsonObject *object, const char *member, char **out, GError **error)
{
  const char *text;

  if (!fx_json_get_string (object, member, FALSE, &text, error))
    return FALSE;
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_path (JsonObject *object, const char *member, const char *folder, char **out, GError **error)
{
  const char *text;

  if (!fx_json_get_string (object, member, FALSE, &text, error))
    return FALSE;
  if (text != NULL && *text == '\0')
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is empty, wanted a path", member);
  *out = text != NULL ? g_canonicalize_filename (text, folder) : NULL;
  return TRUE;
}

/* A number above 0; *out stays as it is where there is none. */
static gboolean
read_number (JsonObject *object, const char *member, double most, double *out, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL)
    return TRUE;
  if (!fx_json_is_number (node))
    return fx_json_wrong (member, "a number", node, error);
  *out = json_node_get_double (node);
  if (!(*out > 0 && *out <= most))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is %g, wanted more than 0 and at most %g", member, *out, most);
  return TRUE;
}

/* ---- entries ---- */

static void
measurement_free (FxMeasurement *measurement)
{
  g_free (measurement->model);
  g_free (measurement->weights);
  g_free (measurement->fix);
  g_strfreev (measurement->shapes);
  g_strfreev (measurement->nodes.bpu);
  g_strfreev (measurement->nodes.int16);
  g_strfreev (measurement->nodes.cpu);
  g_free (measurement);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxMeasurement, measurement_free)

/* One frame at a time takes as long as its latency, so that either tells the other. With several threads frames wait
 * for each other, and neither tells what one takes. */
static gboolean
read_times (JsonObject *object, FxMeasurement *measurement, GError **error)
{
  double fps = 0, threads = 1;

  if (!read_number (object, "threads", 1024, &threads, error) || !read_number (object, "fps", 1e6, &fps, error)
      || !read_number (object, "ms", FX_MACHINE_MOST_MS, &measurement->ms, error)
      || !read_number (object, "bpu_ms", FX_MACHINE_MOST_MS, &measurement->bpu_ms, error))
    return FALSE;
  if (threads != 1)
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "\"threads\" is %g; only what was measured with one thread tells how "
                    "long a frame takes",
                    threads);
  if (measurement->ms == 0 && fps > 0)
    measurement->ms = 1000 / fps;
  if (measurement->ms == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "neither \"ms\" nor \"fps\" is there");
  if (measurement->bpu_ms >= measurement->ms)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"bpu_ms\" is %g, wanted less than the whole frame's %g ms",
                    measurement->bpu_ms, measurement->ms);
  return TRUE;
}

static FxMeasurement *
read_entry (JsonObject *object, const char *folder, GError **error)
{
  g_autoptr (FxMeasurement) measurement = g_new0 (FxMeasurement, 1);

  if (!read_path (object, "model", folder, &measurement->model, error)
      || !read_path (object, "weights", folder, &measurement->weights, error)
      || !fx_json_get_strings (object, "input_shapes", &measurement->shapes, error)
      || !fx_json_get_strings (object, "bpu", &measurement->nodes.bpu, error)
      || !fx_json_get_strings (object, "int16", &measurement->nodes.int16, error)
      || !fx_json_get_strings (object, "float", &measurement->nodes.cpu, error)
      || !read_string (object, "fix", &measurement->fix, error)
      || !fx_json_get_flag (object, "fast_perf", FALSE, &measurement->fast, error)
      || !read_times (object, measurement, error))
    return NULL;
  if (measurement->model == NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "\"model\" is not there");
      return NULL;
    }
  return g_steal_pointer (&measurement);
}

static gboolean
read_entries (FxMeasuredFile *file, JsonArray *list, const char *folder, GError **error)
{
  guint n = json_array_get_length (list);

  if (n == 0 || n > MAX_ENTRIES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "there are %u measurements, wanted 1 to %d", n, MAX_ENTRIES);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      FxMeasurement *measurement;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fx_fail (error, FX_ERROR_BAD_DATA, "measurement %u is %s, wanted an object", i + 1, fx_json_kind (node));
      measurement = read_entry (json_node_get_object (node), folder, error);
      if (measurement == NULL)
        return fx_error_prefix (error, "measurement %u", i + 1);
      g_ptr_array_add (file->measurements, measurement);
    }
  return TRUE;
}

static gboolean
read_root (FxMeasuredFile *file, JsonNode *root, const char *folder, GError **error)
{
  JsonNode *list = root;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    {
      if (!read_string (json_node_get_object (root), "target", &file->target, error))
        return FALSE;
      list = json_object_get_member (json_node_get_object (root), "measurements");
    }
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY (list))
    return fx_json_wrong ("measurements", "a list", list, error);
  return read_entries (file, json_node_get_array (list), folder, error);
}

FxMeasuredFile *
fx_measured_file_parse (const char *text, gsize size, const char *folder, GError **error)
{
  g_autoptr (FxMeasuredFile) file = g_new0 (FxMeasuredFile, 1);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;

  file->measurements = g_ptr_array_new_with_free_func ((GDestroyNotify)measurement_free);
  if (size > MAX_SIZE || !fx_json_is_shallow (text, size, MAX_DEPTH))
    {
      fx_fail (error, FX_ERROR_TOO_LARGE, "too large or too deeply nested for measurements");
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, NULL) || !json_parser_load_from_data (parser, text, (gssize)size, &local))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "not JSON: %s", local != NULL ? local->message : "not UTF-8");
      return NULL;
    }
  return read_root (file, json_parser_get_root (parser), folder, error) ? g_steal_pointer (&file) : NULL;
}

FxMeasuredFile *
fx_measured_file_load (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxMeasuredFile *file = NULL;

  if (bytes != NULL)
    {
      gsize size;
      const char *text = g_bytes_get_data (bytes, &size);

      file = fx_measured_file_parse (text != NULL ? text : "", size, folder, error);
    }
  if (file == NULL)
    fx_error_prefix (error, "%s", path);
  return file;
}

void
fx_measured_file_free (FxMeasuredFile *file)
{
  if (file == NULL)
    return;
  g_free (file->target);
  g_ptr_array_unref (file->measurements);
  g_free (file);
}

/* ---- prices ---- */

static void
add_value (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  fx_json_add_number (builder, "value", value);
  fx_json_add_bool (builder, "fitted", TRUE);
  json_builder_end_object (builder);
}

gboolean
fx_measured_file_save_machine (const FxMachine *machine, const char *basis, const char *path, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "basis", basis);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    add_value (builder, fx_cost_rows[kind].name, machine->prices[kind]);
  json_builder_end_object (builder);
  text = fx_json_to_text (builder);
  return fx_file_replace_bytes (path, text, strlen (text), error);
}
