/* Limits on attributes and on the version of the operator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* The value of an attribute, or the default of the operator; NULL if there is neither. */
static GVariant *
attribute (const FxLimit *limit, const FxLimitSubject *subject, char **name)
{
  *name = fx_field_string (limit->fields, "attribute");
  return *name != NULL ? fx_limit_attribute (subject, *name) : NULL;
}

static char *
found_attribute (const char *name, GVariant *value)
{
  g_autofree char *text = fx_field_text (value);

  return g_strdup_printf ("%s = %s", name, text);
}

/* ---- in ---- */

/* The kind of Eltwise and Reduction has become the operator. */
static const char *
operation_name (const FxLimitSubject *subject)
{
  static const char *const names[][2] = { { "Sum", "Add" },
                                          { "ReduceSum", "SUM" },
                                          { "ReduceL1", "ASUM" },
                                          { "ReduceSumSquare", "SUMSQ" },
                                          { "ReduceMean", "MEAN" },
                                          { "ReduceMax", "Max" },
                                          { "ReduceMin", "Min" },
                                          { "ReduceProd", "Prod" },
                                          { "ReduceLogSum", "LogSum" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i][0], subject->node->op_type) == 0)
      return names[i][1];
  return subject->node->op_type;
}

/* An attribute that is not given and has no default cannot break a limit. */
static FxVerdict
judge_in (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) value = attribute (limit, subject, &name);
  g_auto (GStrv) values = fx_field_texts (limit->fields, "values");
  g_auto (GStrv) given = NULL;

  if (name == NULL || values == NULL)
    return FX_VERDICT_UNKNOWN;
  if (value == NULL && strcmp (name, "operation") == 0)
    value = g_variant_ref_sink (g_variant_new_string (operation_name (subject)));
  if (value == NULL)
    return fx_node_attr (subject->node, name) == NULL ? FX_VERDICT_HOLDS : FX_VERDICT_UNKNOWN;

  *found = found_attribute (name, value);
  *allowed = fx_field_list_text (limit->fields, "values", "or");
  given = g_new0 (char *, MAX (fx_field_n_children (value), 1) + 1);
  if (fx_field_n_children (value) == 0)
    given[0] = fx_field_text (value);
  for (guint i = 0; i < fx_field_n_children (value); i++)
    {
      g_autoptr (GVariant) child = fx_field_child (value, i);

      given[i] = fx_field_text (child);
    }
  for (guint i = 0; given[i] != NULL; i++)
    {
      gboolean in = FALSE;

      for (guint k = 0; values[k] != NULL && !in; k++)
        in = g_ascii_strcasecmp (given[i], values[k]) == 0;
      if (!in)
        return FX_VERDICT_BROKEN;
    }
  return FX_VERDICT_HOLDS;
}

static char *
describe_in (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute");
  g_autofree char *values = fx_field_list_text (limit->fields, "values", "or");

  return g_strdup_printf (_ ("Attribute %s %s"), name != NULL ? name : "?", values);
}

/* ---- range ---- */

static FxVerdict
judge_range (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = NULL, *excluded = fx_field_string (limit->fields, "exclude_axis");
  g_autoptr (GVariant) value = attribute (limit, subject, &name);
  FxFieldRange range;
  double number;

  if (name == NULL || !fx_field_min_max (limit->fields, &range))
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_range_text (&range);
  if (value == NULL)
    return fx_node_attr (subject->node, name) == NULL ? FX_VERDICT_HOLDS : FX_VERDICT_UNKNOWN;
  *found = found_attribute (name, value);
  if (!fx_field_to_number (value, &number))
    return FX_VERDICT_UNKNOWN;
  /* the default is axis 0 although axis N is excluded: only one that is given counts */
  if (excluded != NULL && number == 0 && fx_node_attr (subject->node, name) != NULL)
    return FX_VERDICT_BROKEN;
  return fx_range_judge (&range, number, subject);
}

static char *
describe_range (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute"), *sizes = NULL;
  g_autofree char *excluded = fx_field_string (limit->fields, "exclude_axis");
  FxFieldRange range;

  sizes = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range) : g_strdup ("?");
  return excluded != NULL
             ? g_strdup_printf (_ ("Attribute %s %s, but not axis %s"), name != NULL ? name : "?", sizes, excluded)
             : g_strdup_printf (_ ("Attribute %s %s"), name != NULL ? name : "?", sizes);
}

