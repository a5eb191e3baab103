/* Any bytes either are refused with a reason or give a tensor; the same for a file that is one ONNX tensor.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-tensor.h"
#include "fuzz/fuzz.h"
#include "io/npy.h"
#include "io/onnx/onnx-tensor.h"

static void
check (FxTensor *tensor, GError *error)
{
  if ((tensor == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  for (gsize i = 0; tensor != NULL && i < MIN (fx_tensor_elements (tensor), 1000); i++)
    fx_tensor_get_double (tensor, i);
  fx_tensor_unref (tensor);
  g_clear_error (&error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
  GError *error = NULL;
  FxTensor *tensor = fx_npy_read (bytes, &error);

  check (tensor, error);
  error = NULL;
  tensor = fx_onnx_tensor_load_bytes (bytes, NULL, &error);
  check (tensor, error);
  return 0;
}
