/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-external.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _FxOnnxExternal
{
  char *folder;
  GHashTable *files; /* location → GBytes of the whole file */
};

FxOnnxExternal *
fx_onnx_external_new (const char *folder)
{
  FxOnnxExternal *external = g_new (FxOnnxExternal, 1);

  external->folder = g_strdup (folder);
  external->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  return external;
}

void
fx_onnx_external_free (FxOnnxExternal *external)
{
  if (external == NULL)
    return;
  g_hash_table_unref (external->files);
  g_free (external->folder);
  g_free (external);
}

/* Opens `name` in `folder_fd` and closes that; -1 and *error. */
static int
open_step (int folder_fd, const char *name, gboolean last, GError **error)
{
  int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? 0 : O_DIRECTORY);
  int fd = openat (folder_fd, name, flags);
  int code = errno;

  close (folder_fd);
  if (fd < 0 && code == ELOOP)
    fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is a symbolic link, which is not followed for weights", name);
  else if (fd < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "\"%s\" beside the model cannot be opened: %s", name,
                 g_strerror (code));
  return fd;
}

/* Walks down one folder at a time, so that no link can be slipped in between a check and the use. */
static int
open_location (const char *folder, const char *location, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);
  int fd;

  for (guint i = 0; parts[i] != NULL; i++)
    if (strcmp (parts[i], "..") == 0)
      {
        fx_fail (error, FX_ERROR_BAD_DATA, "the path leads out of the model's folder");
        return -1;
      }
  if (*location == '\0' || g_path_is_absolute (location) || strchr (location, '\\') != NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the path is not one below the model's folder");
      return -1;
    }

  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "the model's folder cannot be opened: %s",
                 g_strerror (errno));
  for (guint i = 0; fd >= 0 && parts[i] != NULL; i++)
    {
      gboolean last = parts[i + 1] == NULL;

      if (last || (*parts[i] != '\0' && strcmp (parts[i], ".") != 0))
        fd = open_step (fd, parts[i], last, error);
    }
  return fd;
}

static GBytes *
map_location (const char *folder, const char *location, GError **error)
{
  int fd = open_location (folder, location, error);
  struct stat info;
  GBytes *bytes = NULL;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_nlink > 1)
    fx_fail (error, FX_ERROR_BAD_DATA, "the file has several names (hard links), which is not allowed for weights");
  else
    bytes = fx_file_map_fd (fd, error);
  close (fd);
  return bytes;
}

GBytes *
fx_onnx_external_slice (FxOnnxExternal *external, const char *location, gint64 offset, gint64 length, gsize size,
                        GError **error)
{
  GBytes *file = g_hash_table_lookup (external->files, location);
  gsize file_size;

  if (file == NULL)
    {
      file = map_location (external->folder, location, error);
      if (file == NULL)
        {
          fx_error_prefix (error, "external data \"%s\"", location);
          return NULL;
        }
      g_hash_table_insert (external->files, g_strdup (location), file);
    }

  file_size = g_bytes_get_size (file);
  if (length >= 0 && (guint64)length != size)
    fx_fail (error, FX_ERROR_BAD_DATA,
             "external data \"%s\": the model gives a length of %" PRId64 " bytes, but the tensor takes %zu", location,
             length, size);
  else if (offset < 0 || (guint64)offset > file_size || size > file_size - (gsize)offset)
    fx_fail (error, FX_ERROR_BAD_DATA,
             "external data \"%s\": %zu bytes from offset %" PRId64 " on are wanted, but the file has %zu", location,
             size, offset, file_size);
  else
    return g_bytes_new_from_bytes (file, (gsize)offset, size);
  return NULL;
}
