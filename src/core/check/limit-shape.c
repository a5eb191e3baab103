/* Limits on ranks and on single dimensions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* "input [1,3,224,224]" */
static char *
shape_text (const FxLimitTensor *tensor, const FxLimitSubject *subject)
{
  g_autofree char *shape = fx_graph_shape_to_string (subject->graph, &tensor->fact->shape);

  return g_strdup_printf ("%s %s", fx_limit_tensor_name (tensor, subject), shape);
}

static GArray *
limit_tensors (const FxLimit *limit, const FxLimitSubject *subject)
{
  GArray *tensors = fx_limit_tensors (limit, "tensor", subject);

  return tensors != NULL ? tensors : fx_limit_tensors (limit, "tensors", subject);
}

/* Judges each operand; what is found is the first one that is worst. */
typedef FxVerdict (*JudgeTensor) (const FxLimit *limit, const FxLimitSubject *subject, const FxLimitTensor *tensor,
                                  char **found);

static FxVerdict
judge_tensors (const FxLimit *limit, const FxLimitSubject *subject, JudgeTensor judge, char **found)
{
  g_autoptr (GArray) tensors = limit_tensors (limit, subject);
  FxVerdict worst = FX_VERDICT_HOLDS;

  if (tensors == NULL)
    return FX_VERDICT_UNKNOWN;
  for (guint i = 0; i < tensors->len; i++)
    {
      g_autofree char *text = NULL;
      FxVerdict verdict = judge (limit, subject, &g_array_index (tensors, FxLimitTensor, i), &text);

      if (*found == NULL || (worst != verdict && fx_verdict_worse (worst, verdict) == verdict))
        {
          g_free (*found);
          *found = g_steal_pointer (&text);
        }
      worst = fx_verdict_worse (worst, verdict);
    }
  return worst;
}

static gboolean
is_recurrent (const FxLimitSubject *subject)
{
  static const char *const types[] = { "GRU", "LSTM", "RNN", NULL };

  return g_strv_contains (types, subject->node->op_type);
}

/* ---- rank ---- */

static char *
found_rank (const FxLimitTensor *tensor, const FxLimitSubject *subject)
{
  const char *name = fx_limit_tensor_name (tensor, subject);
  int rank = tensor->fact->shape.rank;

  if (fx_limit_is_constant (tensor->fact))
    return rank < 0 ? g_strdup_printf (_ ("constant %s of unknown rank"), name)
                    : g_strdup_printf (_ ("constant %s of rank %d"), name, rank);
  return rank < 0 ? g_strdup_printf (_ ("%s of unknown rank"), name)
                  : g_strdup_printf (_ ("%s of rank %d"), name, rank);
}

/* One number that is the same for all elements: a scalar of the file is as good as [1,1,1,1]. */
static gboolean
is_single_constant (const FxLimitTensor *tensor)
{
  return fx_limit_is_constant (tensor->fact) && fx_tensor_elements (tensor->fact->value) == 1;
}

static FxVerdict
judge_rank_of (const FxLimit *limit, const FxLimitSubject *subject, const FxLimitTensor *tensor, char **found)
{
  guint n;
  g_autofree double *in = fx_field_numbers (limit->fields, "in", &n);
  FxFieldRange range;

  *found = found_rank (tensor, subject);
  if (in == NULL && !fx_field_min_max (limit->fields, &range))
    return FX_VERDICT_UNKNOWN;
  if (is_single_constant (tensor))
    return FX_VERDICT_HOLDS;
  if (tensor->fact->shape.rank < 0)
    return FX_VERDICT_UNKNOWN;
  if (in == NULL)
    return fx_range_judge (&range, tensor->fact->shape.rank, subject);
  for (guint i = 0; i < n; i++)
    if (in[i] == tensor->fact->shape.rank)
      return FX_VERDICT_HOLDS;
  return FX_VERDICT_BROKEN;
}

static char *
ranks_text (const FxLimit *limit)
{
  FxFieldRange range;

  return fx_field_min_max (limit->fields, &range) ? fx_range_text (&range)
                                                  : fx_field_list_text (limit->fields, "in", "or");
}

static FxVerdict
judge_rank (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *ranks = ranks_text (limit);

  *allowed = g_strdup_printf (_ ("rank %s"), ranks);
  return judge_tensors (limit, subject, judge_rank_of, found);
}

/* What is 3-D by nature is listed for the BPU all the same: the rule cannot mean it. */
static FxVerdict
judge_rank_default (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  return is_recurrent (subject) ? FX_VERDICT_HOLDS : judge_rank (limit, subject, found, allowed);
}

static char *
describe_rank (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *ranks = ranks_text (limit);

  return g_strdup_printf (_ ("Rank of %s %s"), tensors, ranks);
}

