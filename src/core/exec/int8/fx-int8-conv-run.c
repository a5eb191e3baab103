/* Convolution as a product of matrices: rows are output pixels, columns output channels, the depth is the window.
 *
 * A task is a block of rows × a range of columns. Its rows of the input matrix are gathered from the image and widened
 * into a buffer that stays in the second-level cache, a slice of the depth at a time; a slice of weights for one tile
 * of columns stays in the first-level cache while it meets all the rows. Tasks are independent, so that the threads
 * share nothing but what they read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-conv.h"
#include "core/exec/int8/fx-int8-gather.h"

#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#define MAX_ROWS 96
#define MAX_COLUMNS 256
#define MIN_COLUMNS 64
#define TASKS_PER_THREAD 3
/* Rows do not start at multiples of 4096 bytes, which would fall on the same cache sets. */
#define STRIDE_SLACK 64
#define ALIGNMENT 64
#define COPY_UNIT 16

typedef struct
{
  gsize rows, row_blocks;       /* rows of a task; blocks of all rows */
  gsize columns, column_blocks; /* columns of a task; ranges of all columns of a group */
  gsize slices, slice;          /* of the depth, and the products of one */
  gsize a_stride;               /* bytes */
} Blocks;

typedef struct
{
  gint8 *gathered; /* one row of a slice */
  char *a;         /* [rows][slice] widened */
  char *b;         /* [slice][tile_columns] unpacked */
  gint32 *sums;    /* [tiles][rows][tile_columns]; one tile's if there is one slice */
} Scratch;

static gsize
divide_up (gsize n, gsize by)
{
  return (n + by - 1) / by;
}

static gsize
round_up (gsize n, gsize unit)
{
  return divide_up (n, unit) * unit;
}

static gsize
count_threads (void)
{
#ifdef _OPENMP
  return (gsize)omp_get_max_threads ();
#else
  return 1;
#endif
}

static Blocks
choose_blocks (const FxInt8Conv *conv)
{
  const FxInt8Isa *isa = conv->isa;
  const FxInt8Window *w = &conv->window;
  gsize all_rows = (gsize)(w->batch * w->out_height * w->out_width);
  Blocks blocks;

  blocks.row_blocks = divide_up (all_rows, MAX_ROWS);
  blocks.rows = round_up (divide_up (all_rows, blocks.row_blocks), isa->tile_rows);
  blocks.row_blocks = divide_up (all_rows, blocks.rows);
  blocks.columns = MAX_COLUMNS;
  while (blocks.columns > MIN_COLUMNS
         && (gsize)w->group * blocks.row_blocks * divide_up (conv->padded, blocks.columns)
                < TASKS_PER_THREAD * count_threads ())
    blocks.columns /= 2;
  blocks.columns = MIN (blocks.columns, conv->padded);
  blocks.column_blocks = divide_up (conv->padded, blocks.columns);
  blocks.slices = divide_up (conv->depth, FX_INT8_MAX_DEPTH);
  blocks.slice = round_up (divide_up (conv->depth, blocks.slices), isa->depth);
  blocks.slices = divide_up (conv->depth, blocks.slice);
  blocks.a_stride = round_up (blocks.slice, FX_INT8_WIDEN_UNIT) * isa->activation_bytes + STRIDE_SLACK;
  return blocks;
}

static void *
carve (char **memory, gsize size)
{
  char *part = *memory;

  *memory += round_up (size, ALIGNMENT);
  return part;
}

static void *
scratch_init (Scratch *scratch, const FxInt8Conv *conv, const Blocks *blocks)
{
  gsize width = conv->isa->tile_columns;
  gsize gathered = round_up (blocks->slice, FX_INT8_WIDEN_UNIT) + FX_INT8_WIDEN_UNIT,
        a = blocks->rows * blocks->a_stride;
  gsize b = conv->isa->unpack != NULL ? blocks->slice * width * sizeof (gint16) : 0;
  gsize sums = blocks->rows * (blocks->slices > 1 ? blocks->columns : width) * sizeof (gint32);
  void *memory = g_aligned_alloc (1,
                                  round_up (gathered, ALIGNMENT) + round_up (a, ALIGNMENT) + round_up (b, ALIGNMENT)
                                      + round_up (sums, ALIGNMENT),
                                  ALIGNMENT);
  char *rest = memory;

  scratch->gathered = carve (&rest, gathered);
  scratch->a = carve (&rest, a);
  scratch->b = carve (&rest, b);
  scratch->sums = carve (&rest, sums);
  return memory;
}

