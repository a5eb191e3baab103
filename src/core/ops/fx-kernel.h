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

G_END_DECLS
