/* Files that are not what they should be, external data, and replacing files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/fx-model.h"
#include "io/fx-tensor-file.h"
#include "io/onnx-builder.h"
#include "io/onnx/onnx-external.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
} Folder;

static void
set_up (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  folder->folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_all (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
tear_down (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  remove_all (folder->folder);
  g_free (folder->folder);
}

static char *
put_file (const Folder *folder, const char *name, const char *data, gssize size)
{
  char *path = g_build_filename (folder->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, size, NULL));
  return path;
}

static void
test_wrong_kinds (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  static const struct
  {
    const char *name, *contents;
    gssize size;
    const char *error;
  } rows[] = {
    { "empty.onnx", "", 0, "is empty" },
    { "photo.onnx", "\xff\xd8\xff\xe0JFIF", 8, "JPEG image" },
    { "net.onnx", "name: \"x\"\nlayer {\n  name: \"conv\"\n}\n", -1, "the network has no layers" },
    { "text.onnx", "hello, world\n", -1, "text file" },
    { "model.onnx", "PK\3\4zzzzzzzzzz", 14, "ZIP archive" },
    { "old.onnx",
      "\x0a\x0e\x0a\x01x\x12\x01y\x22\x06"
      "Sigmoi",
      16, "before ONNX 1.0" },
    { "junk.onnx", "\xff\xff\xff\xff\1\2\3", 7, "no model of a known format" },
    { "cut.onnx", "\x08\x07\x3a\xff\x7f", 5, "not a whole ONNX model" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = put_file (folder, rows[i].name, rows[i].contents, rows[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (FxGraph) graph = fx_model_load (path, NULL, NULL, &error);

      g_assert_null (graph);
      g_assert_true (g_str_has_prefix (error->message, path));
      if (strstr (error->message, rows[i].error) == NULL)
        g_error ("found \"%s\", wanted \"%s\"", error->message, rows[i].error);
    }
}

static void
test_no_file (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *pipe_path = g_build_filename (folder->folder, "pipe", NULL);
  g_autofree char *missing = g_build_filename (folder->folder, "missing.onnx", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_model_load (folder->folder, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);
  g_assert_null (fx_model_load (missing, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_null (fx_model_load (pipe_path, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
}

static void
expect_external (FxOnnxExternal *external, const char *location, gint64 offset, gint64 length, gsize size,
                 const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = fx_onnx_external_slice (external, location, offset, length, size, &error);

  if (text == NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
      return;
    }
  g_assert_null (bytes);
  if (strstr (error->message, text) == NULL)
    g_error ("found \"%s\", wanted \"%s\"", error->message, text);
}

static void
test_external (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *inner = g_build_filename (folder->folder, "model", NULL);
  g_autofree char *sub = g_build_filename (inner, "sub", NULL);
  g_autofree char *outside = put_file (folder, "outside.bin", "0123456789", 10);
  g_autofree char *link_path = g_build_filename (inner, "link.bin", NULL);
  g_autofree char *sub_link = g_build_filename (inner, "sublink", NULL);
  g_autofree char *hard = g_build_filename (inner, "hard.bin", NULL);
  g_autofree char *good = g_build_filename (sub, "w.bin", NULL);
  g_autoptr (FxOnnxExternal) external = fx_onnx_external_new (inner);

  g_assert_cmpint (g_mkdir_with_parents (sub, 0700), ==, 0);
  g_assert_true (g_file_set_contents (good, "0123456789", 10, NULL));
  g_assert_cmpint (symlink (outside, link_path), ==, 0);
  g_assert_cmpint (symlink (folder->folder, sub_link), ==, 0);
  g_assert_cmpint (link (outside, hard), ==, 0);

  expect_external (external, "sub/w.bin", 2, 8, 8, NULL);
  expect_external (external, "./sub/w.bin", 0, -1, 10, NULL);
  expect_external (external, "sub/w.bin", 10, -1, 0, NULL);
  expect_external (external, "sub/w.bin", 3, -1, 8, "but the file has 10");
  expect_external (external, "sub/w.bin", G_MAXINT64, -1, 8, "but the file has 10");
  expect_external (external, "sub/w.bin", 0, 4, 8, "a length of 4 bytes");
  expect_external (external, "../outside.bin", 0, -1, 4, "out of the model's folder");
  expect_external (external, "sub/../../outside.bin", 0, -1, 4, "out of the model's folder");
  expect_external (external, outside, 0, -1, 4, "not one below");
  expect_external (external, "", 0, -1, 4, "not one below");
  expect_external (external, "sub\\w.bin", 0, -1, 4, "not one below");
  expect_external (external, "link.bin", 0, -1, 4, "symbolic link");
  expect_external (external, "sublink/outside.bin", 0, -1, 4, "cannot be opened");
  expect_external (external, "hard.bin", 0, -1, 4, "hard links");
  expect_external (external, "sub", 0, -1, 4, "is a folder");
  expect_external (external, "missing.bin", 0, -1, 4, "cannot be opened");
}

static void
test_external_model (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  FxRope *graph_rope = build_relu_graph (), *tensor = build_tensor ("w", FX_DTYPE_UINT8, "4");
  static const char *const entries[][2] = { { "location", "w.bin" }, { "offset", "2" }, { "length", "4" } };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  g_autofree char *weights = put_file (folder, "w.bin", "0123456789", 10), *path = NULL;
  const FxTensor *read;

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      FxRope *entry = fx_rope_new ();

      fx_rope_put_string (entry, 1, entries[i][0]);
      fx_rope_put_string (entry, 2, entries[i][1]);
      fx_rope_take_message (tensor, 13, entry);
    }
  fx_rope_put_int (tensor, 14, 1);
  fx_rope_take_message (graph_rope, GRAPH_INITIALIZER, tensor);
  bytes = build_bytes (build_model (graph_rope, 11));
  path = put_file (folder, "m.onnx", g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes));
  graph = fx_model_load (path, NULL, NULL, &error);
  g_assert_no_error (error);
  read = fx_graph_value (graph, fx_graph_find_value (graph, "w"))->constant;
  g_assert_cmpint (fx_tensor_get_int64 (read, 0), ==, '2');
}

static void
test_bare_tensors (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *f32 = put_file (folder, "x.f32", "\0\0\x80\x3f\0\0\0\x40", 8);
  g_autofree char *bin = put_file (folder, "x.bin", "\1\2\3\4\5\6\7\10", 8);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTensor) floats = fx_tensor_file_load (f32, FX_DTYPE_UINT8, &FX_SHAPE (1, 2), &error), words = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (fx_tensor_dtype (floats), ==, FX_DTYPE_FLOAT);
  g_assert_cmpfloat (fx_tensor_get_double (floats, 1), ==, 2.0);
  words = fx_tensor_file_load (bin, FX_DTYPE_INT16, &FX_SHAPE (4), &error);
  g_assert_cmpint (fx_tensor_get_int64 (words, 0), ==, 0x201);

  g_assert_null (fx_tensor_file_load (f32, FX_DTYPE_FLOAT, &FX_SHAPE (8), &error));
  g_assert_nonnull (strstr (error->message, "f32[8] takes 32 bytes, found 8; it may hold u8"));
  g_clear_error (&error);
  g_assert_null (fx_tensor_file_load (bin, FX_DTYPE_FLOAT, NULL, &error));
  g_assert_nonnull (strstr (error->message, "not known of which type and shape"));
}

/* Pictures of other formats are named, not counted in bytes. */
static void
test_other_pictures (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  static const struct
  {
    const char *contents;
    gssize n;
    const char *message;
  } cases[] = {
    { "RIFF\20\0\0\0WEBPVP8 ", 16, "is a WebP image; pictures are read as JPEG, PNG, BMP or PNM" },
    { "II*\0\10\0\0\0", 8, "is a TIFF image; pictures" },
    { "MM\0*\0\0\0\10", 8, "is a TIFF image; pictures" },
    { "GIF89a", 6, "is a GIF image; pictures" },
    { "", 0, "the file is empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = put_file (folder, "picture", cases[i].contents, cases[i].n);
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_tensor_file_load (path, FX_DTYPE_FLOAT, &FX_SHAPE (1, 3, 8, 8), &error));
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

static gboolean
write_and_fail (GOutputStream *stream, G_GNUC_UNUSED gpointer data, GError **error)
{
  g_output_stream_write_all (stream, "half", 4, NULL, NULL, NULL);
  return fx_fail (error, FX_ERROR_FAILED, "no more");
}

static void
test_replace (Folder *folder, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = put_file (folder, "file", "old", 3);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  guint n = 0;

  g_assert_false (fx_file_replace (path, write_and_fail, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_true (fx_file_replace_bytes (path, "new", 3, &error));
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "new");
  g_assert_false (fx_file_replace_bytes (folder->folder, "new", 3, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);

  dir = g_dir_open (folder->folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add (path, Folder, NULL, set_up, test, tear_down)
  ADD ("/files/wrong-kinds", test_wrong_kinds);
  ADD ("/files/no-file", test_no_file);
  ADD ("/files/external", test_external);
  ADD ("/files/external-model", test_external_model);
  ADD ("/files/bare-tensors", test_bare_tensors);
  ADD ("/files/other-pictures", test_other_pictures);
  ADD ("/files/replace", test_replace);
  return g_test_run ();
}