/* n bytes in steps of COPY_UNIT: writes, and reads, up to a step more. Short runs are what the first layers have, where
 * a call of memcpy() would cost more than the copy. */
static inline void
copy_over (gint8 *to, const gint8 *from, gint64 n)
{
  for (gint64 i = 0; i < n; i += COPY_UNIT)
    memcpy (to + i, from + i, COPY_UNIT);
}

/* The same as fx_int8_gather_row() for a whole window, if it lies within the image and copies may run over its end. */
static gboolean
gather_inside (const FxInt8Conv *conv, const gint8 *image, const gint8 *end, gint64 out_y, gint64 out_x, gsize n,
               gint8 *row)
{
  const FxInt8Window *w = &conv->window;
  const gint64 line = w->in_width * w->in_channels, run = w->kernel_width * w->in_channels;
  const gint64 y = out_y * w->stride_height - w->pad_top, x = out_x * w->stride_width - w->pad_left;
  const gint64 last_y = y + (w->kernel_height - 1) * w->dilation_height, at = y * line + x * w->in_channels;

  if (y < 0 || x < 0 || last_y >= w->in_height || x + w->kernel_width > w->in_width
      || end - image < last_y * line + x * w->in_channels + run + COPY_UNIT)
    return FALSE;
  for (gint64 ky = 0; ky < w->kernel_height; ky++)
    copy_over (row + ky * run, image + at + ky * w->dilation_height * line, run);
  for (gint64 k = w->kernel_height * run; k < (gint64)n; k++)
    row[k] = 0; /* meets weights of zero */
  return TRUE;
}

static gboolean
is_pointwise (const FxInt8Window *w)
{
  return w->kernel_height == 1 && w->kernel_width == 1 && w->pad_top + w->pad_left + w->pad_bottom + w->pad_right == 0;
}

/* What a pass over the rows of a task needs to know. */
typedef struct
{
  const FxInt8Conv *conv;
  const gint8 *end; /* of the input */
  gint64 group;
  gsize first, n; /* products */
  gboolean pointwise, whole;
  gint8 *gathered;
} Gather;

/* The products of one output pixel, readable to a multiple of FX_INT8_WIDEN_UNIT: where they lie in the image or
 * gathered. */
static const gint8 *
find_row (const Gather *g, const gint8 *image, gint64 out_y, gint64 out_x)
{
  const FxInt8Window *w = &g->conv->window;
  const gint8 *row;

  if (g->pointwise)
    {
      row = image + (out_y * w->stride_height * w->in_width + out_x * w->stride_width) * w->in_channels
            + g->group * (w->in_channels / w->group) + (gint64)g->first;
      if (g->end - row >= (gint64)round_up (g->n, FX_INT8_WIDEN_UNIT))
        return row;
    }
  if (!g->whole || !gather_inside (g->conv, image, g->end, out_y, out_x, g->n, g->gathered))
    fx_int8_gather_row (w, 1, (gint8)g->conv->input_zero_point, image, g->group, out_y, out_x, g->first, g->n,
                        g->gathered);
  return g->gathered;
}

