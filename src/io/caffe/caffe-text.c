/* A reader of protobuf's text format that takes what fields there are from protobuf-c's descriptors.
 *
 * Messages are built as protobuf-c would unpack them, so that it frees them. The schema does not nest without bound,
 * and neither do messages here; what is skipped is skipped with a stack of fixed size.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-text.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-nearest.h"
#include "io/caffe/caffe-lexer.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_MEMORY ((gsize)256 << 20)
#define MAX_NOTES 100 /* unknown names that are reported */

typedef struct
{
  FxCaffeLexer lexer;
  gsize memory;        /* allocated so far */
  GHashTable *unknown; /* "Message.field" that were reported */
  GPtrArray *diagnostics;
} Reader;

typedef const ProtobufCFieldDescriptor Field;
typedef const ProtobufCMessageDescriptor Descriptor;

static gboolean read_fields (Reader *reader, ProtobufCMessage *message, char close, guint depth, GError **error);

/* Zeroed memory for protobuf-c to free(). */
static gpointer
allocate (Reader *reader, gsize size, GError **error)
{
  gpointer memory = NULL;

  if (size <= MAX_MEMORY - reader->memory)
    memory = calloc (1, MAX (size, 1));
  if (memory == NULL)
    fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_TOO_LARGE, error, "the network takes over %zu MiB of memory",
                         MAX_MEMORY >> 20);
  else
    reader->memory += size;
  return memory;
}

static gsize
element_size (ProtobufCType type)
{
  switch (type)
    {
    case PROTOBUF_C_TYPE_INT64: return sizeof (gint64);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE: return sizeof (gpointer);
    default: return sizeof (gint32); /* int32, uint32, float, bool, enum */
    }
}

/* The place for a value of the field: a new list element or the member itself; NULL and *error. */
static gpointer
make_room (Reader *reader, ProtobufCMessage *message, Field *field, GError **error)
{
  guint8 *member = (guint8 *)message + field->offset;
  gsize size = element_size (field->type), *n;
  gpointer *list = (gpointer *)member;

  if (field->label != PROTOBUF_C_LABEL_REPEATED)
    return member;

  n = (gsize *)((guint8 *)message + field->quantifier_offset);
  if ((*n & (*n - 1)) == 0) /* 0 or a power of two: the list is full */
    {
      gpointer grown = allocate (reader, MAX (*n * 2, 1) * size, error);

      if (grown == NULL)
        return NULL;
      if (*n > 0)
        memcpy (grown, *list, *n * size);
      free (*list);
      *list = grown;
    }
  return (guint8 *)*list + *n * size;
}

/* Counts the value that was put where make_room() said. */
static void
mark_present (ProtobufCMessage *message, Field *field)
{
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    ++*(gsize *)((guint8 *)message + field->quantifier_offset);
  else if (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE)
    *(protobuf_c_boolean *)((guint8 *)message + field->quantifier_offset) = TRUE;
}

static gboolean
is_present (const ProtobufCMessage *message, Field *field)
{
  const guint8 *base = (const guint8 *)message;

  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return FALSE;
  if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE)
    return *(gpointer const *)(base + field->offset) != NULL;
  return *(const protobuf_c_boolean *)(base + field->quantifier_offset);
}

static gboolean
read_message (Reader *reader, Field *field, gpointer *to, guint depth, GError **error)
{
  Descriptor *descriptor = field->descriptor;
  char open = fx_caffe_lexer_peek (&reader->lexer);
  ProtobufCMessage *message;

  if (open != '{' && open != '<')
    return fx_caffe_lexer_fail_token (&reader->lexer, error, "%s is a message and wants \"{\"", field->name);
  if (depth >= MAX_DEPTH)
    return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error, "messages are nested over %d deep",
                                MAX_DEPTH);
  message = allocate (reader, descriptor->sizeof_message, error);
  if (message == NULL)
    return FALSE;
  descriptor->message_init (message);
  *to = message;
  fx_caffe_lexer_skip (&reader->lexer);
  return read_fields (reader, message, open == '{' ? '}' : '>', depth + 1, error);
}

