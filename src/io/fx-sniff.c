/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-sniff.h"

#include "core/fx-i18n.h"
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
  MAGIC (0, "\xff\xd8\xff", N_ ("a JPEG image")),
  MAGIC (0, "\x89PNG\r\n", N_ ("a PNG image")),
  MAGIC (0, "GIF8", N_ ("a GIF image")),
  MAGIC (0, "BM", N_ ("a BMP image")),
  MAGIC (8, "WEBP", N_ ("a WebP image")),
  MAGIC (0, "II*\0", N_ ("a TIFF image")),
  MAGIC (0, "MM\0*", N_ ("a TIFF image")),
  MAGIC (4, "ftyp", N_ ("a HEIF, AVIF or MP4 file")),
  MAGIC (0, "PK\x03\x04", N_ ("a ZIP archive (as PyTorch and Keras save models)")),
  MAGIC (0, "\x1f\x8b", N_ ("a gzip-compressed file")),
  MAGIC (0, "\x89HDF\r\n", N_ ("an HDF5 file (as Keras saves models)")),
  MAGIC (4, "TFL3", N_ ("a TensorFlow Lite model")),
  MAGIC (0, "\x93NUMPY", N_ ("a NumPy array")),
  MAGIC (0,
         "\x7f"
         "ELF",
         N_ ("a program")),
  MAGIC (0, "version https://git-lfs", N_ ("a Git LFS pointer, not the file itself")),
  MAGIC (0, "<!DOCTYPE", N_ ("a web page")),
  MAGIC (0, "<html", N_ ("a web page")),
  MAGIC (0, "\x80\x02", N_ ("a Python pickle (as PyTorch saves models)")),
  MAGIC (0, "\x80\x04", N_ ("a Python pickle (as PyTorch saves models)")),
  MAGIC (0, "%PDF", N_ ("a PDF document")),
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
      return _ (magics[i].kind);
  if (is_text (data, size) && !fx_caffe_text_sniff (data, size))
    return _ ("a text file");
  return NULL;
}