/* ---- unset, required, count ---- */

/* The attribute says no more than its absence would. */
static gboolean
is_default (const FxLimitSubject *subject, const FxAttr *attr)
{
  const FxAttrRow *row = subject->node->op != NULL ? subject->node->op->attrs : NULL;

  for (; row != NULL && row->name != NULL; row++)
    if (strcmp (row->name, attr->name) == 0)
      switch (row->kind)
        {
        case FX_ATTR_INT: return attr->kind == FX_ATTR_INT && attr->i == row->default_int;
        case FX_ATTR_FLOAT: return attr->kind == FX_ATTR_FLOAT && attr->f == row->default_float;
        case FX_ATTR_STRING:
          return attr->kind == FX_ATTR_STRING
                 && g_strcmp0 (attr->s, row->choices != NULL ? row->choices[row->default_int] : row->default_string)
                        == 0;
        default: return attr->kind >= FX_ATTR_INTS && attr->kind <= FX_ATTR_STRINGS && attr->n == 0;
        }
  return FALSE;
}

static FxVerdict
judge_unset (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute"), *value = NULL;
  const FxAttr *attr = name != NULL ? fx_node_attr (subject->node, name) : NULL;
  double number;

  if (name == NULL)
    return FX_VERDICT_UNKNOWN;
  if (attr == NULL || is_default (subject, attr))
    return FX_VERDICT_HOLDS;
  if (attr->kind == FX_ATTR_INT && fx_field_number (limit->fields, "default", &number) && (double)attr->i == number)
    return FX_VERDICT_HOLDS;
  value = fx_attr_to_string (attr);
  *found = g_strdup_printf ("%s = %s", name, value);
  *allowed = g_strdup (_ ("not set, or its default"));
  return FX_VERDICT_BROKEN;
}

static char *
describe_unset (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute");

  return g_strdup_printf (_ ("Attribute %s not set, or its default"), name != NULL ? name : "?");
}

/* Attributes that became an input in later opsets count as given there. */
static FxVerdict
judge_required (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute");

  if (name == NULL)
    return FX_VERDICT_UNKNOWN;
  if (fx_node_attr (subject->node, name) != NULL)
    return FX_VERDICT_HOLDS;
  if (strcmp (name, "axes") == 0 && subject->n_inputs > 1 && subject->inputs[1].present)
    return FX_VERDICT_HOLDS;
  *found = g_strdup_printf (_ ("no %s"), name);
  *allowed = g_strdup (_ ("set"));
  return FX_VERDICT_BROKEN;
}

static char *
describe_required (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute");

  return g_strdup_printf (_ ("Attribute %s set"), name != NULL ? name : "?");
}

/* "shape.dim" of Caffe's Reshape is input 1 of the operator that it became. */
static FxVerdict
judge_count (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute");
  const FxAttr *attr = name != NULL ? fx_node_attr (subject->node, name) : NULL;
  FxFieldRange range;
  gint64 n;

  if (name == NULL || !fx_field_min_max (limit->fields, &range))
    return FX_VERDICT_UNKNOWN;
  if (attr != NULL)
    n = attr->kind >= FX_ATTR_INTS && attr->kind <= FX_ATTR_STRINGS ? attr->n : 1;
  else if (strcmp (name, "shape.dim") != 0)
    n = 0;
  else if (subject->n_inputs > 1 && subject->inputs[1].present && subject->inputs[1].shape.rank == 1)
    n = subject->inputs[1].shape.dims[0];
  else
    return FX_VERDICT_UNKNOWN;
  if (n < 0)
    return FX_VERDICT_UNKNOWN;
  *found = g_strdup_printf (_ ("%" PRId64 " entries"), n);
  *allowed = fx_range_text (&range);
  return fx_range_judge (&range, (double)n, subject);
}

