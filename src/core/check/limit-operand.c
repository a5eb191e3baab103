/* Limits on where operands come from, how many there are and what is in them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <math.h>
#include <string.h>

/* ---- operand ---- */

static FxVerdict
judge_source (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = fx_limit_tensors_named ("input", subject);
  g_auto (GStrv) sources = fx_field_texts (limit->fields, "allowed");
  gboolean constants_allowed, features_allowed;
  guint n_constants = 0;
  double max;

  if (sources == NULL)
    return FX_VERDICT_UNKNOWN;
  constants_allowed = g_strv_contains ((const char *const *)sources, "constant");
  features_allowed = g_strv_contains ((const char *const *)sources, "feature");
  for (guint i = 0; i < tensors->len; i++)
    n_constants += fx_limit_is_constant (g_array_index (tensors, FxLimitTensor, i).fact);
  if (!fx_field_number (limit->fields, "max_constants", &max))
    max = constants_allowed ? G_MAXUINT : 0;
  *found = g_strdup_printf (_ ("%u of %u operands constant"), n_constants, tensors->len);
  *allowed = max == 0 ? g_strdup (_ ("no constants")) : g_strdup_printf (_ ("at most %.0f constant"), max);
  return fx_verdict (n_constants <= max && (n_constants == 0 || constants_allowed)
                     && (n_constants == tensors->len || features_allowed));
}

static char *
describe_source (const FxLimit *limit)
{
  g_autofree char *max = fx_field_list_text (limit->fields, "max_constants", "or");

  return strcmp (max, "0") == 0 ? g_strdup (_ ("Operands are outputs of other nodes, no constants"))
                                : g_strdup_printf (_ ("Operands may be constants, at most %s of them"), max);
}

/* The operand that a limit names, or counts. */
static const FxFact *
find_operand (const FxLimit *limit, const FxLimitSubject *subject, const char *name)
{
  double index;

  if (fx_field_number (limit->fields, "index", &index) && index >= 0 && index < subject->n_inputs)
    return subject->inputs[(guint)index].present ? &subject->inputs[(guint)index] : NULL;
  return fx_limit_input (subject, name);
}

static FxVerdict
judge_single (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "operand"), *shape = NULL;
  const FxFact *fact = name != NULL ? find_operand (limit, subject, name) : NULL;
  gsize count;

  if (name == NULL)
    return FX_VERDICT_UNKNOWN;
  if (fact == NULL)
    return FX_VERDICT_HOLDS;
  if (!fx_shape_count (&fact->shape, &count))
    return FX_VERDICT_UNKNOWN;
  shape = fx_shape_to_string (&fact->shape);
  *found = g_strdup_printf ("%s %s", name, shape);
  *allowed = g_strdup (_ ("one element"));
  return fx_verdict (count == 1);
}

static char *
describe_single (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "operand");

  return g_strdup_printf (_ ("Operand %s has one element"), name != NULL ? name : "?");
}

/* A box over all axes [start…, end…] that takes the whole of each axis that is not in `axes`. */
static gboolean
covers_others (const FxLimitSubject *subject, FxTensor *box, const char *const *axes)
{
  int rank = subject->inputs[0].shape.rank;

  if (rank < 0 || fx_tensor_elements (box) != 2 * (gsize)rank)
    return TRUE; /* another form, or an empty one: nothing to object to */
  for (int i = 0; i < rank; i++)
    {
      gboolean named = FALSE;

      for (guint k = 0; axes[k] != NULL; k++)
        named = named || (strlen (axes[k]) == 1 && fx_limit_axis (subject, axes[k][0], rank) == i);
      if (!named && (fx_tensor_get_double (box, (gsize)i) != 0 || fx_tensor_get_double (box, (gsize)(rank + i)) != 1))
        return FALSE;
    }
  return TRUE;
}

static FxVerdict
judge_constant (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "operand");
  const FxFact *fact = name != NULL ? find_operand (limit, subject, name) : NULL;
  g_auto (GStrv) axes = fx_field_texts (limit->fields, "axes");

  if (name == NULL)
    return FX_VERDICT_UNKNOWN;
  if (fact == NULL)
    return FX_VERDICT_HOLDS;
  if (!fx_limit_is_constant (fact))
    {
      *found = g_strdup_printf (_ ("%s is computed"), name);
      *allowed = g_strdup (_ ("a constant"));
      return FX_VERDICT_BROKEN;
    }
  if (axes == NULL || covers_others (subject, fact->value, (const char *const *)axes))
    return FX_VERDICT_HOLDS;
  *found = g_strdup_printf (_ ("%s crops other axes"), name);
  *allowed = fx_list_text ((const char *const *)axes, "and");
  return FX_VERDICT_BROKEN;
}