static gboolean
read_string (Reader *reader, Field *field, char **to, GError **error)
{
  g_autofree char *text = fx_caffe_lexer_string (&reader->lexer, field->name, error);
  gsize size;

  if (text == NULL)
    return FALSE;
  size = strlen (text) + 1;
  *to = allocate (reader, size, error);
  if (*to == NULL)
    return FALSE;
  memcpy (*to, text, size);
  return TRUE;
}

static gboolean
read_enum (Reader *reader, Field *field, gint32 *to, GError **error)
{
  const ProtobufCEnumDescriptor *descriptor = field->descriptor;
  char word[FX_CAFFE_MAX_WORD];
  gint64 number;

  if (!fx_caffe_lexer_word (&reader->lexer, word))
    return fx_caffe_lexer_fail_token (&reader->lexer, error, "%s wants a name", field->name);
  for (guint i = 0; i < descriptor->n_values; i++)
    if (strcmp (descriptor->values[i].name, word) == 0
        || (fx_caffe_parse_int (word, &number) && number == descriptor->values[i].value))
      {
        *to = descriptor->values[i].value;
        return TRUE;
      }
  return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error, "%s is \"%s\", which is none of its values",
                              field->name, word);
}

static gboolean
read_bool (Reader *reader, Field *field, protobuf_c_boolean *to, GError **error)
{
  static const char *const words[] = { "false", "true", "False", "True", "f", "t", "0", "1" };
  char word[FX_CAFFE_MAX_WORD] = "";

  if (fx_caffe_lexer_word (&reader->lexer, word))
    for (guint i = 0; i < G_N_ELEMENTS (words); i++)
      if (strcmp (word, words[i]) == 0)
        {
          *to = i % 2;
          return TRUE;
        }
  if (*word == '\0')
    return fx_caffe_lexer_fail_token (&reader->lexer, error, "%s wants true or false", field->name);
  return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error, "%s is \"%s\", wanted true or false",
                              field->name, word);
}

static gboolean
read_int (Reader *reader, Field *field, gpointer to, GError **error)
{
  gboolean wide = field->type == PROTOBUF_C_TYPE_INT64, is_unsigned = field->type == PROTOBUF_C_TYPE_UINT32;
  gint64 min = wide ? G_MININT64 : is_unsigned ? 0 : G_MININT32;
  gint64 max = wide ? G_MAXINT64 : is_unsigned ? G_MAXUINT32 : G_MAXINT32, number;
  char word[FX_CAFFE_MAX_WORD] = "";

  if (!fx_caffe_lexer_word (&reader->lexer, word))
    return fx_caffe_lexer_fail_token (&reader->lexer, error, "%s wants a whole number", field->name);
  if (!fx_caffe_parse_int (word, &number) || number < min || number > max)
    return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error,
                                "%s is \"%s\", wanted a whole number from %" PRId64 " to %" PRId64, field->name, word,
                                min, max);
  if (wide)
    memcpy (to, &number, sizeof number);
  else
    memcpy (to, &(guint32){ (guint32)number }, sizeof (guint32));
  return TRUE;
}

static gboolean
read_float (Reader *reader, Field *field, float *to, GError **error)
{
  char word[FX_CAFFE_MAX_WORD] = "";
  double number;

  if (!fx_caffe_lexer_word (&reader->lexer, word))
    return fx_caffe_lexer_fail_token (&reader->lexer, error, "%s wants a number", field->name);
  if (!fx_caffe_parse_double (word, &number))
    return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error, "%s is \"%s\", wanted a number", field->name,
                                word);
  *to = (float)number;
  return TRUE;
}

