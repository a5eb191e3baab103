/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-statistics-file.h"

#include "core/calib/fx-statistics-private.h"
#include "core/fx-error.h"
#include "core/graph/fx-text.h"
#include "io/fx-file.h"

#include <string.h>

#define MAGIC "FXSTATS\n"
#define VERSION 3
#define DIGEST_BYTES 32
#define MAX_CHANNELS (1u << 16)
#define HEAD_BYTES (1u << 16) /* of each sample, for its identity */
#define NO_EXPONENT G_MININT32

/* ---- identity ---- */

static void
add_text (GChecksum *checksum, const char *text)
{
  g_checksum_update (checksum, (const guchar *)text, (gssize)strlen (text) + 1);
}

static void
add_sample (GChecksum *checksum, const FxSample *sample)
{
  g_autoptr (GBytes) bytes = fx_file_map (sample->path, NULL);
  gsize size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  g_autofree char *line = g_strdup_printf ("%s %zu", sample->name, size);

  add_text (checksum, line);
  if (size > 0)
    g_checksum_update (checksum, g_bytes_get_data (bytes, NULL), (gssize)MIN (size, HEAD_BYTES));
}

char *
fx_statistics_identity (const FxGraph *graph, const FxDataset *dataset, const FxPreprocess *preprocess)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *model = fx_graph_print (graph, FX_TEXT_DEFAULT); /* with hashes of the weights */
  g_autofree char *pipeline = fx_preprocess_to_string (preprocess);

  add_text (checksum, model);
  add_text (checksum, pipeline);
  for (guint i = 0; i < fx_dataset_n_samples (dataset); i++)
    add_sample (checksum, fx_dataset_sample (dataset, i));
  return g_strdup (g_checksum_get_string (checksum));
}

/* ---- writing ---- */

static void
put_u32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *)&value, sizeof value);
}

static void
put_u64 (GByteArray *out, guint64 value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (out, (const guint8 *)&value, sizeof value);
}

static void
put_float (GByteArray *out, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u32 (out, bits);
}

static void
put_double (GByteArray *out, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  put_u64 (out, bits);
}

static void
put_text (GByteArray *out, const char *text)
{
  gsize length = strlen (text);

  put_u32 (out, (guint32)length);
  g_byte_array_append (out, (const guint8 *)text, (guint)length);
}

