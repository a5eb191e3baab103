/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-project.h"

#include "core/check/fx-diagnostic.h"
#include "core/check/fx-fix.h"
#include "core/fx-error.h"
#include "core/quant/fx-quant-choice.h"
#include "io/fx-target-file.h"

FxProjectEdit *
fx_project_edit_new (FxProjectEditKind kind, const char *name, const char *value)
{
  FxProjectEdit *edit = g_new0 (FxProjectEdit, 1);

  edit->kind = kind;
  edit->name = g_strdup (name);
  edit->value = g_strdup (value);
  return edit;
}

void
fx_project_edit_free (FxProjectEdit *edit)
{
  if (edit == NULL)
    return;
  g_free (edit->name);
  g_free (edit->value);
  g_free (edit);
}

static void
input_free (gpointer data)
{
  FxProjectInput *input = data;

  g_free (input->name);
  g_free (input->preprocess);
  g_free (input->runtime);
  g_free (input);
}

static void
dataset_free (gpointer data)
{
  FxProjectDataset *dataset = data;

  g_free (dataset->input);
  g_free (dataset->path);
  g_free (dataset->labels);
  g_free (dataset->type);
  g_free (dataset);
}

static void
node_free (gpointer data)
{
  FxProjectNode *node = data;

  g_free (node->name);
  g_free (node);
}

FxProject *
fx_project_new (void)
{
  FxProject *project = g_new0 (FxProject, 1);

  project->target = g_strdup (FX_TARGET_DEFAULT);
  project->edits = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_project_edit_free);
  project->inputs = g_ptr_array_new_with_free_func (input_free);
  project->datasets = g_ptr_array_new_with_free_func (dataset_free);
  project->nodes = g_ptr_array_new_with_free_func (node_free);
  project->compile = FX_COMPILE_DEFAULTS;
  return project;
}

void
fx_project_free (FxProject *project)
{
  if (project == NULL)
    return;
  g_free (project->model);
  g_free (project->weights);
  g_free (project->target);
  g_ptr_array_unref (project->edits);
  g_ptr_array_unref (project->inputs);
  g_ptr_array_unref (project->datasets);
  g_ptr_array_unref (project->nodes);
  g_free (project->preset);
  g_free (project->method);
  g_free (project->output);
  g_free (project->origin);
  g_free (project);
}

FxProject *
fx_project_copy (const FxProject *project)
{
  FxProject *copy = fx_project_new ();

  copy->model = g_strdup (project->model);
  copy->weights = g_strdup (project->weights);
  g_free (copy->target);
  copy->target = g_strdup (project->target);
  for (guint i = 0; i < project->edits->len; i++)
    {
      const FxProjectEdit *edit = project->edits->pdata[i];

      fx_project_add_edit (copy, edit->kind, edit->name, edit->value);
    }
  for (guint i = 0; i < project->inputs->len; i++)
    {
      const FxProjectInput *from = project->inputs->pdata[i];
      FxProjectInput *to = fx_project_touch_input (copy, from->name);

      to->preprocess = g_strdup (from->preprocess);
      to->runtime = g_strdup (from->runtime);
    }
  for (guint i = 0; i < project->datasets->len; i++)
    {
      const FxProjectDataset *dataset = project->datasets->pdata[i];

      fx_project_add_dataset (copy, dataset->input, dataset->path, dataset->labels)->type = g_strdup (dataset->type);
    }
  for (guint i = 0; i < project->nodes->len; i++)
    {
      const FxProjectNode *node = project->nodes->pdata[i];

      fx_project_set_node (copy, node->name, node->precision);
    }
  copy->preset = g_strdup (project->preset);
  copy->method = g_strdup (project->method);
  copy->mixed = project->mixed;
  copy->budget = project->budget;
  copy->samples = project->samples;
  copy->seed = project->seed;
  copy->compile = project->compile;
  copy->output = g_strdup (project->output);
  copy->origin = g_strdup (project->origin);
  return copy;
}

static gboolean
edits_equal (const FxProjectEdit *a, const FxProjectEdit *b)
{
  return a->kind == b->kind && g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->value, b->value) == 0;
}

static gboolean
inputs_equal (const FxProjectInput *a, const FxProjectInput *b)
{
  return g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->preprocess, b->preprocess) == 0
         && g_strcmp0 (a->runtime, b->runtime) == 0;
}

