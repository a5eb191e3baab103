/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit-vars.h"

#include "core/ops/conv.h"
#include "core/ops/pool.h"

#include <string.h>

static const FxFact *
input (const FxLimitSubject *subject, guint i)
{
  return i < subject->n_inputs && subject->inputs[i].present ? &subject->inputs[i] : NULL;
}

static const FxFact *
output (const FxLimitSubject *subject, guint i)
{
  return i < subject->n_outputs && subject->outputs[i].present ? &subject->outputs[i] : NULL;
}

int
fx_limit_axis (const FxLimitSubject *subject, char axis, int rank)
{
  const char *axes;
  const char *place;

  switch (rank)
    {
    case 1: axes = "C"; break;
    case 2: axes = "NC"; break;
    case 3: axes = subject->channels_last ? "NWC" : "NCW"; break;
    case 4: axes = subject->channels_last ? "NHWC" : "NCHW"; break;
    case 5: axes = subject->channels_last ? "NDHWC" : "NCDHW"; break;
    default: return -1;
    }
  place = strchr (axes, axis);
  return place != NULL && axis != '\0' ? (int)(place - axes) : -1;
}

static FxVariable
set (double *value, gint64 dim)
{
  *value = (double)dim;
  return dim >= 0 ? FX_VARIABLE_KNOWN : FX_VARIABLE_UNKNOWN;
}

/* An axis that the rank does not have counts as size 1: a vector [N, C] is a map of 1 × 1. */
static FxVariable
axis_size (const FxLimitSubject *subject, const FxFact *fact, char axis, double *value)
{
  int place;

  if (fact == NULL || fact->shape.rank < 0 || fact->shape.rank > 5)
    return FX_VARIABLE_UNKNOWN;
  place = fx_limit_axis (subject, axis, fact->shape.rank);
  return set (value, place >= 0 ? fact->shape.dims[place] : 1);
}

static gboolean
is_op (const FxLimitSubject *subject, const char *name)
{
  const FxOp *op = subject->node->op;

  return op != NULL && op->domain == NULL && strcmp (op->name, name) == 0;
}

gboolean
fx_limit_window (const FxLimitSubject *subject, FxWindow *window)
{
  const FxFact *x = input (subject, 0), *w = input (subject, 1);

  if (subject->params == NULL || x == NULL || x->shape.rank < 3)
    return FALSE;
  if (is_op (subject, "Conv"))
    return w != NULL && w->shape.rank == x->shape.rank
           && fx_conv_resolve (subject->params, &x->shape, &w->shape, window, NULL);
  if (is_op (subject, "ConvTranspose"))
    return w != NULL && w->shape.rank == x->shape.rank
           && fx_conv_transpose_resolve (subject->params, &x->shape, &w->shape, window, NULL);
  if (is_op (subject, "MaxPool") || is_op (subject, "AveragePool") || is_op (subject, "LpPool"))
    return fx_pool_resolve (subject->params, &x->shape, window, NULL);
  return FALSE;
}

/* ---- groups of variables ---- */

/* Spatial axis of a window for 'd', 'h' or 'w'; -1 if it has none. */
static int
window_axis (const FxWindow *window, char axis)
{
  int from_end = axis == 'w' ? 1 : axis == 'h' ? 2 : 3;

  return window->spatial_rank - from_end;
}

/* "sh", "dw", "ph", "kd": a property and a spatial axis. */
static FxVariable
window_variable (const FxLimitSubject *subject, char property, char axis, double *value)
{
  FxWindow window;
  int i;

  if (!fx_limit_window (subject, &window))
    return FX_VARIABLE_UNKNOWN;
  i = window_axis (&window, axis);
  if (i < 0) /* an axis that is not there: one element, moved by one */
    return set (value, property == 'p' ? 0 : 1);
  return set (value, property == 's'   ? window.stride[i]
                     : property == 'd' ? window.dilation[i]
                     : property == 'p' ? window.pad_begin[i]
                                       : window.kernel[i]);
}

