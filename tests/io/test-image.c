/* Decoding against Pillow (tests/data/images.txt), and what happens to files that are cut off or lie about their size.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/image.h"

#include <stdlib.h>
#include <string.h>

static const char *data_folder;

static char **
read_cases (void)
{
  g_autofree char *path = g_build_filename (data_folder, "images.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (g_strchomp (text), "\n", -1);
}

static void
test_decode (void)
{
  g_auto (GStrv) lines = read_cases ();

  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) f = g_strsplit (lines[i], " ", -1);
      g_autofree char *path = g_build_filename (data_folder, "images", f[0], NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *warning = NULL;
      g_autoptr (FxImage) image = fx_image_load (path, &warning, &error);

      g_assert_no_error (error);
      g_assert_null (warning);
      g_assert_cmpint (image->width, ==, atoi (f[1]));
      g_assert_cmpint (image->height, ==, atoi (f[2]));
      g_assert_cmpint (image->color, ==, FX_COLOR_RGB);
      for (gsize k = 0; k < fx_image_samples (image); k++)
        {
          int wanted = g_ascii_xdigit_value (f[3][2 * k]) << 4 | g_ascii_xdigit_value (f[3][2 * k + 1]);

          if (image->u8[k] != wanted)
            g_error ("%s: sample %zu is %d, wanted %d", f[0], k, image->u8[k], wanted);
        }
    }
}

/* Every file, cut off at every length: always an error. */
static void
test_truncated (void)
{
  g_auto (GStrv) lines = read_cases ();

  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (lines[i], strcspn (lines[i], " "));
      g_autofree char *path = g_build_filename (data_folder, "images", name, NULL);
      g_autofree char *data = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      for (gsize n = 0; n < size; n++)
        {
          g_autofree guint8 *cut = g_memdup2 (data, n); /* so that a sanitizer sees reads behind the end */
          g_autoptr (GError) error = NULL;
          g_autoptr (FxImage) image = fx_image_decode (cut, n, NULL, &error);

          if (image != NULL)
            g_error ("%s: %zu of %zu bytes are enough", name, n, size);
          g_assert_nonnull (error);
        }
    }
}

static void
check_refused (const char *name, gsize offset, const char *bytes, gsize n, const char *message)
{
  g_autofree char *path = g_build_filename (data_folder, "images", name, NULL);
  g_autofree char *data = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxImage) image = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_cmpuint (offset + n, <=, size);
  memcpy (data + offset, bytes, n);
  image = fx_image_decode ((const guint8 *)data, size, NULL, &error);
  g_assert_null (image);
  if (strstr (error->message, message) == NULL)
    g_error ("%s: found \"%s\", wanted \"%s\"", name, error->message, message);
}

static void
test_lies (void)
{
  /* width and height of IHDR; its check sum is right for 60000 × 60000 RGB of 8 bits */
  static const char ihdr[] = "\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00";
  guint32 crc = 0xffffffff;
  char chunk[17];

  for (int i = 0; i < 17; i++)
    {
      crc ^= (guint8)(i < 4 ? "IHDR"[i] : ihdr[i - 4]);
      for (int k = 0; k < 8; k++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
  crc = GUINT32_TO_BE (~crc);
  memcpy (chunk, ihdr, 13);
  memcpy (chunk + 13, &crc, 4);
  check_refused ("rgb.png", 16, chunk, 17, "PNG: the header says 60000x60000 pixels, which a file of 118 bytes");
  check_refused ("rgb.bmp", 18, "\x60\xea\x00\x00\x60\xea\x00\x00", 8, "BMP: the header says 60000x60000 pixels");
  check_refused ("rgb.bmp", 18, "\x00\x00\x00\x00\x00\x00\x00\x80", 8, "BMP: the header says 0x2147483648 pixels");
  check_refused ("rgb.bmp", 30, "\x01", 1, "BMP: the picture is compressed (method 1)");
  check_refused ("rgb.ppm", 3, "99", 2, "PNM: the file ends before the picture does");
  check_refused ("rgb.jpg", 0, "GIF", 3, "no JPEG, PNG, BMP or PNM");
}

static void
test_load_errors (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_image_load (data_folder, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, data_folder));
  g_clear_error (&error);
  g_assert_null (fx_image_load ("/nowhere/at/all.png", NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "/nowhere/at/all.png: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  data_folder = argv[1];
  g_test_add_func ("/image/decode", test_decode);
  g_test_add_func ("/image/truncated", test_truncated);
  g_test_add_func ("/image/lies", test_lies);
  g_test_add_func ("/image/load-errors", test_load_errors);
  return g_test_run ();
}
