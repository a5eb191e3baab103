/* A cursor over protobuf wire format in memory: no recursion, no allocation, no byte outside its span is read.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Part of the mapped file. */
typedef struct
{
  const guint8 *data;
  gsize size;
} FxWireSpan;

typedef enum
{
  FX_WIRE_VARINT = 0,
  FX_WIRE_FIXED64 = 1,
  FX_WIRE_BYTES = 2, /* strings, messages, packed lists */
  FX_WIRE_FIXED32 = 5,
} FxWireType;

typedef struct
{
  guint32 number;
  FxWireType type;
  guint64 value;    /* VARINT, FIXED64, FIXED32 */
  FxWireSpan bytes; /* BYTES, FIXED64, FIXED32 */
} FxWireField;

typedef struct
{
  const guint8 *at, *end;
  const char *problem; /* static text, NULL while all is well */
} FxWire;

static inline FxWire
fx_wire (FxWireSpan span)
{
  return (FxWire){ .at = span.data, .end = span.size > 0 ? span.data + span.size : span.data };
}

/* The next field: FALSE at the end, and at the first damage, which `problem` then tells. */
gboolean fx_wire_next (FxWire *wire, FxWireField *field);

/* One varint; FALSE and `problem` if the span ends in it or it has over 64 bits. */
gboolean fx_wire_varint (FxWire *wire, guint64 *value);

/* Number of list elements that a field of a repeated number holds: packed ones by `size` bytes each, or varints if
 * size is 0. FALSE if the field is not such a list. */
gboolean fx_wire_count (const FxWireField *field, guint size, gsize *n);

/* A NUL-terminated copy; NULL if the bytes hold a NUL or are more than `max`. Bytes that are not UTF-8 are replaced. */
char *fx_wire_dup_string (FxWireSpan span, gsize max);

G_END_DECLS
