/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/compare.h"

#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

static gboolean
close_enough (double found, double expected, double rtol, double atol)
{
  if (isnan (expected) || isinf (expected))
    return isnan (expected) ? isnan (found) : found == expected;
  return fabs (found - expected) <= atol + rtol * fabs (expected);
}

/* The parts of complex numbers are compared like floats. */
static FxTensor *
as_plain (const FxTensor *tensor, FxDType dtype)
{
  gsize n = g_bytes_get_size (fx_tensor_bytes (tensor)) / fx_dtype_size (dtype);

  return fx_tensor_new (dtype, &FX_SHAPE ((gint64)n), fx_tensor_bytes (tensor), NULL);
}

static gboolean
compare_floats (const FxTensor *found, const FxTensor *expected, double rtol, double atol, GError **error)
{
  gsize n = fx_tensor_elements (expected), n_bad = 0, first = 0;

  for (gsize i = 0; i < n; i++)
    if (!close_enough (fx_tensor_get_double (found, i), fx_tensor_get_double (expected, i), rtol, atol))
      first = n_bad++ == 0 ? i : first;
  if (n_bad > 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%zu of %zu elements differ, first element %zu: %.9g, wanted %.9g", n_bad,
                    n, first, fx_tensor_get_double (found, first), fx_tensor_get_double (expected, first));
  return TRUE;
}

gboolean
fx_compare_tensors (const FxTensor *found, const FxTensor *expected, double rtol, double atol, GError **error)
{
  FxDType dtype = fx_tensor_dtype (expected);
  gboolean complex = dtype == FX_DTYPE_COMPLEX64 || dtype == FX_DTYPE_COMPLEX128;

  if (fx_tensor_dtype (found) != dtype || !fx_shape_equal (fx_tensor_shape (found), fx_tensor_shape (expected)))
    {
      g_autofree char *left = fx_shape_to_string (fx_tensor_shape (found));
      g_autofree char *right = fx_shape_to_string (fx_tensor_shape (expected));

      return fx_fail (error, FX_ERROR_BAD_DATA, "is %s%s, wanted %s%s", fx_dtype_name (fx_tensor_dtype (found)), left,
                      fx_dtype_name (dtype), right);
    }
  if (complex)
    {
      FxDType part = dtype == FX_DTYPE_COMPLEX64 ? FX_DTYPE_FLOAT : FX_DTYPE_DOUBLE;
      g_autoptr (FxTensor) a = as_plain (found, part), b = as_plain (expected, part);

      return compare_floats (a, b, rtol, atol, error);
    }
  if (fx_dtype_in (dtype, FX_TYPES_FLOAT))
    return compare_floats (found, expected, rtol, atol, error);
  if (g_bytes_equal (fx_tensor_bytes (found), fx_tensor_bytes (expected)))
    return TRUE;
  if (fx_dtype_in (dtype, FX_TYPES_INT) && fx_dtype_size (dtype) == 8) /* doubles would hide a difference */
    return fx_fail (error, FX_ERROR_BAD_DATA, "64-bit integers differ");
  return compare_floats (found, expected, 0.0, 0.0, error);
}
