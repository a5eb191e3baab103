/* A project as the text of its file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-project-file.h"

#include "io/fx-json.h"

#include <string.h>

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
add_number (JsonBuilder *builder, const char *member, double value)
{
  if (value == 0)
    return;
  json_builder_set_member_name (builder, member);
  json_builder_add_double_value (builder, value);
}

static void
add_count (JsonBuilder *builder, const char *member, guint value, guint usual)
{
  if (value == usual)
    return;
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, value);
}

static void
add_names (JsonBuilder *builder, const char *member, const char *lines)
{
  g_auto (GStrv) names = g_strsplit (lines, "\n", -1);

  begin_list (builder, member);
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
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
  else if (edit->kind == FX_PROJECT_OUTPUTS)
    add_names (builder, "outputs", edit->value);
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

  if (project->nodes->len > 0)
    begin_list (builder, "nodes");
  for (guint i = 0; i < project->nodes->len; i++)
    {
      const FxProjectNode *node = project->nodes->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "name", node->name);
      add_string (builder, "precision", fx_precision_name (node->precision));
      json_builder_end_object (builder);
    }
  if (project->nodes->len > 0)
    json_builder_end_array (builder);
}

static gboolean
has_compile (const FxProject *project)
{
  g_autoptr (FxProject) usual = fx_project_new ();

  return !fx_project_same_compile (project, usual);
}

/* Only what differs from what the program does by itself. */
static void
add_compile (JsonBuilder *builder, const FxProject *project)
{
  const FxCompileOptions *compile = &project->compile, usual = FX_COMPILE_DEFAULTS;
  const char level[] = { 'O', (char)('0' + compile->level), '\0' };

  if (!has_compile (project))
    return;
  json_builder_set_member_name (builder, "compile");
  json_builder_begin_object (builder);
  add_string (builder, "optimize_level", compile->level != usual.level ? level : NULL);
  add_string (builder, "compile_mode", compile->mode != usual.mode ? fx_compile_mode_names[compile->mode] : NULL);
  add_count (builder, "balance_factor", compile->balance, usual.balance);
  add_count (builder, "core_num", compile->cores, usual.cores);
  add_count (builder, "max_time_per_fc", compile->max_call_us, usual.max_call_us);
  json_builder_end_object (builder);
}

/* The oldest version that has all of it: older programs read on what they understand. */
static int
version_of (const FxProject *project)
{
  gboolean has_outputs = FALSE;

  for (guint i = 0; i < project->edits->len; i++)
    has_outputs = has_outputs || ((const FxProjectEdit *)project->edits->pdata[i])->kind == FX_PROJECT_OUTPUTS;
  return has_outputs || project->nodes->len > 0 || project->mixed > 0 || project->budget > 0 || has_compile (project)
             ? 2
             : 1;
}

static void
add_conversion (JsonBuilder *builder, const FxProject *project, const char *folder)
{
  json_builder_set_member_name (builder, "conversion");
  json_builder_begin_object (builder);
  add_string (builder, "preset", project->preset);
  add_string (builder, "method", project->method);
  add_number (builder, "mixed", project->mixed);
  add_number (builder, "latency_budget", project->budget);
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
  json_builder_set_member_name (builder, FX_PROJECT_MARK);
  json_builder_add_int_value (builder, version_of (project));
  add_path (builder, "model", project->model, folder);
  add_path (builder, "weights", project->weights, folder);
  add_string (builder, "target", project->target);
  add_string (builder, "origin", project->origin);
  add_lists (builder, project, folder);
  add_conversion (builder, project, folder);
  add_compile (builder, project);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}