static char *
describe_rank_default (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *ranks = ranks_text (limit);

  return g_strdup_printf (_ ("Rank of %s %s, as for every operator that does not name its ranks"), tensors, ranks);
}

static char *
describe_rank_any (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit);

  return g_strdup_printf (_ ("Any rank of %s"), tensors);
}

static FxVerdict
judge_rank_equal (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = limit_tensors (limit, subject);
  int rank = FX_RANK_UNKNOWN;
  gboolean unknown = FALSE;

  if (tensors == NULL)
    return FX_VERDICT_UNKNOWN;
  *allowed = g_strdup (_ ("the same rank"));
  for (guint i = 0; i < tensors->len; i++)
    {
      int other = g_array_index (tensors, FxLimitTensor, i).fact->shape.rank;

      unknown = unknown || other < 0;
      if (rank >= 0 && other >= 0 && rank != other)
        {
          *found = g_strdup_printf (_ ("ranks %d and %d"), rank, other);
          return FX_VERDICT_BROKEN;
        }
      rank = MAX (rank, other);
    }
  return unknown ? FX_VERDICT_UNKNOWN : FX_VERDICT_HOLDS;
}

static char *
describe_rank_equal (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit);

  return g_strdup_printf (_ ("%s have the same rank"), tensors);
}

/* ---- dim_range ---- */

/* The range of one dimension of a tensor; FALSE if the limit says nothing about it. Axes are letters, "first" and
 * "others", "all_but_last_2", or positions that count from the end when negative. */
static gboolean
range_of_axis (const FxLimit *limit, const FxLimitSubject *subject, const FxLimitTensor *tensor, int axis,
               FxFieldRange *range)
{
  static const char letters[] = "NCDHW";
  g_autoptr (GVariant) axes = fx_field (limit->fields, "axes");
  FxLimitSubject laid_out = *subject;
  int rank = tensor->fact->shape.rank;

  laid_out.channels_last = subject->channels_last && !tensor->weight;
  for (guint i = 0; letters[i] != '\0'; i++)
    {
      char name[2] = { letters[i], '\0' };

      if (fx_limit_axis (&laid_out, letters[i], rank) == axis && fx_field_range (axes, name, range))
        return TRUE;
    }
  if (fx_field_range (axes, axis == 0 ? "first" : "others", range))
    return TRUE;
  if (!fx_field_range (limit->fields, "range", range))
    return FALSE;
  if (axes != NULL && g_variant_is_of_type (axes, G_VARIANT_TYPE_STRING))
    return strcmp (g_variant_get_string (axes, NULL), "all_but_last_2") == 0 ? axis < rank - 2 : TRUE;
  for (guint i = 0; i < fx_field_n_children (axes); i++)
    {
      g_autoptr (GVariant) child = fx_field_child (axes, i);
      double index;

      if (fx_field_to_number (child, &index) && (index < 0 ? index + rank : index) == axis)
        return TRUE;
    }
  return FALSE;
}

/* A constant of lower rank is read as broadcasting reads it: [C,1,1] as [1,C,1,1]. */
static FxFact
aligned_fact (const FxLimitSubject *subject, const FxLimitTensor *tensor)
{
  FxFact fact = *tensor->fact;
  int rank = subject->n_outputs > 0 ? subject->outputs[0].shape.rank : -1, missing = rank - fact.shape.rank;

  if (tensor->output || tensor->weight || !fx_limit_is_constant (&fact) || missing <= 0 || fact.shape.rank < 0)
    return fact;
  for (int i = rank - 1; i >= 0; i--)
    fact.shape.dims[i] = i >= missing ? fact.shape.dims[i - missing] : 1;
  fact.shape.rank = rank;
  return fact;
}

static FxVerdict
judge_dims_of (const FxLimit *limit, const FxLimitSubject *subject, const FxLimitTensor *of, char **found)
{
  FxFact fact = aligned_fact (subject, of);
  FxLimitTensor aligned = { &fact, of->output, of->weight, of->index }, *tensor = &aligned;
  const FxShape *shape = &fact.shape;
  FxVerdict verdict = FX_VERDICT_HOLDS;

  *found = shape_text (of, subject);
  if (shape->rank < 0)
    return FX_VERDICT_UNKNOWN;
  for (int i = 0; i < shape->rank; i++)
    {
      FxFieldRange range;

      if (range_of_axis (limit, subject, tensor, i, &range))
        verdict
            = fx_verdict_worse (verdict, shape->dims[i] < 0 ? FX_VERDICT_UNKNOWN
                                                            : fx_range_judge (&range, (double)shape->dims[i], subject));
    }
  return verdict;
}

