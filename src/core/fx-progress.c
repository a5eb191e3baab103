/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-progress.h"

#include "core/fx-i18n.h"

FxProgress
fx_progress_part (const FxProgress *whole, double begin, double end)
{
  FxProgress part = { 0 };

  if (whole != NULL)
    {
      double width = whole->end - whole->begin;

      part = *whole;
      part.begin = whole->begin + begin * width;
      part.end = whole->begin + end * width;
    }

  return part;
}

void
fx_progress_report (const FxProgress *progress, double fraction, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  if (progress == NULL || progress->func == NULL)
    return;

  va_start (args, format);
  message = g_strdup_vprintf (fx_translate (format), args);
  va_end (args);

  progress->func (progress->begin + CLAMP (fraction, 0.0, 1.0) * (progress->end - progress->begin), message,
                  progress->user_data);
}
