/* FxProgram → .fxb
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/program/fx-program-file.h"

#include "core/fx-error.h"
#include "io/fx-file.h"
#include "io/onnx/onnx-reader.h"
#include "io/onnx/onnx-writer.h"
#include "io/program/program-private.h"

#include "program.pb-c.h"

#include <string.h>

/* A list that grows; protobuf-c wants a count and a pointer. */
#define APPEND(array, type, value)                                                                                     \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    type appended = (type)(value);                                                                                     \
    g_array_append_val (array, appended);                                                                              \
  }                                                                                                                    \
  G_STMT_END

/* Numbers of values and nodes as a reader will have them, who sees them in the order of the file. */
typedef struct
{
  const FxProgram *program;
  const FxGraph *read;
  GPtrArray *arrays; /* owns the lists */
} Writer;

static GArray *
new_array (Writer *writer, guint size)
{
  GArray *array = g_array_new (FALSE, FALSE, size);

  g_ptr_array_add (writer->arrays, array);
  return array;
}

static FxId
node_as_read (const Writer *writer, FxId id)
{
  return fx_graph_find_node (writer->read, fx_graph_node (writer->program->graph, id)->name);
}

static FxId
value_as_read (const Writer *writer, FxId id)
{
  return fx_graph_find_value (writer->read, fx_graph_value (writer->program->graph, id)->name);
}

#define PUT(message, field, array)                                                                                     \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    (message)->n_##field = (array)->len;                                                                               \
    (message)->field = (gpointer)(array)->data;                                                                        \
  }                                                                                                                    \
  G_STMT_END

static void
put_places (Writer *writer, Fixpoint__Program *message)
{
  GArray *values = new_array (writer, sizeof (guint32)), *memories = new_array (writer, sizeof (guint32));
  GArray *offsets = new_array (writer, sizeof (guint64)), *slots = new_array (writer, sizeof (gint64));
  GArray *axes = new_array (writer, sizeof (gint32));

  for (FxId id = 0; id < writer->program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (writer->program, id);

      APPEND (values, guint32, value_as_read (writer, place->value));
      APPEND (memories, guint32, place->memory);
      APPEND (offsets, guint64, place->offset);
      APPEND (slots, gint64, place->slots);
      APPEND (axes, gint32, place->constant_axis);
    }
  PUT (message, place_value, values);
  PUT (message, place_memory, memories);
  PUT (message, place_offset, offsets);
  PUT (message, place_slots, slots);
  PUT (message, place_axis, axes);
}

static void
put_segments (Writer *writer, Fixpoint__Program *message)
{
  GArray *on_bpu = new_array (writer, sizeof (protobuf_c_boolean)), *sizes = new_array (writer, sizeof (guint32));
  GArray *nodes = new_array (writer, sizeof (guint32));

  for (guint s = 0; s < writer->program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (writer->program, s);

      APPEND (on_bpu, protobuf_c_boolean, segment->on_bpu);
      APPEND (sizes, guint32, segment->n);
      for (guint i = 0; i < segment->n && !segment->on_bpu; i++)
        APPEND (nodes, guint32, node_as_read (writer, segment->nodes[i]));
    }
  PUT (message, segment_on_bpu, on_bpu);
  PUT (message, segment_size, sizes);
  PUT (message, segment_node, nodes);
}

static void
put_rows (GArray *places, GArray *begins, GArray *ends, const FxPlaceRows *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      APPEND (places, guint32, rows[i].place != FX_NONE ? rows[i].place + 1 : 0);
      APPEND (begins, gint64, rows[i].rows.begin);
      APPEND (ends, gint64, rows[i].rows.end);
    }
}

static void
put_all_rows (Writer *writer, Fixpoint__Program *message)
{
  GArray *places = new_array (writer, sizeof (guint32)), *begins = new_array (writer, sizeof (gint64));
  GArray *ends = new_array (writer, sizeof (gint64));

  for (guint i = 0; i < writer->program->commands->len; i++)
    {
      const FxCommand *command = fx_program_command (writer->program, i);

      put_rows (places, begins, ends, command->operands, command->n_operands);
      put_rows (places, begins, ends, command->results, command->n_results);
    }
  PUT (message, rows_place, places);
  PUT (message, rows_begin, begins);
  PUT (message, rows_end, ends);
}

static void
put_commands (Writer *writer, Fixpoint__Program *message)
{
  GArray *units = new_array (writer, sizeof (guint32)), *nodes = new_array (writer, sizeof (guint32));
  GArray *operands = new_array (writer, sizeof (guint32)), *results = new_array (writer, sizeof (guint32));
  GArray *begins = new_array (writer, sizeof (gint64)), *ends = new_array (writer, sizeof (gint64));
  GArray *ms = new_array (writer, sizeof (double)), *after = new_array (writer, sizeof (gint64));

  for (guint i = 0; i < writer->program->commands->len; i++)
    {
      const FxCommand *command = fx_program_command (writer->program, i);

      APPEND (units, guint32, command->unit);
      APPEND (nodes, guint32, node_as_read (writer, command->node));
      APPEND (operands, guint32, command->n_operands);
      APPEND (results, guint32, command->n_results);
      APPEND (begins, gint64, command->channels.begin);
      APPEND (ends, gint64, command->channels.end);
      APPEND (ms, double, command->ms);
      g_array_append_vals (after, command->after, (guint)fx_n_units (writer->program->cores));
    }
  PUT (message, command_unit, units);
  PUT (message, command_node, nodes);
  PUT (message, command_operands, operands);
  PUT (message, command_results, results);
  PUT (message, command_channel_begin, begins);
  PUT (message, command_channel_end, ends);
  PUT (message, command_ms, ms);
  PUT (message, command_after, after);
}

