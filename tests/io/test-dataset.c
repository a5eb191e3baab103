/* Folders, lists, labels, choosing and loading, on files that the test writes itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-dataset.h"
#include "io/npy.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char picture[] = "P6 2 1 255\n\x01\x02\x03\x04\x05\x06";

/* Writes a file into the test's folder; missing folders are made. */
static void
put (const char *root, const char *name, const char *contents, gsize size)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, contents, size, &error);
  g_assert_no_error (error);
}

static void
put_picture (const char *root, const char *name)
{
  put (root, name, picture, sizeof picture - 1);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static char *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *root = g_dir_make_tmp ("fixpoint-test-XXXXXX", &error);

  g_assert_no_error (error);
  return root;
}

/* "a.ppm=3 b.ppm=-1" */
static char *
summary (const FxDataset *dataset)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fx_dataset_n_samples (dataset); i++)
    {
      const FxSample *sample = fx_dataset_sample (dataset, i);

      g_string_append_printf (text, "%s%s=%d", i > 0 ? " " : "", sample->name, sample->label);
    }
  return g_string_free (text, FALSE);
}

static FxDataset *
open_and_expect (const char *path, const char *labels, const char *expected)
{
  g_autoptr (GError) error = NULL;
  FxDataset *dataset = fx_dataset_open (path, labels, &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  found = summary (dataset);
  g_assert_cmpstr (found, ==, expected);
  return dataset;
}

static void
test_folder (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *link = g_build_filename (root, "loop", NULL);
  g_autoptr (FxDataset) dataset = NULL;
  const FxSkipped *skipped;

  put_picture (root, "b.jpg"); /* the contents count, not the name */
  put_picture (root, "B.ppm");
  put_picture (root, "sub/deep/a.ppm");
  put_picture (root, ".hidden");
  put (root, "readme.txt", "hello", 5);
  g_assert_cmpint (symlink (root, link), ==, 0);
  dataset = open_and_expect (root, NULL, "B.ppm=-1 b.jpg=-1 sub/deep/a.ppm=-1");
  g_assert_cmpuint (dataset->skipped->len, ==, 3);
  skipped = g_ptr_array_index (dataset->skipped, 1);
  g_assert_cmpstr (skipped->name, ==, "loop");
  g_assert_cmpstr (skipped->reason, ==, "is a link to a folder");
  remove_tree (root);
}

static void
test_labels (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *other = g_build_filename (root, "other.lst", NULL);
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxDataset) by_folder = NULL;
  g_autoptr (FxDataset) list = NULL;
  static const char labels[] = "\xef\xbb\xbf# comment\na.ppm 7 Persian cat\r\n\nb c.ppm\t2\tname\nmissing.ppm 1\n";
  static const char list_text[] = "x/1.ppm 5\na.ppm\nnone.ppm 1\n";

  put_picture (root, "a.ppm");
  put_picture (root, "b c.ppm");
  put_picture (root, "x/1.ppm");
  put (root, "labels.txt", labels, sizeof labels - 1);
  put (root, "other.lst", "x 40 x class\n", 13);
  dataset = open_and_expect (root, NULL, "a.ppm=7 b c.ppm=2 x/1.ppm=-1");
  g_assert_cmpuint (dataset->n_labeled, ==, 2);
  g_assert_cmpstr (fx_dataset_sample (dataset, 0)->class_name, ==, "Persian cat");
  by_folder = open_and_expect (root, other, "a.ppm=-1 b c.ppm=-1 x/1.ppm=40");
  put (root, "list", list_text, sizeof list_text - 1);
  g_free (other);
  other = g_build_filename (root, "list", NULL);
  list = open_and_expect (other, NULL, "x/1.ppm=5 a.ppm=-1");
  g_assert_cmpuint (list->skipped->len, ==, 1);
  remove_tree (root);
}

