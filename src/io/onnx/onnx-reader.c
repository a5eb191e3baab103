/* ModelProto → FxGraph, and what the parts of the reader share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-reader.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/onnx/onnx-read.h"
#include "onnx.pb-c.h"

#include <string.h>

#define MAX_MESSAGE 65536
#define MAX_DOC 4096   /* bytes of the doc string that are kept */
#define MAX_NOTES 1000 /* findings of one model */
#define MAX_PROPS 1024 /* metadata_props entries */
#define NEWEST_IR 10   /* the newest versions that this reader was tried with */
#define NEWEST_OPSET 21
#define ABSURD_OPSET 1000 /* no domain counts that far: the number is damaged */

/* Field numbers of ModelProto. */
enum
{
  IR_VERSION = 1,
  PRODUCER_NAME = 2,
  PRODUCER_VERSION = 3,
  DOMAIN = 4,
  MODEL_VERSION = 5,
  DOC_STRING = 6,
  GRAPH = 7,
  OPSET_IMPORT = 8,
  METADATA_PROPS = 14,
  TRAINING_INFO = 20,
  FUNCTIONS = 25,
};

gboolean
fx_onnx_count_parts (FxOnnxReader *reader, gsize n, GError **error)
{
  if (n > FX_ONNX_MAX_PARTS - reader->n_parts)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the model has more than %d values, attributes and strings",
                    FX_ONNX_MAX_PARTS);
  reader->n_parts += (guint)n;
  return TRUE;
}

void
fx_onnx_note (FxOnnxReader *reader, FxSeverity severity, const char *rule, const char *node, const char *tensor,
              const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (reader->diagnostics == NULL || reader->diagnostics->len >= MAX_NOTES)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);
  fx_diagnostics_add (reader->diagnostics, severity, rule, node, tensor, "%s", message);
}

char *
fx_onnx_dup_name (const FxWireField *field, const char *what, GError **error)
{
  char *name = field->type == FX_WIRE_BYTES ? fx_wire_dup_string (field->bytes, FX_ONNX_MAX_NAME) : NULL;

  if (name == NULL)
    fx_fail (error, FX_ERROR_BAD_DATA, "%s is damaged or longer than %d bytes", what, FX_ONNX_MAX_NAME);
  return name;
}

FxId
fx_onnx_resolve (FxOnnxReader *reader, FxOnnxScope *scope, const char *name)
{
  FxId id = fx_graph_find_value (scope->graph, name), outer;
  const FxValue *from;
  FxShape shape;

  if (id != FX_NONE || scope->outer == NULL)
    return id;
  outer = fx_onnx_resolve (reader, scope->outer, name);
  if (outer == FX_NONE || !fx_onnx_count_parts (reader, 1, NULL))
    return FX_NONE;

  from = fx_graph_value (scope->outer->graph, outer);
  shape = from->shape;
  for (int i = 0; i < shape.rank; i++)
    if (fx_dim_is_symbol (shape.dims[i])) /* symbols are numbered per graph */
      shape.dims[i] = FX_DIM_UNKNOWN;
  id = fx_graph_add_value (scope->graph, name, from->dtype, &shape);
  fx_graph_value (scope->graph, id)->captured = TRUE;
  return id;
}

/* What the first scan of a model finds. */
typedef struct
{
  FxWireSpan graph;
  gboolean has_graph;
  gint64 ir_version;
  guint n_imports, n_props, n_functions;
  gboolean has_training;
} Head;

