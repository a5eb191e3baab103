/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-history.h"

/* Graph copies are cheap but not free: names and shapes of 10,000 nodes are a few megabytes. */
#define MAX_STEPS 200

typedef struct
{
  char *label;
  const char *key;
  FxProject *project;
  FxShared *graph;
} Step;

struct _FxHistory
{
  GPtrArray *steps; /* Step */
  guint at;
  FxProject *saved; /* NULL: nothing that was saved */
};

static void
step_free (gpointer data)
{
  Step *step = data;

  g_free (step->label);
  fx_project_free (step->project);
  fx_shared_unref (step->graph);
  g_free (step);
}

static Step *
step_new (const char *label, const char *key, FxProject *project, FxShared *graph)
{
  Step *step = g_new0 (Step, 1);

  step->label = g_strdup (label);
  step->key = key;
  step->project = project;
  step->graph = fx_shared_ref (graph);
  return step;
}

static Step *
current (const FxHistory *history)
{
  return history->steps->len > 0 ? history->steps->pdata[history->at] : NULL;
}

FxHistory *
fx_history_new (void)
{
  FxHistory *history = g_new0 (FxHistory, 1);

  history->steps = g_ptr_array_new_with_free_func (step_free);
  return history;
}

void
fx_history_clear (FxHistory *history)
{
  g_ptr_array_set_size (history->steps, 0);
  history->at = 0;
  g_clear_pointer (&history->saved, fx_project_free);
}

void
fx_history_free (FxHistory *history)
{
  if (history == NULL)
    return;
  fx_history_clear (history);
  g_ptr_array_unref (history->steps);
  g_free (history);
}

void
fx_history_reset (FxHistory *history, FxProject *project, FxShared *graph)
{
  fx_history_clear (history);
  g_ptr_array_add (history->steps, step_new (NULL, NULL, project, graph));
  history->saved = fx_project_copy (project);
}

void
fx_history_push (FxHistory *history, const char *label, const char *key, FxProject *project, FxShared *graph)
{
  const Step *now = current (history);
  gboolean replace = key != NULL && now->key == key && history->at + 1 == history->steps->len;

  g_ptr_array_set_size (history->steps, (int)(history->at + (replace ? 0 : 1)));
  g_ptr_array_add (history->steps, step_new (label, key, project, graph));
  if (history->steps->len > MAX_STEPS)
    g_ptr_array_remove_index (history->steps, 0);
  history->at = history->steps->len - 1;
}

void
fx_history_move (FxHistory *history, int direction)
{
  g_return_if_fail (direction < 0 ? fx_history_can_undo (history) : fx_history_can_redo (history));

  history->at += (guint)direction;
}

gboolean
fx_history_can_undo (const FxHistory *history)
{
  return history->at > 0;
}

gboolean
fx_history_can_redo (const FxHistory *history)
{
  return history->at + 1 < history->steps->len;
}

const char *
fx_history_undo_label (const FxHistory *history)
{
  return fx_history_can_undo (history) ? ((const Step *)history->steps->pdata[history->at])->label : NULL;
}

const char *
fx_history_redo_label (const FxHistory *history)
{
  return fx_history_can_redo (history) ? ((Step *)history->steps->pdata[history->at + 1])->label : NULL;
}

const FxProject *
fx_history_project (const FxHistory *history)
{
  const Step *step = current (history);

  return step != NULL ? step->project : NULL;
}

FxShared *
fx_history_graph (const FxHistory *history)
{
  const Step *step = current (history);

  return step != NULL ? step->graph : NULL;
}

void
fx_history_mark_saved (FxHistory *history, const FxProject *project)
{
  FxProject *copy = fx_project_copy (project);

  fx_project_free (history->saved);
  history->saved = copy;
}

void
fx_history_forget_saved (FxHistory *history)
{
  g_clear_pointer (&history->saved, fx_project_free);
}

gboolean
fx_history_is_modified (const FxHistory *history)
{
  const FxProject *project = fx_history_project (history);

  return project != NULL && (history->saved == NULL || !fx_project_equal (project, history->saved));
}