static gboolean
datasets_equal (const FxProjectDataset *a, const FxProjectDataset *b)
{
  return g_strcmp0 (a->input, b->input) == 0 && g_strcmp0 (a->path, b->path) == 0
         && g_strcmp0 (a->labels, b->labels) == 0 && g_strcmp0 (a->type, b->type) == 0;
}

static gboolean
nodes_equal (const FxProjectNode *a, const FxProjectNode *b)
{
  return g_strcmp0 (a->name, b->name) == 0 && a->precision == b->precision;
}

typedef gboolean (*Equal) (gconstpointer a, gconstpointer b);

static gboolean
lists_equal (const GPtrArray *a, const GPtrArray *b, Equal equal)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
fx_project_same_nodes (const FxProject *a, const FxProject *b)
{
  return lists_equal (a->nodes, b->nodes, (Equal)nodes_equal);
}

gboolean
fx_project_same_compile (const FxProject *a, const FxProject *b)
{
  return a->compile.level == b->compile.level && a->compile.mode == b->compile.mode
         && a->compile.balance == b->compile.balance && a->compile.cores == b->compile.cores
         && a->compile.max_call_us == b->compile.max_call_us;
}

guint
fx_project_usable_cores (const FxProject *project, const FxTarget *target)
{
  return MIN (project->compile.cores, fx_compile_most_cores (target));
}

gboolean
fx_project_equal (const FxProject *a, const FxProject *b)
{
  return g_strcmp0 (a->model, b->model) == 0 && g_strcmp0 (a->weights, b->weights) == 0
         && g_strcmp0 (a->target, b->target) == 0 && lists_equal (a->edits, b->edits, (Equal)edits_equal)
         && lists_equal (a->inputs, b->inputs, (Equal)inputs_equal)
         && lists_equal (a->datasets, b->datasets, (Equal)datasets_equal) && fx_project_same_nodes (a, b)
         && fx_project_same_compile (a, b) && a->mixed == b->mixed && a->budget == b->budget
         && g_strcmp0 (a->preset, b->preset) == 0 && g_strcmp0 (a->method, b->method) == 0 && a->samples == b->samples
         && a->seed == b->seed && g_strcmp0 (a->output, b->output) == 0;
}

void
fx_project_add_edit (FxProject *project, FxProjectEditKind kind, const char *name, const char *value)
{
  g_ptr_array_add (project->edits, fx_project_edit_new (kind, name, value));
}

FxProjectDataset *
fx_project_add_dataset (FxProject *project, const char *input, const char *path, const char *labels)
{
  FxProjectDataset *dataset = g_new0 (FxProjectDataset, 1);

  dataset->input = g_strdup (input);
  dataset->path = g_strdup (path);
  dataset->labels = g_strdup (labels);
  g_ptr_array_add (project->datasets, dataset);
  return dataset;
}

FxDType
fx_project_dataset_dtype (const FxProjectDataset *dataset)
{
  return dataset->type != NULL ? fx_dtype_from_name (dataset->type) : FX_DTYPE_UNDEFINED;
}

FxProjectInput *
fx_project_find_input (const FxProject *project, const char *name)
{
  for (guint i = 0; i < project->inputs->len; i++)
    {
      FxProjectInput *input = project->inputs->pdata[i];

      if (g_strcmp0 (input->name, name) == 0)
        return input;
    }
  return NULL;
}

FxProjectInput *
fx_project_touch_input (FxProject *project, const char *name)
{
  FxProjectInput *input = fx_project_find_input (project, name);

  if (input == NULL)
    {
      input = g_new0 (FxProjectInput, 1);
      input->name = g_strdup (name);
      g_ptr_array_add (project->inputs, input);
    }
  return input;
}

static int
find_node (const FxProject *project, const char *name)
{
  for (guint i = 0; i < project->nodes->len; i++)
    if (g_strcmp0 (((const FxProjectNode *)project->nodes->pdata[i])->name, name) == 0)
      return (int)i;
  return -1;
}

const FxProjectNode *
fx_project_find_node (const FxProject *project, const char *name)
{
  int i = find_node (project, name);

  return i >= 0 ? project->nodes->pdata[i] : NULL;
}

