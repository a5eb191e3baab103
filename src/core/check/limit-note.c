/* Kinds that are remarks about an operator or whose judging is the placement's: they hold and are described.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/fx-limit-fields.h"
#include "core/fx-i18n.h"

#include <string.h>

/* ---- rewrite ---- */

/* "Less and Not" */
static char *
ops_text (const FxLimit *limit)
{
  g_auto (GStrv) ops = fx_field_texts (limit->fields, "ops");

  return ops != NULL && ops[0] != NULL ? fx_list_text ((const char *const *)ops, "and")
                                       : g_strdup (_ ("other operators"));
}

static char *
describe_convert (const FxLimit *limit)
{
  g_autofree char *ops = ops_text (limit);

  return g_strdup_printf (_ ("Rewritten as %s"), ops);
}

static char *
describe_decompose (const FxLimit *limit)
{
  g_autofree char *ops = ops_text (limit);

  return g_strdup_printf (_ ("Taken apart into %s"), ops);
}

static char *
describe_fuse (const FxLimit *limit)
{
  g_autofree char *ops = ops_text (limit), *position = fx_field_string (limit->fields, "position");

  return g_strdup_printf (
      g_strcmp0 (position, "next") == 0 ? _ ("Merged into the following %s") : _ ("Merged into the preceding %s"), ops);
}

static char *
describe_fold (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("Computed before run time where its inputs are constant"));
}

static char *
describe_remove (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("Dropped: it does nothing at inference"));
}

static char *
describe_maybe_fuse (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("Merged into its neighbors in some surroundings"));
}

/* ---- the others ---- */

static char *
describe_exporter (const FxLimit *limit)
{
  g_autofree char *function = fx_field_string (limit->fields, "function");
  g_autofree char *replaces = fx_field_string (limit->fields, "replaces");

  if (function == NULL)
    return g_strdup (_ ("Supported as a custom operator of the vendor only"));
  return g_strdup_printf (_ ("To be exported with %s in place of %s"), function,
                          replaces != NULL ? replaces : _ ("the usual one"));
}

static char *
describe_no_limits (const FxLimit *limit)
{
  return g_strdup (fx_field_boolean (limit->fields, "documented", TRUE) ? _ ("No limits")
                                                                        : _ ("No limits are documented"));
}

static char *
describe_target_limits (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("The limits for all operators of the target apply"));
}

/* A remark without a meaning of its own is told by the limit's note. */
static char *
describe_note (const FxLimit *limit)
{
  g_autofree char *meaning = fx_field_string (limit->fields, "meaning");
  g_autofree char *dtype = fx_field_string (limit->fields, "dtype");
  g_autofree char *requires = fx_field_string (limit->fields, "requires");
  g_autofree char *message = fx_field_string (limit->fields, "example_message");

  if (g_strcmp0 (meaning, "second_input_is_min") == 0)
    return g_strdup (_ ("With two inputs, the second one is the minimum"));
  if (dtype != NULL && g_strcmp0 (requires, "fusible_into_conv") == 0)
    return g_strdup_printf (_ ("%s only where the node can be merged into a convolution"), dtype);
  if (message != NULL)
    return g_strdup_printf (_ ("Layers that are not listed are refused: \"%s\""), message);
  return g_strdup (limit->note != NULL ? fx_translate (limit->note) : _ ("See the documentation of the target"));
}

static char *
describe_override (const FxLimit *limit)
{
  g_autofree char *option = fx_field_string (limit->fields, "option");
  g_autofree char *device = fx_field_string (limit->fields, "default_device");

  return g_strdup_printf (_ ("Runs on the %s unless %s is set for the node"),
                          g_strcmp0 (device, "bpu") == 0 ? "BPU" : "CPU", option != NULL ? option : _ ("an option"));
}

static char *
describe_same_as (const FxLimit *limit)
{
  g_autofree char *op = fx_field_string (limit->fields, "op"), *aspect = fx_field_string (limit->fields, "aspect");
  const char *name = op != NULL ? op : "?";

  if (g_str_has_prefix (name, "onnx:"))
    name += strlen ("onnx:");
  if (g_strcmp0 (aspect, "shape") == 0)
    return g_strdup_printf (_ ("Shapes as for %s"), name);
  if (aspect != NULL && g_str_has_prefix (aspect, "operation="))
    return g_strdup_printf (_ ("The limits of %s with operation %s"), name, aspect + strlen ("operation="));
  return g_strdup_printf (_ ("The limits of %s"), name);
}

const FxLimitKind fx_limit_kinds_note[] = {
  { "rewrite", "convert", fx_limit_judge_nothing, describe_convert },
  { "rewrite", "decompose", fx_limit_judge_nothing, describe_decompose },
  { "rewrite", "fuse", fx_limit_judge_nothing, describe_fuse },
  { "rewrite", "fold", fx_limit_judge_nothing, describe_fold },
  { "rewrite", "remove", fx_limit_judge_nothing, describe_remove },
  { "rewrite", "maybe_fuse", fx_limit_judge_nothing, describe_maybe_fuse },
  { "exporter", "", fx_limit_judge_nothing, describe_exporter },
  { "no_limits", "", fx_limit_judge_nothing, describe_no_limits },
  { "target_limits", "", fx_limit_judge_nothing, describe_target_limits },
  { "note", "", fx_limit_judge_nothing, describe_note },
  { "requires_override", "", fx_limit_judge_nothing, describe_override },
  { "same_as", "", fx_limit_judge_nothing, describe_same_as },
  { NULL },
};