/* "N 1 to 4096, H 1 to 65536" */
static char *
dim_ranges_text (const FxLimit *limit)
{
  static const struct
  {
    const char *field, *name;
  } names[] = { { "N", "N" },
                { "C", "C" },
                { "D", "D" },
                { "H", "H" },
                { "W", "W" },
                { "first", N_ ("first axis") },
                { "others", N_ ("others") } };
  g_autoptr (GVariant) axes = fx_field (limit->fields, "axes");
  GString *text = g_string_new (NULL);
  FxFieldRange range;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (fx_field_range (axes, names[i].field, &range))
      {
        g_autofree char *one = fx_range_text (&range);

        fx_list_add (text, "%s %s", _ (names[i].name), one);
      }
  if (text->len == 0 && fx_field_range (limit->fields, "range", &range))
    {
      g_autofree char *one = fx_range_text (&range);
      g_autofree char *which = fx_field_list_text (limit->fields, "axes", "and");

      if (strcmp (which, "all_but_last_2") == 0)
        fx_list_add (text, N_ ("all axes but the last two %s"), one);
      else if (strcmp (which, "all") == 0)
        fx_list_add (text, N_ ("all axes %s"), one);
      else
        fx_list_add (text, N_ ("axes %s %s"), which, one);
    }
  return g_string_free (text, FALSE);
}

static FxVerdict
judge_dims (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *text = dim_ranges_text (limit);

  if (*text == '\0')
    return FX_VERDICT_UNKNOWN;
  *allowed = g_steal_pointer (&text);
  return judge_tensors (limit, subject, judge_dims_of, found);
}

static char *
describe_dims (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *dims = dim_ranges_text (limit);

  return g_strdup_printf (_ ("Size of %s: %s"), tensors, *dims != '\0' ? dims : "?");
}

/* ---- batch ---- */

/* Recurrent operators take [steps, batch, …]; what has less than three axes has no batch, but for Gemm. */
static int
batch_axis (const FxLimitSubject *subject, int rank)
{
  if (is_recurrent (subject))
    return 1;
  return rank >= 3 || (rank == 2 && strcmp (subject->node->op_type, "Gemm") == 0) ? 0 : -1;
}

static FxVerdict
judge_batch (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = fx_limit_tensors_named ("input", subject);
  guint n;
  g_autofree double *in = fx_field_numbers (limit->fields, "in", &n);
  FxVerdict verdict = FX_VERDICT_HOLDS;
  FxFieldRange range;

  if (in == NULL && !fx_field_min_max (limit->fields, &range))
    return FX_VERDICT_UNKNOWN;
  *allowed = in != NULL ? fx_field_list_text (limit->fields, "in", "or") : fx_range_text (&range);
  for (guint i = 0; i < tensors->len; i++)
    {
      const FxFact *fact = g_array_index (tensors, FxLimitTensor, i).fact;
      const FxShape *shape = &fact->shape;
      int axis = batch_axis (subject, shape->rank);
      gboolean holds = FALSE;

      /* constants that are repeated for every sample have no batch: [C,1,1] */
      if (fx_limit_is_constant (fact) && tensors->len > 1)
        continue;
      if (shape->rank < 0 || (axis >= 0 && axis < shape->rank && shape->dims[axis] < 0))
        verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
      else if (axis >= 0 && axis < shape->rank)
        {
          for (guint k = 0; in != NULL && k < n; k++)
            holds = holds || in[k] == (double)shape->dims[axis];
          if (in == NULL)
            holds = fx_range_judge (&range, (double)shape->dims[axis], subject) == FX_VERDICT_HOLDS;
          if (*found == NULL || !holds)
            {
              g_free (*found);
              *found = g_strdup_printf (_ ("batch %" PRId64), shape->dims[axis]);
            }
          verdict = fx_verdict_worse (verdict, fx_verdict (holds));
        }
    }
  return verdict;
}

static char *
describe_batch (const FxLimit *limit)
{
  FxFieldRange range;
  g_autofree char *sizes = fx_field_min_max (limit->fields, &range) ? fx_range_text (&range)
                                                                    : fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Batch size %s"), sizes);
}

static char *
describe_batch_config (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("For larger batches export the model with batch 1 and set input_batch for the conversion"));
}

/* ---- channel_max ---- */

/* The limit in force on this node, and whether it is known. */
static double
channel_max (const FxLimit *limit, const FxLimitSubject *subject, gboolean *maybe_relaxed)
{
  double max = 0, relaxed;
  FxVerdict applies;

  *maybe_relaxed = FALSE;
  fx_field_number (limit->fields, "max", &max);
  if (!fx_field_number (limit->fields, "relaxed_max", &relaxed))
    return max;
  applies = fx_field_applies (limit->fields, "relaxed_when", limit, subject);
  *maybe_relaxed = applies == FX_VERDICT_UNKNOWN;
  return applies == FX_VERDICT_HOLDS ? relaxed : max;
}

