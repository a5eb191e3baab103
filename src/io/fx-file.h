/* Reading and replacing whole files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The contents of a regular file, mapped read-only and shared; no copy is made. NULL and *error (G_IO_ERROR, without
 * the path) for anything else: a folder, a pipe, a device, a file that may not be read.
 * The file must not be truncated while it is mapped: replace it by rename, as fx_file_replace() does. */
GBytes *fx_file_map (const char *path, GError **error);

/* The same for an open descriptor, which stays the caller's. */
GBytes *fx_file_map_fd (int fd, GError **error);

/* Writes the contents of a new file to `stream`; FALSE and *error on failure. */
typedef gboolean (*FxFileWriter) (GOutputStream *stream, gpointer user_data, GError **error);

/* Replaces the file atomically: `writer` fills a temporary file in the same folder, which is flushed to the disk and
 * renamed. On failure the old file stays as it was and nothing is left behind. */
gboolean fx_file_replace (const char *path, FxFileWriter writer, gpointer user_data, GError **error);

/* The same with contents that are at hand. */
gboolean fx_file_replace_bytes (const char *path, gconstpointer data, gsize size, GError **error);

G_END_DECLS