/* "k", "p", "s": only where all axes agree. */
static FxVariable
common_variable (const FxLimitSubject *subject, char property, double *value)
{
  FxWindow window;
  FxVariable state = FX_VARIABLE_UNKNOWN;

  if (!fx_limit_window (subject, &window))
    return FX_VARIABLE_UNKNOWN;
  for (int i = 0; i < window.spatial_rank; i++)
    {
      gint64 one = property == 's' ? window.stride[i] : property == 'p' ? window.pad_begin[i] : window.kernel[i];

      if (i > 0 && (double)one != *value)
        return FX_VARIABLE_UNKNOWN;
      state = set (value, one);
    }
  return state;
}

static FxVariable
weight_variable (const FxLimitSubject *subject, guint axis, double *value)
{
  const FxFact *weights = input (subject, 1);

  if (weights == NULL || weights->shape.rank <= (int)axis)
    return FX_VARIABLE_UNKNOWN;
  return set (value, weights->shape.dims[axis]);
}

static FxVariable
scale_variable (const FxLimitSubject *subject, char axis, double *value)
{
  double from, to;

  if (axis_size (subject, input (subject, 0), axis, &from) != FX_VARIABLE_KNOWN
      || axis_size (subject, output (subject, 0), axis, &to) != FX_VARIABLE_KNOWN || from == 0)
    return FX_VARIABLE_UNKNOWN;
  *value = to / from;
  return FX_VARIABLE_KNOWN;
}

static gint64
int_attr (const FxNode *node, const char *name, gint64 otherwise)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_INT ? attr->i : otherwise;
}

static FxVariable
split_variable (const FxLimitSubject *subject, const char *name, double *value)
{
  const FxFact *x = input (subject, 0);
  int axis;
  gint64 length;

  if (strcmp (name, "parts") == 0)
    return set (value, subject->n_outputs);
  if (x == NULL || x->shape.rank < 0 || !fx_shape_axis (&x->shape, int_attr (subject->node, "axis", 0), &axis, NULL))
    return FX_VARIABLE_UNKNOWN;
  length = x->shape.dims[axis];
  if (strcmp (name, "in_axis_len") == 0)
    return set (value, length);

  *value = -1;
  for (guint i = 0; i < subject->n_outputs; i++)
    {
      const FxShape *part = &subject->outputs[i].shape;

      if (!subject->outputs[i].present)
        continue;
      if (part->rank <= axis || part->dims[axis] < 0 || length < 0)
        return FX_VARIABLE_UNKNOWN;
      if (i == 0 || part->dims[axis] == 0 || length % part->dims[axis] != 0)
        *value = (double)part->dims[axis];
      if (part->dims[axis] == 0 || length % part->dims[axis] != 0)
        break;
    }
  return *value >= 0 ? FX_VARIABLE_KNOWN : FX_VARIABLE_UNKNOWN;
}

/* ---- by name ---- */

static FxVariable
two_letters (const FxLimitSubject *subject, const char *name, double *value)
{
  gboolean spatial = strchr ("hw", name[1]) != NULL;

  if (name[0] == 'k' && name[1] == 'n')
    return weight_variable (subject, 0, value);
  if (name[0] == 'k' && name[1] == 'c')
    return weight_variable (subject, 1, value);
  if ((strchr ("sdpk", name[0]) != NULL && spatial) || strcmp (name, "kd") == 0)
    return window_variable (subject, name[0], name[1], value);
  return FX_VARIABLE_NONE;
}

