/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail_errno (GError **error, int code, const char *what)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

GBytes *
fx_file_map_fd (int fd, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  struct stat info;

  if (fstat (fd, &info) != 0)
    {
      fail_errno (error, errno, "cannot be examined");
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, S_ISDIR (info.st_mode) ? G_IO_ERROR_IS_DIRECTORY : G_IO_ERROR_NOT_REGULAR_FILE,
                   S_ISDIR (info.st_mode) ? "is a folder, not a file" : "is not a regular file");
      return NULL;
    }
  file = g_mapped_file_new_from_fd (fd, FALSE, error);
  return file != NULL ? g_mapped_file_get_bytes (file) : NULL;
}

GBytes *
fx_file_map (const char *path, GError **error)
{
  /* O_NONBLOCK: opening a pipe that nobody writes to would wait for ever */
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  GBytes *bytes;

  if (fd < 0)
    {
      fail_errno (error, errno, "cannot be opened");
      return NULL;
    }
  bytes = fx_file_map_fd (fd, error);
  close (fd);
  return bytes;
}

static gboolean
write_and_sync (int fd, FxFileWriter writer, gpointer user_data, GError **error)
{
  g_autoptr (GOutputStream) file = g_unix_output_stream_new (fd, FALSE);
  g_autoptr (GOutputStream) stream = g_buffered_output_stream_new_sized (file, 1 << 16);

  if (!writer (stream, user_data, error) || !g_output_stream_flush (stream, NULL, error))
    return FALSE;
  if (fsync (fd) != 0)
    return fail_errno (error, errno, "cannot be written");
  return TRUE;
}

gboolean
fx_file_replace (const char *path, FxFileWriter writer, gpointer user_data, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", path);
  struct stat old;
  int fd;
  gboolean ok;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "is a folder, not a file");
      return FALSE;
    }
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail_errno (error, errno, "cannot be created");
  if (stat (path, &old) == 0 && fchmod (fd, old.st_mode & 0777) != 0)
    g_debug ("%s: the mode of the old file could not be kept", path);

  ok = write_and_sync (fd, writer, user_data, error);
  if (close (fd) != 0 && ok)
    ok = fail_errno (error, errno, "cannot be written");
  if (ok && g_rename (temporary, path) != 0)
    ok = fail_errno (error, errno, "cannot be replaced");
  if (!ok)
    g_unlink (temporary);
  return ok;
}

typedef struct
{
  gconstpointer data;
  gsize size;
} Contents;

static gboolean
write_contents (GOutputStream *stream, gpointer user_data, GError **error)
{
  const Contents *contents = user_data;

  return g_output_stream_write_all (stream, contents->data, contents->size, NULL, NULL, error);
}

gboolean
fx_file_replace_bytes (const char *path, gconstpointer data, gsize size, GError **error)
{
  return fx_file_replace (path, write_contents, &(Contents){ data, size }, error);
}
