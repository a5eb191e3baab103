/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-job.h"

#include "app/fx-workers.h"

#include <glib/gi18n.h>

#define ANNOUNCE_MS 33

typedef struct
{
  /* main thread */
  char *title;
  char *message;
  double fraction;
  FxJobState state;
  GError *error;
  GCancellable *cancellable;
  gint64 started_us;

  /* under the lock: what the worker said last */
  GMutex lock;
  char *new_message;
  double new_fraction;
  guint source; /* the pending announcement, 0: none */
} FxJobPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FxJob, fx_job, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_MESSAGE,
  PROP_FRACTION,
  PROP_STATE,
  PROP_REMAINING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint finished_signal;

static void
set_state (FxJob *job, FxJobState state)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  if (priv->state == state)
    return;
  priv->state = state;
  g_object_notify_by_pspec (G_OBJECT (job), props[PROP_STATE]);
}

/* Takes over what the worker said; on the main thread. */
static void
deliver (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);
  g_autofree char *message = NULL;
  double fraction;

  g_mutex_lock (&priv->lock);
  message = g_steal_pointer (&priv->new_message);
  fraction = priv->new_fraction;
  g_mutex_unlock (&priv->lock);

  if (message != NULL && g_strcmp0 (message, priv->message) != 0)
    {
      g_free (priv->message);
      priv->message = g_steal_pointer (&message);
      g_object_notify_by_pspec (G_OBJECT (job), props[PROP_MESSAGE]);
    }
  if (fraction != priv->fraction)
    {
      priv->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (job), props[PROP_FRACTION]);
      g_object_notify_by_pspec (G_OBJECT (job), props[PROP_REMAINING]);
    }
  if (FX_JOB_GET_CLASS (job)->deliver != NULL)
    FX_JOB_GET_CLASS (job)->deliver (job);
}

static gboolean
announce_cb (gpointer data)
{
  FxJob *job = data;
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  g_mutex_lock (&priv->lock);
  priv->source = 0;
  g_mutex_unlock (&priv->lock);
  deliver (job);
  return G_SOURCE_REMOVE;
}

static void
arm_locked (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  /* A timer and not an idle source, which coalesces only while the main loop is busy. */
  if (priv->source == 0)
    priv->source
        = g_timeout_add_full (G_PRIORITY_DEFAULT, ANNOUNCE_MS, announce_cb, g_object_ref (job), g_object_unref);
}

void
fx_job_announce (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  g_mutex_lock (&priv->lock);
  arm_locked (job);
  g_mutex_unlock (&priv->lock);
}

static void
progress_cb (double fraction, const char *message, gpointer data)
{
  FxJob *job = data;
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  g_mutex_lock (&priv->lock);
  priv->new_fraction = fraction;
  g_free (priv->new_message);
  priv->new_message = g_utf8_make_valid (message, -1);
  arm_locked (job);
  g_mutex_unlock (&priv->lock);
}

static void
run_cb (GTask *task, gpointer source, G_GNUC_UNUSED gpointer data, GCancellable *cancellable)
{
  const FxProgress progress = { .func = progress_cb, .user_data = source, .begin = 0, .end = 1 };
  GError *error = NULL;

  if (FX_JOB_GET_CLASS (source)->run (source, &progress, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
finish (FxJob *job, FxJobState state)
{
  set_state (job, state);
  g_signal_emit (job, finished_signal, 0);
}

static void
done_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxJob *job = FX_JOB (source);
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  deliver (job);
  if (g_task_propagate_boolean (G_TASK (result), &priv->error))
    finish (job, FX_JOB_DONE);
  else if (g_error_matches (priv->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    finish (job, FX_JOB_CANCELLED);
  else
    finish (job, FX_JOB_FAILED);
}

void
fx_job_start (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (priv->state == FX_JOB_QUEUED);
  priv->started_us = g_get_monotonic_time ();
  set_state (job, FX_JOB_RUNNING);
  task = g_task_new (job, priv->cancellable, done_cb, NULL);
  g_task_set_source_tag (task, fx_job_start);
  /* What the job did decides: work that was done before it saw the request is not thrown away. */
  g_task_set_check_cancellable (task, FALSE);
  fx_workers_run (task, run_cb);
}

void
fx_job_cancel (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  if (priv->state == FX_JOB_QUEUED)
    finish (job, FX_JOB_CANCELLED);
  else if (priv->state == FX_JOB_RUNNING)
    {
      set_state (job, FX_JOB_CANCELLING);
      g_cancellable_cancel (priv->cancellable);
    }
}

const char *
fx_job_get_title (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  return priv->title;
}

const char *
fx_job_get_message (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  return priv->message;
}

double
fx_job_get_fraction (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  return priv->fraction;
}

FxJobState
fx_job_get_state (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  return priv->state;
}

const GError *
fx_job_get_error (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  return priv->state == FX_JOB_FAILED ? priv->error : NULL;
}

gboolean
fx_job_is_active (FxJob *job)
{
  return fx_job_get_state (job) <= FX_JOB_CANCELLING;
}

char *
fx_job_dup_remaining (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);
  double elapsed = (double)(g_get_monotonic_time () - priv->started_us) / G_USEC_PER_SEC;
  guint seconds;

  /* Earlier than that it would be a guess. */
  if (priv->state != FX_JOB_RUNNING || elapsed < 2 || priv->fraction < 0.02)
    return NULL;
  seconds = (guint)(elapsed / priv->fraction * (1 - priv->fraction) + 0.5);
  if (seconds < 60)
    return g_strdup_printf (ngettext ("%u second left", "%u seconds left", MAX (seconds, 1)), MAX (seconds, 1));
  return g_strdup_printf (ngettext ("%u minute left", "%u minutes left", (seconds + 59) / 60), (seconds + 59) / 60);
}

static void
fx_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxJobPrivate *priv = fx_job_get_instance_private (FX_JOB (object));

  switch (id)
    {
    case PROP_TITLE: g_value_set_string (value, priv->title); break;
    case PROP_MESSAGE: g_value_set_string (value, priv->message); break;
    case PROP_FRACTION: g_value_set_double (value, priv->fraction); break;
    case PROP_STATE: g_value_set_uint (value, priv->state); break;
    case PROP_REMAINING: g_value_take_string (value, fx_job_dup_remaining (FX_JOB (object))); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_job_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxJobPrivate *priv = fx_job_get_instance_private (FX_JOB (object));

  switch (id)
    {
    case PROP_TITLE: priv->title = g_value_dup_string (value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_job_finalize (GObject *object)
{
  FxJobPrivate *priv = fx_job_get_instance_private (FX_JOB (object));

  g_free (priv->title);
  g_free (priv->message);
  g_free (priv->new_message);
  g_clear_error (&priv->error);
  g_clear_object (&priv->cancellable);
  g_mutex_clear (&priv->lock);
  G_OBJECT_CLASS (fx_job_parent_class)->finalize (object);
}

static void
fx_job_class_init (FxJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = fx_job_get_property;
  object_class->set_property = fx_job_set_property;
  object_class->finalize = fx_job_finalize;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL,
                                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, FX_JOB_CANCELLED, FX_JOB_QUEUED, flags);
  props[PROP_REMAINING] = g_param_spec_string ("remaining", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  finished_signal = g_signal_new ("finished", FX_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fx_job_init (FxJob *job)
{
  FxJobPrivate *priv = fx_job_get_instance_private (job);

  priv->cancellable = g_cancellable_new ();
  g_mutex_init (&priv->lock);
}
