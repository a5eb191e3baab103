/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-job-queue.h"

struct _FxJobQueue
{
  GObject parent_instance;

  GPtrArray *jobs; /* oldest first */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FxJobQueue, fx_job_queue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_0,
  PROP_ACTIVE,
};

FxJobQueue *
fx_job_queue_new (void)
{
  return g_object_new (FX_TYPE_JOB_QUEUE, NULL);
}

FxJob *
fx_job_queue_get_running (FxJobQueue *queue)
{
  for (guint i = 0; i < queue->jobs->len; i++)
    {
      FxJobState state = fx_job_get_state (queue->jobs->pdata[i]);

      if (state == FX_JOB_RUNNING || state == FX_JOB_CANCELLING)
        return queue->jobs->pdata[i];
    }
  return NULL;
}

gboolean
fx_job_queue_is_active (FxJobQueue *queue)
{
  for (guint i = 0; i < queue->jobs->len; i++)
    if (fx_job_is_active (queue->jobs->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
start_next (FxJobQueue *queue)
{
  if (fx_job_queue_get_running (queue) != NULL)
    return;
  for (guint i = 0; i < queue->jobs->len; i++)
    if (fx_job_get_state (queue->jobs->pdata[i]) == FX_JOB_QUEUED)
      {
        fx_job_start (queue->jobs->pdata[i]);
        break;
      }
}

static void
finished_cb (FxJobQueue *queue)
{
  start_next (queue);
  g_object_notify (G_OBJECT (queue), "active");
}

void
fx_job_queue_add (FxJobQueue *queue, FxJob *job)
{
  g_ptr_array_add (queue->jobs, g_object_ref (job));
  g_signal_connect_object (job, "finished", G_CALLBACK (finished_cb), queue, G_CONNECT_SWAPPED);
  g_list_model_items_changed (G_LIST_MODEL (queue), 0, 0, 1);
  start_next (queue);
  g_object_notify (G_OBJECT (queue), "active");
}

void
fx_job_queue_cancel_all (FxJobQueue *queue)
{
  /* those that wait first, or the next would start when the running one ends */
  for (guint i = queue->jobs->len; i > 0; i--)
    fx_job_cancel (queue->jobs->pdata[i - 1]);
}

static GType
get_item_type (G_GNUC_UNUSED GListModel *model)
{
  return FX_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return FX_JOB_QUEUE (model)->jobs->len;
}

static gpointer
get_item (GListModel *model, guint i)
{
  GPtrArray *jobs = FX_JOB_QUEUE (model)->jobs;

  return i < jobs->len ? g_object_ref (jobs->pdata[jobs->len - 1 - i]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
fx_job_queue_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_ACTIVE)
    g_value_set_boolean (value, fx_job_queue_is_active (FX_JOB_QUEUE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
fx_job_queue_finalize (GObject *object)
{
  g_ptr_array_unref (FX_JOB_QUEUE (object)->jobs);
  G_OBJECT_CLASS (fx_job_queue_parent_class)->finalize (object);
}

static void
fx_job_queue_class_init (FxJobQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fx_job_queue_get_property;
  object_class->finalize = fx_job_queue_finalize;
  g_object_class_install_property (
      object_class, PROP_ACTIVE,
      g_param_spec_boolean ("active", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
fx_job_queue_init (FxJobQueue *queue)
{
  queue->jobs = g_ptr_array_new_with_free_func (g_object_unref);
}