static gboolean
read_import (FxOnnxReader *reader, const FxWireField *field, GError **error)
{
  Fx__Onnx__OperatorSetIdProto *import = NULL;
  const char *domain;
  gint64 version;

  if (field->type == FX_WIRE_BYTES && field->bytes.size <= MAX_MESSAGE)
    import = fx__onnx__operator_set_id_proto__unpack (NULL, field->bytes.size, field->bytes.data);
  if (import == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the list of operator sets is damaged");

  domain = import->domain == NULL || strcmp (import->domain, "ai.onnx") == 0 ? "" : import->domain;
  version = import->version;
  if (version < 1 || version > ABSURD_OPSET)
    fx_onnx_note (reader, FX_SEVERITY_ERROR, "opset", NULL, NULL,
                  "opset version %" PRId64 " of domain \"%s\" does not exist", version,
                  *domain != '\0' ? domain : "ai.onnx");
  else if (*domain == '\0' && version > NEWEST_OPSET)
    fx_onnx_note (reader, FX_SEVERITY_WARNING, "opset", NULL, NULL,
                  "opset %" PRId64 " is newer than %d, the newest known: operators may mean something else", version,
                  NEWEST_OPSET);
  fx_graph_set_opset (reader->model, domain, CLAMP (version, 1, G_MAXINT32));
  fx__onnx__operator_set_id_proto__free_unpacked (import, NULL);
  return TRUE;
}

static gboolean
read_prop (FxOnnxReader *reader, const FxWireField *field, GError **error)
{
  Fx__Onnx__StringStringEntryProto *entry = NULL;

  if (field->type != FX_WIRE_BYTES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the metadata is damaged");
  if (field->bytes.size > MAX_MESSAGE)
    return TRUE; /* whole files are put there at times; nobody reads them as a fact about the model */
  entry = fx__onnx__string_string_entry_proto__unpack (NULL, field->bytes.size, field->bytes.data);
  if (entry == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the metadata is damaged");
  if (entry->key != NULL && entry->value != NULL)
    {
      g_autofree char *key = g_utf8_make_valid (entry->key, -1);
      g_autofree char *full_key = g_strconcat ("prop:", key, NULL);
      g_autofree char *value = g_utf8_make_valid (entry->value, -1);

      fx_graph_set_metadata (reader->model, full_key, value);
    }
  fx__onnx__string_string_entry_proto__free_unpacked (entry, NULL);
  return TRUE;
}

/* A text about the model; a damaged one is not worth refusing the model for. */
static void
read_text (FxOnnxReader *reader, const char *key, const FxWireField *field)
{
  FxWireSpan span = { field->bytes.data, MIN (field->bytes.size, MAX_DOC) };
  g_autofree char *text = NULL;

  /* do not cut a character in two */
  if (span.size < field->bytes.size)
    while (span.size > 0 && (span.data[span.size] & 0xc0) == 0x80)
      span.size--;
  text = field->type == FX_WIRE_BYTES ? fx_wire_dup_string (span, MAX_DOC) : NULL;
  if (text != NULL && *text != '\0')
    fx_graph_set_metadata (reader->model, key, text);
}

static void
set_number (FxOnnxReader *reader, const char *key, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" PRId64, value);

  fx_graph_set_metadata (reader->model, key, text);
}

static gboolean
scan_model (FxWireSpan span, Head *head, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    switch (field.number)
      {
      case IR_VERSION: head->ir_version = field.type == FX_WIRE_VARINT ? (gint64)field.value : -1; break;
      case GRAPH:
        if (field.type != FX_WIRE_BYTES || head->has_graph)
          return fx_fail (error, FX_ERROR_BAD_DATA,
                          head->has_graph ? N_ ("has two graphs") : N_ ("the graph is damaged"));
        head->has_graph = TRUE;
        head->graph = field.bytes;
        break;
      case OPSET_IMPORT: head->n_imports++; break;
      case METADATA_PROPS: head->n_props++; break;
      case TRAINING_INFO: head->has_training = TRUE; break;
      case FUNCTIONS: head->n_functions++; break;
      default:
        if (field.number > FUNCTIONS + 100)
          return fx_fail (error, FX_ERROR_BAD_DATA,
                          "has a field %u that no ONNX model has: the file is damaged or has something appended to it",
                          field.number);
      }
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is not a whole ONNX model: %s", wire.problem);
  if (!head->has_graph)
    return fx_fail (error, FX_ERROR_BAD_DATA, "holds no graph: it is no ONNX model, or cut off");
  if (head->n_imports > FX_ONNX_MAX_IMPORTS || head->n_props > MAX_PROPS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "has %u operator sets and %u metadata entries, wanted at most %d and %d",
                    head->n_imports, head->n_props, FX_ONNX_MAX_IMPORTS, MAX_PROPS);
  return TRUE;
}

static gboolean
read_facts (FxOnnxReader *reader, FxWireSpan span, GError **error)
{
  FxWire wire = fx_wire (span);
  FxWireField field;
  gboolean ok = TRUE;

  while (ok && fx_wire_next (&wire, &field))
    switch (field.number)
      {
      case PRODUCER_NAME: read_text (reader, "producer_name", &field); break;
      case PRODUCER_VERSION: read_text (reader, "producer_version", &field); break;
      case DOMAIN: read_text (reader, "domain", &field); break;
      case MODEL_VERSION: set_number (reader, "model_version", (gint64)field.value); break;
      case DOC_STRING: read_text (reader, "doc_string", &field); break;
      case OPSET_IMPORT: ok = read_import (reader, &field, error); break;
      case METADATA_PROPS: ok = read_prop (reader, &field, error); break;
      default: break;
      }
  return ok;
}

static void
note_model (FxOnnxReader *reader, const Head *head)
{
  if (head->ir_version < 1 || head->ir_version > NEWEST_IR)
    fx_onnx_note (reader, FX_SEVERITY_WARNING, "ir-version", NULL, NULL,
                  head->ir_version < 1
                      ? N_ ("IR version %" PRId64 " does not exist: the file may be damaged")
                      : N_ ("IR version %" PRId64 " is newer than what is known; the model may not be complete"),
                  head->ir_version);
  if (head->n_imports == 0)
    {
      fx_onnx_note (reader, FX_SEVERITY_WARNING, "opset", NULL, NULL,
                    "the model does not say which opset it uses, as was usual before ONNX 1.0; opset 1 is assumed");
      fx_graph_set_opset (reader->model, "", 1);
    }
  if (head->n_functions > 0)
    fx_onnx_note (reader, FX_SEVERITY_WARNING, "functions", NULL, NULL,
                  "the model defines %u functions of its own, which are not looked into", head->n_functions);
  if (head->has_training)
    fx_onnx_note (reader, FX_SEVERITY_INFO, "training", NULL, NULL, "information for training is left out");
}

static void
note_overridable (FxOnnxReader *reader)
{
  const char *names = fx_graph_metadata (reader->model, "overridable_initializers");
  guint n = names != NULL;

  for (const char *at = names; at != NULL && *at != '\0'; at++)
    n += *at == '\n';
  if (n > 0)
    fx_onnx_note (reader, FX_SEVERITY_INFO, "overridable-initializer", NULL, NULL,
                  "%u initializers are also inputs; they are taken for constants", n);
}

FxGraph *
fx_onnx_read (GBytes *file, const char *folder, GPtrArray *diagnostics, GError **error)
{
  g_autoptr (FxOnnxExternal) external = folder != NULL ? fx_onnx_external_new (folder) : NULL;
  g_autoptr (GHashTable) symbols = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (FxGraph) graph = NULL;
  g_autofree char *name = NULL;
  FxOnnxReader reader = { .file = file, .external = external, .diagnostics = diagnostics };
  FxOnnxScope scope = { NULL, NULL, symbols };
  Head head = { 0 };
  FxWireSpan span;

  span.data = g_bytes_get_data (file, &span.size);
  if (!scan_model (span, &head, error))
    return NULL;
  name = fx_onnx_graph_name (head.graph, error);
  if (name == NULL)
    return NULL;

  graph = reader.model = scope.graph = fx_graph_new (name);
  fx_graph_set_metadata (graph, "format", "onnx");
  set_number (&reader, "ir_version", head.ir_version);
  if (!read_facts (&reader, span, error))
    return NULL;
  note_model (&reader, &head);
  if (!fx_onnx_fill_graph (&reader, &scope, head.graph, error))
    return NULL;
  note_overridable (&reader);
  return g_steal_pointer (&graph);
}

gboolean
fx_onnx_sniff (const guint8 *data, gsize size)
{
  FxWire wire = fx_wire ((FxWireSpan){ data, size });
  FxWireField field;
  guint n = 0;

  while (n < 8 && fx_wire_next (&wire, &field))
    {
      gboolean number = field.number == IR_VERSION || field.number == MODEL_VERSION;

      if (field.type != (number ? FX_WIRE_VARINT : FX_WIRE_BYTES))
        return FALSE;
      if (field.number > METADATA_PROPS && field.number != TRAINING_INFO && field.number != FUNCTIONS)
        break;
      n++;
    }
  /* a file that is cut off in its graph starts rightly all the same */
  return n > 0 || (size > 2 && data[0] == (GRAPH << 3 | FX_WIRE_BYTES) && wire.problem != NULL);
}

gboolean
fx_onnx_sniff_pre_1_0 (const guint8 *data, gsize size)
{
  FxWire wire = fx_wire ((FxWireSpan){ data, size });
  FxWire node;
  FxWireField field;
  guint n_outputs = 0, n_op_types = 0;

  if (!fx_wire_next (&wire, &field) || field.number != 1 || field.type != FX_WIRE_BYTES)
    return FALSE;
  node = fx_wire (field.bytes);
  while (fx_wire_next (&node, &field))
    {
      if (field.type != FX_WIRE_BYTES)
        return FALSE;
      n_outputs += field.number == 2;
      n_op_types += field.number == 4 && field.bytes.size > 0 && g_ascii_isupper (field.bytes.data[0]);
    }
  return node.problem == NULL && n_outputs > 0 && n_op_types == 1;
}
