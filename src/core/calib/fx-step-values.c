/* Steps of arithmetic, mean, scale and std, and those that say how to store the tensor: layout and dtype.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-step.h"

#include "core/fx-error.h"

enum
{
  MEAN,
  SCALE,
  STD,
};

static const char *const layouts[] = { [FX_LAYOUT_NCHW] = "nchw", [FX_LAYOUT_NHWC] = "nhwc", NULL };
static const char *const dtypes[] = { "f32", "u8", "s8", NULL };

static gboolean
parse_values (FxStep *step, FxWords *words, GError **error)
{
  if (!fx_words_values (words, step, NULL, error))
    return FALSE;
  for (guint i = 0; i < step->n_values; i++)
    if (step->kind->choice == STD && (float)step->values[i] == 0.0f)
      return fx_fail (error, FX_ERROR_BAD_DATA, "cannot divide by zero");
  return TRUE;
}

static gboolean
check_values (const FxStep *step, FxFrame *frame, GError **error)
{
  frame->shifted = TRUE;
  return fx_step_check_values (step, frame, error);
}

/* Single precision throughout, as NumPy does with float32 arrays. */
static gboolean
apply_values (const FxStep *step, FxImage **image, GError **error)
{
  gsize n = fx_image_samples (*image);
  int channels = (*image)->channels;
  float *data;

  if ((*image)->dtype != FX_DTYPE_FLOAT)
    {
      FxImage *converted = fx_image_to_float (*image, error);

      if (converted == NULL)
        return FALSE;
      fx_image_free (*image);
      *image = converted;
    }

  data = (*image)->f32;
  for (int c = 0; c < channels; c++)
    {
      float value = (float)fx_step_value (step, c);

      switch (step->kind->choice)
        {
        case MEAN:
          for (gsize i = c; i < n; i += channels)
            data[i] -= value;
          break;
        case SCALE:
          for (gsize i = c; i < n; i += channels)
            data[i] *= value;
          break;
        default:
          for (gsize i = c; i < n; i += channels)
            data[i] /= value;
        }
    }
  return TRUE;
}

static gboolean
parse_layout (FxStep *step, FxWords *words, GError **error)
{
  return fx_words_choice (words, layouts, TRUE, &step->choice, error);
}

static void
print_layout (const FxStep *step, GString *text)
{
  g_string_append_printf (text, " %s", layouts[step->choice]);
}

static gboolean
parse_dtype (FxStep *step, FxWords *words, GError **error)
{
  int choice;

  if (!fx_words_choice (words, dtypes, TRUE, &choice, error))
    return FALSE;
  step->choice = fx_dtype_from_name (dtypes[choice]);
  return TRUE;
}

static void
print_dtype (const FxStep *step, GString *text)
{
  g_string_append_printf (text, " %s", fx_dtype_name (step->choice));
}

const FxStepKind fx_steps_values[] = {
  {
      .name = "mean",
      .args = "VALUE[,VALUE,VALUE]",
      .doc = "Subtracts one value, or one from each channel",
      .choice = MEAN,
      .parse = parse_values,
      .print = fx_step_print_values,
      .check = check_values,
      .apply = apply_values,
  },
  {
      .name = "scale",
      .args = "VALUE[,VALUE,VALUE]",
      .doc = "Multiplies by one value, or one for each channel; \"1/255\" may be written so",
      .choice = SCALE,
      .parse = parse_values,
      .print = fx_step_print_values,
      .check = check_values,
      .apply = apply_values,
  },
  {
      .name = "std",
      .args = "VALUE[,VALUE,VALUE]",
      .doc = "Divides by one value, or one for each channel; \"/255\" is short for \"std 255\"",
      .choice = STD,
      .parse = parse_values,
      .print = fx_step_print_values,
      .check = check_values,
      .apply = apply_values,
  },
  {
      .name = "layout",
      .args = "nchw|nhwc",
      .doc = "Order of the tensor's dimensions, nchw if absent",
      .parse = parse_layout,
      .print = print_layout,
  },
  {
      .name = "dtype",
      .args = "f32|u8|s8",
      .doc = "Type of the tensor, f32 if absent; u8 rounds and clamps to 0 to 255, s8 subtracts 128 and clamps to -128 "
             "to 127",
      .parse = parse_dtype,
      .print = print_dtype,
  },
  { .name = NULL },
};