static FxVerdict
judge_channels_of (const FxLimit *limit, const FxLimitSubject *subject, const FxLimitTensor *tensor, char **found)
{
  g_autofree char *scope = fx_field_string (limit->fields, "scope");
  gboolean per_group = scope != NULL && strcmp (scope, "per_group") == 0, maybe_relaxed;
  gint64 channels = fx_limit_dim (tensor, 'C', subject), groups = per_group ? fx_limit_groups (subject) : 1;
  double max = channel_max (limit, subject, &maybe_relaxed);

  if (channels < 0)
    return FX_VERDICT_UNKNOWN;
  if (groups > 1)
    *found = g_strdup_printf (_ ("%s of %" PRId64 " channels in %" PRId64 " groups"),
                              fx_limit_tensor_name (tensor, subject), channels, groups);
  else
    *found = g_strdup_printf (_ ("%s of %" PRId64 " channels"), fx_limit_tensor_name (tensor, subject), channels);
  if ((double)(channels / groups) <= max)
    return FX_VERDICT_HOLDS;
  return maybe_relaxed ? FX_VERDICT_UNKNOWN : FX_VERDICT_BROKEN;
}

static FxVerdict
judge_channels (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  gboolean maybe_relaxed;
  g_autofree char *scope = fx_field_string (limit->fields, "scope");
  g_autofree char *max = NULL;
  double number;

  if (!fx_field_number (limit->fields, "max", &number))
    return FX_VERDICT_UNKNOWN;
  max = fx_number_text (channel_max (limit, subject, &maybe_relaxed));
  *allowed = g_strdup_printf (
      scope != NULL && strcmp (scope, "per_group") == 0 ? _ ("at most %s in each group") : _ ("at most %s"), max);
  return judge_tensors (limit, subject, judge_channels_of, found);
}

static char *
describe_channels (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *scope = fx_field_string (limit->fields, "scope");
  g_autofree char *max = fx_field_list_text (limit->fields, "max", "or");
  g_autoptr (GVariant) when = fx_field (limit->fields, "relaxed_when");
  g_autofree char *expr = fx_field_string (when, "expr"), *pattern = fx_field_string (when, "pattern");
  g_autofree char *relaxed = fx_field_list_text (limit->fields, "relaxed_max", "or");
  g_autofree char *text = g_strdup_printf (scope != NULL && strcmp (scope, "per_group") == 0
                                               ? _ ("Channels of %s in each group at most %s")
                                               : _ ("Channels of %s at most %s"),
                                           tensors, max);

  if (when == NULL)
    return g_steal_pointer (&text);
  if (expr != NULL)
    return g_strdup_printf (_ ("%s, or %s if %s"), text, relaxed, expr);
  return g_strdup_printf (pattern != NULL && strcmp (pattern, "last_in_quantized_subgraph") == 0
                              ? _ ("%s, or %s for the last node of a BPU subgraph")
                              : _ ("%s, or %s in special cases"),
                          text, relaxed);
}

/* ---- layout ---- */

static FxVerdict
judge_layout (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *value = fx_field_string (limit->fields, "value");
  double axis;
  gboolean last;

  if (value != NULL && (strcmp (value, "NCHW") == 0 || strcmp (value, "NHWC") == 0))
    last = strcmp (value, "NHWC") == 0;
  else if (value == NULL && fx_field_number (limit->fields, "channel_axis", &axis))
    last = axis != 1;
  else
    return FX_VERDICT_UNKNOWN;
  *found = g_strdup_printf (_ ("layout %s"), subject->channels_last ? "NHWC" : "NCHW");
  *allowed = g_strdup (last ? "NHWC" : "NCHW");
  return fx_verdict (subject->channels_last == last);
}

static char *
describe_layout (const FxLimit *limit)
{
  g_autofree char *tensors = fx_limit_tensors_text (limit), *value = fx_field_string (limit->fields, "value");
  g_autofree char *axis = fx_field_list_text (limit->fields, "channel_axis", "or");

  return value != NULL ? g_strdup_printf (_ ("Layout of %s %s"), tensors, value)
                       : g_strdup_printf (_ ("Channels of %s on axis %s"), tensors, axis);
}

const FxLimitKind fx_limit_kinds_shape[] = {
  { "rank", "in", judge_rank, describe_rank },
  { "rank", "range", judge_rank, describe_rank },
  { "rank", "default", judge_rank_default, describe_rank_default },
  { "rank", "any", fx_limit_judge_nothing, describe_rank_any },
  { "rank", "equal", judge_rank_equal, describe_rank_equal },
  { "dim_range", "", judge_dims, describe_dims },
  { "batch", "in", judge_batch, describe_batch },
  { "batch", "max", judge_batch, describe_batch },
  { "batch", "config", fx_limit_judge_nothing, describe_batch_config },
  { "channel_max", "", judge_channels, describe_channels },
  { "layout", "", judge_layout, describe_layout },
  { NULL },
};
