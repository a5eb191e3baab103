/* An index of both operands and the result counts batches; one of both operands that is summed is the inner size of a
 * product; one of a single operand and the result counts rows or columns. The operands are copied into that order, and
 * the result out of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-einsum.h"
#include "core/ops/fx-gemm.h"
#include "core/ops/fx-kernel.h"

#include <string.h>

typedef enum
{
  BATCH,
  ROW,
  COLUMN,
  SUMMED,
  N_ROLES
} Role;

typedef struct
{
  int n[N_ROLES], index[N_ROLES][FX_EINSUM_INDICES];
  gsize size[N_ROLES]; /* products of the sizes */
} Roles;

/* Axes of a copy, outermost first. */
typedef struct
{
  int n;
  gsize size[FX_EINSUM_INDICES], step[FX_EINSUM_INDICES];
} Axes;

static gboolean
occurs (const FxEinsumTerm *term, int index)
{
  for (int k = 0; k < term->rank; k++)
    if (term->index[k] == index)
      return TRUE;
  return FALSE;
}

static gboolean
find_roles (const FxEinsum *einsum, const FxArray *operands, Roles *roles)
{
  *roles = (Roles){ .size = { 1, 1, 1, 1 } };
  for (int i = 0; i < FX_EINSUM_INDICES; i++)
    {
      gboolean in_a = occurs (&einsum->terms[0], i), in_b = occurs (&einsum->terms[1], i);
      gboolean in_y = occurs (&einsum->output, i);
      Role role = in_a && in_b ? (in_y ? BATCH : SUMMED) : in_a ? ROW : COLUMN;

      if (!in_a && !in_b)
        continue;
      if (in_a != in_b && !in_y)
        return FALSE; /* a sum over one operand alone */
      for (int t = 0; t < 2 && einsum->size[i] != 1; t++)
        if (occurs (&einsum->terms[t], i) && fx_einsum_step (&einsum->terms[t], &operands[t].shape, i) == 0)
          return FALSE; /* broadcasts: the copy could be far larger than the operand */
      roles->index[role][roles->n[role]++] = i;
      roles->size[role] *= (gsize)einsum->size[i];
    }
  return TRUE;
}

static void
add_axes (Axes *axes, const FxEinsum *einsum, const Roles *roles, Role role, guint operand, const FxShape *shape)
{
  for (int k = 0; k < roles->n[role]; k++)
    {
      int index = roles->index[role][k];

      axes->size[axes->n] = (gsize)einsum->size[index];
      axes->step[axes->n++] = fx_einsum_step (&einsum->terms[operand], shape, index);
    }
}

/* The axes of y over a product [batch, row, column]. */
static Axes
result_axes (const FxEinsum *einsum, const Roles *roles)
{
  gsize step[FX_EINSUM_INDICES] = { 0 }, next = 1;
  Axes axes = { .n = einsum->output.rank };

  for (int role = COLUMN; role >= BATCH; role--)
    for (int k = roles->n[role] - 1; k >= 0; k--)
      {
        step[roles->index[role][k]] = next;
        next *= (gsize)einsum->size[roles->index[role][k]];
      }
  for (int k = 0; k < axes.n; k++)
    {
      axes.size[k] = (gsize)einsum->size[einsum->output.index[k]];
      axes.step[k] = step[einsum->output.index[k]];
    }
  return axes;
}

#define COPY_LINE(type)                                                                                                \
  for (gsize i = 0; i < line; i++)                                                                                     \
  ((type *)to)[row * line + i] = ((const type *)from)[offset + i * step]

/* Fills `to` densely in the order of the axes. */
static void
gather (void *to, const void *from, gsize element_bytes, const Axes *axes)
{
  gsize line = axes->n > 0 ? axes->size[axes->n - 1] : 1, step = axes->n > 0 ? axes->step[axes->n - 1] : 0;
  gsize n_rows = 1;

  for (int k = 0; k < axes->n - 1; k++)
    n_rows *= axes->size[k];
#pragma omp parallel for if (n_rows * line > FX_PARALLEL_MIN)
  for (gsize row = 0; row < n_rows; row++)
    {
      gsize offset = 0, rest = row;

      for (int k = axes->n - 2; k >= 0; k--)
        {
          offset += rest % axes->size[k] * axes->step[k];
          rest /= axes->size[k];
        }
      if (element_bytes == sizeof (guint32))
        COPY_LINE (guint32);
      else
        COPY_LINE (guint64);
    }
}

gboolean
fx_einsum_by_gemm (const FxEinsum *einsum, const FxArray *operands, FxArray *y, gboolean *done, GError **error)
{
  gsize element = fx_dtype_size (y->dtype), m, n, k;
  g_autofree guint8 *a = NULL, *b = NULL, *product = NULL;
  Axes a_axes = { 0 }, b_axes = { 0 }, y_axes;
  Roles roles;

  *done = einsum->n_terms == 2 && find_roles (einsum, operands, &roles);
  if (!*done)
    return TRUE;
  m = roles.size[ROW];
  n = roles.size[COLUMN];
  k = roles.size[SUMMED];
  a = fx_scratch_new (roles.size[BATCH] * m * k, element, error);
  b = a != NULL ? fx_scratch_new (roles.size[BATCH] * k * n, element, error) : NULL;
  product = b != NULL ? fx_scratch_new (roles.size[BATCH] * m * n, element, error) : NULL;
  if (product == NULL)
    return FALSE;

  add_axes (&a_axes, einsum, &roles, BATCH, 0, &operands[0].shape);
  add_axes (&a_axes, einsum, &roles, ROW, 0, &operands[0].shape);
  add_axes (&a_axes, einsum, &roles, SUMMED, 0, &operands[0].shape);
  add_axes (&b_axes, einsum, &roles, BATCH, 1, &operands[1].shape);
  add_axes (&b_axes, einsum, &roles, SUMMED, 1, &operands[1].shape);
  add_axes (&b_axes, einsum, &roles, COLUMN, 1, &operands[1].shape);
  gather (a, operands[0].data, element, &a_axes);
  gather (b, operands[1].data, element, &b_axes);
#pragma omp parallel for if (roles.size[BATCH] > 1 && roles.size[BATCH] * m * n > FX_PARALLEL_MIN)
  for (gsize batch = 0; batch < roles.size[BATCH]; batch++)
    fx_gemm (y->dtype, m, n, k, (FxMatrix){ a + batch * m * k * element, k, 1 },
             (FxMatrix){ b + batch * k * n * element, n, 1 }, product + batch * m * n * element);
  y_axes = result_axes (einsum, &roles);
  gather (y->data, product, element, &y_axes);
  return TRUE;
}
