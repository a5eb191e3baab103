/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-input-split.h"

#include "core/calib/fx-step.h"
#include "core/fx-error.h"

#include <string.h>

/* y = factor × x + offset, of each channel */
typedef struct
{
  gboolean begun, uneven;
  double factor[3], offset[3];
} Affine;

static void
add_step (Affine *affine, const FxStep *step)
{
  affine->begun = TRUE;
  affine->uneven = affine->uneven || step->n_values > 1;
  for (int i = 0; i < 3; i++)
    {
      double value = fx_step_value (step, i);

      if (strcmp (step->kind->name, "mean") == 0)
        affine->offset[i] -= value;
      else
        {
          double by = strcmp (step->kind->name, "std") == 0 ? 1 / value : value;

          affine->factor[i] *= by;
          affine->offset[i] *= by;
        }
    }
}

static gboolean
is_arithmetic (const FxStep *step)
{
  static const char *const names[] = { "mean", "scale", "std", NULL };

  return g_strv_contains (names, step->kind->name);
}

/* How the tensor is stored does not change its values. */
static gboolean
is_storage (const FxStep *step)
{
  return strcmp (step->kind->name, "layout") == 0 || strcmp (step->kind->name, "dtype") == 0;
}

static gboolean
set_numbers (const Affine *affine, FxInputSpec *spec, GError **error)
{
  guint n = affine->uneven ? 3 : 1;
  gboolean has_mean = FALSE, has_scale = FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (affine->factor[i] == 0)
        return fx_fail (error, FX_ERROR_BAD_DATA, "the steps multiply by zero");
      spec->mean[i] = -affine->offset[i] / affine->factor[i];
      spec->scale[i] = affine->factor[i];
      has_mean = has_mean || affine->offset[i] != 0;
      has_scale = has_scale || affine->factor[i] != 1;
    }
  spec->n_mean = has_mean ? n : 0;
  spec->n_scale = has_scale ? n : 0;
  return TRUE;
}

FxPreprocess *
fx_input_split (const FxPreprocess *preprocess, FxInputType rt, FxInputSpec *spec, GError **error)
{
  g_autoptr (FxPreprocess) pictures = fx_preprocess_copy (preprocess);
  Affine affine = { .factor = { 1, 1, 1 } };

  *spec = (FxInputSpec){ .train = FX_INPUT_RGB, .rt = rt, .train_nhwc = preprocess->nhwc, .rt_nhwc = preprocess->nhwc };
  g_array_set_size (pictures->steps, 0);
  for (guint i = 0; i < preprocess->steps->len; i++)
    {
      const FxStep *step = &g_array_index (preprocess->steps, FxStep, i);

      if (is_arithmetic (step))
        {
          add_step (&affine, step);
          continue;
        }
      if (affine.begun && !is_storage (step))
        {
          fx_fail (error, FX_ERROR_BAD_DATA,
                   "step %u, %s, comes behind mean, scale or std; a board does the arithmetic last", i + 1,
                   step->kind->name);
          return NULL;
        }
      fx_input_type_find (step->kind->name, &spec->train); /* steps of color are named like the types */
      g_array_append_val (pictures->steps, *step);
    }
  return set_numbers (&affine, spec, error) ? g_steal_pointer (&pictures) : NULL;
}
