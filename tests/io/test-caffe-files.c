/* Which files make up a Caffe model, and what a caffemodel alone is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/caffe-builder.h"
#include "io/fx-model.h"

#include <glib/gstdio.h>
#include <string.h>

#define NET "input: 'x' input_shape { dim: [1, 1] } layer { name: 'l' type: 'Scale' bottom: 'x' top: 'y' }"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  fixture->folder = g_dir_make_tmp (NULL, NULL);
}

static void
tear_down (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static char *
put (Fixture *fixture, const char *name, const char *contents, gsize size)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, contents, (gssize)size, NULL));
  return path;
}

static void
put_net (Fixture *fixture, const char *name)
{
  g_free (put (fixture, name, NET, strlen (NET)));
}

/* Weights that can be told apart. */
static void
put_weights (Fixture *fixture, const char *name, guint scale)
{
  g_autofree char *text = g_strdup_printf ("l [1] %u", scale);
  g_autoptr (GBytes) bytes = build_caffe_weights (text, FALSE);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_free (put (fixture, name, data, size));
}

/* Loads a file; the scale that its layer got, 0: none, -1: refused. */
static int
load_scale (Fixture *fixture, const char *name, const char *other, GError **error)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *other_path = other != NULL ? g_build_filename (fixture->folder, other, NULL) : NULL;
  g_autoptr (FxGraph) graph = fx_model_load (path, other_path, NULL, error);
  FxId id;

  if (graph == NULL)
    return -1;
  id = fx_graph_find_value (graph, "l/scale");
  return (int)fx_tensor_get_double (fx_graph_value (graph, id)->constant, 0);
}

static void
test_partners (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  put_net (fixture, "net.prototxt");
  g_assert_cmpint (load_scale (fixture, "net.prototxt", NULL, NULL), ==, 0);
  put_weights (fixture, "only.caffemodel", 1);
  g_assert_cmpint (load_scale (fixture, "net.prototxt", NULL, NULL), ==, 1);
  put_weights (fixture, "other.caffemodel", 2);
  g_assert_cmpint (load_scale (fixture, "net.prototxt", NULL, NULL), ==, 0);
  put_weights (fixture, "net.caffemodel", 3);
  g_assert_cmpint (load_scale (fixture, "net.prototxt", NULL, NULL), ==, 3);
  g_assert_cmpint (load_scale (fixture, "net.prototxt", "other.caffemodel", NULL), ==, 2);

  put_net (fixture, "other_deploy.prototxt");
  g_assert_cmpint (load_scale (fixture, "other_deploy.prototxt", NULL, NULL), ==, 2);
  /* from the other side */
  g_assert_cmpint (load_scale (fixture, "net.caffemodel", NULL, NULL), ==, 3);
  g_assert_cmpint (load_scale (fixture, "other.caffemodel", NULL, NULL), ==, 2);
  g_assert_cmpint (load_scale (fixture, "only.caffemodel", "net.prototxt", NULL), ==, 1);
  put_net (fixture, "deploy.prototxt");
  g_assert_cmpint (load_scale (fixture, "only.caffemodel", NULL, NULL), ==, 1);
}

static void
assert_refused (Fixture *fixture, const char *name, const char *other, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (load_scale (fixture, name, other, &error), ==, -1);
  if (strstr (error->message, message) == NULL)
    g_error ("\"%s\", wanted \"%s\"", error->message, message);
}

static void
test_wrong_files (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  put_net (fixture, "net.prototxt");
  put_weights (fixture, "w.caffemodel", 1);
  g_free (put (fixture, "picture", "\xff\xd8\xff\xe0", 4));
  g_free (put (fixture, "empty", "", 0));
  g_free (put (fixture, "odd", "\x00\x01", 2));
  g_free (put (fixture, "cut", "\x0a\x01x\xa2\x06\x7fzz", 8));

  assert_refused (fixture, "net.prototxt", "net.prototxt", "net.prototxt: is a Caffe network (prototxt), wanted Caffe");
  assert_refused (fixture, "w.caffemodel", "w.caffemodel", "is Caffe weights (caffemodel), wanted a Caffe network");
  assert_refused (fixture, "net.prototxt", "picture", "is a JPEG image, wanted Caffe weights");
  assert_refused (fixture, "net.prototxt", "empty", "is empty, wanted Caffe weights");
  assert_refused (fixture, "net.prototxt", "odd", "is no file of a known format");
  assert_refused (fixture, "net.prototxt", "absent", "absent: ");
  assert_refused (fixture, "net.prototxt", "cut", "cut: a part is longer than what contains it");
  assert_refused (fixture, "cut", NULL, "a part is longer than what contains it");
}

/* A caffemodel describes the net that it was saved from, which is one phase of it already. */
static void
test_alone (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (FxRope) net = fx_rope_new ();
  FxRope *input = fx_rope_new (), *layer = fx_rope_new (), *rule = fx_rope_new (), *blob = fx_rope_new ();
  g_autoptr (GBytes) bytes = NULL;
  float scale = 7.0f;
  gsize size;
  const char *contents;

  fx_rope_put_string (net, 1, "alone");
  fx_rope_put_string (input, 1, "d");
  fx_rope_put_string (input, 2, "Input");
  fx_rope_put_string (input, 4, "x");
  fx_rope_take_message (net, 100, input);
  fx_rope_put_string (layer, 1, "l");
  fx_rope_put_string (layer, 2, "Scale");
  fx_rope_put_string (layer, 3, "x");
  fx_rope_put_string (layer, 4, "y");
  fx_rope_put_data (blob, 5, &scale, sizeof scale);
  fx_rope_take_message (layer, 7, blob);
  fx_rope_put_int (rule, 1, 0); /* phase TRAIN */
  fx_rope_take_message (layer, 8, rule);
  fx_rope_put_int (layer, 147, 5); /* a fork's, where others have a message */
  fx_rope_take_message (net, 100, layer);
  bytes = fx_rope_join (net);
  contents = g_bytes_get_data (bytes, &size);
  g_free (put (fixture, "alone.caffemodel", contents, size));
  g_assert_cmpint (load_scale (fixture, "alone.caffemodel", NULL, NULL), ==, 7);

  /* what only happens to be there is no reason to fail */
  g_free (put (fixture, "broken.prototxt", "layer {", 7));
  g_assert_cmpint (load_scale (fixture, "alone.caffemodel", NULL, NULL), ==, 7);
  g_free (put (fixture, "alone.prototxt", "layer {", 7));
  assert_refused (fixture, "alone.caffemodel", NULL, "alone.prototxt: line 1: ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/caffe/files/partners", Fixture, NULL, set_up, test_partners, tear_down);
  g_test_add ("/caffe/files/wrong", Fixture, NULL, set_up, test_wrong_files, tear_down);
  g_test_add ("/caffe/files/alone", Fixture, NULL, set_up, test_alone, tear_down);
  return g_test_run ();
}
