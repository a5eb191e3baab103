/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-tensors.h"

#include "core/fx-i18n.h"
#include "core/ops/conv.h"
#include "core/ops/gemm.h"

#include <string.h>

#define ALL 255

/* Operators whose operands are more than one input that flows and outputs like it. Bits of the masks are operands. */
static const struct
{
  const char *op;
  guint n_flowing;     /* leading inputs that flow */
  guint given_inputs;  /* inputs, and outputs, whose type the operator prescribes */
  guint given_outputs; /* likewise */
  const char *inputs, *outputs;
} operands[] = {
  { "Add", ALL, 0, 0, "A B", "C" },
  { "And", ALL, 0, 0, "A B", "C" },
  { "ArgMax", 1, 0, 1, "data", "reduced" },
  { "ArgMin", 1, 0, 1, "data", "reduced" },
  { "BitShift", ALL, 0, 0, "X Y", "Z" },
  { "Clip", 1, 0, 0, "input min max", "output" },
  { "Concat", ALL, 0, 0, "", "" },
  { "Conv", 1, 0, 0, "X W B", "Y" },
  { "ConvTranspose", 1, 0, 0, "X W B", "Y" },
  { "CumSum", 1, 0, 0, "x axis", "y" },
  { "Div", ALL, 0, 0, "A B", "C" },
  { "Einsum", ALL, 0, 0, "", "" },
  { "Equal", ALL, 0, 1, "A B", "C" },
  { "GRU", 1, 0, 0, "X W R B sequence_lens initial_h", "Y Y_h" },
  { "Gather", 1, 0, 0, "data indices", "output" },
  { "GatherElements", 1, 0, 0, "data indices", "output" },
  { "GatherND", 1, 0, 0, "data indices", "output" },
  { "Gemm", 1, 0, 0, "A B C", "Y" },
  { "Greater", ALL, 0, 1, "A B", "C" },
  { "GreaterOrEqual", ALL, 0, 1, "A B", "C" },
  { "GridSample", 2, 0, 0, "X grid", "Y" },
  { "IsInf", 1, 0, 1, "X", "Y" },
  { "IsNaN", 1, 0, 1, "X", "Y" },
  { "LSTM", 1, 0, 0, "X W R B sequence_lens initial_h initial_c P", "Y Y_h Y_c" },
  { "Less", ALL, 0, 1, "A B", "C" },
  { "LessOrEqual", ALL, 0, 1, "A B", "C" },
  { "MatMul", ALL, 0, 0, "A B", "Y" },
  { "Max", ALL, 0, 0, "", "" },
  { "MaxPool", 1, 0, 2, "X", "Y Indices" },
  { "MaxUnpool", 1, 0, 0, "X I output_shape", "output" },
  { "Mean", ALL, 0, 0, "", "" },
  { "Min", ALL, 0, 0, "", "" },
  { "Mod", ALL, 0, 0, "A B", "C" },
  { "Mul", ALL, 0, 0, "A B", "C" },
  { "NonZero", 1, 0, 1, "X", "Y" },
  { "Or", ALL, 0, 0, "A B", "C" },
  { "PRelu", 1, 0, 0, "X slope", "Y" },
  { "Pad", 1, 0, 0, "data pads constant_value axes", "output" },
  { "Pow", 1, 0, 0, "X Y", "Z" },
  { "RNN", 1, 0, 0, "X W R B sequence_lens initial_h", "Y Y_h" },
  { "Range", ALL, 0, 0, "start limit delta", "output" },
  { "Resize", 1, 0, 0, "X roi scales sizes", "Y" },
  { "Scatter", 1, 0, 0, "data indices updates", "output" },
  { "ScatterElements", 1, 0, 0, "data indices updates", "output" },
  { "ScatterND", 1, 0, 0, "data indices updates", "output" },
  { "Shape", 1, 0, 1, "data", "shape" },
  { "Size", 1, 0, 1, "data", "size" },
  { "Sub", ALL, 0, 0, "A B", "C" },
  { "Sum", ALL, 0, 0, "", "" },
  { "TopK", 1, 0, 2, "X K", "Values Indices" },
  { "Upsample", 1, 0, 0, "X scales", "Y" },
  { "Where", ALL, 1, 0, "condition X Y", "output" },
  { "Xor", ALL, 0, 0, "A B", "C" },
};

static int
find_operands (const FxLimitSubject *subject)
{
  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    if (strcmp (operands[i].op, subject->node->op_type) == 0)
      return (int)i;

  return -1;
}

/* Place of a word in a list with spaces between; -1. */
static int
find_word (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words, " ", 0);

  for (int i = 0; list[i] != NULL; i++)
    if (strcmp (list[i], word) == 0)
      return i;

  return -1;
}

