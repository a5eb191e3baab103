/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-journal.h"

#include "core/fx-error.h"
#include "io/fx-project-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK "lock"
#define SUFFIX ".fixpoint"
#define UNNAMED_S 3600 /* a folder gets its name within that time, or its process is gone */

struct _FxJournal
{
  GObject parent_instance;

  char *root;   /* with the folders of all processes */
  char *folder; /* of this process */
  int lock;
  GHashTable *claimed; /* folder → its lock (int): what others left */
  guint n_entries;

  GThreadPool *writer; /* of Task; one thread, so that they are done in order */
  gboolean is_failing; /* the writer's: the entry before could not be written */
  GMutex mutex;
  GCond done;
  guint n_pending;
};

G_DEFINE_FINAL_TYPE (FxJournal, fx_journal, G_TYPE_OBJECT)

static guint failed;

void
fx_leftover_free (FxLeftover *leftover)
{
  if (leftover == NULL)
    return;
  g_free (leftover->path);
  g_free (leftover->name);
  g_free (leftover->document);
  g_free (leftover);
}

/* ---- on the writer's thread ---- */

typedef struct
{
  char *path;         /* of the entry, or NULL */
  FxProject *project; /* NULL: the entry goes */
  char *replaces;     /* or NULL */
} Task;

static void
task_free (Task *task)
{
  g_free (task->path);
  fx_project_free (task->project);
  g_free (task->replaces);
  g_free (task);
}

static gboolean
has_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!g_str_equal (name, LOCK))
      return TRUE;
  return FALSE;
}

/* What fx_file_replace() was writing when its process was killed. */
static void
remove_temporaries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, SUFFIX ".") != NULL)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
}

/* The folder goes with its last entry; its lock is held by us, and nothing is being written there. */
static void
remove_folder (const char *folder)
{
  g_autofree char *lock = g_build_filename (folder, LOCK, NULL);

  remove_temporaries (folder);
  if (has_entries (folder))
    return;
  g_unlink (lock);
  g_rmdir (folder);
}

static void
remove_leftover (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  remove_folder (folder);
}

typedef struct
{
  FxJournal *journal;
  char *message;
} Failure;

static gboolean
failed_cb (gpointer data)
{
  Failure *failure = data;

  g_signal_emit (failure->journal, failed, 0, failure->message);
  return G_SOURCE_REMOVE;
}

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_object_unref (failure->journal);
  g_free (failure->message);
  g_free (failure);
}

static void
announce_failure (FxJournal *journal, const GError *error)
{
  Failure *failure = g_new (Failure, 1);

  failure->journal = g_object_ref (journal);
  failure->message = g_strdup (error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, failed_cb, failure, failure_free);
}

/* A disk that is full is told once, and not again with each change. */
static gboolean
write_entry (FxJournal *journal, const Task *task)
{
  gboolean failed_before = journal->is_failing;
  g_autoptr (GError) error = NULL;

  journal->is_failing = !fx_project_file_save (task->project, task->path, &error);
  if (journal->is_failing && !failed_before)
    announce_failure (journal, error);
  return !journal->is_failing;
}

static void
run_task (gpointer data, gpointer user_data)
{
  Task *task = data;
  FxJournal *journal = user_data;
  gboolean is_done = TRUE;

  if (task->path != NULL && task->project == NULL)
    g_unlink (task->path);
  else if (task->path != NULL)
    is_done = write_entry (journal, task);
  if (is_done && task->replaces != NULL)
    remove_leftover (task->replaces);
  task_free (task);
  g_mutex_lock (&journal->mutex);
  journal->n_pending--;
  g_cond_broadcast (&journal->done);
  g_mutex_unlock (&journal->mutex);
}

/* ---- entries ---- */

static void
push (FxJournal *journal, char *path, FxProject *project, const char *replaces)
{
  Task *task = g_new0 (Task, 1);

  task->path = path;
  task->project = project;
  task->replaces = g_strdup (replaces);
  g_mutex_lock (&journal->mutex);
  journal->n_pending++;
  g_mutex_unlock (&journal->mutex);
  g_thread_pool_push (journal->writer, task, NULL);
}

static char *
entry_path (FxJournal *journal, guint entry)
{
  g_autofree char *name = g_strdup_printf ("%u" SUFFIX, entry);

  return g_build_filename (journal->folder, name, NULL);
}

guint
fx_journal_add (FxJournal *journal)
{
  return ++journal->n_entries;
}

void
fx_journal_write (FxJournal *journal, guint entry, const FxProject *project, const char *origin, const char *replaces)
{
  FxProject *copy = fx_project_copy (project);

  g_free (copy->origin);
  copy->origin = g_strdup (origin);
  push (journal, entry_path (journal, entry), copy, replaces);
}

void
fx_journal_remove (FxJournal *journal, guint entry, const char *replaces)
{
  push (journal, entry_path (journal, entry), NULL, replaces);
}

void
fx_journal_flush (FxJournal *journal)
{
  g_mutex_lock (&journal->mutex);
  while (journal->n_pending > 0)
    g_cond_wait (&journal->done, &journal->mutex);
  g_mutex_unlock (&journal->mutex);
}

/* ---- what others left ---- */

