/* Fuzz target: the text form of preprocessing. What parses prints, parses again to the same, and runs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-preprocess.h"
#include "core/graph/fx-tensor.h"
#include "fuzz/fuzz.h"

#define MAX_PIXELS (1 << 20) /* to stay quick */

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (text, NULL);
  g_autoptr (FxPreprocess) again = NULL;
  g_autoptr (FxImage) image = NULL;
  g_autoptr (FxTensor) tensor = NULL;
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  if (preprocess == NULL)
    return 0;
  once = fx_preprocess_to_string (preprocess);
  again = fx_preprocess_parse (once, NULL);
  if (again == NULL)
    g_error ("\"%s\" does not parse again", once);
  twice = fx_preprocess_to_string (again);
  if (!g_str_equal (once, twice))
    g_error ("\"%s\" became \"%s\"", once, twice);
  for (guint i = 0; i < preprocess->steps->len; i++)
    {
      const FxStep *step = &g_array_index (preprocess->steps, FxStep, i);

      if (MAX (step->width, 1) * (gint64)MAX (step->height, step->width) > MAX_PIXELS)
        return 0;
    }
  image = fx_image_new (7, 5, FX_COLOR_RGB, FX_DTYPE_UINT8, NULL);
  fx_preprocess_apply (preprocess, image, &tensor, NULL);
  return 0;
}
