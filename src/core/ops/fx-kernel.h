/* Small things that several kernels share: bounded scratch memory, and the check that an output whose shape follows
 * from the elements of an operand was allocated in that shape.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-error.h"
#include "core/ops/fx-op.h"

G_BEGIN_DECLS

/* Uninitialized memory for n elements; never NULL without *error (TOO_LARGE). g_free() it. */
static inline gpointer
fx_scratch_new (gsize n, gsize element_bytes, GError **error)
{
  gpointer memory = g_try_malloc_n (MAX (n, 1), element_bytes);

  if (memory == NULL)
    fx_fail (error, FX_ERROR_TOO_LARGE, "no memory for %zu × %zu bytes of scratch data", n, element_bytes);
  return memory;
}

/* FALSE and *error unless output i has the shape that the elements of the operands ask for. A model file may have
 * declared another one. */
static inline gboolean
fx_eval_check_shape (const FxEval *eval, guint i, const FxShape *wanted, GError **error)
{
  g_autofree char *found = NULL, *text = NULL;

  if (eval->outputs[i].data == NULL || fx_shape_equal (&eval->outputs[i].shape, wanted))
    return TRUE;
  found = fx_shape_to_string (&eval->outputs[i].shape);
  text = fx_shape_to_string (wanted);
  return fx_fail (error, FX_ERROR_BAD_DATA, "output %u is declared as %s, but the operands give %s", i, found, text);
}

/* FALSE and *error if inputs i and j are of different types. */
static inline gboolean
fx_infer_check_equal_types (const FxInfer *infer, guint i, guint j, GError **error)
{
  const FxFact *a = &infer->inputs[i], *b = &infer->inputs[j];

  if (!a->present || !b->present || a->dtype == FX_DTYPE_UNDEFINED || b->dtype == FX_DTYPE_UNDEFINED
      || a->dtype == b->dtype)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "inputs %u and %u are of types %s and %s, wanted the same", i, j,
                  fx_dtype_name (a->dtype), fx_dtype_name (b->dtype));
}

/* FALSE and *error if input i is known to have another number of elements than n. */
static inline gboolean
fx_infer_check_count (const FxInfer *infer, guint i, const char *what, gsize n, GError **error)
{
  const FxFact *fact = &infer->inputs[i];
  gsize count;

  if (!fact->present || !fx_shape_is_static (&fact->shape))
    return TRUE;
  if (!fx_shape_count (&fact->shape, &count) || count != n)
    {
      g_autofree char *found = fx_shape_to_string (&fact->shape);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted %zu element%s", what, found, n,
                      n == 1 ? "" : "s");
    }
  return TRUE;
}

/* The one element of integer input i: *known is TRUE if it can be told now. FALSE and *error if it is a list. */
static inline gboolean
fx_infer_get_scalar (const FxInfer *infer, guint i, const char *what, gint64 *value, gboolean *known, GError **error)
{
  const FxFact *fact = &infer->inputs[i];

  *known = FALSE;
  if (!fx_infer_check_type (infer, i, what, FX_TYPES_INT, error) || !fx_infer_check_count (infer, i, what, 1, error))
    return FALSE;
  if (fact->present && fact->value != NULL && fx_tensor_elements (fact->value) == 1)
    {
      *known = TRUE;
      *value = fx_tensor_get_int64 (fact->value, 0);
    }
  return TRUE;
}

/* The same when it runs; the input is present. */
static inline gboolean
fx_eval_get_scalar (const FxEval *eval, guint i, const char *what, gint64 *value, GError **error)
{
  g_autofree gint64 *values = NULL;

  if (fx_array_elements (&eval->inputs[i]) != 1)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s has %zu elements, wanted 1", what,
                    fx_array_elements (&eval->inputs[i]));
  values = fx_eval_dup_ints (eval, i, NULL);
  *value = values[0];
  return TRUE;
}

/* The start of a string of the model file for a message: such strings may be long and no UTF-8. g_free() it. */
static inline char *
fx_quote (const char *text, gsize length)
{
  g_autofree char *start = g_strndup (text, MIN (length, 60));

  return g_strescape (start, NULL);
}

G_END_DECLS