static char *
describe_count (const FxLimit *limit)
{
  g_autofree char *name = fx_field_string (limit->fields, "attribute"), *sizes = NULL;
  FxFieldRange range;

  sizes = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range) : g_strdup ("?");
  return g_strdup_printf (_ ("Number of entries of attribute %s %s"), name != NULL ? name : "?", sizes);
}

/* ---- only, none ---- */

/* Attributes that only repeat what the operands say; exporters write them always. */
static gboolean
is_implied (const char *name)
{
  return strcmp (name, "kernel_shape") == 0 || strcmp (name, "hidden_size") == 0;
}

static FxVerdict
judge_set (const FxLimitSubject *subject, const char *const *names, char **found)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  for (guint i = 0; i < subject->node->n_attrs; i++)
    {
      const FxAttr *attr = &subject->node->attrs[i];

      if ((names == NULL || !g_strv_contains (names, attr->name)) && !is_implied (attr->name)
          && !is_default (subject, attr))
        g_ptr_array_add (others, attr->name);
    }
  if (others->len == 0)
    return FX_VERDICT_HOLDS;
  g_ptr_array_add (others, NULL);
  *found = fx_list_text ((const char *const *)others->pdata, "and");
  return FX_VERDICT_BROKEN;
}

static FxVerdict
judge_only (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) names = fx_field_texts (limit->fields, "attributes");

  if (names == NULL)
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_list_text ((const char *const *)names, "and");
  return judge_set (subject, (const char *const *)names, found);
}

static char *
describe_only (const FxLimit *limit)
{
  g_autofree char *names = fx_field_list_text (limit->fields, "attributes", "and");

  return g_strdup_printf (_ ("No attributes but %s"), names);
}

static FxVerdict
judge_none (G_GNUC_UNUSED const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  *allowed = g_strdup (_ ("none"));
  return judge_set (subject, NULL, found);
}

static char *
describe_none (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("No attributes set"));
}

static char *
describe_accepted (const FxLimit *limit)
{
  g_autofree char *names = fx_field_list_text (limit->fields, "attributes", "and");

  return g_strdup_printf (_ ("Attributes %s may be set"), names);
}

/* ---- opset ---- */

static FxVerdict
judge_opset (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  guint n;
  g_autofree double *in = fx_field_numbers (limit->fields, "in", &n);

  if (in == NULL)
    return FX_VERDICT_UNKNOWN;
  *found = g_strdup_printf (_ ("opset %u"), subject->node->version);
  *allowed = fx_field_list_text (limit->fields, "in", "or");
  for (guint i = 0; i < n; i++)
    if (in[i] == subject->node->version)
      return FX_VERDICT_HOLDS;
  return FX_VERDICT_BROKEN;
}

static char *
describe_opset (const FxLimit *limit)
{
  g_autofree char *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("The form of the operator of opset %s"), in);
}

static char *
describe_opset_form (const FxLimit *limit)
{
  g_autoptr (GVariant) rules = fx_field (limit->fields, "rules");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < fx_field_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = fx_field_child (rules, i);
      g_autofree char *opset = fx_field_list_text (rule, "opset", "or");
      g_autofree char *count = fx_field_list_text (rule, "input_count", "or");
      g_autofree char *least = fx_field_list_text (rule, "input_count_min", "or");

      if (strcmp (count, "?") != 0)
        fx_list_add (text, N_ ("%s inputs opset %s"), count, opset);
      else
        fx_list_add (text, N_ ("at least %s inputs opset %s"), least, opset);
    }
  return g_strdup_printf (_ ("The number of inputs decides about the form: %s"), text->str);
}

const FxLimitKind fx_limit_kinds_attribute[] = {
  { "attribute", "in", judge_in, describe_in },
  { "attribute", "range", judge_range, describe_range },
  { "attribute", "unset", judge_unset, describe_unset },
  { "attribute", "required", judge_required, describe_required },
  { "attribute", "count", judge_count, describe_count },
  { "attribute", "only", judge_only, describe_only },
  { "attribute", "none", judge_none, describe_none },
  { "attribute", "accepted", fx_limit_judge_nothing, describe_accepted },
  { "opset", "in", judge_opset, describe_opset },
  { "opset", "form", fx_limit_judge_nothing, describe_opset_form },
  { NULL },
};
