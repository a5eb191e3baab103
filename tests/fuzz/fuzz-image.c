/* Fuzz target: decoding pictures; the input is a whole file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "io/image.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *warning = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxImage) image = fx_image_decode (data, size, &warning, &error);

  if ((image == NULL) != (error != NULL))
    g_error ("an error and a picture, or neither");
  return 0;
}
