/* AttributeProto → FxAttr.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"
#include "io/onnx/onnx-read.h"
#include "io/onnx/onnx-tensor.h"

#include <string.h>

#define MAX_STRING (1 << 24)

/* AttributeProto.AttributeType, which are field numbers by another order. */
enum
{
  TYPE_UNDEFINED = 0,
  TYPE_FLOAT = 1,
  TYPE_INT = 2,
  TYPE_STRING = 3,
  TYPE_TENSOR = 4,
  TYPE_GRAPH = 5,
  TYPE_FLOATS = 6,
  TYPE_INTS = 7,
  TYPE_STRINGS = 8,
};

/* Field numbers of AttributeProto. */
enum
{
  NAME = 1,
  F = 2,
  I = 3,
  S = 4,
  T = 5,
  G = 6,
  FLOATS = 7,
  INTS = 8,
  STRINGS = 9,
  TENSORS = 10,
  GRAPHS = 11,
  TYPE_PROTO = 14,
  TYPE = 20,
  SPARSE_TENSOR = 22,
};

/* What a first scan finds. */
typedef struct
{
  char *name;
  guint64 type;
  guint seen;              /* bit k: field k occurred */
  FxWireField last[G + 1]; /* the single values */
  gsize n[STRINGS + 1];    /* the lists */
} Head;

static void
head_clear (Head *head)
{
  g_free (head->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

static gboolean
has_wire_type (const FxWireField *field)
{
  switch (field->number)
    {
    case F: return field->type == FX_WIRE_FIXED32;
    case I: return field->type == FX_WIRE_VARINT;
    default: return field->type == FX_WIRE_BYTES;
    }
}

static gboolean
scan_head (FxWireSpan span, Head *head, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    {
      gsize n = 1;

      if (field.number == TYPE && field.type == FX_WIRE_VARINT)
        head->type = field.value;
      if (field.number < 32)
        head->seen |= 1u << field.number;
      if (field.number >= NAME && field.number <= G)
        {
          if (!has_wire_type (&field))
            return fx_fail (error, FX_ERROR_BAD_DATA, "an attribute is damaged");
          head->last[field.number] = field;
        }
      if (field.number == NAME)
        {
          g_free (head->name);
          head->name = fx_onnx_dup_name (&field, "the name of an attribute", error);
          if (head->name == NULL)
            return FALSE;
        }
      if ((field.number == FLOATS && !fx_wire_count (&field, 4, &n))
          || (field.number == INTS && !fx_wire_count (&field, 0, &n))
          || (field.number == STRINGS && field.type != FX_WIRE_BYTES))
        return fx_fail (error, FX_ERROR_BAD_DATA, "a list in an attribute is damaged");
      if (field.number >= FLOATS && field.number <= STRINGS)
        head->n[field.number] += n;
    }
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  if (head->name == NULL || *head->name == '\0')
    return fx_fail (error, FX_ERROR_BAD_DATA, "an attribute has no name");
  return TRUE;
}

/* Files of IR version 1 have no type: what is there tells it. */
static guint64
guess_type (const Head *head)
{
  static const struct
  {
    guint field, type;
  } rows[] = { { FLOATS, TYPE_FLOATS }, { INTS, TYPE_INTS }, { STRINGS, TYPE_STRINGS }, { T, TYPE_TENSOR },
               { G, TYPE_GRAPH },       { S, TYPE_STRING },  { I, TYPE_INT },           { F, TYPE_FLOAT } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (head->seen & (1u << rows[i].field))
      return rows[i].type;
  return TYPE_UNDEFINED;
}

static void
read_floats (FxWireSpan span, float *to)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if (field.number == FLOATS && field.bytes.size > 0)
      {
        memcpy (to, field.bytes.data, field.bytes.size);
        to += field.bytes.size / sizeof *to;
      }
}

static void
read_ints (FxWireSpan span, gint64 *to)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  guint64 value;

  while (fx_wire_next (&wire, &field))
    if (field.number == INTS && field.type == FX_WIRE_VARINT)
      *to++ = (gint64)field.value;
    else if (field.number == INTS)
      for (FxWire packed = fx_wire (field.bytes); packed.at < packed.end && fx_wire_varint (&packed, &value);)
        *to++ = (gint64)value;
}

static gboolean
read_strings (FxWireSpan span, char **to, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if (field.number == STRINGS)
      {
        *to = fx_wire_dup_string (field.bytes, MAX_STRING);
        if (*to++ == NULL)
          return fx_fail (error, FX_ERROR_UNSUPPORTED, "holds a string with a NUL byte in it, or a very long one");
      }
  return TRUE;
}

static gboolean
read_lists (FxOnnxReader *reader, const Head *head, FxWireSpan span, FxAttr *attr, GError **error)
{
  gsize n = head->n[attr->kind == FX_ATTR_INTS ? INTS : attr->kind == FX_ATTR_FLOATS ? FLOATS : STRINGS];

  if (n > G_MAXUINT32 / 8)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "holds a list of %zu elements", n);
  switch (attr->kind)
    {
    case FX_ATTR_FLOATS:
      attr->floats = g_new (float, n);
      read_floats (span, attr->floats);
      break;
    case FX_ATTR_INTS:
      attr->ints = g_new (gint64, n);
      read_ints (span, attr->ints);
      break;
    default:
      if (!fx_onnx_count_parts (reader, n, error))
        return FALSE;
      attr->strings = g_new0 (char *, n + 1);
      if (!read_strings (span, attr->strings, error))
        {
          g_strfreev (g_steal_pointer (&attr->strings));
          return FALSE;
        }
    }
  attr->n = (guint)n;
  return TRUE;
}

