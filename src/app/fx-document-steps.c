/* Decisions, each a step of the history: taken, undone and redone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document-private.h"

#include <glib/gi18n.h>

void
fx_document_history_changed (FxDocument *document)
{
  g_object_notify (G_OBJECT (document), "title");
  g_object_notify (G_OBJECT (document), "target");
  g_object_notify (G_OBJECT (document), "modified");
  g_object_notify (G_OBJECT (document), "undo-label");
  g_object_notify (G_OBJECT (document), "redo-label");
  fx_document_sync_datasets (document);
  g_signal_emit_by_name (document, "project-changed");
}

static gboolean
inputs_differ (const FxProject *a, const FxProject *b)
{
  if (a->inputs->len != b->inputs->len || a->datasets->len != b->datasets->len)
    return TRUE;
  for (guint i = 0; i < a->inputs->len; i++)
    if (g_strcmp0 (((FxProjectInput *)a->inputs->pdata[i])->preprocess,
                   ((FxProjectInput *)b->inputs->pdata[i])->preprocess)
        != 0)
      return TRUE;
  return FALSE;
}

/* After the history has moved; `before` and `graph` are those from before. */
static void
moved (FxDocument *document, const FxProject *before, FxShared *graph)
{
  const FxProject *now = fx_history_project (document->history);
  gboolean same_graph = fx_history_graph (document->history) == graph;

  fx_document_history_changed (document);
  if (!same_graph)
    g_signal_emit_by_name (document, "graph-changed");
  if (!same_graph || g_strcmp0 (before->target, now->target) != 0 || !fx_project_same_nodes (before, now)
      || before->compile.cores != now->compile.cores) /* the estimate, which follows the check, is another */
    fx_document_start_check (document);
  if (!same_graph || inputs_differ (before, now))
    fx_document_examine_datasets (document);
}

void
fx_document_push (FxDocument *document, FxProject *project, FxShared *graph, const char *label, const char *key)
{
  g_autoptr (FxProject) before = fx_project_copy (fx_history_project (document->history));
  g_autoptr (FxShared) old = fx_shared_ref (fx_history_graph (document->history));

  fx_history_push (document->history, label, key, project, graph);
  moved (document, before, old);
}

void
fx_document_take_project (FxDocument *document, FxProject *project, const char *label, const char *key)
{
  g_return_if_fail (document->state == FX_DOCUMENT_READY);

  if (fx_project_equal (project, fx_history_project (document->history)))
    fx_project_free (project);
  else
    fx_document_push (document, project, fx_history_graph (document->history), label, key);
}

void
fx_document_set_target (FxDocument *document, const char *target)
{
  FxProject *project;

  if (document->state != FX_DOCUMENT_READY || g_strcmp0 (fx_history_project (document->history)->target, target) == 0)
    return;
  project = fx_project_copy (fx_history_project (document->history));
  g_free (project->target);
  project->target = g_strdup (target);
  fx_document_take_project (document, project, _ ("Change Board"), NULL);
}

gboolean
fx_document_can_undo (FxDocument *document)
{
  return fx_history_can_undo (document->history) && document->editing == NULL;
}

gboolean
fx_document_can_redo (FxDocument *document)
{
  return fx_history_can_redo (document->history) && document->editing == NULL;
}

static void
step (FxDocument *document, int direction)
{
  g_autoptr (FxProject) before = fx_project_copy (fx_history_project (document->history));
  g_autoptr (FxShared) graph = fx_shared_ref (fx_history_graph (document->history));

  fx_history_move (document->history, direction);
  moved (document, before, graph);
}

void
fx_document_undo (FxDocument *document)
{
  if (fx_document_can_undo (document))
    step (document, -1);
}

void
fx_document_redo (FxDocument *document)
{
  if (fx_document_can_redo (document))
    step (document, 1);
}
