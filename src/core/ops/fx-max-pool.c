/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-max-pool.h"

#include "core/ops/fx-op.h"

#include <math.h>

/* Where the rows of a window begin and which of them there are: the same for all outputs of one row. */
typedef struct
{
  const FxWindow *win;
  gint64 d_begin, d_end, h_begin, h_end; /* kernel elements inside the input */
  const float *first;                    /* the input row of the first of them */
  gsize row_step, plane_step;            /* floats between the rows and planes of neighboring kernel elements */
} Rows;

typedef void Kernel (const Rows *rows, gsize block, float *y);

/* One row of outputs, WIDTH channels at a time in a register. */
#define KERNEL(name, attribute, WIDTH)                                                                                 \
  attribute static void row_##name (const Rows *rows, gsize block, float *y)                                           \
  {                                                                                                                    \
    typedef float Vector __attribute__ ((vector_size (WIDTH * sizeof (float)), aligned (4), may_alias));               \
    typedef gint32 Mask __attribute__ ((vector_size (WIDTH * sizeof (gint32))));                                       \
    const FxWindow *win = rows->win;                                                                                   \
    gsize step = (gsize)win->dilation[2] * block;                                                                      \
                                                                                                                       \
    for (gint64 o = 0; o < win->out[2]; o++, y += block)                                                               \
      {                                                                                                                \
        gint64 begin, end, start = o * win->stride[2] - win->pad_begin[2];                                             \
                                                                                                                       \
        if (start >= 0 && start + (win->kernel[2] - 1) * win->dilation[2] < win->in[2])                                \
          begin = 0, end = win->kernel[2];                                                                             \
        else                                                                                                           \
          fx_window_taps (win, 2, o, &begin, &end);                                                                    \
        for (gsize c = 0; c < block; c += WIDTH)                                                                       \
          {                                                                                                            \
            Vector most = (Vector){ 0 } - INFINITY;                                                                    \
            const float *plane = rows->first + (start + begin * win->dilation[2]) * (gint64)block + c;                 \
                                                                                                                       \
            for (gint64 kd = rows->d_begin; kd < rows->d_end; kd++, plane += rows->plane_step)                         \
              {                                                                                                        \
                const float *row = plane;                                                                              \
                                                                                                                       \
                for (gint64 kh = rows->h_begin; kh < rows->h_end; kh++, row += rows->row_step)                         \
                  {                                                                                                    \
                    const float *x = row;                                                                              \
                                                                                                                       \
                    for (gint64 kw = begin; kw < end; kw++, x += step)                                                 \
                      {                                                                                                \
                        Vector value = *(const Vector *)x;                                                             \
                        Mask larger = value > most;                                                                    \
                                                                                                                       \
                        most = (Vector)(((Mask)value & larger) | ((Mask)most & ~larger));                              \
                      }                                                                                                \
                  }                                                                                                    \
              }                                                                                                        \
            *(Vector *)(y + c) = most;                                                                                 \
          }                                                                                                            \
      }                                                                                                                \
  }

KERNEL (plain, , 4)
#ifdef __x86_64__
KERNEL (avx2, __attribute__ ((target ("avx2"))), 8)
#endif

static Kernel *
pick_kernel (void)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    return row_avx2;
#endif
  return row_plain;
}

static void
pool_row (Kernel *kernel, const FxWindow *win, gsize block, gint64 od, gint64 oh, const float *x, float *y)
{
  Rows rows = { .win = win };
  gint64 d, h;

  fx_window_taps (win, 0, od, &rows.d_begin, &rows.d_end);
  fx_window_taps (win, 1, oh, &rows.h_begin, &rows.h_end);
  d = od * win->stride[0] - win->pad_begin[0] + rows.d_begin * win->dilation[0];
  h = oh * win->stride[1] - win->pad_begin[1] + rows.h_begin * win->dilation[1];
  rows.row_step = (gsize)(win->dilation[1] * win->in[2]) * block;
  rows.plane_step = (gsize)(win->dilation[0] * win->in[1] * win->in[2]) * block;
  /* if no kernel element is inside, `first` is not read */
  rows.first = x;
  if (rows.d_begin < rows.d_end && rows.h_begin < rows.h_end)
    rows.first += (d * win->in[1] + h) * win->in[2] * (gint64)block;
  kernel (&rows, block, y);
}

void
fx_max_pool_blocked (const FxWindow *window, gsize n_blocks, guint block, const float *x, float *y)
{
  const FxWindow win = fx_window_3d (window);
  gsize in = (gsize)(win.in[0] * win.in[1] * win.in[2]) * block;
  gint64 n_rows = win.out[0] * win.out[1];
  gsize out_row = (gsize)win.out[2] * block;
  double work = (double)n_blocks * (double)n_rows * (double)out_row * (double)win.kernel[0] * (double)win.kernel[1]
                * (double)win.kernel[2];
  Kernel *kernel = pick_kernel ();

#pragma omp parallel for collapse(2) if (work > FX_PARALLEL_MIN)
  for (gsize b = 0; b < n_blocks; b++)
    for (gint64 row = 0; row < n_rows; row++)
      pool_row (kernel, &win, block, row / win.out[1], row % win.out[1], x + b * in,
                y + (b * (gsize)n_rows + (gsize)row) * out_row);
}