static gboolean
read_value (Reader *reader, ProtobufCMessage *message, Field *field, guint depth, GError **error)
{
  gpointer to;
  gboolean ok = FALSE;

  if (is_present (message, field))
    return fx_caffe_lexer_fail (&reader->lexer, FX_ERROR_BAD_DATA, error, "%s is there twice, but takes one value",
                                field->name);
  to = make_room (reader, message, field, error);
  if (to == NULL)
    return FALSE;
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_MESSAGE:
      /* counted at once, so that what is broken inside is freed with the rest */
      ok = read_message (reader, field, to, depth, error);
      if (*(gpointer *)to != NULL)
        mark_present (message, field);
      return ok;
    case PROTOBUF_C_TYPE_STRING: ok = read_string (reader, field, to, error); break;
    case PROTOBUF_C_TYPE_ENUM: ok = read_enum (reader, field, to, error); break;
    case PROTOBUF_C_TYPE_BOOL: ok = read_bool (reader, field, to, error); break;
    case PROTOBUF_C_TYPE_FLOAT: ok = read_float (reader, field, to, error); break;
    default: ok = read_int (reader, field, to, error); break;
    }
  if (ok)
    mark_present (message, field);
  return ok;
}

/* "[1, 2]" or "[{ … }, { … }]" */
static gboolean
read_list (Reader *reader, ProtobufCMessage *message, Field *field, guint depth, GError **error)
{
  FxCaffeLexer *lexer = &reader->lexer;

  if (field->label != PROTOBUF_C_LABEL_REPEATED)
    return fx_caffe_lexer_fail (lexer, FX_ERROR_BAD_DATA, error, "%s takes one value, found a list", field->name);
  fx_caffe_lexer_skip (lexer);
  if (fx_caffe_lexer_accept (lexer, ']'))
    return TRUE;
  do
    if (!read_value (reader, message, field, depth, error))
      return FALSE;
  while (fx_caffe_lexer_accept (lexer, ','));
  if (!fx_caffe_lexer_accept (lexer, ']'))
    return fx_caffe_lexer_fail_token (lexer, error, "the list of %s wants \",\" or \"]\"", field->name);
  return TRUE;
}

/* The field of the message that a mistyped name most likely stands for; NULL: none is near. */
static const char *
nearest_field (Descriptor *descriptor, const char *name)
{
  g_autofree const char **names = g_new0 (const char *, descriptor->n_fields + 1);

  for (guint i = 0; i < descriptor->n_fields; i++)
    names[i] = descriptor->fields[i].name;
  return fx_nearest_word (name, names);
}

static void
note_unknown (Reader *reader, Descriptor *descriptor, const char *name, guint line)
{
  g_autofree char *key = g_strdup_printf ("%s.%s", descriptor->short_name, name);
  const char *nearest = nearest_field (descriptor, name);
  FxDiagnostic *note;

  if (g_hash_table_size (reader->unknown) >= MAX_NOTES || g_hash_table_contains (reader->unknown, key))
    return;
  note = fx_diagnostics_add (reader->diagnostics, FX_SEVERITY_WARNING, "unknown-field", NULL, NULL,
                             "line %u: field \"%s\" of %s is not known and was skipped", line, name,
                             descriptor->short_name);
  if (note != NULL && nearest != NULL)
    note->fix = g_strdup_printf (_ ("did you mean \"%s\"?"), nearest);
  g_hash_table_add (reader->unknown, g_steal_pointer (&key));
}

/* A name that C or protobuf-c uses itself has a "_" behind it in the schema. */
static Field *
find_field (Descriptor *descriptor, const char *name)
{
  char longer[FX_CAFFE_MAX_WORD + 1];
  Field *field = protobuf_c_message_descriptor_get_field_by_name (descriptor, name);

  g_snprintf (longer, sizeof longer, "%s_", name);
  return field != NULL ? field : protobuf_c_message_descriptor_get_field_by_name (descriptor, longer);
}

