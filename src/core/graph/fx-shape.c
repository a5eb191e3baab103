/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-shape.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>

#define MAX_ELEMENTS ((guint64)1 << 47)

FxShape
fx_shape_new (int rank, const gint64 *dims)
{
  FxShape shape = { .rank = rank };

  g_assert (rank >= 0 && rank <= FX_MAX_RANK);
  if (rank > 0)
    memcpy (shape.dims, dims, (gsize)rank * sizeof *dims);
  return shape;
}

FxShape
fx_shape_of_rank (int rank)
{
  FxShape shape = { .rank = rank };

  g_assert (rank >= 0 && rank <= FX_MAX_RANK);
  for (int i = 0; i < rank; i++)
    shape.dims[i] = FX_DIM_UNKNOWN;
  return shape;
}

gboolean
fx_shape_is_static (const FxShape *shape)
{
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] < 0)
      return FALSE;

  return shape->rank >= 0;
}

gboolean
fx_shape_equal (const FxShape *a, const FxShape *b)
{
  return a->rank == b->rank && (a->rank <= 0 || memcmp (a->dims, b->dims, (gsize)a->rank * sizeof a->dims[0]) == 0);
}

gboolean
fx_shape_count (const FxShape *shape, gsize *count)
{
  guint64 product = 1; /* a zero does not excuse the others: their products and strides must fit, too */
  gboolean empty = FALSE;

  if (!fx_shape_is_static (shape))
    return FALSE;
  for (int i = 0; i < shape->rank; i++)
    {
      empty = empty || shape->dims[i] == 0;
      if (!g_uint64_checked_mul (&product, product, (guint64)MAX (shape->dims[i], 1)) || product > MAX_ELEMENTS)
        return FALSE;
    }
  *count = empty ? 0 : (gsize)product;
  return TRUE;
}

gsize
fx_shape_elements (const FxShape *shape)
{
  return fx_shape_product (shape, 0, shape->rank);
}

gsize
fx_shape_product (const FxShape *shape, int begin, int end)
{
  gsize product = 1;

  for (int i = begin; i < end; i++)
    product *= (gsize)shape->dims[i];
  return product;
}

void
fx_shape_strides (const FxShape *shape, gint64 *strides)
{
  gint64 stride = 1;

  for (int i = shape->rank - 1; i >= 0; i--)
    {
      strides[i] = stride;
      stride *= shape->dims[i];
    }
}

gboolean
fx_shape_axis (const FxShape *shape, gint64 axis, int *normalized, GError **error)
{
  if (axis < -(gint64)shape->rank || axis >= shape->rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %" PRId64 " is outside of a tensor of rank %d", axis, shape->rank);

  *normalized = (int)(axis < 0 ? axis + shape->rank : axis);
  return TRUE;
}

gboolean
fx_shape_broadcast (const FxShape *a, const FxShape *b, FxShape *out, GError **error)
{
  FxShape result = FX_SHAPE_UNKNOWN;

  if (a->rank >= 0 && b->rank >= 0)
    {
      result.rank = MAX (a->rank, b->rank);
      for (int i = 1; i <= result.rank; i++)
        {
          gint64 x = i <= a->rank ? a->dims[a->rank - i] : 1;
          gint64 y = i <= b->rank ? b->dims[b->rank - i] : 1;
          gint64 *dim = &result.dims[result.rank - i];

          if (x == y || y == 1)
            *dim = x;
          else if (x == 1)
            *dim = y;
          else if (x >= 0 && y >= 0)
            {
              g_autofree char *left = fx_shape_to_string (a);
              g_autofree char *right = fx_shape_to_string (b);

              return fx_fail (error, FX_ERROR_BAD_GRAPH, "shapes %s and %s do not broadcast", left, right);
            }
          else /* one side is not known: if the other is a number over 1 it decides */
            *dim = x >= 0 ? x : y >= 0 ? y : FX_DIM_UNKNOWN;
        }
    }
  *out = result;
  return TRUE;
}

gboolean
fx_shape_merge (FxShape *into, const FxShape *from)
{
  if (from->rank < 0)
    return TRUE;
  if (into->rank < 0)
    {
      *into = *from;
      return TRUE;
    }
  if (into->rank != from->rank)
    return FALSE;
  for (int i = 0; i < into->rank; i++)
    if (into->dims[i] >= 0 && from->dims[i] >= 0 && into->dims[i] != from->dims[i])
      return FALSE;
  for (int i = 0; i < into->rank; i++)
    if (into->dims[i] < 0 && (from->dims[i] >= 0 || into->dims[i] == FX_DIM_UNKNOWN))
      into->dims[i] = from->dims[i];
  return TRUE;
}

char *
fx_shape_to_string (const FxShape *shape)
{
  GString *text;

  if (shape->rank < 0)
    return g_strdup ("[*]");

  text = g_string_new ("[");
  for (int i = 0; i < shape->rank; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      if (shape->dims[i] >= 0)
        g_string_append_printf (text, "%" PRId64, shape->dims[i]);
      else
        g_string_append_c (text, '?');
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gboolean
fx_shape_parse (const char *text, FxShape *shape, GError **error)
{
  FxShape result = FX_SHAPE_SCALAR;
  const char *at = text;

  for (;;)
    {
      char *end;
      guint64 size;

      if (!g_ascii_isdigit (*at) || result.rank == FX_MAX_RANK)
        break;
      size = g_ascii_strtoull (at, &end, 10);
      if (size > G_MAXINT32)
        break;
      result.dims[result.rank++] = (gint64)size;
      at = end;
      if (*at == '\0')
        {
          *shape = result;
          return TRUE;
        }
      if (*at != 'x' && *at != 'X' && *at != ',')
        break;
      at++;
    }

  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is not a shape; wanted sizes like 1x3x224x224", text);
}
