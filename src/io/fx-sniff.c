/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-sniff.h"

#include "io/caffe/caffe-text.h"

#include <string.h>

typedef struct
{
  guint offset;
  const char *bytes;
  guint n;
  const char *kind;
} Magic;

#define MAGIC(offset, bytes, kind)                                                                                     \
  {                                                                                                                    \
    offset, bytes, sizeof (bytes) - 1, kind                                                                            \
  }

static const Magic magics[] = {
  MAGIC (0, "\xff\xd8\xff", "a JPEG image"),
  MAGIC (0, "\x89PNG\r\n", "a PNG image"),
  MAGIC (0, "GIF8", "a GIF image"),
  MAGIC (0, "BM", "a BMP image"),
  MAGIC (8, "WEBP", "a WebP image"),
  MAGIC (0, "II*\0", "a TIFF image"),
  MAGIC (0, "MM\0*", "a TIFF image"),
  MAGIC (4, "ftyp", "a HEIF, AVIF or MP4 file"),
  MAGIC (0, "PK\x03\x04", "a ZIP archive (as PyTorch and Keras save models)"),
  MAGIC (0, "\x1f\x8b", "a gzip-compressed file"),
  MAGIC (0, "\x89HDF\r\n", "an HDF5 file (as Keras saves models)"),
  MAGIC (4, "TFL3", "a TensorFlow Lite model"),
  MAGIC (0, "\x93NUMPY", "a NumPy array"),
  MAGIC (0,
         "\x7f"
         "ELF",
         "a program"),
  MAGIC (0, "version https://git-lfs", "a Git LFS pointer, not the file itself"),
  MAGIC (0, "<!DOCTYPE", "a web page"),
  MAGIC (0, "<html", "a web page"),
  MAGIC (0, "\x80\x02", "a Python pickle (as PyTorch saves models)"),
  MAGIC (0, "\x80\x04", "a Python pickle (as PyTorch saves models)"),
  MAGIC (0, "%PDF", "a PDF document"),
};

static gboolean
is_text (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < MIN (size, 4096); i++)
    if (data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t')
      return FALSE;
  return size > 0;
}

const char *
fx_sniff_kind (const guint8 *data, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    if (size >= magics[i].offset + magics[i].n && memcmp (data + magics[i].offset, magics[i].bytes, magics[i].n) == 0)
      return magics[i].kind;
  if (is_text (data, size) && !fx_caffe_text_sniff (data, size))
    return "a text file";
  return NULL;
}