static GByteArray *
write_header (const FxProgram *program, const FxGraph *read)
{
  g_autoptr (GPtrArray) arrays = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  Writer writer = { program, read, arrays };
  Fixpoint__Program message = FIXPOINT__PROGRAM__INIT;
  GByteArray *header = g_byte_array_new ();

  message.producer = (char *)"fixpoint";
  message.target = program->target;
  message.sram_bytes = program->memory_bytes[FX_MEMORY_SRAM];
  message.ddr_bytes = program->memory_bytes[FX_MEMORY_DDR];
  message.channel_align = program->channel_align;
  message.cores = program->cores;
  put_places (&writer, &message);
  put_segments (&writer, &message);
  put_commands (&writer, &message);
  put_all_rows (&writer, &message);
  g_byte_array_set_size (header, (guint)fixpoint__program__get_packed_size (&message));
  fixpoint__program__pack (&message, header->data);
  return header;
}

/* ---- the file ---- */

typedef struct
{
  FxProgramParts parts;
  const GByteArray *header;
  GBytes *network;
} File;

static gboolean
write_padded (GOutputStream *stream, gconstpointer data, gsize size, GError **error)
{
  static const guint8 zeros[FX_PROGRAM_ALIGNMENT];
  gsize rest = (FX_PROGRAM_ALIGNMENT - size % FX_PROGRAM_ALIGNMENT) % FX_PROGRAM_ALIGNMENT;

  return g_output_stream_write_all (stream, data, size, NULL, NULL, error)
         && g_output_stream_write_all (stream, zeros, rest, NULL, NULL, error);
}

static gboolean
write_file (GOutputStream *stream, gpointer user_data, GError **error)
{
  const File *file = user_data;
  gsize size;
  gconstpointer network = g_bytes_get_data (file->network, &size);

  return write_padded (stream, &file->parts, sizeof file->parts, error)
         && write_padded (stream, file->header->data, file->header->len, error)
         && g_output_stream_write_all (stream, network, size, NULL, NULL, error);
}

static FxProgramParts
make_parts (gsize header_size, gsize network_size)
{
  guint64 padded = (header_size + FX_PROGRAM_ALIGNMENT - 1) / FX_PROGRAM_ALIGNMENT * FX_PROGRAM_ALIGNMENT;
  FxProgramParts parts = { .version = GUINT32_TO_LE (FX_PROGRAM_VERSION),
                           .header_offset = GUINT64_TO_LE ((guint64)sizeof (FxProgramParts)),
                           .header_size = GUINT64_TO_LE ((guint64)header_size),
                           .network_offset = GUINT64_TO_LE (sizeof (FxProgramParts) + padded),
                           .network_size = GUINT64_TO_LE ((guint64)network_size) };

  memcpy (parts.magic, FX_PROGRAM_MAGIC, FX_PROGRAM_MAGIC_SIZE);
  return parts;
}

gboolean
fx_program_save (const FxProgram *program, const char *path, GError **error)
{
  g_autoptr (GBytes) network = fx_onnx_write (program->graph, error);
  g_autoptr (FxGraph) read = network != NULL ? fx_onnx_read (network, NULL, NULL, error) : NULL;
  g_autoptr (GByteArray) header = NULL;
  File file;

  if (read == NULL)
    return fx_error_prefix (error, "%s", path);
  header = write_header (program, read);
  file = (File){ make_parts (header->len, g_bytes_get_size (network)), header, network };
  return fx_file_replace (path, write_file, &file, error) || fx_error_prefix (error, "%s", path);
}

static void
set_number (FxGraph *graph, const char *name, guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);

  fx_graph_set_metadata (graph, name, text);
}

void
fx_program_set_recipe (FxProgram *program, const char *model, const FxCompileOptions *options)
{
  g_autofree char *name = g_path_get_basename (model), *level = g_strdup_printf ("O%u", options->level);

  fx_graph_set_metadata (program->graph, "prop:fixpoint.model", name);
  fx_graph_set_metadata (program->graph, "prop:fixpoint.optimize_level", level);
  fx_graph_set_metadata (program->graph, "prop:fixpoint.compile_mode", fx_compile_mode_names[options->mode]);
  fx_graph_set_metadata (program->graph, "prop:fixpoint.version", FX_VERSION);
  if (options->mode == FX_COMPILE_BALANCE)
    set_number (program->graph, "prop:fixpoint.balance_factor", options->balance);
  if (options->cores > 1)
    set_number (program->graph, "prop:fixpoint.core_num", options->cores);
  if (options->max_call_us > 0)
    set_number (program->graph, "prop:fixpoint.max_time_per_fc", options->max_call_us);
}