static void
add_tensor (GArray *tensors, const FxLimitSubject *subject, gboolean output, guint index, gboolean weight)
{
  const FxFact *facts = output ? subject->outputs : subject->inputs;
  guint n = output ? subject->n_outputs : subject->n_inputs;
  FxLimitTensor tensor = { .output = output, .index = index, .weight = weight };

  if (index >= n || !facts[index].present)
    return;
  tensor.fact = &facts[index];
  g_array_append_val (tensors, tensor);
}

static void
add_flowing (GArray *tensors, const FxLimitSubject *subject, gboolean output, gboolean also_given)
{
  int row = find_operands (subject);
  guint given = row < 0 || also_given ? 0 : output ? operands[row].given_outputs : operands[row].given_inputs;
  guint n = output ? subject->n_outputs : MIN (subject->n_inputs, row < 0 ? 1 : operands[row].n_flowing);

  for (guint i = 0; i < n; i++)
    if (i >= 32 || (given >> i & 1) == 0)
      add_tensor (tensors, subject, output, i, FALSE);
}

/* Resize had no roi before opset 11. */
static int
find_input (const FxLimitSubject *subject, int row, const char *name)
{
  if (strcmp (name, "exponent") == 0 || strcmp (name, "weight") == 0 || strcmp (name, "rhs") == 0)
    return 1;
  if (strcmp (name, "lhs") == 0)
    return 0;
  if (row < 0)
    return strcmp (name, "X") == 0 || strcmp (name, "x") == 0 || strcmp (name, "data") == 0 ? 0 : -1;
  if (strcmp (operands[row].op, "Resize") == 0 && subject->node->version < 11)
    return find_word ("X scales", name);
  return find_word (operands[row].inputs, name);
}

static gboolean
add_named (GArray *tensors, const FxLimitSubject *subject, const char *name)
{
  int row = find_operands (subject), index;
  gboolean all = strcmp (name, "all") == 0, io = all || strcmp (name, "io") == 0;

  if (io || strcmp (name, "input") == 0)
    add_flowing (tensors, subject, FALSE, !all);
  if (io || strcmp (name, "output") == 0)
    add_flowing (tensors, subject, TRUE, !all);
  if (io || strcmp (name, "input") == 0 || strcmp (name, "output") == 0)
    return TRUE;

  index = find_input (subject, row, name);
  if (index >= 0)
    {
      add_tensor (tensors, subject, FALSE, (guint)index, strcmp (name, "weight") == 0 || strcmp (name, "W") == 0);
      return TRUE;
    }
  if (row < 0)
    return FALSE;
  index = find_word (operands[row].outputs, strcmp (name, "indices") == 0 ? "Indices" : name);
  if (index >= 0)
    add_tensor (tensors, subject, TRUE, (guint)index, FALSE);
  /* roi of an operator that had none yet limits nothing */
  return index >= 0 || find_word (operands[row].inputs, name) >= 0;
}

GArray *
fx_limit_tensors_named (const char *names, const FxLimitSubject *subject)
{
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (FxLimitTensor));
  g_auto (GStrv) list = g_strsplit (names, ",", 0);

  for (guint i = 0; list[i] != NULL; i++)
    if (!add_named (tensors, subject, g_strstrip (list[i])))
      return NULL;

  return g_steal_pointer (&tensors);
}

GArray *
fx_limit_tensors (const FxLimit *limit, const char *field, const FxLimitSubject *subject)
{
  g_auto (GStrv) names = fx_field_texts (limit->fields, field);
  g_autofree char *joined = names != NULL ? g_strjoinv (",", names) : NULL;

  return joined != NULL ? fx_limit_tensors_named (joined, subject) : NULL;
}

char *
fx_limit_tensors_text (const FxLimit *limit)
{
  g_auto (GStrv) names = fx_field_texts (limit->fields, "tensors");
  g_auto (GStrv) parts = NULL;
  g_autofree char *joined = NULL;

  if (names == NULL)
    names = fx_field_texts (limit->fields, "tensor");
  if (names == NULL)
    return g_strdup (_ ("operands"));
  joined = g_strjoinv (",", names);
  if (strcmp (joined, "io") == 0)
    return g_strdup (_ ("input and output"));
  if (strcmp (joined, "all") == 0)
    return g_strdup (_ ("inputs and outputs"));
  parts = g_strsplit (joined, ",", 0);
  /* some are words, others names of operands */
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *part = parts[i];

      parts[i] = g_strdup (fx_translate (part));
      g_free (part);
    }
  return fx_list_text ((const char *const *)parts, "and");
}