void
fx_project_set_node (FxProject *project, const char *name, FxPrecision precision)
{
  int i = find_node (project, name);
  FxProjectNode *node = i >= 0 ? project->nodes->pdata[i] : g_new0 (FxProjectNode, 1);

  node->precision = precision;
  if (i >= 0)
    return;
  node->name = g_strdup (name);
  g_ptr_array_add (project->nodes, node);
}

void
fx_project_unset_node (FxProject *project, const char *name)
{
  int i = find_node (project, name);

  if (i >= 0)
    g_ptr_array_remove_index (project->nodes, (guint)i);
}

char **
fx_project_dup_nodes (const FxProject *project, FxPrecision precision)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  char **list;

  for (guint i = 0; i < project->nodes->len; i++)
    {
      const FxProjectNode *node = project->nodes->pdata[i];

      if (node->precision == precision)
        g_strv_builder_add (names, node->name);
    }
  list = g_strv_builder_end (names);
  if (list[0] == NULL)
    g_clear_pointer (&list, g_strfreev);
  return list;
}

void
fx_project_forget_nodes (FxProject *project, const FxGraph *graph, GPtrArray *findings)
{
  for (guint i = 0; i < project->nodes->len;)
    {
      const FxProjectNode *node = project->nodes->pdata[i];
      const FxNodeChoices one = { .bpu = (char *[]){ node->name, NULL } };
      g_autoptr (GHashTable) found = fx_quant_choose (graph, &one, NULL);

      if (found != NULL)
        {
          i++;
          continue;
        }
      fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "node-choice", NULL, NULL,
                          "what the project says of the node \"%s\" is left out: the model has no such node",
                          node->name);
      g_ptr_array_remove_index (project->nodes, i);
    }
}

static gboolean
set_outputs (const FxProjectEdit *edit, FxGraph *graph, GPtrArray *log, GError **error)
{
  g_auto (GStrv) names = g_strsplit (edit->value != NULL ? edit->value : "", "\n", -1);

  return fx_fix_set_outputs (graph, (const char *const *)names, log, error);
}

static gboolean
set_shape (const FxProjectEdit *edit, FxGraph *graph, GPtrArray *log, GError **error)
{
  FxShape shape;

  return fx_shape_parse (edit->value, &shape, error) && fx_fix_set_input_shape (graph, edit->name, &shape, log, error);
}

/* A project may be of a board that is not there any more: that is for the check to say. */
static gboolean
fix_all (const FxProject *project, FxGraph *graph, GPtrArray *log, guint *n_changes, GError **error)
{
  g_autoptr (FxTarget) target = project->target != NULL ? fx_target_load (project->target, NULL) : NULL;

  return fx_fix_apply_all (graph, target, log, n_changes, error);
}

gboolean
fx_project_edit_apply (const FxProject *project, const FxProjectEdit *edit, FxGraph *graph, GPtrArray *log,
                       guint *n_changes, GError **error)
{
  const FxFix *fix;

  switch (edit->kind)
    {
    case FX_PROJECT_FIX_ALL: return fix_all (project, graph, log, n_changes, error);
    case FX_PROJECT_INPUT_SHAPE:
      if (n_changes != NULL)
        *n_changes = 1;
      return set_shape (edit, graph, log, error);
    case FX_PROJECT_OUTPUTS:
      if (n_changes != NULL)
        *n_changes = 1;
      return set_outputs (edit, graph, log, error);
    case FX_PROJECT_FIX:
    default:
      fix = fx_fix_find (edit->name);
      if (fix == NULL)
        return fx_fail (error, FX_ERROR_FAILED, "there is no fix \"%s\"", edit->name);
      return fx_fix_apply (graph, fix, log, n_changes, error);
    }
}

void
fx_project_apply_edits (FxProject *project, FxGraph *graph, GPtrArray *findings)
{
  for (guint i = 0; i < project->edits->len;)
    {
      FxProjectEdit *edit = project->edits->pdata[i];
      g_autoptr (GError) error = NULL;

      if (fx_project_edit_apply (project, edit, graph, NULL, NULL, &error))
        i++;
      else
        {
          fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "edit", NULL, edit->value != NULL ? edit->name : NULL,
                              "an edit of the project cannot be made any more: %s", error->message);
          g_ptr_array_remove_index (project->edits, i);
        }
    }
}
