/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-step.h"

#include "core/calib/fx-color.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <float.h>
#include <math.h>

static gboolean
parse_side (const char *text, const char **end, int *pixels)
{
  char *stop;
  guint64 value;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  value = g_ascii_strtoull (text, &stop, 10);
  if (value < 1 || value > FX_IMAGE_MAX_SIDE)
    return FALSE;
  *pixels = (int)value;
  *end = stop;
  return TRUE;
}

gboolean
fx_words_size (FxWords *words, int *width, int *height, GError **error)
{
  const char *word = *words->words, *end;

  if (word == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a size is missing, wanted one such as 224x224");
  if (!parse_side (word, &end, width))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no size, wanted one such as 224x224", word);
  *height = *width;
  if (*end == 'x' && !parse_side (end + 1, &end, height))
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no size, wanted one such as 224x224", word);
  if (*end != '\0')
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no size, wanted one such as 224x224", word);
  words->words++;
  return TRUE;
}

gboolean
fx_words_side (FxWords *words, int *pixels, GError **error)
{
  const char *word = *words->words, *end;

  if (word == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a number of pixels is missing");
  if (!parse_side (word, &end, pixels) || *end != '\0')
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no number of pixels from 1 to %d", word, FX_IMAGE_MAX_SIDE);
  words->words++;
  return TRUE;
}

/* "0.017", "-1e-3" or a quotient such as "1/255". */
static gboolean
parse_number (const char *text, double *value)
{
  char *end;
  double divisor = 1.0;

  *value = g_ascii_strtod (text, &end);
  if (end == text)
    return FALSE;
  if (*end == '/')
    {
      const char *below = end + 1;

      divisor = g_ascii_strtod (below, &end);
      if (end == below)
        return FALSE;
    }
  *value /= divisor;
  return *end == '\0' && fabs (*value) <= FLT_MAX; /* FALSE for NaN too */
}

gboolean
fx_words_values (FxWords *words, FxStep *step, const double *otherwise, GError **error)
{
  step->n_values = 0;
  while (*words->words != NULL && step->n_values < G_N_ELEMENTS (step->values)
         && parse_number (*words->words, &step->values[step->n_values]))
    {
      step->n_values++;
      words->words++;
    }
  if (step->n_values == 0 && otherwise != NULL)
    step->values[step->n_values++] = *otherwise;
  if (step->n_values == 0 && *words->words == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a number is missing, wanted one, or one for each channel");
  if (step->n_values == 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no number, wanted one such as 127.5 or 1/255", *words->words);
  return TRUE;
}

gboolean
fx_words_choice (FxWords *words, const char *const *names, gboolean required, int *choice, GError **error)
{
  g_autofree char *wanted = g_strjoinv (", ", (char **)names);

  *choice = 0;
  if (*words->words == NULL && !required)
    return TRUE;
  if (*words->words == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "an argument is missing, wanted one of %s", wanted);
  for (int i = 0; names[i] != NULL; i++)
    if (g_str_equal (*words->words, names[i]))
      {
        *choice = i;
        words->words++;
        return TRUE;
      }
  return fx_fail (error, FX_ERROR_BAD_DATA, "found \"%s\", wanted one of %s", *words->words, wanted);
}

gboolean
fx_words_resample (FxWords *words, FxResample *mode, GError **error)
{
  *mode = FX_RESAMPLE_PIL_BILINEAR;
  if (*words->words == NULL)
    return TRUE;
  return fx_resample_from_name (*words->words++, mode, error);
}

void
fx_step_print_size (const FxStep *step, GString *text)
{
  g_string_append_printf (text, " %dx%d", step->width, step->height);
}

/* The shortest text that reads back as the same number. */
static void
print_number (double value, GString *text)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double inverse = rint (1.0 / value);

  if (fabs (value) < 1.0 && inverse > 1.0 && inverse <= 65536.0 && 1.0 / inverse == value)
    {
      g_string_append_printf (text, "1/%d", (int)inverse);
      return;
    }
  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }
  g_string_append (text, buffer);
}

void
fx_step_print_values (const FxStep *step, GString *text)
{
  for (guint i = 0; i < step->n_values; i++)
    {
      g_string_append_c (text, i == 0 ? ' ' : ',');
      print_number (step->values[i], text);
    }
}

gboolean
fx_step_check_values (const FxStep *step, const FxFrame *frame, GError **error)
{
  int channels = fx_color_channels (frame->color);

  if (step->n_values == 1 || (int)step->n_values == channels)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA,
                  channels == 1 ? N_ ("found %u values, wanted one, since the picture is %s there")
                                : N_ ("found %u values, wanted one or three, since the picture is %s there"),
                  step->n_values, fx_color_name (frame->color));
}
