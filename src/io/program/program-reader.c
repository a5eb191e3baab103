/* .fxb → FxProgram
 *
 * The header has no nested messages, and no list in it may have more elements than the file has bytes, so that what is
 * unpacked is at most sixteen times the file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/program/fx-program-file.h"

#include "core/fx-error.h"
#include "core/graph/fx-infer.h"
#include "io/fx-file.h"
#include "io/onnx/onnx-reader.h"
#include "io/program/program-private.h"

#include "program.pb-c.h"

#include <string.h>

#define MAX_HEADER (64u << 20) /* a million commands and more */

gboolean
fx_program_sniff (const guint8 *data, gsize size)
{
  return size >= FX_PROGRAM_MAGIC_SIZE && memcmp (data, FX_PROGRAM_MAGIC, FX_PROGRAM_MAGIC_SIZE) == 0;
}

gboolean
fx_program_is_file (const char *path)
{
  g_autoptr (GBytes) file = fx_file_map (path, NULL);
  gsize size = 0;
  const guint8 *data = file != NULL ? g_bytes_get_data (file, &size) : NULL;

  return fx_program_sniff (data, size);
}

static gboolean
read_parts (GBytes *file, FxProgramParts *parts, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);

  if (!fx_program_sniff (data, size) || size < sizeof *parts)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is no program of the BPU");
  memcpy (parts, data, sizeof *parts);
  if (GUINT32_FROM_LE (parts->version) != FX_PROGRAM_VERSION)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "is a program of version %u, wanted %u",
                    GUINT32_FROM_LE (parts->version), FX_PROGRAM_VERSION);
  parts->header_offset = GUINT64_FROM_LE (parts->header_offset);
  parts->header_size = GUINT64_FROM_LE (parts->header_size);
  parts->network_offset = GUINT64_FROM_LE (parts->network_offset);
  parts->network_size = GUINT64_FROM_LE (parts->network_size);
  if (parts->header_offset > size || parts->header_size > size - parts->header_offset || parts->header_size > MAX_HEADER
      || parts->network_offset > size || parts->network_size > size - parts->network_offset)
    return fx_fail (error, FX_ERROR_BAD_DATA, "is cut off: it has %zu bytes, and its parts end behind them", size);
  return TRUE;
}

static FxGraph *
read_network (GBytes *file, const FxProgramParts *parts, GError **error)
{
  g_autoptr (GBytes) network = g_bytes_new_from_bytes (file, (gsize)parts->network_offset, (gsize)parts->network_size);
  g_autoptr (FxGraph) graph = fx_onnx_read (network, NULL, NULL, error);

  if (graph == NULL)
    return NULL;
  fx_graph_infer (graph, NULL);
  return g_steal_pointer (&graph);
}

/* ---- columns ---- */

static gboolean
read_places (FxProgram *program, const Fixpoint__Program *message, GError **error)
{
  gsize n = message->n_place_value;

  if (message->n_place_memory != n || message->n_place_offset != n || message->n_place_slots != n
      || message->n_place_axis != n)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the lists of places have different lengths");
  for (gsize i = 0; i < n; i++)
    {
      FxPlace place = { .value = message->place_value[i],
                        .memory = (FxMemory)MIN (message->place_memory[i], FX_N_MEMORIES),
                        .offset = message->place_offset[i],
                        .slots = message->place_slots[i],
                        .constant_axis = (gint16)CLAMP (message->place_axis[i], -1, FX_MAX_RANK) };

      if (place.value >= fx_graph_n_values (program->graph)
          || !fx_place_resolve (&place, program->graph, program->channel_align))
        return fx_fail (error, FX_ERROR_BAD_DATA, "place %zu is of no value of the network with a known size", i);
      fx_program_add_place (program, place);
    }
  return TRUE;
}

static gboolean
read_segments (FxProgram *program, const Fixpoint__Program *message, GError **error)
{
  gsize next_node = 0;
  guint64 next = 0;

  if (message->n_segment_on_bpu != message->n_segment_size)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the lists of segments have different lengths");
  for (gsize i = 0; i < message->n_segment_size; i++)
    {
      FxSegment segment = { .on_bpu = message->segment_on_bpu[i] != 0, .n = message->segment_size[i] };

      if (segment.on_bpu ? segment.n > message->n_command_unit - next : segment.n > message->n_segment_node - next_node)
        return fx_fail (error, FX_ERROR_BAD_DATA, "segment %zu has %u parts, more than there are", i, segment.n);
      if (segment.on_bpu)
        {
          segment.first = (guint)next;
          next += segment.n;
        }
      else
        {
          segment.nodes = g_memdup2 (message->segment_node + next_node, segment.n * sizeof (FxId));
          next_node += segment.n;
        }
      fx_program_add_segment (program, segment);
    }
  return TRUE;
}

