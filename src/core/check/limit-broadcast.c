/* Limits on broadcasting: which axes, how many operands, and whether shapes of many axes can be joined to few.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/limit-tensors.h"
#include "core/fx-i18n.h"

#include <string.h>

/* What happens along one axis of the result; operands of lower rank have size 1 in front. */
typedef struct
{
  guint32 mask;   /* operands that are repeated along it, as bits */
  gboolean known; /* FALSE: it depends on sizes that are not known */
  gboolean one;   /* the result has size 1 */
} Axis;

static Axis
look_at_axis (const GArray *tensors, int from_end)
{
  Axis axis = { 0, TRUE, TRUE };
  gint64 size = 1;
  gboolean differ = FALSE;

  for (guint i = 0; i < tensors->len; i++)
    {
      const FxShape *shape = &g_array_index (tensors, FxLimitTensor, i).fact->shape;
      gint64 dim = from_end <= shape->rank ? shape->dims[shape->rank - from_end] : 1;

      if (dim == 1 && i < 32)
        axis.mask |= 1u << i;
      else if (size != 1 && dim != size)
        differ = TRUE;
      else
        size = dim;
      if (dim != 1 && (dim == FX_DIM_UNKNOWN || differ))
        axis.known = FALSE;
    }
  axis.one = size == 1;
  if (axis.one)
    axis.mask = 0;
  else if (size < 0 && axis.mask != 0)
    axis.known = FALSE; /* the size may turn out to be 1 */
  return axis;
}

/* Operands that broadcast against each other; the exponent of Pow is one of them, though no feature map. */
static GArray *
broadcast_operands (const FxLimitSubject *subject)
{
  return fx_limit_tensors_named (strcmp (subject->node->op_type, "Pow") == 0 ? "X,Y" : "input", subject);
}

/* The axes of the result, outermost first. Returns their number; -1 if a rank is not known. */
static int
look_at_axes (const GArray *tensors, Axis axes[FX_MAX_RANK])
{
  int rank = 0;

  for (guint i = 0; i < tensors->len; i++)
    {
      const FxShape *shape = &g_array_index (tensors, FxLimitTensor, i).fact->shape;

      if (shape->rank < 0)
        return -1;
      rank = MAX (rank, shape->rank);
    }
  for (int i = 0; i < rank; i++)
    axes[i] = look_at_axis (tensors, rank - i);
  return rank;
}

/* "[1,64,56,56] with [64,1,1]" */
static char *
shapes_text (const GArray *tensors, const FxLimitSubject *subject)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tensors->len; i++)
    {
      const FxShape *shape = &g_array_index (tensors, FxLimitTensor, i).fact->shape;
      g_autofree char *one = fx_graph_shape_to_string (subject->graph, shape);

      g_string_append_printf (text, "%s%s", i > 0 ? " with " : "", one);
    }
  return g_string_free (text, FALSE);
}

/* ---- broadcast ---- */

static FxVerdict
judge_axes (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autofree char *which = fx_field_string (limit->fields, "axes");
  gboolean mutual = fx_field_boolean (limit->fields, "mutual", TRUE), all_but_first;
  g_autoptr (GArray) tensors = broadcast_operands (subject);
  FxVerdict verdict = FX_VERDICT_HOLDS;
  Axis axes[FX_MAX_RANK];
  guint32 repeated = 0;
  int rank = look_at_axes (tensors, axes);

  if (which == NULL || rank < 0)
    return FX_VERDICT_UNKNOWN;
  all_but_first = strcmp (which, "all_but_first") == 0;
  *found = shapes_text (tensors, subject);
  *allowed = g_strdup (all_but_first && !mutual ? _ ("broadcasting of one operand, not along the first axis")
                       : all_but_first          ? _ ("no broadcasting along the first axis")
                                                : _ ("broadcasting of one operand only"));
  for (int i = 0; i < rank; i++)
    {
      gboolean matters = !mutual || (all_but_first && i == 0);

      if (!axes[i].known && matters)
        verdict = fx_verdict_worse (verdict, FX_VERDICT_UNKNOWN);
      else if (axes[i].mask != 0 && all_but_first && i == 0)
        verdict = FX_VERDICT_BROKEN;
      if (axes[i].known)
        repeated |= axes[i].mask;
    }
  if (!mutual && (repeated & (repeated - 1)) != 0)
    verdict = FX_VERDICT_BROKEN;
  return verdict;
}

