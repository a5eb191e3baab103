/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-program.h"

#include "core/fx-i18n.h"

#define FX_UNIT_NAME(id, name, doc) name,
const char *const fx_unit_names[] = { FX_UNIT_LIST (FX_UNIT_NAME) NULL };
#undef FX_UNIT_NAME
const char *const fx_memory_names[] = { "sram", "ddr", NULL };

static void
command_clear (gpointer data)
{
  FxCommand *command = data;

  g_free (command->operands);
  g_free (command->results);
}

static void
segment_clear (gpointer data)
{
  g_free (((FxSegment *)data)->nodes);
}

FxProgram *
fx_program_new (void)
{
  FxProgram *program = g_new0 (FxProgram, 1);

  program->channel_align = program->cores = 1;
  program->places = g_array_new (FALSE, FALSE, sizeof (FxPlace));
  program->commands = g_array_new (FALSE, FALSE, sizeof (FxCommand));
  program->segments = g_array_new (FALSE, FALSE, sizeof (FxSegment));
  g_array_set_clear_func (program->commands, command_clear);
  g_array_set_clear_func (program->segments, segment_clear);
  return program;
}

void
fx_program_free (FxProgram *program)
{
  if (program == NULL)
    return;
  g_array_unref (program->places);
  g_array_unref (program->commands);
  g_array_unref (program->segments);
  fx_graph_free (program->graph);
  g_free (program->target);
  g_free (program);
}

FxId
fx_program_add_place (FxProgram *program, FxPlace place)
{
  g_array_append_val (program->places, place);
  return program->places->len - 1;
}

guint
fx_program_add_command (FxProgram *program, FxCommand command)
{
  g_array_append_val (program->commands, command);
  return program->commands->len - 1;
}

guint
fx_program_add_segment (FxProgram *program, FxSegment segment)
{
  g_array_append_val (program->segments, segment);
  return program->segments->len - 1;
}

gboolean
fx_place_resolve (FxPlace *place, const FxGraph *graph, guint channel_align)
{
  const FxValue *value = fx_graph_value (graph, place->value);
  gsize elements;

  if (!fx_shape_count (&value->shape, &elements) || elements == 0 || fx_dtype_size (value->dtype) == 0
      || place->constant_axis >= MAX (value->shape.rank, 1))
    return FALSE;
  place->layout = place->constant_axis >= 0 ? fx_row_layout_constant (value->dtype, &value->shape, place->constant_axis)
                                            : fx_row_layout (value->dtype, &value->shape, channel_align);
  return TRUE;
}

guint64
fx_program_used_bytes (const FxProgram *program, FxMemory memory)
{
  guint64 bytes = 0;

  for (FxId id = 0; id < program->places->len; id++)
    {
      const FxPlace *place = fx_program_place (program, id);

      if (place->memory == memory)
        bytes = MAX (bytes, place->offset + fx_place_bytes (place));
    }
  return bytes;
}

void
fx_place_rows_visit (const FxProgram *program, const FxPlaceRows *rows, FxByteVisitor visit, gpointer user_data)
{
  const FxPlace *place = rows->place != FX_NONE ? fx_program_place (program, rows->place) : NULL;
  gint64 n = rows->rows.end - rows->rows.begin, first, until_end;
  guint64 bytes;

  if (place == NULL || n <= 0)
    return;
  bytes = place->layout.row_bytes;
  first = rows->rows.begin % place->slots;
  until_end = MIN (n, place->slots - first);
  visit (place->memory, place->offset + (guint64)first * bytes, place->offset + (guint64)(first + until_end) * bytes,
         user_data);
  if (until_end < n)
    visit (place->memory, place->offset, place->offset + (guint64)(n - until_end) * bytes, user_data);
}

/* ---- for people ---- */

static void
print_rows (const FxProgram *program, const FxPlaceRows *rows, GString *text)
{
  const FxPlace *place = rows->place != FX_NONE ? fx_program_place (program, rows->place) : NULL;

  if (place == NULL)
    {
      g_string_append (text, " -");
      return;
    }
  g_string_append_printf (text, " %s[%" PRId64 ":%" PRId64 "]@%s+%" PRIu64,
                          fx_graph_value (program->graph, place->value)->name, rows->rows.begin, rows->rows.end,
                          fx_memory_names[place->memory], place->offset);
}

static void
print_command (const FxProgram *program, guint i, GString *text)
{
  const FxCommand *command = fx_program_command (program, i);

  g_string_append_printf (text, "%u %s", i, fx_unit_names[command->unit]);
  if (command->node != FX_NONE)
    g_string_append_printf (text, " \"%s\"", fx_graph_node (program->graph, command->node)->name);
  if (command->channels.end - command->channels.begin > 1)
    g_string_append_printf (text, " channels %" PRId64 ":%" PRId64, command->channels.begin, command->channels.end);
  for (guint k = 0; k < command->n_operands; k++)
    print_rows (program, &command->operands[k], text);
  g_string_append (text, " ->");
  for (guint k = 0; k < command->n_results; k++)
    print_rows (program, &command->results[k], text);
  for (int unit = 0; unit < FX_N_UNITS; unit++)
    if (command->after[unit] >= 0)
      g_string_append_printf (text, " after %" PRId64, command->after[unit]);
  g_string_append_printf (text, " (%.3f us)\n", command->ms * 1e3);
}

void
fx_program_print (const FxProgram *program, GString *text)
{
  for (guint s = 0; s < program->segments->len; s++)
    {
      const FxSegment *segment = fx_program_segment (program, s);

      g_string_append_printf (text, "segment %u: %s\n", s, segment->on_bpu ? "bpu" : "cpu");
      for (guint i = 0; i < segment->n; i++)
        if (segment->on_bpu)
          print_command (program, segment->first + i, text);
        else
          g_string_append_printf (text, "cpu \"%s\"\n", fx_graph_node (program->graph, segment->nodes[i])->name);
    }
}
