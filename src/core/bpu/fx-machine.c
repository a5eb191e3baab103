/* Prices of work, from the target's file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"

#include "core/bpu/fx-engines.h"
#include "core/bpu/fx-machine-private.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>

/* clang-format off */
#define FX_COST_ROW(id, name_, unit_, units_, part_, doc_) \
  [FX_COST_##id] = { .name = (name_), .unit = (unit_), .doc = (doc_), .units = (units_), .part = FX_COST_PART_##part_ },
const FxCostRow fx_cost_rows[FX_N_COSTS] = { FX_COST_LIST (FX_COST_ROW) };
/* clang-format on */

const char *const fx_cost_part_names[] = { "bpu", "cpu", "memory", NULL };

static int
find_row (const char *name)
{
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    if (strcmp (fx_cost_rows[kind].name, name) == 0)
      return kind;
  return -1;
}

static gboolean
get_number (GVariant *value, double *number)
{
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else
    return FALSE;
  return TRUE;
}

static gboolean
has_source (GVariant *member)
{
  gboolean fitted = FALSE, scaled = FALSE;
  const char *source = NULL;

  if (!g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT))
    return FALSE;
  g_variant_lookup (member, "fitted", "b", &fitted);
  g_variant_lookup (member, "scaled", "b", &scaled);
  return fitted || scaled || g_variant_lookup (member, "source", "&s", &source)
         || g_variant_lookup (member, "assumed", "&s", &source);
}

gboolean
fx_machine_get_number (GVariant *member, gboolean with_source, const char *part, const char *name, double *number,
                       GError **error)
{
  g_autoptr (GVariant) value = g_variant_is_of_type (member, G_VARIANT_TYPE_VARDICT)
                                   ? g_variant_lookup_value (member, "value", NULL)
                                   : g_variant_ref (member);

  if (!get_number (value, number))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\": \"%s\" is no number and has no \"value\" that is one", part,
                    name);
  if (with_source && !has_source (member))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "\"%s\": \"%s\" has no \"source\" and is not marked as \"fitted\", \"scaled\" or \"assumed\"", part,
                    name);
  return TRUE;
}

static gboolean
read_price (FxMachine *machine, const char *name, GVariant *member, gboolean with_source, GError **error)
{
  int kind = find_row (name);
  double number;

  if (kind < 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"machine\": there is no price \"%s\"", name);
  if (!fx_machine_get_number (member, with_source, "machine", name, &number, error))
    return FALSE;
  if (!(number >= 0 && number <= FX_MACHINE_MOST_MS))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"machine\": \"%s\" is %g, wanted 0 to %g ms", name, number,
                    FX_MACHINE_MOST_MS);
  machine->prices[kind] = number;
  return TRUE;
}

/* Members that are no prices. */
static gboolean
is_other (const char *name)
{
  return strcmp (name, "basis") == 0 || strcmp (name, "engines") == 0;
}

gboolean
fx_machine_read (FxMachine *machine, GVariant *members, gboolean complete, GError **error)
{
  const char *name, *basis = "";
  GVariantIter iter;
  GVariant *member;

  g_variant_iter_init (&iter, members);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &member))
    {
      gboolean good = is_other (name) || read_price (machine, name, member, complete, error);

      g_variant_unref (member);
      if (!good)
        return FALSE;
    }
  for (int kind = 0; complete && kind < FX_N_COSTS; kind++)
    {
      g_autoptr (GVariant) given = g_variant_lookup_value (members, fx_cost_rows[kind].name, NULL);

      if (given == NULL)
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"machine\": \"%s\" (%s) is missing", fx_cost_rows[kind].name,
                        _ (fx_cost_rows[kind].doc));
    }
  g_variant_lookup (members, "basis", "&s", &basis);
  machine->basis = g_intern_string (basis);
  return TRUE;
}

static gboolean
has_engines (const FxTarget *target)
{
  g_autoptr (GVariant) engines = g_variant_lookup_value (target->machine, "engines", NULL);

  return engines != NULL;
}

gboolean
fx_machine_of_target (FxMachine *machine, const FxTarget *target, GError **error)
{
  FxEngines engines = { .channel_align = 1 };

  *machine = (FxMachine){ .channels = 1 };
  if (target->machine == NULL)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the target %s does not say what work costs (\"machine\")",
                    target->id);
  if (has_engines (target) && !fx_engines_of_target (&engines, target, error))
    return FALSE;
  machine->channels = engines.channel_align;
  return fx_machine_read (machine, target->machine, TRUE, error);
}