const FxFact *
fx_limit_input (const FxLimitSubject *subject, const char *name)
{
  int index = find_input (subject, find_operands (subject), name);

  return index >= 0 && (guint)index < subject->n_inputs && subject->inputs[index].present ? &subject->inputs[index]
                                                                                          : NULL;
}

const char *
fx_limit_tensor_name (const FxLimitTensor *tensor, const FxLimitSubject *subject)
{
  static const char *const inputs[] = { N_ ("input"), N_ ("second input"), N_ ("third input"), N_ ("fourth input") };
  static const char *const outputs[] = { N_ ("output"), N_ ("second output"), N_ ("third output") };

  if (tensor->weight)
    return _ ("weight");
  if (tensor->output)
    return tensor->index < G_N_ELEMENTS (outputs) ? _ (outputs[tensor->index]) : _ ("a later output");
  if (tensor->index == 0 && subject->n_inputs > 1 && subject->inputs[1].present && find_operands (subject) >= 0
      && operands[find_operands (subject)].n_flowing > 1)
    return _ ("first input");
  return tensor->index < G_N_ELEMENTS (inputs) ? _ (inputs[tensor->index]) : _ ("a later input");
}

/* ---- axes ---- */

gint64
fx_limit_dim (const FxLimitTensor *tensor, char letter, const FxLimitSubject *subject)
{
  const FxShape *shape = &tensor->fact->shape;
  FxLimitSubject laid_out = *subject;
  int axis;

  if (shape->rank < 0)
    return FX_DIM_UNKNOWN;
  laid_out.channels_last = subject->channels_last && !tensor->weight;
  axis = fx_limit_axis (&laid_out, letter, shape->rank);
  return axis >= 0 ? shape->dims[axis] : 1;
}

int
fx_limit_nchw_axis (int axis, int rank, gboolean channels_last)
{
  if (!channels_last || rank < 3 || rank > 5 || axis == 0)
    return axis;
  return axis == rank - 1 ? 1 : axis + 1;
}

int
fx_limit_own_axis (int nchw_axis, int rank)
{
  if (rank < 3 || rank > 5 || nchw_axis == 0)
    return nchw_axis;
  return nchw_axis == 1 ? rank - 1 : nchw_axis - 1;
}

gboolean
fx_limit_ints (const FxLimitSubject *subject, const char *attribute, const char *input, gint64 **values, guint *n,
               gboolean *known)
{
  const FxAttr *attr = fx_node_attr (subject->node, attribute);
  const FxFact *fact;

  *values = NULL;
  *n = 0;
  *known = TRUE;
  if (attr != NULL && (attr->kind == FX_ATTR_INTS || attr->kind == FX_ATTR_INT))
    {
      *n = attr->kind == FX_ATTR_INT ? 1 : attr->n;
      *values = attr->kind == FX_ATTR_INT ? g_memdup2 (&attr->i, sizeof attr->i)
                                          : g_memdup2 (attr->ints, *n * sizeof *attr->ints);
      return *n > 0;
    }
  fact = input != NULL ? fx_limit_input (subject, input) : NULL;
  if (fact == NULL)
    return FALSE;
  if (fact->value != NULL)
    *values = fx_tensor_dup_int64s (fact->value, FX_MAX_LIST, n);
  *known = *values != NULL;
  return *known && *n > 0;
}

char *
fx_limit_ints_text (const gint64 *values, guint n)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%" PRId64, i > 0 ? ", " : "", values[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* The default of an attribute of the operator; FALSE if it has none. */
static gboolean
int_default (const FxLimitSubject *subject, const char *name, gint64 *value)
{
  for (const FxAttrRow *row = subject->node->op != NULL ? subject->node->op->attrs : NULL;
       row != NULL && row->name != NULL; row++)
    if (strcmp (row->name, name) == 0 && row->kind == FX_ATTR_INT && !row->required)
      {
        *value = row->default_int;
        return TRUE;
      }
  return FALSE;
}

gboolean
fx_limit_axis_attribute (const FxLimitSubject *subject, int *axis)
{
  const FxAttr *attr = fx_node_attr (subject->node, "axis");
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  gint64 value;

  if (attr != NULL && attr->kind == FX_ATTR_INT)
    value = attr->i;
  else if (attr != NULL || !int_default (subject, "axis", &value))
    return FALSE;
  if (value == G_MININT64) /* Softmax and its kin, not given */
    value = subject->node->version < 13 ? 1 : -1;
  if (rank < 0 ? value < 0 || subject->channels_last : value < -rank || value >= rank)
    return FALSE;
  *axis = rank < 0 ? (int)MIN (value, FX_MAX_RANK)
                   : fx_limit_nchw_axis ((int)(value < 0 ? value + rank : value), rank, subject->channels_last);
  return TRUE;
}

