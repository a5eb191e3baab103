/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-engines.h"

#include "core/bpu/fx-machine-private.h"
#include "core/bpu/fx-program.h"
#include "core/fx-error.h"

#include <string.h>

/* clang-format off */
/* X (name, least, most) */
#define ENGINES(X) \
  X (sram_bytes, 16384, 1073741824) \
  X (channel_align, 1, 256) \
  X (command_us, 0, 1000) \
  X (cores, 1, FX_MAX_CORES)
/* clang-format on */

enum
{
#define ENGINE_ID(name, least, most) ENGINE_##name,
  ENGINES (ENGINE_ID)
#undef ENGINE_ID
      N_ENGINES
};

static const struct
{
  const char *name;
  double least, most;
} rows[N_ENGINES] = {
#define ENGINE_ROW(name, least, most) { #name, least, most },
  ENGINES (ENGINE_ROW)
#undef ENGINE_ROW
};

static gboolean
read_row (GVariant *members, guint row, double *value, GError **error)
{
  g_autoptr (GVariant) member = g_variant_lookup_value (members, rows[row].name, NULL);

  if (member == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"engines\": \"%s\" is missing", rows[row].name);
  if (!fx_machine_get_number (member, TRUE, "engines", rows[row].name, value, error))
    return FALSE;
  if (!(*value >= rows[row].least && *value <= rows[row].most))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"engines\": \"%s\" is %g, wanted %g to %g", rows[row].name, *value,
                    rows[row].least, rows[row].most);
  return TRUE;
}

gboolean
fx_engines_of_target (FxEngines *engines, const FxTarget *target, GError **error)
{
  g_autoptr (GVariant) members
      = target->machine != NULL ? g_variant_lookup_value (target->machine, "engines", G_VARIANT_TYPE_VARDICT) : NULL;
  double values[N_ENGINES];

  if (members == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the target %s does not say what its BPU holds (\"engines\")",
                    target->id);
  for (guint row = 0; row < N_ENGINES; row++)
    if (!read_row (members, row, &values[row], error))
      return FALSE;
  *engines = (FxEngines){ .sram_bytes = (guint64)values[ENGINE_sram_bytes],
                          .channel_align = (guint)values[ENGINE_channel_align],
                          .command_ms = values[ENGINE_command_us] / 1e3,
                          .cores = (guint)values[ENGINE_cores] };
  return TRUE;
}