/* Names with blanks, commas between fields, quotes, and names relative to the folder of the labels. */
static void
test_label_forms (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *pictures = g_build_filename (root, "pictures", NULL), *path = g_build_filename (root, "l", NULL);
  static const struct
  {
    const char *text, *wanted, *class_name;
  } cases[] = {
    { "a b.ppm 3 two words\n", "1.ppm=-1 a b.ppm=3", "two words" },
    { "a b.ppm,3,name\n1.ppm;4\n", "1.ppm=4 a b.ppm=3", "name" },
    { "\"a b.ppm\" 5\n", "1.ppm=-1 a b.ppm=5", NULL },
    { "pictures/a b.ppm 6\n", "1.ppm=-1 a b.ppm=6", NULL },
    { "pictures 7\n", "1.ppm=7 a b.ppm=7", NULL },
  };
  g_autoptr (FxDataset) list = NULL, relative = NULL;
  g_autofree char *here = NULL;

  put_picture (root, "pictures/a b.ppm");
  put_picture (root, "pictures/1.ppm");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FxDataset) dataset = NULL;

      put (root, "l", cases[i].text, strlen (cases[i].text));
      dataset = open_and_expect (pictures, path, cases[i].wanted);
      g_assert_cmpstr (fx_dataset_sample (dataset, 1)->class_name, ==, cases[i].class_name);
    }
  put (root, "l", "pictures/a b.ppm\n", 17);
  list = open_and_expect (path, NULL, "pictures/a b.ppm=-1");
  /* given as seen from another folder */
  here = g_get_current_dir ();
  g_assert_cmpint (g_chdir (root), ==, 0);
  put (root, "l", "pictures/1.ppm 2\n", 17);
  relative = open_and_expect ("pictures", "l", "1.ppm=2 a b.ppm=-1");
  g_assert_cmpint (g_chdir (here), ==, 0);
  remove_tree (root);
}

static void
test_classes (void)
{
  g_autofree char *root = new_folder ();
  g_autoptr (FxDataset) dataset = NULL;

  put_picture (root, "a/1.ppm");
  put_picture (root, "a-b/1.ppm");
  put_picture (root, "c/d/1.ppm");
  dataset = open_and_expect (root, NULL, "a-b/1.ppm=1 a/1.ppm=0 c/d/1.ppm=2");
  g_assert_cmpstr (fx_dataset_sample (dataset, 2)->class_name, ==, "c");
  remove_tree (root);
}

static char *
select_some (const char *root, guint count, guint64 seed)
{
  g_autoptr (FxDataset) dataset = fx_dataset_open (root, NULL, NULL);

  fx_dataset_select (dataset, count, seed);
  return summary (dataset);
}

/* Forty of one class, two of another: four samples hold two of each. */
static void
test_select (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *one = NULL;
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;
  g_autofree char *all = NULL;

  for (int i = 0; i < 42; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%02d.ppm", i < 40 ? "many" : "few", i);

      put_picture (root, name);
    }
  one = select_some (root, 4, 1);
  same = select_some (root, 4, 1);
  other = select_some (root, 4, 2);
  all = select_some (root, 0, 1);
  g_assert_true (g_str_has_prefix (one, "few/40.ppm=0 few/41.ppm=0 many/"));
  g_assert_cmpuint (strlen (one), ==, strlen ("few/40.ppm=0 few/41.ppm=0 many/00.ppm=1 many/01.ppm=1"));
  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, other);
  g_assert_cmpuint (strlen (all), >, 500);
  remove_tree (root);
}

static void
test_load (void)
{
  g_autofree char *root = new_folder ();
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse ("bgr; mean 1", NULL);
  g_autoptr (FxTensor) tensor = NULL;
  g_autoptr (FxTensor) raw = NULL;
  g_autoptr (GError) error = NULL;
  const FxShape wanted = FX_SHAPE (-1, 3, 1, 2), larger = FX_SHAPE (1, 3, 2, 2);
  float values[6] = { 1, 2, 3, 4, 5, 6 };

  put_picture (root, "a.ppm");
  put (root, "b.f32", (const char *)values, sizeof values);
  put (root, "c.ppm", picture, sizeof picture - 3);
  dataset = open_and_expect (root, NULL, "a.ppm=-1 b.f32=-1 c.ppm=-1");
  g_assert_true (fx_dataset_load (dataset, 0, preprocess, &(FxValue){ .shape = wanted }, &tensor, &error));
  g_assert_cmpfloat (fx_tensor_get_double (tensor, 1), ==, 5.0);
  g_assert_true (fx_dataset_load (dataset, 1, preprocess, &(FxValue){ .shape = wanted }, &raw, &error));
  g_assert_cmpfloat (fx_tensor_get_double (raw, 5), ==, 6.0);
  g_clear_pointer (&tensor, fx_tensor_unref);
  g_assert_false (fx_dataset_load (dataset, 2, preprocess, &(FxValue){ .shape = wanted }, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "c.ppm: PNM: the file ends before the picture does"));
  g_clear_error (&error);
  g_assert_false (fx_dataset_load (dataset, 0, preprocess, &(FxValue){ .shape = larger }, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "a.ppm: the preprocessing makes [1,3,1,2]"));
  g_assert_null (tensor);
  remove_tree (root);
}

