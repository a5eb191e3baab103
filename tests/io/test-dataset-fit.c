/* Which input some samples are for, and what a file is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/fx-dataset-fit.h"
#include "io/fx-file-kind.h"

#include <glib/gstdio.h>
#include <string.h>

static const char model[] = "graph \"g\"\nopset \"\" 11\ninput %a f32[1,3,2,2]\ninput %b f32[1,3]\n"
                            "input %c f32[1,3]\n%x f32[1,3,2,2] = Identity(%a)\n%y f32[1,3] = Identity(%b)\n"
                            "%z f32[1,3] = Identity(%c)\noutput %x\noutput %y\noutput %z\n";

static const char ppm[] = "P6 2 1 255\n\x01\x02\x03\x04\x05\x06";
/* of three floats */
static const char npy[] = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";

static char *folder;

static char *
put (const char *name, gconstpointer data, gsize size)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  return path;
}

static char *
put_npy (void)
{
  char bytes[128 + 12];

  memset (bytes, ' ', sizeof bytes);
  memcpy (bytes, npy, sizeof npy - 1);
  bytes[127] = '\n';
  memset (bytes + 128, 0, 12);
  return put ("x.npy", bytes, sizeof bytes);
}

/* NULL: none, and the message has that in it. */
static void
check_fit (const char *path, const char *const *fed, const char *input, FxDType raw_dtype, const char *message)
{
  g_autoptr (FxGraph) graph = fx_graph_parse (model, NULL);
  g_autoptr (GError) error = NULL;
  const char *found = NULL;
  FxDType dtype = FX_DTYPE_UNDEFINED;

  if (!fx_dataset_fit (path, graph, fed, &found, &dtype, &error))
    {
      g_assert_null (input);
      if (strstr (error->message, message) == NULL || !g_str_has_prefix (error->message, path))
        g_error ("%s", error->message);
      return;
    }
  g_assert_cmpstr (found, ==, input);
  g_assert_cmpint (dtype, ==, raw_dtype);
}

static void
test_fit (void)
{
  static const char zeros[100];
  g_autofree char *picture = put ("p.ppm", ppm, sizeof ppm - 1), *vector = put_npy ();
  g_autofree char *floats = put ("floats.rgb", zeros, 48), *bytes = put ("bytes.rgb", zeros, 12);
  g_autofree char *three = put ("three.f32", zeros, 12), *odd = put ("odd.bin", zeros, 50);
  const char *const fed[] = { "b", NULL }, *const all[] = { "a", "b", "c", NULL };

  check_fit (picture, NULL, "a", FX_DTYPE_UNDEFINED, NULL);
  check_fit (vector, NULL, "b", FX_DTYPE_UNDEFINED, NULL);
  check_fit (vector, fed, "c", FX_DTYPE_UNDEFINED, NULL);
  check_fit (vector, all, "b", FX_DTYPE_UNDEFINED, NULL);
  check_fit (floats, NULL, "a", FX_DTYPE_FLOAT, NULL);
  check_fit (three, NULL, "b", FX_DTYPE_UNDEFINED, NULL);
  /* as floats before as bytes */
  check_fit (bytes, NULL, "b", FX_DTYPE_FLOAT, NULL);
  check_fit (odd, NULL, NULL, FX_DTYPE_UNDEFINED, "takes 48 bytes, found 50");
  check_fit ("/nonexistent", NULL, NULL, FX_DTYPE_UNDEFINED, "No such file");
}

static void
test_kind (void)
{
  static const char zeros[8];
  g_autofree char *picture = put ("picture", ppm, sizeof ppm - 1), *pdf = put ("a.pdf", "%PDF-1.7", 8);
  g_autofree char *project = put ("project", "{ \"fixpoint-project\": 1 }", 25), *empty = put ("empty", "", 0);
  g_autofree char *yaml = put ("a.yml", "a: 1\n", 5), *net = put ("net", "name: \"n\"\nlayer {\n}\n", 20);
  g_autofree char *program = put ("a.fxb", zeros, 8);
  g_autofree char *unknown = put ("unknown", zeros, 8), *raw = put ("a.raw", zeros, 8);
  const struct
  {
    const char *path;
    FxFileKind kind;
    const char *what;
  } rows[] = {
    { folder, FX_FILE_FOLDER, NULL },
    { picture, FX_FILE_PICTURE, NULL },
    { pdf, FX_FILE_OTHER, "a PDF document" },
    { project, FX_FILE_PROJECT, NULL },
    { empty, FX_FILE_OTHER, "an empty file" },
    { yaml, FX_FILE_CONFIG, NULL },
    { program, FX_FILE_MODEL, NULL },
    { net, FX_FILE_CAFFE_NETWORK, NULL },
    { unknown, FX_FILE_OTHER, NULL },
    { raw, FX_FILE_TENSOR, NULL },
    { "/nonexistent", FX_FILE_OTHER, "no file that can be read" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *what = "?";

      g_assert_cmpint (fx_file_kind (rows[i].path, &what), ==, rows[i].kind);
      g_assert_cmpstr (what, ==, rows[i].what);
    }
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
  g_test_add_func ("/dataset-fit/fit", test_fit);
  g_test_add_func ("/dataset-fit/kind", test_kind);
  status = g_test_run ();
  remove_folder ();
  return status;
}