static char *
describe_axes (const FxLimit *limit)
{
  g_autofree char *which = fx_field_string (limit->fields, "axes");
  gboolean mutual = fx_field_boolean (limit->fields, "mutual", TRUE);

  if (g_strcmp0 (which, "all_but_first") == 0)
    return g_strdup (mutual ? _ ("Broadcasting along every axis but the first, of all operands")
                            : _ ("Broadcasting along every axis but the first, of one operand only"));
  return g_strdup (mutual ? _ ("Broadcasting along every axis, of all operands")
                          : _ ("Broadcasting along every axis, of one operand only"));
}

static FxVerdict
judge_elementwise (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = broadcast_operands (subject);
  gboolean same = TRUE, scalar = FALSE, unknown = FALSE;
  double max;
  int rank = 0;

  if (!fx_field_number (limit->fields, "broadcast_max_rank", &max))
    return FX_VERDICT_UNKNOWN;
  for (guint i = 0; i < tensors->len; i++)
    {
      const FxShape *shape = &g_array_index (tensors, FxLimitTensor, i).fact->shape;
      const FxShape *first = &g_array_index (tensors, FxLimitTensor, 0).fact->shape;
      gsize count;

      unknown = unknown || shape->rank < 0;
      rank = MAX (rank, shape->rank);
      same = same && fx_shape_equal (shape, first);
      scalar = scalar || (fx_shape_count (shape, &count) && count == 1);
    }
  *found = shapes_text (tensors, subject);
  *allowed = g_strdup_printf (_ ("equal shapes, a scalar, or at most rank %.0f"), max);
  if (!unknown && (same || scalar || rank <= max))
    return FX_VERDICT_HOLDS;
  return unknown ? FX_VERDICT_UNKNOWN : FX_VERDICT_BROKEN;
}

static char *
describe_elementwise (const FxLimit *limit)
{
  g_autofree char *max = fx_field_list_text (limit->fields, "broadcast_max_rank", "or");

  return g_strdup_printf (_ ("Equal shapes, a scalar operand, or broadcasting up to rank %s"), max);
}

/* ---- merge_to_rank ---- */

typedef struct
{
  gboolean drop_ones;       /* an axis on which the result has size 1 does not count */
  gboolean unrepeated;      /* neighbors along which nothing is repeated become one axis */
  gboolean same_operand;    /* so do neighbors along which the same operands are repeated */
  gboolean across_operands; /* and those along which different ones are */
  gboolean mixed;           /* and one of each sort */
} MergeRules;

static MergeRules
get_rules (const FxLimit *limit)
{
  return (MergeRules){
    .drop_ones = fx_field_boolean (limit->fields, "drop_output_ones", FALSE),
    .unrepeated = fx_field_boolean (limit->fields, "merge_non_broadcast_neighbours", FALSE),
    .same_operand = fx_field_boolean (limit->fields, "merge_same_operand_broadcast_neighbours",
                                      fx_field_boolean (limit->fields, "merge_broadcast_neighbours", FALSE)),
    .across_operands = fx_field_boolean (limit->fields, "merge_cross_operand", FALSE),
    .mixed = fx_field_boolean (limit->fields, "merge_mixed", FALSE),
  };
}

static gboolean
can_merge (const MergeRules *rules, guint32 a, guint32 b)
{
  if (a == 0 && b == 0)
    return rules->unrepeated;
  if (a == b)
    return rules->same_operand;
  return a != 0 && b != 0 ? rules->across_operands : rules->mixed;
}

/* How many axes are left when all that can be joined are. */
static int
merged_rank (const MergeRules *rules, const Axis *axes, int rank)
{
  const Axis *last = NULL;
  int left = 0;

  for (int i = 0; i < rank; i++)
    {
      if (rules->drop_ones && axes[i].one)
        continue;
      if (last == NULL || !can_merge (rules, last->mask, axes[i].mask))
        left++;
      last = &axes[i];
    }
  return left;
}

