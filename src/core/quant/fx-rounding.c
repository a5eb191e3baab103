/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-rounding.h"

#include <math.h>
#include <string.h>

#define DAMPING 0.01 /* of the mean of the diagonal, as in GPTQ */
#define MAX_SWEEPS 8
#define LANES 8 /* rows that are rounded side by side */

struct _FxRounding
{
  guint n;
  double *h; /* [n][n] */
  double *r; /* [n][n] upper triangle, h = rᵀ r */
};

static double
clamp_integer (double x)
{
  return CLAMP (rint (x), -127.0, 127.0);
}

/* ---- the factor ---- */

static double
damping (const double *h, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += h[(gsize)i * n + i];
  return sum > 0 ? DAMPING * sum / n : 1.0;
}

/* The upper half is what counts. */
static void
make_symmetric (double *h, guint n)
{
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < i; j++)
      h[i * n + j] = h[j * n + i];
}

/* Takes row k out of what is below it. */
static void
eliminate (double *r, gsize n, gsize k)
{
  const double *from = r + k * n;

#pragma omp parallel for schedule(static) if ((n - k) * (n - k) > 65536)
  for (gsize i = k + 1; i < n; i++)
    {
      double factor = from[i], *to = r + i * n;

      for (gsize j = i; j < n; j++)
        to[j] -= factor * from[j];
    }
}

/* Cholesky; `least` stands in for what rounding errors leave of a pivot. */
static gboolean
factorize (double *r, gsize n, double least, GCancellable *cancellable, GError **error)
{
  for (gsize k = 0; k < n; k++)
    {
      double pivot = sqrt (MAX (r[k * n + k], least));

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      r[k * n + k] = pivot;
      for (gsize j = k + 1; j < n; j++)
        r[k * n + j] /= pivot;
      eliminate (r, n, k);
    }
  return TRUE;
}

FxRounding *
fx_rounding_new (guint n, double *covariance, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxRounding) rounding = g_new0 (FxRounding, 1);
  double more = damping (covariance, n);

  rounding->n = n;
  rounding->h = covariance;
  for (gsize i = 0; i < n; i++)
    rounding->h[i * n + i] += more;
  make_symmetric (rounding->h, n);
  rounding->r = g_memdup2 (rounding->h, (gsize)n * n * sizeof (double));
  return factorize (rounding->r, n, more * 1e-3, cancellable, error) ? g_steal_pointer (&rounding) : NULL;
}

void
fx_rounding_free (FxRounding *rounding)
{
  if (rounding == NULL)
    return;
  g_free (rounding->h);
  g_free (rounding->r);
  g_free (rounding);
}

/* ---- one weight after the other ---- */

/* Errors e = q − w of LANES rows, both [n][LANES], from the last weight to the first. */
static void
round_in_turn (const FxRounding *rounding, const double *w, double *e)
{
  gsize n = rounding->n;

  for (gsize i = n; i-- > 0;)
    {
      const double *r = rounding->r + i * n;
      double pull[LANES] = { 0 };

      for (gsize j = i + 1; j < n; j++)
        for (guint l = 0; l < LANES; l++)
          pull[l] += r[j] * e[j * LANES + l];
      for (guint l = 0; l < LANES; l++)
        e[i * LANES + l] = clamp_integer (w[i * LANES + l] - pull[l] / r[i]) - w[i * LANES + l];
    }
}

static void
round_nearest (const FxRounding *rounding, const double *w, double *e)
{
  for (gsize i = 0; i < (gsize)rounding->n * LANES; i++)
    e[i] = clamp_integer (w[i]) - w[i];
}

/* ---- single steps ---- */

/* H e [n]; *error becomes eᵀ H e. */
static void
gradient (const FxRounding *rounding, const double *e, double *g, double *error)
{
  gsize n = rounding->n;

  memset (g, 0, n * sizeof *g);
  for (gsize j = 0; j < n; j++)
    for (gsize i = 0; i < n; i++)
      g[i] += e[j] * rounding->h[j * n + i];
  *error = 0;
  for (gsize i = 0; i < n; i++)
    *error += e[i] * g[i];
}

/* Each weight to the integer that is best with the others as they are; TRUE if one moved. */
static gboolean
sweep (const FxRounding *rounding, const double *w, double *e, double *g, double *error)
{
  gsize n = rounding->n;
  gboolean moved = FALSE;

  for (gsize i = 0; i < n; i++)
    {
      const double *h = rounding->h + i * n;
      double step = clamp_integer (w[i] + e[i] - g[i] / h[i]) - rint (w[i] + e[i]);
      double gain = -(2 * step * g[i] + step * step * h[i]);

      if (step == 0 || !(gain > 1e-12 * *error))
        continue;
      e[i] += step;
      *error -= gain;
      moved = TRUE;
      for (gsize j = 0; j < n; j++)
        g[j] += step * h[j];
    }
  return moved;
}

static double
descend (const FxRounding *rounding, const double *w, double *e, double *g)
{
  double error;

  gradient (rounding, e, g, &error);
  for (guint i = 0; i < MAX_SWEEPS && sweep (rounding, w, e, g, &error); i++)
    ;
  return error;
}

/* ---- rows ---- */

/* Room for the work on LANES rows. */
typedef struct
{
  double *w, *turn, *nearest;      /* [n][LANES] */
  double *row_w, *row, *other, *g; /* [n] */
} Room;

static void
take_lane (const double *lanes, guint lane, guint n, double *row)
{
  for (gsize i = 0; i < n; i++)
    row[i] = lanes[i * LANES + lane];
}

static void
finish_row (const FxRounding *rounding, const Room *room, guint lane, gint8 *q)
{
  guint n = rounding->n;
  const double *best = room->row;

  take_lane (room->w, lane, n, room->row_w);
  take_lane (room->turn, lane, n, room->row);
  take_lane (room->nearest, lane, n, room->other);
  if (descend (rounding, room->row_w, room->other, room->g) < descend (rounding, room->row_w, room->row, room->g))
    best = room->other;
  for (gsize i = 0; i < n; i++)
    q[i] = (gint8)rint (room->row_w[i] + best[i]);
}

void
fx_rounding_rows (const FxRounding *rounding, guint n_rows, const double *w, gint8 *q)
{
  gsize n = rounding->n;
  g_autofree double *memory = g_new0 (double, n *(3 * LANES + 4));
  Room room = { .w = memory, .turn = memory + n * LANES, .nearest = memory + 2 * n * LANES };

  room.row_w = memory + 3 * n * LANES;
  room.row = room.row_w + n;
  room.other = room.row + n;
  room.g = room.other + n;
  for (guint first = 0; first < n_rows; first += LANES)
    {
      guint n_lanes = MIN (LANES, n_rows - first);

      for (guint l = 0; l < n_lanes; l++)
        for (gsize i = 0; i < n; i++)
          room.w[i * LANES + l] = w[(first + l) * n + i];
      round_in_turn (rounding, room.w, room.turn);
      round_nearest (rounding, room.w, room.nearest);
      for (guint l = 0; l < n_lanes; l++)
        finish_row (rounding, &room, l, q + (first + l) * n);
    }
}

double
fx_rounding_error (const FxRounding *rounding, const double *w, const gint8 *q)
{
  gsize n = rounding->n;
  double error = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      error += (q[i] - w[i]) * rounding->h[i * n + j] * (q[j] - w[j]);
  return error;
}