/* Opens and locks the file, which is made if need be. −1 with errno: that is not possible. */
static int
take_lock (const char *folder, gboolean make)
{
  g_autofree char *path = g_build_filename (folder, LOCK, NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC | (make ? O_CREAT : 0), 0600);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* What a document is called that cannot be read any more is not known. */
static FxLeftover *
read_leftover (const char *folder, const char *name)
{
  FxLeftover *leftover = g_new0 (FxLeftover, 1);
  g_autoptr (FxProject) project = NULL;

  leftover->path = g_build_filename (folder, name, NULL);
  project = fx_project_file_load (leftover->path, NULL);
  if (project == NULL)
    return leftover;
  leftover->document = g_strdup (project->origin != NULL ? project->origin : project->model);
  leftover->name = g_filename_display_basename (leftover->document);
  return leftover;
}

static void
claim (FxJournal *journal, const char *folder, GPtrArray *leftovers)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_hash_table_contains (journal->claimed, folder))
    {
      int lock = take_lock (folder, FALSE);

      if (lock < 0)
        return; /* its process is running */
      g_hash_table_insert (journal->claimed, g_strdup (folder), GINT_TO_POINTER (lock));
    }
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (leftovers, read_leftover (folder, name));
  remove_folder (folder);
}

/* Left by a process that was gone before the folder had its name; a young one may be about to get it. */
static void
remove_unnamed (const char *folder)
{
  GStatBuf status;

  if (g_stat (folder, &status) == 0 && status.st_mtime < g_get_real_time () / G_USEC_PER_SEC - UNNAMED_S)
    remove_folder (folder);
}

static int
compare_leftovers (gconstpointer a, gconstpointer b)
{
  const FxLeftover *const *x = a, *const *y = b;

  return strcmp ((*x)->path, (*y)->path);
}

GPtrArray *
fx_journal_find_leftovers (FxJournal *journal)
{
  GPtrArray *leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_leftover_free);
  g_autoptr (GDir) dir = g_dir_open (journal->root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (journal->root, name, NULL);

      if (g_str_equal (folder, journal->folder) || !g_file_test (folder, G_FILE_TEST_IS_DIR))
        continue;
      if (*name == '.')
        remove_unnamed (folder);
      else
        claim (journal, folder, leftovers);
    }
  g_ptr_array_sort (leftovers, compare_leftovers);
  return leftovers;
}

void
fx_journal_discard (FxJournal *journal, const char *path)
{
  push (journal, NULL, NULL, path);
}

/* ---- life ---- */

/* The folder gets its name only when it is locked: before, another process would take it for a leftover. */
static gboolean
make_folder (FxJournal *journal, GError **error)
{
  g_autofree char *hidden = g_build_filename (journal->root, ".XXXXXX", NULL);

  if (g_mkdir_with_parents (journal->root, 0700) != 0 || g_mkdtemp (hidden) == NULL)
    return fx_fail (error, FX_ERROR_FAILED, "%s: %s", journal->root, g_strerror (errno));
  journal->folder = g_build_filename (journal->root, strrchr (hidden, '/') + 2, NULL);
  journal->lock = take_lock (hidden, TRUE);
  if (journal->lock >= 0 && g_rename (hidden, journal->folder) == 0)
    return TRUE;
  fx_fail (error, FX_ERROR_FAILED, "%s: %s", hidden, g_strerror (errno));
  remove_folder (hidden);
  return FALSE;
}

FxJournal *
fx_journal_new (const char *folder, GError **error)
{
  g_autoptr (FxJournal) journal = g_object_new (FX_TYPE_JOURNAL, NULL);

  journal->root
      = folder != NULL ? g_strdup (folder) : g_build_filename (g_get_user_state_dir (), "fixpoint", "journal", NULL);
  if (!make_folder (journal, error))
    return NULL;
  journal->writer = g_thread_pool_new (run_task, journal, 1, TRUE, error);
  return journal->writer != NULL ? g_steal_pointer (&journal) : NULL;
}

static void
release (gpointer lock)
{
  close (GPOINTER_TO_INT (lock));
}

/* A failure holds a reference until it is told: after this, no task is there to take another one. */
static void
fx_journal_dispose (GObject *object)
{
  fx_journal_flush (FX_JOURNAL (object));
  G_OBJECT_CLASS (fx_journal_parent_class)->dispose (object);
}

static void
fx_journal_finalize (GObject *object)
{
  FxJournal *journal = FX_JOURNAL (object);

  if (journal->writer != NULL)
    g_thread_pool_free (journal->writer, FALSE, TRUE);
  if (journal->lock >= 0)
    {
      remove_folder (journal->folder);
      close (journal->lock);
    }
  g_hash_table_unref (journal->claimed);
  g_free (journal->root);
  g_free (journal->folder);
  g_mutex_clear (&journal->mutex);
  g_cond_clear (&journal->done);
  G_OBJECT_CLASS (fx_journal_parent_class)->finalize (object);
}

static void
fx_journal_class_init (FxJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = fx_journal_dispose;
  G_OBJECT_CLASS (klass)->finalize = fx_journal_finalize;
  failed = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                         G_TYPE_STRING);
}

static void
fx_journal_init (FxJournal *journal)
{
  journal->lock = -1;
  journal->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, release);
  g_mutex_init (&journal->mutex);
  g_cond_init (&journal->done);
}
