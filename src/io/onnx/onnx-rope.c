/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-rope.h"

#include "io/fx-wire.h"

#include <string.h>

#define SHARE_FROM 4096 /* bytes; smaller pieces are cheaper to copy */

struct _FxRope
{
  GPtrArray *pieces; /* of GBytes, in order, before `tail` */
  GByteArray *tail;
  guint64 size;
};

FxRope *
fx_rope_new (void)
{
  FxRope *rope = g_new0 (FxRope, 1);

  rope->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  rope->tail = g_byte_array_new ();
  return rope;
}

void
fx_rope_free (FxRope *rope)
{
  if (rope == NULL)
    return;
  g_ptr_array_unref (rope->pieces);
  g_byte_array_unref (rope->tail);
  g_free (rope);
}

guint64
fx_rope_size (const FxRope *rope)
{
  return rope->size;
}

static void
append (FxRope *rope, gconstpointer data, gsize size)
{
  if (size > 0)
    g_byte_array_append (rope->tail, data, (guint)size);
  rope->size += size;
}

static void
append_varint (FxRope *rope, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  while (value >= 0x80)
    {
      bytes[n++] = (guint8)(value | 0x80);
      value >>= 7;
    }
  bytes[n++] = (guint8)value;
  append (rope, bytes, n);
}

static void
append_tag (FxRope *rope, guint number, FxWireType type)
{
  append_varint (rope, (guint64)number << 3 | type);
}

static void
append_shared (FxRope *rope, GBytes *bytes)
{
  if (rope->tail->len > 0)
    {
      g_ptr_array_add (rope->pieces, g_byte_array_free_to_bytes (rope->tail));
      rope->tail = g_byte_array_new ();
    }
  g_ptr_array_add (rope->pieces, g_bytes_ref (bytes));
  rope->size += g_bytes_get_size (bytes);
}

void
fx_rope_put_int (FxRope *rope, guint number, gint64 value)
{
  append_tag (rope, number, FX_WIRE_VARINT);
  append_varint (rope, (guint64)value);
}

void
fx_rope_put_float (FxRope *rope, guint number, float value)
{
  append_tag (rope, number, FX_WIRE_FIXED32);
  append (rope, &value, sizeof value);
}

void
fx_rope_put_data (FxRope *rope, guint number, gconstpointer data, gsize size)
{
  append_tag (rope, number, FX_WIRE_BYTES);
  append_varint (rope, size);
  append (rope, data, size);
}

void
fx_rope_put_string (FxRope *rope, guint number, const char *text)
{
  fx_rope_put_data (rope, number, text, strlen (text));
}

void
fx_rope_put_bytes (FxRope *rope, guint number, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (size < SHARE_FROM)
    {
      fx_rope_put_data (rope, number, data, size);
      return;
    }
  append_tag (rope, number, FX_WIRE_BYTES);
  append_varint (rope, size);
  append_shared (rope, bytes);
}

void
fx_rope_take_message (FxRope *rope, guint number, FxRope *message)
{
  append_tag (rope, number, FX_WIRE_BYTES);
  append_varint (rope, message->size);
  for (guint i = 0; i < message->pieces->len; i++)
    append_shared (rope, message->pieces->pdata[i]);
  append (rope, message->tail->data, message->tail->len);
  fx_rope_free (message);
}

gboolean
fx_rope_write (const FxRope *rope, GOutputStream *stream, GError **error)
{
  for (guint i = 0; i < rope->pieces->len; i++)
    {
      gsize size;
      gconstpointer data = g_bytes_get_data (rope->pieces->pdata[i], &size);

      if (!g_output_stream_write_all (stream, data, size, NULL, NULL, error))
        return FALSE;
    }
  return rope->tail->len == 0
         || g_output_stream_write_all (stream, rope->tail->data, rope->tail->len, NULL, NULL, error);
}

GBytes *
fx_rope_join (const FxRope *rope)
{
  GByteArray *all = g_byte_array_sized_new ((guint)rope->size);

  for (guint i = 0; i < rope->pieces->len; i++)
    {
      gsize size;
      gconstpointer data = g_bytes_get_data (rope->pieces->pdata[i], &size);

      g_byte_array_append (all, data, (guint)size);
    }
  if (rope->tail->len > 0)
    g_byte_array_append (all, rope->tail->data, rope->tail->len);
  return g_byte_array_free_to_bytes (all);
}