static char *
describe_constant (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "operand");
  g_auto (GStrv) axes = fx_field_texts (limit->fields, "axes");
  g_autofree char *list = axes != NULL ? fx_list_text ((const char *const *)axes, "and") : NULL;

  return list != NULL
             ? g_strdup_printf (_ ("Operand %s is a constant and concerns %s only"), name != NULL ? name : "?", list)
             : g_strdup_printf (_ ("Operand %s is a constant"), name != NULL ? name : "?");
}

/* ---- io_set ---- */

/* Slots up to the last one that is used. */
static guint
n_slots (const FxFact *facts, guint n)
{
  while (n > 0 && !facts[n - 1].present)
    n--;
  return n;
}

static FxVerdict
judge_count (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *io = fx_field_string (limit->fields, "io");
  gboolean output = g_strcmp0 (io, "output") == 0;
  guint n = output ? n_slots (subject->outputs, subject->n_outputs) : n_slots (subject->inputs, subject->n_inputs);
  guint n_in;
  g_autofree double *in = fx_field_numbers (limit->fields, "in", &n_in);
  FxFieldRange range;

  if (io == NULL || (in == NULL && !fx_field_min_max (limit->fields, &range)))
    return FX_VERDICT_UNKNOWN;
  *found = g_strdup_printf (output ? _ ("%u outputs") : _ ("%u inputs"), n);
  *allowed = in != NULL ? fx_field_list_text (limit->fields, "in", "or") : fx_range_text (&range);
  if (in == NULL)
    return fx_range_judge (&range, n, subject);
  for (guint i = 0; i < n_in; i++)
    if (in[i] == n)
      return FX_VERDICT_HOLDS;
  return FX_VERDICT_BROKEN;
}

static char *
describe_count (const FxLimit *limit)
{
  g_autofree char *io = fx_field_string (limit->fields, "io");
  FxFieldRange range;
  g_autofree char *count = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range)
                                                                    : fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (g_strcmp0 (io, "output") == 0 ? _ ("Number of outputs %s") : _ ("Number of inputs %s"),
                          count);
}

/* The present operands are exactly those of one set, but for the ones that may be left out. */
static gboolean
is_set (const FxLimitSubject *subject, GVariant *set, gboolean output, const char *const *optional)
{
  guint n = output ? subject->n_outputs : subject->n_inputs, n_present = 0, n_matched = 0;

  for (guint i = 0; i < n; i++)
    n_present += output ? subject->outputs[i].present : subject->inputs[i].present;
  for (guint i = 0; i < fx_field_n_children (set); i++)
    {
      g_autoptr (GVariant) child = fx_field_child (set, i);
      g_autofree char *name = fx_field_text (child);
      gboolean present;

      if (output)
        {
          g_autoptr (GArray) tensors = fx_limit_tensors_named (name, subject);

          present = tensors != NULL && tensors->len == 1;
        }
      else
        present = fx_limit_input (subject, name) != NULL;
      if (present)
        n_matched++;
      else if (optional == NULL || !g_strv_contains (optional, name))
        return FALSE;
    }
  return n_matched == n_present;
}