gboolean
fx_limit_reduced_axes (const FxLimitSubject *subject, int axes[FX_MAX_RANK], int *n, gboolean *listed)
{
  int rank = subject->n_inputs > 0 ? subject->inputs[0].shape.rank : -1;
  guint32 mask = 0;
  g_autofree gint64 *values = NULL;
  guint n_values;
  gboolean known;

  if (g_str_has_prefix (subject->node->op_type, "Arg"))
    {
      *n = 1;
      *listed = TRUE;
      return fx_limit_axis_attribute (subject, &axes[0]);
    }
  *listed = fx_limit_ints (subject, "axes", NULL, &values, &n_values, &known);
  if (!*listed && subject->n_inputs > 1 && subject->inputs[1].present)
    {
      if (subject->inputs[1].value == NULL)
        return FALSE;
      values = fx_tensor_dup_int64s (subject->inputs[1].value, FX_MAX_RANK, &n_values);
      *listed = values != NULL && n_values > 0;
    }
  if (rank < 0)
    return FALSE;
  for (guint i = 0; *listed && i < n_values; i++)
    {
      if (values[i] < -rank || values[i] >= rank)
        return FALSE;
      mask |= 1u << fx_limit_nchw_axis ((int)(values[i] < 0 ? values[i] + rank : values[i]), rank,
                                        subject->channels_last);
    }
  if (!*listed)
    mask = (1u << rank) - 1;
  *n = 0;
  for (int i = 0; i < rank; i++)
    if (mask >> i & 1)
      axes[(*n)++] = i;
  return TRUE;
}

gboolean
fx_limit_scale (const FxLimitSubject *subject, int axis, double *scale)
{
  const FxFact *scales = fx_limit_input (subject, "scales");
  const FxShape *in, *out;

  if (subject->n_inputs < 1 || subject->n_outputs < 1)
    return FALSE;
  in = &subject->inputs[0].shape;
  out = &subject->outputs[0].shape;
  if (scales != NULL && scales->value != NULL && fx_tensor_dtype (scales->value) == FX_DTYPE_FLOAT
      && (gsize)axis < fx_tensor_elements (scales->value))
    {
      *scale = fx_tensor_get_double (scales->value, (gsize)axis);
      return TRUE;
    }
  if (in->rank != out->rank || axis >= in->rank || in->dims[axis] <= 0 || out->dims[axis] < 0)
    return FALSE;
  *scale = (double)out->dims[axis] / (double)in->dims[axis];
  return TRUE;
}

/* ---- windows ---- */

int
fx_limit_window_axis (const FxWindow *window, char letter)
{
  int back = letter == 'w' ? 1 : letter == 'h' ? 2 : letter == 'd' ? 3 : FX_MAX_SPATIAL + 1;

  return back <= window->spatial_rank ? window->spatial_rank - back : -1;
}

char *
fx_limit_window_text (const FxWindow *window, const gint64 *sizes)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < window->spatial_rank; i++)
    {
      if (i > 0)
        g_string_append (text, "×");
      if (sizes[i] >= 0)
        g_string_append_printf (text, "%" PRId64, sizes[i]);
      else
        g_string_append_c (text, '?');
    }
  return g_string_free (text, FALSE);
}

gint64
fx_limit_groups (const FxLimitSubject *subject)
{
  if (subject->params == NULL)
    return 1;
  if (subject->node->op == &fx_op_conv)
    return MAX (((const FxConvParams *)subject->params)->group, 1);
  if (subject->node->op == &fx_op_conv_transpose)
    return MAX (((const FxConvTransposeParams *)subject->params)->group, 1);
  return 1;
}

gint64
fx_limit_kernel_channels (const FxLimitSubject *subject)
{
  const FxShape *w = subject->n_inputs > 1 ? &subject->inputs[1].shape : NULL;
  const FxOp *op = subject->node->op;

  if (w == NULL || w->rank < 2)
    return FX_DIM_UNKNOWN;
  if (op == &fx_op_conv)
    return w->dims[1];
  if (op == &fx_op_conv_transpose)
    return w->dims[0] < 0 ? FX_DIM_UNKNOWN : w->dims[0] / fx_limit_groups (subject);
  if (op == &fx_op_gemm && subject->params != NULL)
    return w->dims[((const FxGemmParams *)subject->params)->transB != 0 ? 1 : 0];
  return FX_DIM_UNKNOWN;
}