static gboolean
read_value (FxOnnxReader *reader, FxOnnxScope *scope, const Head *head, FxWireSpan span, FxAttr *attr, GError **error)
{
  guint32 bits;

  switch (head->type != TYPE_UNDEFINED ? head->type : guess_type (head))
    {
    case TYPE_FLOAT:
      attr->kind = FX_ATTR_FLOAT;
      bits = (guint32)head->last[F].value;
      memcpy (&attr->f, &bits, sizeof bits);
      return TRUE;
    case TYPE_INT:
      attr->kind = FX_ATTR_INT;
      attr->i = (gint64)head->last[I].value;
      return TRUE;
    case TYPE_STRING:
      attr->kind = FX_ATTR_STRING;
      attr->s = fx_wire_dup_string (head->last[S].bytes, MAX_STRING);
      return attr->s != NULL
             || fx_fail (error, FX_ERROR_UNSUPPORTED, "is a string with a NUL byte in it, or a very long one");
    case TYPE_TENSOR:
      attr->kind = FX_ATTR_TENSOR;
      if (!(head->seen & (1u << T)))
        return fx_fail (error, FX_ERROR_BAD_DATA, "should hold a tensor but is empty");
      attr->tensor = fx_onnx_tensor_read (reader->file, head->last[T].bytes, reader->external, NULL, error);
      return attr->tensor != NULL;
    case TYPE_GRAPH:
      attr->kind = FX_ATTR_GRAPH;
      if (!(head->seen & (1u << G)))
        return fx_fail (error, FX_ERROR_BAD_DATA, "should hold a graph but is empty");
      attr->graph = fx_onnx_read_graph (reader, scope, head->last[G].bytes, error);
      return attr->graph != NULL;
    case TYPE_FLOATS: attr->kind = FX_ATTR_FLOATS; return read_lists (reader, head, span, attr, error);
    case TYPE_INTS: attr->kind = FX_ATTR_INTS; return read_lists (reader, head, span, attr, error);
    case TYPE_STRINGS: attr->kind = FX_ATTR_STRINGS; return read_lists (reader, head, span, attr, error);
    default: return fx_fail (error, FX_ERROR_UNSUPPORTED, "is of a kind that is not supported");
    }
}

gboolean
fx_onnx_read_attr (FxOnnxReader *reader, FxOnnxScope *scope, const char *node, FxWireSpan span, FxAttr *attr,
                   GError **error)
{
  g_auto (Head) head = { 0 };
  g_autoptr (GError) local = NULL;

  if (!scan_head (span, &head, error))
    return FALSE;

  *attr = (FxAttr){ 0 };
  if (!read_value (reader, scope, &head, span, attr, &local))
    {
      /* a graph's own error may be UNSUPPORTED somewhere deep inside, where it was dealt with: what arrives is final */
      if (!g_error_matches (local, FX_ERROR, FX_ERROR_UNSUPPORTED))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&local), "attribute %s: ", head.name);
          return FALSE;
        }
      fx_onnx_note (reader, FX_SEVERITY_WARNING, "attribute", node, NULL, "attribute %s %s", head.name, local->message);
      attr->kind = FX_ATTR_OTHER;
    }
  attr->name = g_steal_pointer (&head.name);
  return TRUE;
}