static FxPlaceRows *
take_rows (const Fixpoint__Program *message, gsize *next, guint n)
{
  FxPlaceRows *rows = g_new (FxPlaceRows, n + 1);

  for (guint i = 0; i < n; i++, (*next)++)
    rows[i] = (FxPlaceRows){ message->rows_place[*next] > 0 ? message->rows_place[*next] - 1 : FX_NONE,
                             { message->rows_begin[*next], message->rows_end[*next] } };
  return rows;
}

static gboolean
has_command_lists (const Fixpoint__Program *message, guint cores)
{
  gsize n = message->n_command_unit;

  return n < G_MAXUINT && message->n_command_node == n && message->n_command_operands == n
         && message->n_command_results == n && message->n_command_channel_begin == n
         && message->n_command_channel_end == n && message->n_command_ms == n
         && message->n_command_after == n * (gsize)fx_n_units (cores) && message->n_rows_begin == message->n_rows_place
         && message->n_rows_end == message->n_rows_place;
}

static gboolean
read_commands (FxProgram *program, const Fixpoint__Program *message, GError **error)
{
  gsize next = 0, n_units = (gsize)fx_n_units (program->cores);

  if (!has_command_lists (message, program->cores))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the lists of commands have different lengths");
  for (gsize i = 0; i < message->n_command_unit; i++)
    {
      guint n_operands = message->command_operands[i], n_results = message->command_results[i];
      gsize left = message->n_rows_place - next;
      FxCommand command = { .unit = (FxUnit)MIN (message->command_unit[i], FX_N_UNITS),
                            .node = message->command_node[i],
                            .n_operands = n_operands,
                            .n_results = n_results,
                            .channels = { message->command_channel_begin[i], message->command_channel_end[i] },
                            .ms = message->command_ms[i] };

      if (n_operands > left || n_results > left - n_operands)
        return fx_fail (error, FX_ERROR_BAD_DATA, "command %zu has more operands than there are", i);
      command.operands = take_rows (message, &next, n_operands);
      command.results = take_rows (message, &next, n_results);
      for (gsize unit = 0; unit < FX_N_UNITS; unit++)
        command.after[unit] = unit < n_units ? message->command_after[i * n_units + unit] : -1;
      fx_program_add_command (program, command);
    }
  return TRUE;
}

static gboolean
read_header (FxProgram *program, GBytes *file, const FxProgramParts *parts, GError **error)
{
  const guint8 *data = (const guint8 *)g_bytes_get_data (file, NULL) + parts->header_offset;
  Fixpoint__Program *message = fixpoint__program__unpack (NULL, (gsize)parts->header_size, data);
  gboolean good;

  if (message == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "its header is damaged");
  program->target = g_utf8_make_valid (message->target, -1);
  program->memory_bytes[FX_MEMORY_SRAM] = message->sram_bytes;
  program->memory_bytes[FX_MEMORY_DDR] = message->ddr_bytes;
  program->channel_align = CLAMP (message->channel_align, 1, 4096);
  program->cores = CLAMP (message->cores, 1, FX_MAX_CORES);
  good = read_places (program, message, error) && read_segments (program, message, error)
         && read_commands (program, message, error);
  /* What is out of range is refused when the program is verified. */
  program->channel_align = message->channel_align;
  program->cores = message->cores;
  fixpoint__program__free_unpacked (message, NULL);
  return good;
}

FxProgram *
fx_program_parse (GBytes *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxProgram) program = NULL;
  FxProgramParts parts;

  if (!read_parts (file, &parts, error))
    return NULL;
  program = fx_program_new ();
  program->graph = read_network (file, &parts, error);
  if (program->graph == NULL || !read_header (program, file, &parts, error)
      || !fx_program_verify (program, cancellable, error))
    return NULL;
  return g_steal_pointer (&program);
}

FxProgram *
fx_program_load (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) file = fx_file_map (path, error);
  FxProgram *program = file != NULL ? fx_program_parse (file, cancellable, error) : NULL;

  if (program == NULL)
    fx_error_prefix (error, "%s", path);
  return program;
}
