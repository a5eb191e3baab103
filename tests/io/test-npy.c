/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/npy.h"

#include <glib/gstdio.h>
#include <string.h>

/* A file of a given version, header text and elements. */
static GBytes *
npy (guint version, const char *header, const char *data, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();
  guint32 n = (guint32)strlen (header);

  g_byte_array_append (bytes, (const guint8 *)"\x93NUMPY", 6);
  g_byte_array_append (bytes, (const guint8[]){ (guint8)version, 0 }, 2);
  g_byte_array_append (bytes, (const guint8 *)&n, version == 1 ? 2 : 4);
  g_byte_array_append (bytes, (const guint8 *)header, n);
  if (size > 0)
    g_byte_array_append (bytes, (const guint8 *)data, (guint)size);
  return g_byte_array_free_to_bytes (bytes);
}

static const struct
{
  const char *name;
  guint version;
  const char *header;
  const char *data;
  guint n;
  const char *found; /* elements of the tensor, or … */
  const char *error; /* … the error */
} cases[] = {
  { "u8", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n", "\1\2\3\4\5\6", 6, "1 2 3 4 5 6", NULL },
  { "fortran", 1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", "\1\4\2\5\3\6", 6, "1 2 3 4 5 6",
    NULL },
  { "version-2", 2, "{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}", "\1\0\377\377", 4, "1 -1", NULL },
  { "version-3", 3, "{\"descr\":\"<i2\",\"fortran_order\":False,\"shape\":(1L,)}", "\5\0", 2, "5", NULL },
  { "scalar", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "\0\0\x80\x3f", 4, "1", NULL },
  { "empty", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4)}", "", 0, "", NULL },
  { "bool", 1, "{'shape': (2,), 'fortran_order': False, 'descr': '|b1'}", "\1\0", 2, "1 0", NULL },
  { "trailing", 1, "{'descr': '|i1', 'fortran_order': False, 'shape': (1,)}", "\1\2\3", 3, "1", NULL },
  { "cut", 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", "1234", 4, NULL,
    "f32[2,3] takes 24 bytes, found 4" },
  { "big-endian", 1, "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "1234", 4, NULL, "big-endian" },
  { "object", 1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "1234", 4, NULL, "\"|O\"" },
  { "record", 1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234", 4, NULL, "records" },
  { "rank-9", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "1", 1, NULL,
    "more than 8" },
  { "huge", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "1", 1, NULL,
    "too large" },
  { "overflow", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "1", 1, NULL,
    "too large" },
  { "negative", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "1", 1, NULL, "damaged" },
  { "no-shape", 1, "{'descr': '|u1', 'fortran_order': False}", "1", 1, NULL, "lacks" },
  { "twice", 1, "{'descr': '|u1', 'descr': '|u1'}", "1", 1, NULL, "damaged" },
  { "open", 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1,", "1", 1, NULL, "damaged" },
  { "code", 1, "__import__('os')", "1", 1, NULL, "damaged" },
  { "version-9", 9, "{}", "1", 1, NULL, "version 9" },
};

static char *
elements (const FxTensor *tensor)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    g_string_append_printf (text, "%s%g", i > 0 ? " " : "", fx_tensor_get_double (tensor, i));
  return g_string_free (text, FALSE);
}

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GBytes) bytes = npy (cases[i].version, cases[i].header, cases[i].data, cases[i].n);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTensor) tensor = fx_npy_read (bytes, &error);
  g_autofree char *found = NULL;

  if (cases[i].error != NULL)
    {
      g_assert_null (tensor);
      g_assert_nonnull (strstr (error->message, cases[i].error));
      return;
    }
  g_assert_no_error (error);
  found = elements (tensor);
  g_assert_cmpstr (found, ==, cases[i].found);
}

static void
test_round_trip (void)
{
  static const FxDType dtypes[]
      = { FX_DTYPE_FLOAT,  FX_DTYPE_DOUBLE, FX_DTYPE_FLOAT16, FX_DTYPE_INT8, FX_DTYPE_UINT8,
          FX_DTYPE_UINT16, FX_DTYPE_INT32,  FX_DTYPE_INT64,   FX_DTYPE_BOOL, FX_DTYPE_BFLOAT16 };
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "a.npy", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      FxArray array = { dtypes[i], FX_SHAPE (2, 1, 2), NULL };
      g_autoptr (FxTensor) tensor = fx_tensor_new_alloc (array.dtype, &array.shape, &array.data, NULL), read = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *text = NULL;

      for (guint k = 0; k < 4; k++)
        fx_array_set (&array, k, k % 2);
      g_assert_true (fx_npy_save (path, &array, &error));
      bytes = fx_file_map (path, &error);
      read = fx_npy_read (bytes, &error);
      g_assert_no_error (error);
      g_assert_true (fx_shape_equal (fx_tensor_shape (read), &array.shape));
      text = elements (read);
      g_assert_cmpstr (text, ==, "0 1 0 1");
      /* elements start at a multiple of 64, so that the mapped file can be used as it is */
      g_assert_cmpuint ((guintptr)g_bytes_get_data (fx_tensor_bytes (read), NULL) % 64, ==, 0);
    }
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/npy/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/npy/round-trip", test_round_trip);
  return g_test_run ();
}