static FxVerdict
judge_sets (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *io = fx_field_string (limit->fields, "io");
  g_auto (GStrv) optional = fx_field_texts (limit->fields, "empty_or_default");
  g_autoptr (GVariant) sets = fx_field (limit->fields, "sets");
  gboolean output = g_strcmp0 (io, "output") == 0;
  guint n = output ? subject->n_outputs : subject->n_inputs, n_present = 0;

  if (io == NULL || fx_field_n_children (sets) == 0)
    return FX_VERDICT_UNKNOWN;
  for (guint i = 0; i < n; i++)
    n_present += output ? subject->outputs[i].present : subject->inputs[i].present;
  *found = g_strdup_printf (output ? _ ("%u outputs") : _ ("%u inputs"), n_present);
  *allowed = fx_field_list_text (limit->fields, "sets", "or");
  for (guint i = 0; i < fx_field_n_children (sets); i++)
    {
      g_autoptr (GVariant) set = fx_field_child (sets, i);

      if (is_set (subject, set, output, (const char *const *)optional))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_sets (const FxLimit *limit)
{
  g_autofree char *io = fx_field_string (limit->fields, "io");
  g_autofree char *sets = fx_field_list_text (limit->fields, "sets", "or");

  return g_strdup_printf (g_strcmp0 (io, "output") == 0 ? _ ("Outputs %s") : _ ("Inputs %s"), sets);
}

/* ---- value ---- */

/* What flows is not known before a run: only constants are looked at. */
static FxVerdict
judge_forbid (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = fx_limit_tensors (limit, "tensor", subject);
  guint n;
  g_autofree double *values = fx_field_numbers (limit->fields, "forbid", &n);
  g_autofree char *list = fx_field_list_text (limit->fields, "forbid", "or");

  if (tensors == NULL || values == NULL)
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup_printf (_ ("not %s"), list);
  for (guint i = 0; i < tensors->len; i++)
    {
      const FxLimitTensor *tensor = &g_array_index (tensors, FxLimitTensor, i);
      gsize count = tensor->fact->value != NULL ? fx_tensor_elements (tensor->fact->value) : 0;

      for (gsize k = 0; k < count; k++)
        for (guint v = 0; v < n; v++)
          if (fx_tensor_get_double (tensor->fact->value, k) == values[v])
            {
              *found = g_strdup_printf (_ ("%s contains %g"), fx_limit_tensor_name (tensor, subject), values[v]);
              return FX_VERDICT_BROKEN;
            }
    }
  return FX_VERDICT_HOLDS;
}

static char *
describe_forbid (const FxLimit *limit)
{
  g_autofree char *names = fx_field_list_text (limit->fields, "tensor", "and");
  g_autofree char *list = fx_field_list_text (limit->fields, "forbid", "or");

  return g_strdup_printf (_ ("Values of %s are not %s"), names, list);
}

/* The edges of a box are shares of the last index of each axis: start × (size - 1). */
static FxVerdict
judge_box (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "tensor");
  const FxFact *fact = name != NULL ? fx_limit_input (subject, name) : NULL;
  const FxShape *x = subject->n_inputs > 0 ? &subject->inputs[0].shape : NULL;

  if (name == NULL)
    return FX_VERDICT_UNKNOWN;
  if (fact == NULL)
    return FX_VERDICT_HOLDS;
  if (fact->value == NULL || x->rank < 0)
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup (_ ("whole pixels"));
  for (int i = 0; i < 2 * x->rank && (gsize)i < fx_tensor_elements (fact->value); i++)
    {
      gint64 size = x->dims[i % x->rank];
      double edge;

      if (size < 0)
        return FX_VERDICT_UNKNOWN;
      edge = fx_tensor_get_double (fact->value, (gsize)i) * (double)(size - 1);
      if (fabs (edge - nearbyint (edge)) > 1e-3) /* roi is float: a share of a large axis is not exact */
        {
          *found = g_strdup_printf (_ ("%s edge at %g"), name, edge);
          return FX_VERDICT_BROKEN;
        }
    }
  return FX_VERDICT_HOLDS;
}

static char *
describe_box (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "tensor");

  return g_strdup_printf (_ ("The edges of %s are at whole pixels"), name != NULL ? name : "?");
}

/* ---- position ---- */

static FxVerdict
judge_position (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *place = fx_field_string (limit->fields, "must_be");

  if (g_strcmp0 (place, "model_output") != 0)
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup (_ ("at the end of the model"));
  for (guint i = 0; i < subject->node->n_outputs; i++)
    if (subject->node->outputs[i] != FX_NONE && subject->uses->is_output[subject->node->outputs[i]])
      return FX_VERDICT_HOLDS;
  *found = g_strdup (_ ("inside of the model"));
  return FX_VERDICT_BROKEN;
}

static char *
describe_position (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("The result is an output of the model"));
}

const FxLimitKind fx_limit_kinds_operand[] = {
  { "operand", "source", judge_source, describe_source },
  { "operand", "single_value", judge_single, describe_single },
  { "operand", "constant", judge_constant, describe_constant },
  { "io_set", "count", judge_count, describe_count },
  { "io_set", "sets", judge_sets, describe_sets },
  { "value", "forbid", judge_forbid, describe_forbid },
  { "value", "integer_box_edges", judge_box, describe_box },
  { "position", "", judge_position, describe_position },
  { NULL },
};
