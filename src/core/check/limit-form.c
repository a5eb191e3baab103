/* shape_forms: the combinations of operand shapes that are listed, with letters for sizes: "NCHW" with "NC11", or
 * "1xMxK" with "KxN". The same letter is the same size.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* Sizes of the letters so far; -1 while a letter has none. */
typedef struct
{
  gint64 sizes[26];
} Letters;

static Letters
no_letters (void)
{
  Letters letters;

  for (guint i = 0; i < G_N_ELEMENTS (letters.sizes); i++)
    letters.sizes[i] = -1;
  return letters;
}

/* A size against its place in a form: a digit is that size, a letter the size that it has, or gets. */
static gboolean
matches_place (Letters *letters, char place, gint64 size)
{
  gint64 *letter;

  if (g_ascii_isdigit (place))
    return size == place - '0';
  if (!g_ascii_isupper (place))
    return FALSE;
  letter = &letters->sizes[place - 'A'];
  if (*letter < 0)
    *letter = size;
  return *letter == size;
}

/* A shape against a form; missing leading axes count as 1 if `pad`. */
static gboolean
matches_form (Letters *letters, const char *form, const FxShape *shape, gboolean pad)
{
  int n = 0, missing;

  for (const char *place = form; *place != '\0'; place++)
    n += *place != 'x';
  missing = n - shape->rank;
  if (missing < 0 || (missing > 0 && !pad))
    return FALSE;
  for (int i = 0; *form != '\0'; form++)
    if (*form != 'x')
      {
        if (!matches_place (letters, *form, i < missing ? 1 : shape->dims[i - missing]))
          return FALSE;
        i++;
      }
  return TRUE;
}

static char *
shapes_text (const FxShape *a, const FxShape *b)
{
  g_autofree char *first = fx_shape_to_string (a), *second = fx_shape_to_string (b);

  return g_strdup_printf (_ ("%s with %s"), first, second);
}

/* "NCHW with NCHW or NCHW with NC11" */
static char *
pairs_text (const FxLimit *limit)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < fx_field_n_children (pairs); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      g_autofree char *a = fx_field_text (first), *b = fx_field_text (second);

      g_ptr_array_add (texts, g_strdup_printf (_ ("%s with %s"), a, b));
    }
  g_ptr_array_add (texts, NULL);
  return fx_list_text ((const char *const *)texts->pdata, "or");
}

/* The two operands; FALSE if one is missing or its shape not known. */
static gboolean
get_pair (const FxLimitSubject *subject, const FxShape **a, const FxShape **b)
{
  if (subject->n_inputs < 2 || !subject->inputs[0].present || !subject->inputs[1].present)
    return FALSE;
  *a = &subject->inputs[0].shape;
  *b = &subject->inputs[1].shape;
  return fx_shape_is_static (*a) && fx_shape_is_static (*b);
}

/* ---- pairs ---- */

static FxVerdict
judge_pairs (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  const FxShape *a, *b;

  if (fx_field_n_children (pairs) == 0 || !get_pair (subject, &a, &b))
    return FX_VERDICT_UNKNOWN;
  *found = shapes_text (a, b);
  *allowed = pairs_text (limit);
  for (guint i = 0; i < fx_field_n_children (pairs) * 2; i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i / 2);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1);
      g_autofree char *left = fx_field_text (first), *right = fx_field_text (second);
      Letters letters = no_letters ();

      /* either operand may be the larger one */
      if (matches_form (&letters, left, i % 2 ? b : a, TRUE) && matches_form (&letters, right, i % 2 ? a : b, TRUE))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_pairs (const FxLimit *limit)
{
  g_autofree char *pairs = pairs_text (limit);

  return g_strdup_printf (_ ("Shapes %s"), pairs);
}

/* ---- matmul ---- */

static gboolean
is_source (const FxFact *fact, const char *source)
{
  return fx_limit_is_constant (fact) == (strcmp (source, "constant") == 0);
}