static void
pack_rows (const FxInt8Conv *conv, const Blocks *blocks, const Scratch *scratch, const gint8 *x, gsize group,
           gsize first_row, gsize rows, gsize first, gsize n)
{
  const FxInt8Window *w = &conv->window;
  const gint64 image_size = w->in_height * w->in_width * w->in_channels;
  const Gather gather = { .conv = conv,
                          .end = x + w->batch * image_size,
                          .group = (gint64)group,
                          .first = first,
                          .n = n,
                          .pointwise = is_pointwise (w),
                          .whole = w->group == 1 && w->dilation_width == 1 && blocks->slices == 1,
                          .gathered = scratch->gathered };
  gint64 out_x = (gint64)first_row % w->out_width, line = (gint64)first_row / w->out_width;
  gint64 out_y = line % w->out_height;
  const gint8 *image = x + line / w->out_height * image_size;

  for (gsize r = 0; r < rows; r++)
    {
      conv->isa->widen (scratch->a + r * blocks->a_stride, find_row (&gather, image, out_y, out_x),
                        round_up (n, FX_INT8_WIDEN_UNIT));
      if (++out_x < w->out_width)
        continue;
      out_x = 0;
      if (++out_y < w->out_height)
        continue;
      out_y = 0;
      image += image_size;
    }
}

/* All rows of the task meet the weights of one tile of columns over one slice. */
static void
run_tile_column (const FxInt8Conv *conv, const Blocks *blocks, const Scratch *scratch, gsize group, gsize column,
                 gsize first_column, gsize first_row, gsize rows, gsize slice, gpointer y)
{
  const FxInt8Isa *isa = conv->isa;
  const gsize width = isa->tile_columns, first = slice * blocks->slice;
  const gsize n = MIN (blocks->slice, conv->depth - first);
  const gint8 *packed
      = (const gint8 *)conv->weights + group * conv->weights_group_bytes + column * conv->depth + first * width;
  gint32 *sums = scratch->sums + (blocks->slices == 1 ? 0 : (column - first_column) * blocks->rows);
  FxInt8Tile tile = { .a_stride = blocks->a_stride,
                      .b = packed,
                      .steps = n / isa->depth,
                      .start = slice == 0 ? conv->start + group * conv->padded + column : NULL };

  if (isa->unpack != NULL)
    {
      isa->unpack (scratch->b, packed, n * width);
      tile.b = scratch->b;
    }
  for (gsize r = 0; r < rows; r += isa->tile_rows)
    {
      tile.a = scratch->a + r * blocks->a_stride;
      tile.rows = (guint)MIN (isa->tile_rows, rows - r);
      tile.sums = sums + r * width;
      isa->tile (&tile);
    }
  if (slice + 1 == blocks->slices)
    fx_int8_conv_finish (conv, group, column, (guint)MIN (width, conv->columns - column), sums, width, first_row,
                         (guint)rows, y);
}

static void
run_task (const FxInt8Conv *conv, const Blocks *blocks, const Scratch *scratch, gsize task, const gint8 *x, gpointer y)
{
  const FxInt8Window *w = &conv->window;
  gsize all_rows = (gsize)(w->batch * w->out_height * w->out_width);
  gsize first_row = task % blocks->row_blocks * blocks->rows, rest = task / blocks->row_blocks;
  gsize first_column = rest % blocks->column_blocks * blocks->columns, group = rest / blocks->column_blocks;
  gsize rows = MIN (blocks->rows, all_rows - first_row);
  gsize end = MIN (first_column + blocks->columns, conv->padded);

  for (gsize slice = 0; slice < blocks->slices; slice++)
    {
      gsize first = slice * blocks->slice;

      pack_rows (conv, blocks, scratch, x, group, first_row, rows, first, MIN (blocks->slice, conv->depth - first));
      for (gsize column = first_column; column < end; column += conv->isa->tile_columns)
        run_tile_column (conv, blocks, scratch, group, column, first_column, first_row, rows, slice, y);
    }
}

void
fx_int8_conv_run_tiles (const FxInt8Conv *conv, const gint8 *x, gpointer y)
{
  const Blocks blocks = choose_blocks (conv);
  const gsize n_tasks = (gsize)conv->window.group * blocks.row_blocks * blocks.column_blocks;

#pragma omp parallel if (n_tasks > 1)
  {
    Scratch scratch;
    void *memory = scratch_init (&scratch, conv, &blocks);

#pragma omp for schedule(dynamic)
    for (gsize task = 0; task < n_tasks; task++)
      run_task (conv, &blocks, &scratch, task, x, y);
    g_aligned_free (memory);
  }
}