FxVariable
fx_limit_variable (const char *name, const FxLimitSubject *subject, double *value)
{
  *value = 0;
  if (strlen (name) == 1 && strchr ("NCDHW", name[0]) != NULL)
    return axis_size (subject, input (subject, 0), name[0], value);
  if (strlen (name) == 1 && strchr ("kps", name[0]) != NULL)
    return common_variable (subject, name[0], value);
  if (strlen (name) == 2)
    return two_letters (subject, name, value);
  if (strcmp (name, "in_C") == 0)
    return axis_size (subject, input (subject, 0), 'C', value);
  if (strcmp (name, "out_C") == 0)
    return axis_size (subject, output (subject, 0), 'C', value);
  if (strcmp (name, "group") == 0)
    return set (value, int_attr (subject->node, "group", 1));
  if (strcmp (name, "scale_h") == 0 || strcmp (name, "scale_w") == 0)
    return scale_variable (subject, name[6] == 'h' ? 'H' : 'W', value);
  if (strcmp (name, "in_axis_len") == 0 || strcmp (name, "part_len") == 0 || strcmp (name, "parts") == 0)
    return split_variable (subject, name, value);
  return FX_VARIABLE_NONE;
}

/* ---- attributes ---- */

static GVariant *
attr_to_variant (const FxAttr *attr)
{
  switch (attr->kind)
    {
    case FX_ATTR_INT: return g_variant_new_int64 (attr->i);
    case FX_ATTR_FLOAT: return g_variant_new_double ((double)attr->f);
    case FX_ATTR_STRING: return g_utf8_validate (attr->s, -1, NULL) ? g_variant_new_string (attr->s) : NULL;
    case FX_ATTR_INTS: return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, attr->ints, attr->n, sizeof (gint64));
    case FX_ATTR_FLOATS:
    case FX_ATTR_STRINGS:
    case FX_ATTR_TENSOR:
    case FX_ATTR_GRAPH:
    case FX_ATTR_OTHER:
    default: return NULL;
    }
}

static GVariant *
default_to_variant (const FxAttrRow *row)
{
  if (row->required)
    return NULL;
  switch (row->kind)
    {
    case FX_ATTR_INT: return g_variant_new_int64 (row->default_int);
    case FX_ATTR_FLOAT: return g_variant_new_double ((double)row->default_float);
    case FX_ATTR_STRING:
      if (row->choices != NULL)
        return g_variant_new_string (row->choices[row->default_int]);
      return row->default_string != NULL ? g_variant_new_string (row->default_string) : NULL;
    case FX_ATTR_INTS:
    case FX_ATTR_FLOATS:
    case FX_ATTR_STRINGS:
    case FX_ATTR_TENSOR:
    case FX_ATTR_GRAPH:
    case FX_ATTR_OTHER:
    default: return NULL;
    }
}

GVariant *
fx_limit_attribute (const FxLimitSubject *subject, const char *name)
{
  const FxAttr *attr = fx_node_attr (subject->node, name);
  const FxOp *op = subject->node->op;
  GVariant *value = NULL;

  if (attr != NULL)
    value = attr_to_variant (attr);
  else if (op != NULL)
    for (const FxAttrRow *row = op->attrs; row != NULL && row->name != NULL; row++)
      if (strcmp (row->name, name) == 0)
        value = default_to_variant (row);
  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

static gboolean
to_number (GVariant *value, double *number)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double)g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    *number = g_variant_get_boolean (value) ? 1 : 0;
  else
    return FALSE;
  return TRUE;
}

gboolean
fx_limit_value_in (GVariant *value, GVariant *wanted)
{
  double a, b;

  if (g_variant_is_of_type (wanted, G_VARIANT_TYPE ("av")) && !g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    {
      for (gsize i = 0; i < g_variant_n_children (wanted); i++)
        {
          g_autoptr (GVariant) boxed = g_variant_get_child_value (wanted, i);
          g_autoptr (GVariant) one = g_variant_get_variant (boxed);

          if (!g_variant_is_of_type (one, G_VARIANT_TYPE ("av")) && fx_limit_value_in (value, one))
            return TRUE;
        }
      return FALSE;
    }
  if (to_number (value, &a) && to_number (wanted, &b))
    return a == b;
  return g_variant_equal (value, wanted);
}