/* A condition on the letters of a form, such as "A>1 && B>1". */
static gboolean
condition_holds (const char *condition, const Letters *letters, const FxLimitSubject *subject)
{
  g_autoptr (GVariant) let = NULL;
  g_autoptr (GError) error = NULL;
  GVariantBuilder builder;
  double value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < G_N_ELEMENTS (letters->sizes); i++)
    if (letters->sizes[i] >= 0)
      {
        GVariantBuilder pair;

        g_variant_builder_init (&pair, G_VARIANT_TYPE ("av"));
        g_variant_builder_add (&pair, "v", g_variant_new_take_string (g_strdup_printf ("%c", 'A' + (int)i)));
        g_variant_builder_add (&pair, "v", g_variant_new_take_string (g_strdup_printf ("%" PRId64, letters->sizes[i])));
        g_variant_builder_add (&builder, "v", g_variant_builder_end (&pair));
      }
  let = g_variant_ref_sink (g_variant_builder_end (&builder));
  return fx_limit_expression (condition, subject, let, &value, &error) && value != 0;
}

/* What an operand is, in the words of the limit. */
static const char *
source_words (const char *source)
{
  static const char *const words[] = { N_ ("constant"), N_ ("feature") };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (source, words[i]) == 0)
      return _ (words[i]);
  return source != NULL ? source : "?";
}

