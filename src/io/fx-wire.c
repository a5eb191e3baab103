/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-wire.h"

#include <string.h>

static gboolean
damaged (FxWire *wire, const char *problem)
{
  wire->problem = problem;
  return FALSE;
}

gboolean
fx_wire_varint (FxWire *wire, guint64 *value)
{
  guint64 bits = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint8 byte;

      if (wire->at == wire->end)
        return damaged (wire, "the data ends in the middle of a number");
      byte = *wire->at++;
      bits |= (guint64)(byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *value = bits;
          return TRUE;
        }
    }
  return damaged (wire, "a number has more than 64 bits");
}

static gboolean
take_bytes (FxWire *wire, guint64 size, FxWireSpan *bytes)
{
  if (size > (gsize)(wire->end - wire->at))
    return damaged (wire, "a part is longer than what contains it: the file is cut off or damaged");
  *bytes = (FxWireSpan){ wire->at, (gsize)size };
  wire->at += size;
  return TRUE;
}

gboolean
fx_wire_next (FxWire *wire, FxWireField *field)
{
  guint64 tag, size;
  guint64 number;

  if (wire->problem != NULL || wire->at == wire->end || !fx_wire_varint (wire, &tag))
    return FALSE;

  number = tag >> 3;
  if (number == 0 || number >= 1u << 29)
    return damaged (wire, "a field has an impossible number");
  *field = (FxWireField){ .number = (guint32)number, .type = (FxWireType)(tag & 7) };
  switch (tag & 7)
    {
    case FX_WIRE_VARINT: return fx_wire_varint (wire, &field->value);
    case FX_WIRE_BYTES: return fx_wire_varint (wire, &size) && take_bytes (wire, size, &field->bytes);
    case FX_WIRE_FIXED64:
    case FX_WIRE_FIXED32:
      size = (tag & 7) == FX_WIRE_FIXED64 ? 8 : 4;
      if (!take_bytes (wire, size, &field->bytes))
        return FALSE;
      for (guint i = 0; i < size; i++)
        field->value |= (guint64)field->bytes.data[i] << (8 * i);
      return TRUE;
    default: return damaged (wire, "a field has an unknown kind");
    }
}

gboolean
fx_wire_count (const FxWireField *field, guint size, gsize *n)
{
  *n = 1;
  if (field->type != FX_WIRE_BYTES)
    return size == (field->type == FX_WIRE_FIXED32 ? 4u : field->type == FX_WIRE_FIXED64 ? 8u : 0u);

  if (size > 0)
    {
      *n = field->bytes.size / size;
      return field->bytes.size % size == 0;
    }

  /* each varint ends with a byte below 0x80 */
  *n = 0;
  for (gsize i = 0; i < field->bytes.size; i++)
    *n += field->bytes.data[i] < 0x80;
  return field->bytes.size == 0 || field->bytes.data[field->bytes.size - 1] < 0x80;
}

char *
fx_wire_dup_string (FxWireSpan span, gsize max)
{
  char *text;

  if (span.size == 0)
    return g_strdup ("");
  if (span.size > max || memchr (span.data, '\0', span.size) != NULL)
    return NULL;

  text = g_utf8_make_valid ((const char *)span.data, (gssize)span.size);
  if (strlen (text) > max) /* each replacement takes three bytes */
    g_clear_pointer (&text, g_free);
  return text;
}
