/* The width that a text takes about.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-text-width.h"

/* Hundredths of the font size for U+0020 … U+007E: rounded up means of common sans-serif faces. */
static const guint8 ascii_widths[95] = {
  30, 33, 42, 75, 60, 86, 74, 26, 36, 36, 50, 75, 30, 36, 30, 38, /* space … / */
  60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 32, 32, 75, 75, 75, 52, /* 0 … ? */
  92, 67, 66, 67, 73, 61, 57, 73, 73, 30, 32, 66, 56, 84, 74, 76, /* @ … O */
  62, 76, 68, 62, 62, 72, 67, 95, 66, 62, 66, 37, 38, 37, 75, 50, /* P … _ */
  45, 58, 61, 53, 61, 58, 36, 61, 60, 27, 28, 56, 27, 91, 60, 59, /* ` … o */
  61, 61, 41, 50, 39, 60, 56, 79, 56, 56, 51, 57, 33, 57, 75,     /* p … ~ */
};

static double
letter_width (gunichar letter)
{
  if (letter >= 0x20 && letter < 0x7f)
    return ascii_widths[letter - 0x20] / 100.0;
  if (g_unichar_iszerowidth (letter))
    return 0.0;
  if (letter == 0xd7) /* × of shapes and kernels */
    return 0.84;
  return g_unichar_iswide (letter) ? 1.0 : 0.7;
}

double
fx_text_width (const char *utf8)
{
  double width = 0.0;

  for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char (p))
    width += letter_width (g_utf8_get_char (p));
  return width;
}