static gboolean
read_field (Reader *reader, ProtobufCMessage *message, guint depth, GError **error)
{
  FxCaffeLexer *lexer = &reader->lexer;
  char name[FX_CAFFE_MAX_WORD];
  gboolean colon;
  guint line;
  Field *field;

  if (!fx_caffe_lexer_name (lexer, name))
    return fx_caffe_lexer_fail_token (
        lexer, error, depth > 0 ? N_ ("wanted the name of a field or \"}\"") : N_ ("wanted the name of a field"));
  line = lexer->line;
  field = find_field (message->descriptor, name);
  colon = fx_caffe_lexer_accept (lexer, ':');
  if (field == NULL || field->descriptor == &fx__caffe__ignored__descriptor)
    {
      if (field == NULL)
        note_unknown (reader, message->descriptor, name, line);
      return fx_caffe_lexer_skip_value (lexer, name, error);
    }
  if (!colon && field->type != PROTOBUF_C_TYPE_MESSAGE)
    return fx_caffe_lexer_fail_token (lexer, error, "%s wants \":\" and a value", name);
  if (fx_caffe_lexer_peek (lexer) == '[')
    return read_list (reader, message, field, depth, error);
  return read_value (reader, message, field, depth, error);
}

/* The fields of a message up to `close`, or up to the end of the text if that is 0. */
static gboolean
read_fields (Reader *reader, ProtobufCMessage *message, char close, guint depth, GError **error)
{
  FxCaffeLexer *lexer = &reader->lexer;
  guint line = lexer->line;

  for (;;)
    {
      if (fx_caffe_lexer_at_end (lexer))
        {
          if (close == '\0')
            return TRUE;
          return fx_caffe_lexer_fail (lexer, FX_ERROR_BAD_DATA, error,
                                      "the text ends inside of the %s that begins in line %u: it is cut off or lacks "
                                      "a \"%c\"",
                                      message->descriptor->short_name, line, close);
        }
      if (close != '\0' && fx_caffe_lexer_accept (lexer, close))
        return TRUE;
      if (!read_field (reader, message, depth, error))
        return FALSE;
      if (!fx_caffe_lexer_accept (lexer, ','))
        fx_caffe_lexer_accept (lexer, ';');
    }
}

Fx__Caffe__NetParameter *
fx_caffe_text_read (const char *text, gsize size, GPtrArray *diagnostics, GError **error)
{
  g_autoptr (GHashTable) unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = { .lexer = fx_caffe_lexer (text, size), .unknown = unknown, .diagnostics = diagnostics };
  Fx__Caffe__NetParameter *net = allocate (&reader, sizeof *net, error);

  if (net == NULL)
    return NULL;
  fx__caffe__net_parameter__init (net);
  if (!read_fields (&reader, &net->base, '\0', 0, error))
    {
      fx__caffe__net_parameter__free_unpacked (net, NULL);
      return NULL;
    }
  return net;
}

/* "layer {", with or without a colon and spaces. */
static gboolean
starts_layer (const char *at, const char *end, const char *word)
{
  gsize n = strlen (word);

  if ((gsize)(end - at) <= n || memcmp (at, word, n) != 0)
    return FALSE;
  for (at += n; at < end && (g_ascii_isspace (*at) || *at == ':'); at++)
    ;
  return at < end && (*at == '{' || *at == '<');
}

gboolean
fx_caffe_text_sniff (const guint8 *data, gsize size)
{
  const char *at = (const char *)data, *end;
  gboolean word = FALSE; /* the last character belongs to a word */

  if (size == 0 || memchr (data, '\0', MIN (size, 65536)) != NULL)
    return FALSE;
  for (end = at + MIN (size, 65536); at < end; at++)
    {
      if (*at == '#')
        {
          const char *line_end = memchr (at, '\n', (gsize)(end - at));

          at = line_end != NULL ? line_end : end - 1;
        }
      if (!word && *at == 'l' && (starts_layer (at, end, "layer") || starts_layer (at, end, "layers")))
        return TRUE;
      word = g_ascii_isalnum (*at) || *at == '_';
    }
  return FALSE;
}
