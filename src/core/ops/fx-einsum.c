/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-einsum.h"

#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <string.h>

#define UNUSED G_MININT64

void
fx_einsum_clear (FxEinsum *einsum)
{
  g_clear_pointer (&einsum->terms, g_free);
}

static int
letter_index (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return 26 + c - 'a';
  return -1;
}

/* The letters of a term without spaces; *dots is where "..." is, -1: nowhere. */
static gboolean
parse_letters (const char *text, gsize length, FxEinsumTerm *term, int *dots, GError **error)
{
  term->rank = 0;
  *dots = -1;
  for (gsize i = 0; i < length; i++)
    {
      int index = letter_index (text[i]);

      if (text[i] == ' ')
        continue;
      if (text[i] == '.' && *dots < 0 && length - i >= 3 && strncmp (text + i, "...", 3) == 0)
        {
          *dots = term->rank;
          i += 2;
          continue;
        }
      if (index < 0)
        {
          g_autofree char *found = fx_quote (text, length);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "the equation has \"%s\", wanted letters and one \"...\"", found);
        }
      if (term->rank == FX_MAX_RANK)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "a term of the equation has over %d letters", FX_MAX_RANK);
      term->index[term->rank++] = (guint8)index;
    }
  return TRUE;
}

/* Puts the last `n` ellipsis axes in place of "...". */
static gboolean
insert_ellipsis (FxEinsumTerm *term, int dots, int n, GError **error)
{
  if (term->rank + n > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "a term of the equation has over %d axes", FX_MAX_RANK);
  memmove (term->index + dots + n, term->index + dots, (gsize)(term->rank - dots));
  for (int i = 0; i < n; i++)
    term->index[dots + i] = (guint8)(FX_EINSUM_INDICES - n + i);
  term->rank += n;
  return TRUE;
}

static gboolean
merge_size (gint64 *size, gint64 found, guint operand, GError **error)
{
  if (*size == UNUSED || *size == 1 || (*size == FX_DIM_UNKNOWN && found != 1))
    *size = found;
  else if (*size >= 0 && found >= 0 && found != 1 && found != *size)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "operand %u has size %" PRId64 " where another has %" PRId64, operand,
                    found, *size);
  return TRUE;
}

static gboolean
parse_operand (FxEinsum *einsum, guint i, const char *text, gsize length, const FxShape *shape, int *n_dots,
               GError **error)
{
  FxEinsumTerm *term = &einsum->terms[i];
  int dots;

  if (!parse_letters (text, length, term, &dots, error))
    return FALSE;
  if (shape->rank < 0)
    {
      if (dots >= 0)
        {
          term->rank = -1;
          *n_dots = -1;
        }
      return TRUE;
    }
  if (shape->rank < term->rank || (dots < 0 && shape->rank != term->rank))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "operand %u has rank %d, its term in the equation has %d letters", i,
                    shape->rank, term->rank);
  if (dots >= 0)
    {
      int n = shape->rank - term->rank;

      if (*n_dots >= 0)
        *n_dots = MAX (*n_dots, n);
      if (!insert_ellipsis (term, dots, n, error))
        return FALSE;
    }
  for (int k = 0; k < term->rank; k++)
    if (!merge_size (&einsum->size[term->index[k]], MAX (shape->dims[k], FX_DIM_UNKNOWN), i, error))
      return FALSE;
  return TRUE;
}

/* Without "->": the axes of "...", then every letter that occurs once, in the order of the alphabet. */
static gboolean
implicit_output (FxEinsum *einsum, const guint *uses, int n_dots, GError **error)
{
  einsum->output.rank = 0;
  for (int i = 0; i < FX_EINSUM_LETTERS; i++)
    if (uses[i] == 1)
      {
        if (einsum->output.rank == FX_MAX_RANK)
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "the result has over %d axes", FX_MAX_RANK);
        einsum->output.index[einsum->output.rank++] = (guint8)i;
      }
  if (n_dots < 0)
    {
      einsum->output.rank = -1;
      return TRUE;
    }
  return insert_ellipsis (&einsum->output, 0, n_dots, error);
}

static gboolean
explicit_output (FxEinsum *einsum, const char *text, const guint *uses, int n_dots, GError **error)
{
  gboolean seen[FX_EINSUM_INDICES] = { FALSE };
  int dots;

  if (!parse_letters (text, strlen (text), &einsum->output, &dots, error))
    return FALSE;
  for (int k = 0; k < einsum->output.rank; k++)
    {
      guint8 index = einsum->output.index[k];

      if (uses[index] == 0 || seen[index])
        {
          g_autofree char *found = fx_quote (text, strlen (text));

          return fx_fail (error, FX_ERROR_BAD_GRAPH,
                          "the letters of the result, \"%s\", must be different ones of the operands", found);
        }
      seen[index] = TRUE;
    }
  if (dots < 0)
    return TRUE;
  if (n_dots < 0)
    {
      einsum->output.rank = -1;
      return TRUE;
    }
  return insert_ellipsis (&einsum->output, dots, n_dots, error);
}

static void
count_letters (const char *text, gsize length, guint *uses)
{
  for (gsize i = 0; i < length; i++)
    if (letter_index (text[i]) >= 0)
      uses[letter_index (text[i])]++;
}

gboolean
fx_einsum_parse (const char *equation, const FxShape *const *shapes, guint n_shapes, FxEinsum *einsum, GError **error)
{
  const char *arrow = strstr (equation, "->"), *end = arrow != NULL ? arrow : equation + strlen (equation);
  guint uses[FX_EINSUM_INDICES] = { 0 };
  int n_dots = 0; /* axes of the longest "..."; -1: not known */
  const char *at = equation;

  *einsum = (FxEinsum){ .terms = g_new0 (FxEinsumTerm, n_shapes), .n_terms = n_shapes };
  for (int i = 0; i < FX_EINSUM_INDICES; i++)
    einsum->size[i] = UNUSED;
  count_letters (equation, (gsize)(end - equation), uses);

  for (guint i = 0; i < n_shapes; i++)
    {
      const char *comma = memchr (at, ',', (gsize)(end - at));
      gboolean last = i + 1 == n_shapes;

      if ((comma == NULL) != last)
        {
          g_autofree char *found = fx_quote (equation, strlen (equation));

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "the equation \"%s\" is not for %u operands", found, n_shapes);
        }
      if (!parse_operand (einsum, i, at, (gsize)((last ? end : comma) - at), shapes[i], &n_dots, error))
        return FALSE;
      at = last ? end : comma + 1;
    }
  return arrow != NULL ? explicit_output (einsum, arrow + 2, uses, n_dots, error)
                       : implicit_output (einsum, uses, n_dots, error);
}

gsize
fx_einsum_step (const FxEinsumTerm *term, const FxShape *shape, int index)
{
  gint64 strides[FX_MAX_RANK];
  gsize step = 0;

  fx_shape_strides (shape, strides);
  for (int k = 0; k < term->rank; k++)
    if (term->index[k] == index && shape->dims[k] != 1)
      step += (gsize)strides[k];
  return step;
}
