/* Limits on element types.
 *
 * The models are float; what runs on the BPU is quantized on the way. So a float operand fits a limit that asks for
 * int8 or int16: those types are what the converter makes of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* Types by the names that the tables use, which are NumPy's but for two. */
static gboolean
is_named (FxDType dtype, const char *name)
{
  if (strcmp (name, "float") == 0)
    return dtype == FX_DTYPE_FLOAT;
  if (strcmp (name, "double") == 0)
    return dtype == FX_DTYPE_DOUBLE;
  return strcmp (name, fx_dtype_numpy_name (dtype)) == 0;
}

static gboolean
type_in (FxDType dtype, const char *const *names)
{
  gboolean has_float = FALSE, has_quantized = FALSE;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (is_named (dtype, names[i]))
        return TRUE;
      has_float = has_float || is_named (FX_DTYPE_FLOAT, names[i]);
      has_quantized = has_quantized || is_named (FX_DTYPE_INT8, names[i]) || is_named (FX_DTYPE_INT16, names[i]);
    }
  return fx_dtype_in (dtype, FX_TYPES_FLOAT) && has_quantized && !has_float;
}

static GArray *
all_tensors (const FxLimit *limit, const FxLimitSubject *subject)
{
  GArray *tensors = fx_limit_tensors (limit, "tensors", subject);

  return tensors != NULL ? tensors : fx_limit_tensors (limit, "tensor", subject);
}

/* ---- in ---- */

static FxVerdict
judge_in (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) names = fx_field_texts (limit->fields, "in");
  g_autoptr (GArray) tensors = all_tensors (limit, subject);
  FxVerdict verdict = FX_VERDICT_HOLDS;

  if (names == NULL || tensors == NULL)
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_list_text ((const char *const *)names, "or");
  for (guint i = 0; i < tensors->len && verdict != FX_VERDICT_BROKEN; i++)
    {
      const FxLimitTensor *tensor = &g_array_index (tensors, FxLimitTensor, i);
      FxDType dtype = tensor->fact->dtype;
      FxVerdict one
          = dtype == FX_DTYPE_UNDEFINED ? FX_VERDICT_UNKNOWN : fx_verdict (type_in (dtype, (const char *const *)names));

      if (*found == NULL || one != FX_VERDICT_HOLDS)
        {
          g_free (*found);
          *found = g_strdup_printf (_ ("%s of type %s"), fx_limit_tensor_name (tensor, subject),
                                    dtype == FX_DTYPE_UNDEFINED ? _ ("unknown") : fx_dtype_numpy_name (dtype));
        }
      verdict = fx_verdict_worse (verdict, one);
    }
  return verdict;
}

static char *
describe_in (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Type of %s %s"), tensors, in);
}

/* ---- equal ---- */

static FxVerdict
judge_equal (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = all_tensors (limit, subject);
  FxDType dtype = FX_DTYPE_UNDEFINED;
  gboolean unknown = FALSE;

  if (tensors == NULL)
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup (_ ("one type"));
  for (guint i = 0; i < tensors->len; i++)
    {
      FxDType other = g_array_index (tensors, FxLimitTensor, i).fact->dtype;

      unknown = unknown || other == FX_DTYPE_UNDEFINED;
      if (dtype != FX_DTYPE_UNDEFINED && other != FX_DTYPE_UNDEFINED && dtype != other)
        {
          *found = g_strdup_printf (_ ("%s and %s"), fx_dtype_numpy_name (dtype), fx_dtype_numpy_name (other));
          return FX_VERDICT_BROKEN;
        }
      dtype = other != FX_DTYPE_UNDEFINED ? other : dtype;
    }
  return unknown ? FX_VERDICT_UNKNOWN : FX_VERDICT_HOLDS;
}

static char *
describe_equal (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit);

  return g_strdup_printf (_ ("%s have one type"), tensors);
}

/* ---- pairs and lookup tables ---- */

/* The type of the first input and output, which have to be known. */
static gboolean
get_types (const FxLimitSubject *subject, FxDType *in, FxDType *out, char **found)
{
  *in = subject->n_inputs > 0 ? subject->inputs[0].dtype : FX_DTYPE_UNDEFINED;
  *out = subject->n_outputs > 0 ? subject->outputs[0].dtype : FX_DTYPE_UNDEFINED;
  if (*in == FX_DTYPE_UNDEFINED || *out == FX_DTYPE_UNDEFINED)
    return FALSE;
  *found = g_strdup_printf (_ ("%s to %s"), fx_dtype_numpy_name (*in), fx_dtype_numpy_name (*out));
  return TRUE;
}

static FxVerdict
judge_pairs (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  FxDType in, out;

  if (fx_field_n_children (pairs) == 0 || !get_types (subject, &in, &out, found))
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_field_list_text (limit->fields, "pairs", "or");
  for (guint i = 0; i < fx_field_n_children (pairs); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      g_autofree char *a = fx_field_text (first), *b = fx_field_text (second);

      if (type_in (in, (const char *[]){ a, NULL }) && type_in (out, (const char *[]){ b, NULL }))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_pairs (const FxLimit *limit)
{
  g_autofree char *pairs = fx_field_list_text (limit->fields, "pairs", "or");

  return g_strdup_printf (_ ("Types of input and output %s"), pairs);
}

/* The shapes of the tables are the compiler's affair: only the types of input and output are the model's. */
static FxVerdict
judge_lut (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_auto (GStrv) inputs = fx_field_texts (limit->fields, "input");
  g_auto (GStrv) outputs = fx_field_texts (limit->fields, "output");
  FxDType in, out;

  if (inputs == NULL || outputs == NULL || !get_types (subject, &in, &out, found))
    return FX_VERDICT_UNKNOWN;
  *allowed = fx_field_list_text (limit->fields, "input", "or");
  if (!type_in (in, (const char *const *)inputs))
    return FX_VERDICT_BROKEN;
  if (strcmp (outputs[0], "same_as_input") == 0)
    return fx_verdict (in == out);
  return fx_verdict (type_in (out, (const char *const *)outputs));
}

static char *
describe_lut (const FxLimit *limit)
{
  g_autofree char *type = fx_field_list_text (limit->fields, "qtype", "or");
  g_autofree char *input = fx_field_list_text (limit->fields, "input", "or");
  g_autofree char *output = fx_field_list_text (limit->fields, "output", "or");

  if (strcmp (output, "same_as_input") == 0)
    {
      g_free (output);
      output = g_strdup (_ ("of the same type"));
    }
  return strcmp (type, "native") == 0
             ? g_strdup_printf (_ ("Without a lookup table: input %s, output %s"), input, output)
             : g_strdup_printf (_ ("As a lookup table of %s: input %s, output %s"), type, input, output);
}

/* ---- int16_io ---- */

static char *
describe_int16 (const FxLimit *limit)
{
  g_autofree char *io = fx_field_string (limit->fields, "io");

  return g_strdup (g_strcmp0 (io, "input") == 0 ? _ ("Inputs may be int16 besides int8")
                                                : _ ("Inputs and outputs may be int16 besides int8"));
}

const FxLimitKind fx_limit_kinds_type[] = {
  { "dtype", "in", judge_in, describe_in },
  { "dtype", "equal", judge_equal, describe_equal },
  { "dtype", "pairs", judge_pairs, describe_pairs },
  { "dtype", "lut", judge_lut, describe_lut },
  { "int16_io", "", fx_limit_judge_nothing, describe_int16 },
  { NULL },
};