static void
put_leb (GByteArray *out, guint64 value)
{
  do
    {
      guint8 byte = (guint8)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);

      g_byte_array_append (out, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

static void
put_side (GByteArray *out, const guint64 *side)
{
  guint n = 0, last = 0;

  for (guint k = 0; side != NULL && k < FX_HISTOGRAM_BINS; k++)
    n += side[k] > 0;
  put_u32 (out, n);
  for (guint k = 0; n > 0 && k < FX_HISTOGRAM_BINS; k++)
    if (side[k] > 0)
      {
        put_leb (out, k - last);
        put_leb (out, side[k]);
        last = k;
      }
}

static void
put_tensor (GByteArray *out, const FxTensorStatistics *tensor)
{
  const FxHistogram *histogram = &tensor->histogram;

  put_text (out, tensor->name);
  put_u64 (out, tensor->count);
  put_u64 (out, tensor->zeros);
  put_u64 (out, tensor->not_finite);
  put_float (out, tensor->min);
  put_float (out, tensor->max);
  put_double (out, tensor->sum);
  put_double (out, tensor->sum_squares);
  put_double (out, tensor->peaks);
  put_double (out, tensor->peak_squares);
  put_u32 (out, tensor->n_seen);
  put_u32 (out, tensor->mixed);
  put_u64 (out, tensor->channel_count);
  put_u32 (out, tensor->n_peaks);
  put_u32 (out, tensor->n_channels);
  for (guint c = 0; c < tensor->n_channels; c++)
    {
      put_float (out, tensor->channel_min[c]);
      put_float (out, tensor->channel_max[c]);
      put_double (out, tensor->channel_sum[c]);
      put_double (out, tensor->channel_squares[c]);
      put_u64 (out, tensor->channel_zeros[c]);
      put_double (out, tensor->channel_peaks[c]);
      put_double (out, tensor->channel_peak_squares[c]);
    }
  put_u32 (out, (guint32)(histogram->exponent == FX_HISTOGRAM_EMPTY ? NO_EXPONENT : histogram->exponent));
  put_side (out, histogram->positive);
  put_side (out, histogram->negative);
}

static void
digest (const guint8 *data, gsize size, guint8 result[DIGEST_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = DIGEST_BYTES;

  g_checksum_update (checksum, data, (gssize)size);
  g_checksum_get_digest (checksum, result, &length);
}

gboolean
fx_statistics_save (const FxStatistics *statistics, const char *identity, const char *path, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 sum[DIGEST_BYTES];

  g_byte_array_append (out, (const guint8 *)MAGIC, strlen (MAGIC));
  put_u32 (out, VERSION);
  put_text (out, identity);
  put_u32 (out, FX_HISTOGRAM_BINS);
  put_u32 (out, statistics->n_samples);
  put_u32 (out, statistics->n_tensors);
  for (guint i = 0; i < statistics->n_tensors; i++)
    put_tensor (out, &statistics->tensors[i]);
  digest (out->data, out->len, sum);
  g_byte_array_append (out, sum, DIGEST_BYTES);
  return fx_file_replace_bytes (path, out->data, out->len, error) || fx_error_prefix (error, "%s", path);
}

/* ---- reading ---- */

typedef struct
{
  const guint8 *at, *end;
  gboolean ok; /* FALSE: something was missing or out of range; everything reads as 0 from then on */
} Reader;

static const guint8 *
take (Reader *reader, gsize n)
{
  const guint8 *at = reader->at;

  reader->ok = reader->ok && n <= (gsize)(reader->end - at);
  if (!reader->ok)
    return NULL;
  reader->at += n;
  return at;
}

static guint32
get_u32 (Reader *reader)
{
  const guint8 *at = take (reader, sizeof (guint32));
  guint32 value = 0;

  if (at != NULL)
    memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64
get_u64 (Reader *reader)
{
  const guint8 *at = take (reader, sizeof (guint64));
  guint64 value = 0;

  if (at != NULL)
    memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

static float
get_float (Reader *reader)
{
  guint32 bits = get_u32 (reader);
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static double
get_double (Reader *reader)
{
  guint64 bits = get_u64 (reader);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* TRUE if the next string is this one. */
static gboolean
next_is (Reader *reader, const char *text)
{
  guint32 length = get_u32 (reader);
  const guint8 *at = take (reader, length);

  return at != NULL && length == strlen (text) && memcmp (at, text, length) == 0;
}

static guint64
get_leb (Reader *reader)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      const guint8 *at = take (reader, 1);

      if (at == NULL)
        return 0;
      value |= (guint64)(*at & 0x7f) << shift;
      if (*at < 0x80)
        return value;
    }
  reader->ok = FALSE;
  return 0;
}

static void
get_side (Reader *reader, FxHistogram *histogram, gboolean negative)
{
  guint n = get_u32 (reader);
  guint64 bin = 0;
  guint64 *side;

  reader->ok = reader->ok && n <= FX_HISTOGRAM_BINS;
  if (!reader->ok || n == 0)
    return;
  side = fx_histogram_side (histogram, negative);
  for (guint i = 0; i < n && reader->ok; i++)
    {
      guint64 distance = get_leb (reader), count = get_leb (reader);

      reader->ok = reader->ok && distance < FX_HISTOGRAM_BINS - bin && (i == 0 || distance > 0);
      bin += reader->ok ? distance : 0;
      side[bin] = count;
    }
}

static void
get_channels (Reader *reader, FxTensorStatistics *tensor)
{
  guint n_peaks = get_u32 (reader), n = get_u32 (reader);

  reader->ok = reader->ok && n <= MAX_CHANNELS;
  if (!reader->ok || n == 0)
    return;
  fx_tensor_statistics_set_channels (tensor, n);
  tensor->n_peaks = n_peaks;
  for (guint c = 0; c < n; c++)
    {
      tensor->channel_min[c] = get_float (reader);
      tensor->channel_max[c] = get_float (reader);
      tensor->channel_sum[c] = get_double (reader);
      tensor->channel_squares[c] = get_double (reader);
      tensor->channel_zeros[c] = get_u64 (reader);
      tensor->channel_peaks[c] = get_double (reader);
      tensor->channel_peak_squares[c] = get_double (reader);
    }
}

static void
get_tensor (Reader *reader, FxTensorStatistics *tensor)
{
  FxHistogram *histogram = &tensor->histogram;
  gint32 exponent;

  reader->ok = next_is (reader, tensor->name) && reader->ok;
  tensor->count = get_u64 (reader);
  tensor->zeros = get_u64 (reader);
  tensor->not_finite = get_u64 (reader);
  tensor->min = get_float (reader);
  tensor->max = get_float (reader);
  tensor->sum = get_double (reader);
  tensor->sum_squares = get_double (reader);
  tensor->peaks = get_double (reader);
  tensor->peak_squares = get_double (reader);
  tensor->n_seen = get_u32 (reader);
  tensor->mixed = get_u32 (reader) != 0;
  tensor->channel_count = get_u64 (reader);
  get_channels (reader, tensor);
  exponent = (gint32)get_u32 (reader);
  reader->ok = reader->ok && (exponent == NO_EXPONENT || ABS (exponent) <= 1024);
  histogram->exponent = exponent == NO_EXPONENT ? FX_HISTOGRAM_EMPTY : exponent;
  get_side (reader, histogram, FALSE);
  get_side (reader, histogram, TRUE);
}

static gboolean
check_frame (Reader *reader, GError **error)
{
  gsize size = (gsize)(reader->end - reader->at);
  const guint8 *data = reader->at;
  guint8 sum[DIGEST_BYTES];

  if (size < strlen (MAGIC) + DIGEST_BYTES || memcmp (data, MAGIC, strlen (MAGIC)) != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is no file of calibration statistics");
  reader->end -= DIGEST_BYTES;
  digest (data, size - DIGEST_BYTES, sum);
  if (memcmp (reader->end, sum, DIGEST_BYTES) != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is damaged: the checksum does not match");
  reader->at += strlen (MAGIC);
  return TRUE;
}

static gboolean
read_statistics (FxStatistics *statistics, const char *identity, GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Reader reader = { data, data + size, TRUE };
  guint version;

  if (!check_frame (&reader, error))
    return FALSE;
  version = get_u32 (&reader);
  if (version != VERSION)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is of version %u, wanted %u", version, VERSION);
  if (!next_is (&reader, identity))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "was gathered with another model, other samples or another preprocessing");
  reader.ok = get_u32 (&reader) == FX_HISTOGRAM_BINS && reader.ok;
  statistics->n_samples = get_u32 (&reader);
  reader.ok = get_u32 (&reader) == statistics->n_tensors && reader.ok;
  for (guint i = 0; i < statistics->n_tensors && reader.ok; i++)
    get_tensor (&reader, &statistics->tensors[i]);
  if (!reader.ok || reader.at != reader.end)
    return fx_fail (error, FX_ERROR_BAD_DATA, "does not fit the model");
  return TRUE;
}

gboolean
fx_statistics_load (FxStatistics *statistics, const char *identity, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);

  if (bytes != NULL && read_statistics (statistics, identity, bytes, error))
    return TRUE;
  fx_statistics_reset (statistics);
  return fx_error_prefix (error, "%s", path);
}