static FxVerdict
judge_matmul (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) pairs = fx_field (limit->fields, "pairs");
  g_autofree char *lhs = fx_field_string (limit->fields, "lhs"), *rhs = fx_field_string (limit->fields, "rhs");
  g_autofree char *list = pairs_text (limit), *shapes = NULL;
  const FxShape *a, *b;

  if (fx_field_n_children (pairs) == 0 || lhs == NULL || rhs == NULL || !get_pair (subject, &a, &b))
    return FX_VERDICT_UNKNOWN;
  shapes = shapes_text (a, b);
  *found = g_strdup_printf ("%s %s", shapes,
                            fx_limit_is_constant (&subject->inputs[1])   ? _ ("(B constant)")
                            : fx_limit_is_constant (&subject->inputs[0]) ? _ ("(A constant)")
                                                                         : _ ("(both computed)"));
  *allowed = g_strdup_printf (_ ("%s (A %s, B %s)"), list, source_words (lhs), source_words (rhs));
  if (!is_source (&subject->inputs[0], lhs) || !is_source (&subject->inputs[1], rhs))
    return FX_VERDICT_BROKEN;
  for (guint i = 0; i < fx_field_n_children (pairs); i++)
    {
      g_autoptr (GVariant) pair = fx_field_child (pairs, i);
      g_autoptr (GVariant) first = fx_field_child (pair, 0), second = fx_field_child (pair, 1),
                           third = fx_field_child (pair, 2);
      g_autofree char *left = fx_field_text (first), *right = fx_field_text (second),
                      *condition = fx_field_text (third);
      Letters letters = no_letters ();

      if (matches_form (&letters, left, a, FALSE) && matches_form (&letters, right, b, FALSE)
          && (third == NULL || condition_holds (condition, &letters, subject)))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_matmul (const FxLimit *limit)
{
  g_autofree char *lhs = fx_field_string (limit->fields, "lhs"), *rhs = fx_field_string (limit->fields, "rhs");
  g_autofree char *pairs = pairs_text (limit);

  return g_strdup_printf (_ ("A is a %s and B a %s of shapes %s"), source_words (lhs), source_words (rhs), pairs);
}

/* ---- slope and where ---- */

/* H and W of a 4-D tensor against "1x1", "Hx1" or "1xW", letters being those of another one. */
static gboolean
matches_spatial (GVariant *form, const char *field, const FxShape *shape, const FxShape *of)
{
  g_auto (GStrv) spatial = fx_field_texts (form, field);

  for (guint i = 0; spatial != NULL && spatial[i] != NULL; i++)
    {
      Letters letters = no_letters ();
      FxShape plane = FX_SHAPE (shape->dims[2], shape->dims[3]);

      letters.sizes['H' - 'A'] = of->dims[2];
      letters.sizes['W' - 'A'] = of->dims[3];
      if (matches_form (&letters, spatial[i], &plane, FALSE))
        return TRUE;
    }
  return FALSE;
}

/* One form of PRelu's slope against X. */
static gboolean
matches_slope (GVariant *form, const FxShape *x, const FxShape *slope)
{
  g_autofree char *name = fx_field_string (form, "form");
  gsize count;

  if (g_strcmp0 (name, "same_shape") == 0)
    return fx_shape_equal (x, slope);
  if (g_strcmp0 (name, "single_value") == 0)
    return fx_shape_count (slope, &count) && count == 1;
  if (g_strcmp0 (name, "nchw") == 0)
    return x->rank == 4 && slope->rank == 4 && slope->dims[0] == x->dims[0] && slope->dims[1] == x->dims[1]
           && matches_spatial (form, "spatial_in", slope, x);
  if (g_strcmp0 (name, "per_channel_3d") == 0)
    return x->rank == 4 && slope->rank == 3 && slope->dims[0] == x->dims[1] && slope->dims[1] == 1
           && slope->dims[2] == 1;
  return FALSE;
}

static FxVerdict
judge_slope (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) forms = fx_field (limit->fields, "forms");
  const FxShape *x, *slope;

  if (fx_field_n_children (forms) == 0 || !get_pair (subject, &x, &slope))
    return FX_VERDICT_UNKNOWN;
  *found = shapes_text (x, slope);
  *allowed = g_strdup (_ ("slope like X, one value, [C,1,1], or N and C of X with 1x1, Hx1 or 1xW"));
  for (guint i = 0; i < fx_field_n_children (forms); i++)
    {
      g_autoptr (GVariant) form = fx_field_child (forms, i);

      if (matches_slope (form, x, slope))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_slope (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("The slope has the shape of X, one value, [C,1,1], or N and C of X with 1x1, Hx1 or 1xW behind"));
}

/* One form of the condition of Where against the result. */
static gboolean
matches_where (GVariant *form, const FxShape *condition, const FxShape *output)
{
  g_autofree char *name = fx_field_string (form, "form");

  if (g_strcmp0 (name, "cond_equals_output") == 0)
    return fx_shape_equal (condition, output);
  if (g_strcmp0 (name, "cond_4d") == 0)
    return condition->rank == 4 && output->rank == 4 && condition->dims[0] == output->dims[0]
           && condition->dims[1] == output->dims[1] && matches_spatial (form, "cond_spatial_in", condition, output);
  return FALSE;
}

static FxVerdict
judge_where (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GVariant) forms = fx_field (limit->fields, "forms");
  const FxShape *condition, *output;

  if (fx_field_n_children (forms) == 0 || subject->n_inputs < 1 || subject->n_outputs < 1)
    return FX_VERDICT_UNKNOWN;
  condition = &subject->inputs[0].shape;
  output = &subject->outputs[0].shape;
  if (!fx_shape_is_static (condition) || !fx_shape_is_static (output))
    return FX_VERDICT_UNKNOWN;
  *found = shapes_text (condition, output);
  *allowed = g_strdup (_ ("condition like the output, or its N and C with 1x1, Hx1 or 1xW"));
  for (guint i = 0; i < fx_field_n_children (forms); i++)
    {
      g_autoptr (GVariant) form = fx_field_child (forms, i);

      if (matches_where (form, condition, output))
        return FX_VERDICT_HOLDS;
    }
  return FX_VERDICT_BROKEN;
}

static char *
describe_where (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("The condition has the shape of the output, or its N and C with 1x1, Hx1 or 1xW behind"));
}

const FxLimitKind fx_limit_kinds_form[] = {
  { "shape_forms", "pairs", judge_pairs, describe_pairs },
  { "shape_forms", "matmul", judge_matmul, describe_matmul },
  { "shape_forms", "slope", judge_slope, describe_slope },
  { "shape_forms", "where", judge_where, describe_where },
  { NULL },
};
