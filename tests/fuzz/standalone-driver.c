/* Gives every file of the named files and folders to a fuzz target, for builds without libFuzzer. A crash is the only
 * way to fail.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

static guint n_files;

static void
replay (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *contents = NULL;
  const char *name;
  gsize size;

  if (dir == NULL)
    {
      if (g_file_get_contents (path, &contents, &size, NULL))
        LLVMFuzzerTestOneInput ((const guint8 *)contents, size);
      else
        g_error ("%s cannot be read", path);
      n_files++;
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      replay (child);
    }
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  g_print ("%u files replayed\n", n_files);
  return n_files > 0 ? 0 : 77; /* 77: skipped */
}