/* Numbers of every type become floats, where the input has floats. */
static void
test_types (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *doubles = g_build_filename (root, "a.npy", NULL), *bytes = g_build_filename (root, "b.npy", NULL);
  g_autofree char *complexes = g_build_filename (root, "c.npy", NULL);
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  double reals[2] = { 0.5, -2.5 };
  guint8 numbers[2] = { 0, 255 };
  float pairs[4] = { 1, 2, 3, 4 };
  const FxArray arrays[] = { { FX_DTYPE_DOUBLE, FX_SHAPE (1, 2), reals },
                             { FX_DTYPE_UINT8, FX_SHAPE (1, 2), numbers },
                             { FX_DTYPE_COMPLEX64, FX_SHAPE (1, 2), pairs } };
  const double second[] = { -2.5, 255.0 };
  const FxValue floats = { .dtype = FX_DTYPE_FLOAT, .shape = FX_SHAPE (1, 2) };
  const FxValue integers = { .dtype = FX_DTYPE_INT64, .shape = FX_SHAPE (1, 2) };
  FxTensor *tensor = NULL;

  g_assert_true (fx_npy_save (doubles, &arrays[0], &error));
  g_assert_true (fx_npy_save (bytes, &arrays[1], &error));
  g_assert_true (fx_npy_save (complexes, &arrays[2], &error));
  dataset = open_and_expect (root, NULL, "a.npy=-1 b.npy=-1 c.npy=-1");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (fx_dataset_load (dataset, i, NULL, &floats, &tensor, &error));
      g_assert_cmpint (fx_tensor_dtype (tensor), ==, FX_DTYPE_FLOAT);
      g_assert_cmpfloat (fx_tensor_get_double (tensor, 1), ==, second[i]);
      g_clear_pointer (&tensor, fx_tensor_unref);
    }
  g_assert_false (fx_dataset_load (dataset, 2, NULL, &floats, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "c.npy: the elements are c64, the model's input wants f32"));
  g_clear_error (&error);
  g_assert_false (fx_dataset_load (dataset, 0, NULL, &integers, &tensor, &error));
  g_assert_nonnull (strstr (error->message, "a.npy: the elements are f64, the model's input wants s64"));
  remove_tree (root);
}

/* Sizes of 1 that a tensor has more or less than the input do not matter. */
static void
test_ones (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *path = g_build_filename (root, "a.npy", NULL);
  g_autoptr (FxDataset) dataset = NULL;
  g_autoptr (FxTensor) tensor = NULL, other = NULL;
  g_autoptr (GError) error = NULL;
  float values[6] = { 1, 2, 3, 4, 5, 6 };
  const FxArray array = { FX_DTYPE_FLOAT, FX_SHAPE (1, 2, 3), values };
  const FxShape wanted = FX_SHAPE (2, 1, 1, 3), turned = FX_SHAPE (1, 3, 2);

  g_assert_true (fx_npy_save (path, &array, &error));
  dataset = open_and_expect (root, NULL, "a.npy=-1");
  g_assert_true (fx_dataset_load (dataset, 0, NULL, &(FxValue){ .shape = wanted }, &tensor, &error));
  g_assert_true (fx_shape_equal (fx_tensor_shape (tensor), &wanted));
  g_assert_cmpfloat (fx_tensor_get_double (tensor, 5), ==, 6.0);
  g_assert_false (fx_dataset_load (dataset, 0, NULL, &(FxValue){ .shape = turned }, &other, &error));
  g_assert_nonnull (strstr (error->message, "a.npy: the tensor is [1,2,3], the model's input wants [1,3,2]"));
  remove_tree (root);
}

static void
test_errors (void)
{
  g_autofree char *root = new_folder ();
  g_autofree char *bad = g_build_filename (root, "bad", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_dataset_open (root, NULL, &error));
  g_assert_nonnull (strstr (error->message, "holds no samples"));
  g_clear_error (&error);
  g_assert_null (fx_dataset_open ("/nowhere", NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "/nowhere: "));
  g_clear_error (&error);
  put (root, "bad", "a.ppm seven\n", 12);
  g_assert_null (fx_dataset_open (bad, NULL, &error));
  g_assert_nonnull (strstr (error->message, "line 1: \"seven\" is no class index"));
  g_clear_error (&error);
  put (root, "bad", "\0\1\2", 3);
  g_assert_null (fx_dataset_open (bad, NULL, &error));
  g_assert_nonnull (strstr (error->message, "not text"));
  remove_tree (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dataset/folder", test_folder);
  g_test_add_func ("/dataset/labels", test_labels);
  g_test_add_func ("/dataset/label-forms", test_label_forms);
  g_test_add_func ("/dataset/classes", test_classes);
  g_test_add_func ("/dataset/select", test_select);
  g_test_add_func ("/dataset/load", test_load);
  g_test_add_func ("/dataset/types", test_types);
  g_test_add_func ("/dataset/ones", test_ones);
  g_test_add_func ("/dataset/errors", test_errors);
  return g_test_run ();
}
