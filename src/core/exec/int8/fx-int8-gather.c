/* Rows of windows, run by run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-gather.h"

#include <string.h>

/* Elements [from, to) of a run, of which [valid_from, valid_to) lie in the image. */
typedef struct
{
  gint64 from, to, valid_from, valid_to;
  gint64 offset; /* element of the image where the run begins, if it lies there */
} Run;

static char *
copy_run (const Run *run, gsize size, gint8 padding, const char *image, char *row)
{
  gint64 start = CLAMP (run->valid_from, run->from, run->to), end = CLAMP (run->valid_to, start, run->to);
  gsize before = (gsize)(start - run->from) * size, inside = (gsize)(end - start) * size;
  gsize after = (gsize)(run->to - end) * size;

  if (before > 0)
    memset (row, padding, before);
  if (inside > 0)
    memcpy (row + before, image + (run->offset + start) * (gint64)size, inside);
  if (after > 0)
    memset (row + before + inside, padding, after);
  return row + before + inside + after;
}

/* A run is what is contiguous in the image: a kernel row where neighbors are (no dilation, no groups), else the
 * channels of one tap. */
void
fx_int8_gather_row (const FxInt8Window *w, gsize size, gint8 padding, gconstpointer image, gint64 group, gint64 out_y,
                    gint64 out_x, gsize first, gsize n, gpointer row)
{
  const gint64 channels = w->in_channels, group_channels = channels / w->group;
  const gboolean whole_rows = w->group == 1 && w->dilation_width == 1;
  const gint64 length = whole_rows ? channels * w->kernel_width : group_channels;
  const gint64 taps_across = whole_rows ? 1 : w->kernel_width;
  const gint64 last = (gint64)(first + n), real = group_channels * w->kernel_height * w->kernel_width;
  const gint64 y0 = out_y * w->stride_height - w->pad_top, x0 = out_x * w->stride_width - w->pad_left;
  gint64 k = (gint64)first;
  char *to = row;

  while (k < last && k < real)
    {
      gint64 index = k / length, y = y0 + index / taps_across * w->dilation_height;
      gint64 x = x0 + index % taps_across * w->dilation_width;
      Run run = { .from = k - index * length, .to = MIN (length, last - index * length) };

      if (y >= 0 && y < w->in_height && (whole_rows || (x >= 0 && x < w->in_width)))
        {
          run.valid_from = whole_rows ? -x * channels : 0;
          run.valid_to = whole_rows ? (w->in_width - x) * channels : length;
          run.offset = (y * w->in_width + x) * channels + group * group_channels;
        }
      to = copy_run (&run, size, padding, image, to);
      k += run.to - run.from;
    }
  if (k < last)
    memset (to, 0, (gsize)(last - k) * size);
}
