/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-compile.h"

#include "core/bpu/compile-private.h"
#include "core/bpu/fx-timeline.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-progress.h"

#include <string.h>

const char *const fx_compile_mode_names[] = { "latency", "bandwidth", "balance", NULL };

gboolean
fx_compile_parse_level (const char *text, guint *level, GError **error)
{
  const char *digit = *text == 'O' ? text + 1 : text;

  if (*digit < '0' || *digit > '0' + FX_COMPILE_MAX_LEVEL || digit[1] != '\0')
    return fx_fail (error, FX_ERROR_BAD_DATA, "the optimize level is \"%s\", wanted O0 to O%d", text,
                    FX_COMPILE_MAX_LEVEL);
  *level = (guint)(*digit - '0');
  return TRUE;
}

gboolean
fx_compile_parse_mode (const char *text, FxCompileMode *mode, GError **error)
{
  g_autofree char *names = g_strjoinv (", ", (char **)fx_compile_mode_names);

  for (guint i = 0; fx_compile_mode_names[i] != NULL; i++)
    if (strcmp (fx_compile_mode_names[i], text) == 0)
      {
        *mode = (FxCompileMode)i;
        return TRUE;
      }
  return fx_fail (error, FX_ERROR_BAD_DATA, "the compile mode is \"%s\", wanted one of %s", text, names);
}

gboolean
fx_compile_check_options (const FxCompileOptions *options, GError **error)
{
  if (options->cores > FX_MAX_CORES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "core_num is %u, wanted 1 to %d", options->cores, FX_MAX_CORES);
  if (options->max_call_us > 0 && options->max_call_us < FX_COMPILE_LEAST_CALL_US)
    return fx_fail (error, FX_ERROR_BAD_DATA, "max_time_per_fc is %u, wanted 0 or at least %d microseconds",
                    options->max_call_us, FX_COMPILE_LEAST_CALL_US);
  if (options->balance > 100)
    return fx_fail (error, FX_ERROR_BAD_DATA, "balance_factor is %u, wanted 0 to 100", options->balance);
  return TRUE;
}

static void
layer_clear (gpointer data)
{
  fx_tile_cut_clear (&((FxLayer *)data)->cut);
}

static gboolean
check_cores (const FxEngines *engines, const FxTarget *target, guint cores, GError **error)
{
  if (cores > engines->cores)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "core_num is %u, and the BPU of the %s has %u", cores, target->board,
                    engines->cores);
  return TRUE;
}

static gboolean
compilation_init (FxCompilation *c, const FxGraph *integer, const FxTarget *target, const FxCompileOptions *options,
                  GError **error)
{
  guint n_nodes = fx_graph_n_nodes (integer);

  *c = (FxCompilation){ .graph = integer, .target = target, .options = *options };
  if (!fx_engines_of_target (&c->engines, target, error) || !fx_machine_of_target (&c->machine, target, error))
    return FALSE;
  if (options->sram_bytes > 0)
    c->engines.sram_bytes = options->sram_bytes;
  c->options.level = MIN (options->level, FX_COMPILE_MAX_LEVEL);
  c->options.cores = MAX (options->cores, 1);
  if (!check_cores (&c->engines, target, c->options.cores, error))
    return FALSE;
  c->uses = fx_uses_new (integer);
  c->subgraphs = g_new (int, n_nodes + 1);
  c->layer_of = g_new (int, n_nodes + 1);
  c->layers = g_array_new (FALSE, FALSE, sizeof (FxLayer));
  g_array_set_clear_func (c->layers, layer_clear);
  c->groups = g_array_new (FALSE, FALSE, sizeof (FxLayerGroup));
  c->resident = g_new0 (guint8, fx_graph_n_values (integer) + 1);
  return TRUE;
}

static void
compilation_clear (FxCompilation *c)
{
  fx_uses_free (c->uses);
  g_free (c->subgraphs);
  g_free (c->layer_of);
  g_free (c->group_of);
  g_free (c->resident);
  g_clear_pointer (&c->layers, g_array_unref);
  g_clear_pointer (&c->groups, g_array_unref);
}

/* One try with c->limit bytes of SRAM. NULL without *error: the addresses do not fit. */
static FxProgram *
try_limit (FxCompilation *c, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) lives = g_array_new (FALSE, FALSE, sizeof (FxLife));
  g_autoptr (FxProgram) program = NULL;
  gboolean has_room;

  memset (c->resident, 0, fx_graph_n_values (c->graph));
  if (!fx_compile_groups (c, progress, cancellable, error))
    return NULL;
  fx_compile_calls (c);
  fx_compile_residency (c);
  program = fx_compile_emit (c, lives);
  has_room = fx_compile_place (c, program, lives, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !has_room || !fx_compile_order (program, error))
    return NULL;
  return g_steal_pointer (&program);
}

/* Lives that end in time do not always find addresses without gaps; with less to place they do. */
static FxProgram *
find_limit (FxCompilation *c, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  static const double parts[] = { 1.0, 0.95, 0.9, 0.8, 0.65, 0.5, 0.25, 0.0 };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      FxProgram *program;
      GError *local = NULL;

      c->limit = (guint64)(parts[i] * (double)c->engines.sram_bytes);
      program = try_limit (c, progress, cancellable, &local);
      if (program != NULL)
        return program;
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
    }
  fx_fail (error, FX_ERROR_TOO_LARGE, "the network does not fit %" PRIu64 " bytes of SRAM", c->engines.sram_bytes);
  return NULL;
}

static double
longest_call (const FxProgram *program)
{
  g_autoptr (FxTimeline) timeline = fx_timeline_new (program);

  return timeline->longest_ms;
}

/* How long a call takes is known when its commands are ordered; if that is longer than the estimate, less is put into
 * each. The last try stands: a layer may take longer by itself. */
static FxProgram *
compile (FxCompilation *c, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  static const double shares[] = { 1.0, 0.9, 0.75, 0.6, 0.45 };
  double most_ms = c->options.max_call_us > 0 ? c->options.max_call_us / 1e3 : G_MAXDOUBLE;
  g_autoptr (FxProgram) program = NULL;

  fx_compile_layers (c);
  c->group_of = g_new0 (guint, c->layers->len + 1);
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_clear_pointer (&program, fx_program_free);
      c->call_ms = most_ms * (most_ms < G_MAXDOUBLE ? shares[i] : 1);
      program = find_limit (c, progress, cancellable, error);
      if (program == NULL || most_ms == G_MAXDOUBLE || longest_call (program) <= most_ms)
        break;
    }
  return g_steal_pointer (&program);
}

guint
fx_compile_most_cores (const FxTarget *target)
{
  FxEngines engines;

  return fx_engines_of_target (&engines, target, NULL) ? engines.cores : 1;
}

gboolean
fx_compile_use_cores (FxMachine *machine, const FxTarget *target, guint cores, GError **error)
{
  FxEngines engines;

  if (cores < 2)
    return TRUE;
  if (!fx_engines_of_target (&engines, target, error) || !check_cores (&engines, target, cores, error))
    return FALSE;
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    if (fx_cost_rows[kind].part == FX_COST_PART_BPU && kind != FX_COST_LAYERS)
      machine->prices[kind] /= cores;
  return TRUE;
}

FxProgram *
fx_compile (const FxGraph *integer, const FxTarget *target, const FxCompileOptions *options, const FxProgress *progress,
            GCancellable *cancellable, GError **error)
{
  FxCompilation c;
  FxProgram *program = NULL;

  if (compilation_init (&c, integer, target, options, error))
    program = compile (&c, progress, cancellable, error);
  compilation_clear (&c);
  return program;
}