static FxVerdict
judge_merge (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = broadcast_operands (subject);
  MergeRules rules = get_rules (limit);
  g_autofree char *shapes = NULL;
  Axis axes[FX_MAX_RANK];
  int rank = look_at_axes (tensors, axes), left;
  double target;

  if (!fx_field_number (limit->fields, "target_rank", &target) || rank < 0)
    return FX_VERDICT_UNKNOWN;
  if (rank <= target)
    return FX_VERDICT_HOLDS;
  for (int i = 0; i < rank; i++)
    if (!axes[i].known)
      return FX_VERDICT_UNKNOWN;
  left = merged_rank (&rules, axes, rank);
  shapes = shapes_text (tensors, subject);
  *found = g_strdup_printf (_ ("%s, which join to rank %d"), shapes, left);
  *allowed = g_strdup_printf (_ ("rank %.0f"), target);
  return fx_verdict (left <= target);
}

static char *
describe_merge (const FxLimit *limit)
{
  MergeRules rules = get_rules (limit);
  g_autofree char *target = fx_field_list_text (limit->fields, "target_rank", "or");

  g_autoptr (GString) means = g_string_new (NULL);

  if (rules.drop_ones)
    fx_list_add (means, N_ ("dropping axes of size 1"));
  if (rules.unrepeated)
    fx_list_add (means, N_ ("joining neighbors without broadcasting"));
  if (rules.same_operand)
    fx_list_add (means, N_ ("joining neighbors along which the same operand is broadcast"));
  if (means->len == 0)
    return g_strdup_printf (_ ("Shapes of more axes can be joined to rank %s"), target);
  return g_strdup_printf (_ ("Shapes of more axes can be joined to rank %s by %s"), target, means->str);
}

/* ---- matmul_batch_broadcast ---- */

/* Of one operand of MatMul: along how many of the leading axes it is repeated, and whether those that it is not
 * repeated along come first. */
typedef struct
{
  int repeated, kept;
  gboolean kept_first;
} Leading;

static Leading
look_at_leading (const Axis *axes, int n, guint32 operand)
{
  Leading leading = { 0, 0, TRUE };

  for (int i = 0; i < n; i++)
    if (axes[i].mask & operand)
      leading.repeated++;
    else
      {
        leading.kept_first = leading.kept_first && leading.repeated == 0;
        leading.kept++;
      }
  return leading;
}

static gboolean
mixed_allowed (const FxLimit *limit, const char *field, const Leading *leading)
{
  g_autofree char *rule = fx_field_string (limit->fields, field);

  if (leading->repeated == 0 || leading->kept == 0)
    return TRUE;
  if (rule == NULL)
    return fx_field_boolean (limit->fields, field, FALSE);
  return strcmp (rule, "non_broadcast_axes_are_leading_prefix") == 0 && leading->kept_first;
}

static FxVerdict
judge_matmul (const FxLimit *limit, const FxLimitSubject *subject, char **found, char **allowed)
{
  g_autoptr (GArray) tensors = broadcast_operands (subject);
  Axis axes[FX_MAX_RANK];
  int n = look_at_axes (tensors, axes) - 2;
  Leading a, b;

  if (tensors->len != 2 || n < -1)
    return FX_VERDICT_UNKNOWN;
  n = MAX (n, 0);
  for (int i = 0; i < n; i++)
    if (!axes[i].known)
      return FX_VERDICT_UNKNOWN;
  a = look_at_leading (axes, n, 1);
  b = look_at_leading (axes, n, 2);
  *found = shapes_text (tensors, subject);
  *allowed = g_strdup (_ ("all leading axes of A broadcast or none, or the last leading axes of B"));
  if (fx_field_boolean (limit->fields, "one_sided", FALSE) && a.repeated > 0 && b.repeated > 0)
    return FX_VERDICT_BROKEN;
  return fx_verdict (mixed_allowed (limit, "a_mixed", &a) && mixed_allowed (limit, "b_mixed", &b));
}

static char *
describe_matmul (const FxLimit *limit)
{
  return g_strdup (fx_field_boolean (limit->fields, "one_sided", FALSE)
                       ? _ ("Leading axes: only one operand broadcast, A broadcast along all or none, B along none or "
                            "the last ones")
                       : _ ("Leading axes: A broadcast along all or none, B along none or the last ones"));
}

const FxLimitKind fx_limit_kinds_broadcast[] = {
  { "broadcast", "axes", judge_axes, describe_axes },
  { "broadcast", "elementwise", judge_elementwise, describe_elementwise },
  { "merge_to_rank", "", judge_merge, describe_merge },
  { "matmul_batch_broadcast", "", judge_matmul, describe_matmul },
  { NULL },
};
