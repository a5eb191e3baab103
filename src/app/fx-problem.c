/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-problem.h"

#include "core/check/fx-fix.h"

#include <glib/gi18n.h>

struct _FxProblem
{
  GObject parent_instance;

  char *title, *detail, *node, *input;
  const char *rule, *fix_rule;
  FxSeverity severity;
  GListStore *children; /* of a group */
};

G_DEFINE_FINAL_TYPE (FxProblem, fx_problem, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_SEVERITY,
  PROP_COUNT,
  PROP_NODE,
  PROP_FIX_RULE,
  PROP_FIX_TITLE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* What the findings of a rule have in common, as a heading. */
static const struct
{
  const char *rule, *title;
} headings[] = {
  { "ir-version", N_ ("Model format is too new") },
  { "opset", N_ ("Operator set is not accepted") },
  { "input-dynamic", N_ ("Input size is open") },
  { "input-rank", N_ ("Input is not four-dimensional") },
  { "input-batch", N_ ("Batch is not 1") },
  { "input-dtype", N_ ("Input is not float32") },
  { "no-input", N_ ("No input") },
  { "no-output", N_ ("No output") },
  { "output-count", N_ ("Too many outputs") },
  { "post-processing", N_ ("Post-processing in the model") },
  { "quantized", N_ ("Already quantized") },
  { "training", N_ ("Operators for training") },
  { "dtype", N_ ("Not computed in float32") },
  { "weights", N_ ("Weights that are no numbers") },
  { "missing-weights", N_ ("Weights are missing") },
  { "no-bpu-node", N_ ("Nothing runs on the BPU") },
  { "no-conv", N_ ("No convolution on the BPU") },
  { "unknown-operator", N_ ("Unknown operators") },
  { "control-flow", N_ ("Control flow") },
  { "shape", N_ ("Shapes that contradict each other") },
  { "declared-shape", N_ ("Declared shapes are wrong") },
  { "unsupported", N_ ("Not supported by the board") },
  { "unknown", N_ ("Placement is not known") },
  { "cpu", N_ ("Runs on the CPU") },
  { "cut", N_ ("Cuts through the BPU part") },
  { "calibration-skipped", N_ ("Files left out") },
  { "partner", N_ ("Other file of the Caffe model") },
  { "unknown-field", N_ ("Fields that are not known") },
  { "unknown-layer", N_ ("Unknown layers") },
  { "unsupported-layer", N_ ("Layers that are not supported") },
  { "unsupported-constant", N_ ("Constants that are not supported") },
  { "config", N_ ("Configuration") },
  { "edit", N_ ("Edits of the project") },
  { "node-choice", N_ ("Choices for nodes") },
  { "assumed", N_ ("Placement is assumed") },
  { "attribute", N_ ("Attributes that cannot be read") },
  { "batch-statistics", N_ ("Normalizes by the batch at hand") },
  { "functions", N_ ("Functions of the model") },
  { "non-finite-weights", N_ ("Weights that are no numbers") },
  { "overridable-initializer", N_ ("Constants that are also inputs") },
  { "rank", N_ ("Too many dimensions") },
  { "training-net", N_ ("A network for training") },
  { "training-only", N_ ("Layers for training") },
  { "type", N_ ("Values that are no tensors") },
};

static const char *
heading (const char *rule)
{
  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    if (g_str_equal (headings[i].rule, rule))
      return _ (headings[i].title);
  return rule;
}

static char *
valid_utf8 (const char *text)
{
  return text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

static FxProblem *
bare_new (const FxDiagnostic *diagnostic)
{
  FxProblem *problem = g_object_new (FX_TYPE_PROBLEM, NULL);

  problem->rule = diagnostic->rule;
  problem->severity = diagnostic->severity;
  problem->fix_rule = diagnostic->fix_rule;
  return problem;
}

/* What to do about it in the window, where the finding names an option of the command line. */
static const char *
window_fix (const FxDiagnostic *diagnostic)
{
  if (g_str_equal (diagnostic->rule, "input-dynamic"))
    return diagnostic->fix_rule != NULL ? _ ("Set the batch size to 1") : _ ("Give its shape on the page “Inputs”");
  if (g_str_equal (diagnostic->rule, "missing-weights") && diagnostic->fix != NULL)
    return _ ("Put the caffemodel beside the prototxt, or drop both files on the window");
  return diagnostic->fix;
}

static char *
finding_detail (const FxDiagnostic *diagnostic)
{
  g_autoptr (GString) text = g_string_new (diagnostic->message);
  const char *fix = window_fix (diagnostic);

  if (diagnostic->found != NULL && diagnostic->allowed != NULL)
    g_string_append_printf (text, _ ("\nFound %s, allowed %s"), diagnostic->found, diagnostic->allowed);
  if (fix != NULL)
    g_string_append_printf (text, "\n%s", fix);
  return valid_utf8 (text->str);
}

/* Of an input, where it can be edited. */
static gboolean
is_about_shape (const char *rule)
{
  return g_str_equal (rule, "input-dynamic") || g_str_equal (rule, "input-rank") || g_str_equal (rule, "input-batch");
}

FxProblem *
fx_problem_new (const FxDiagnostic *diagnostic)
{
  FxProblem *problem = bare_new (diagnostic);
  const char *about = diagnostic->node != NULL ? diagnostic->node : diagnostic->tensor;

  problem->title = valid_utf8 (about != NULL ? about : "");
  problem->detail = finding_detail (diagnostic);
  problem->node = valid_utf8 (diagnostic->node);
  if (is_about_shape (diagnostic->rule))
    problem->input = g_strdup (diagnostic->tensor);
  return problem;
}

static FxProblem *
group_new (const FxDiagnostic *diagnostic)
{
  FxProblem *problem = bare_new (diagnostic);

  problem->title = g_strdup (heading (diagnostic->rule));
  problem->children = g_list_store_new (FX_TYPE_PROBLEM);
  return problem;
}

static FxProblem *
find_group (GPtrArray *groups, const FxDiagnostic *diagnostic)
{
  for (guint i = 0; i < groups->len; i++)
    {
      FxProblem *group = groups->pdata[i];

      if (group->severity == diagnostic->severity && g_str_equal (group->rule, diagnostic->rule)
          && g_strcmp0 (group->fix_rule, diagnostic->fix_rule) == 0)
        return group;
    }
  return NULL;
}

GPtrArray *
fx_problems_group (const GPtrArray *diagnostics)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];
      g_autoptr (FxProblem) finding = fx_problem_new (diagnostic);
      FxProblem *group = find_group (groups, diagnostic);

      if (group == NULL)
        {
          group = group_new (diagnostic);
          g_ptr_array_add (groups, group);
        }
      g_list_store_append (group->children, finding);
    }
  return groups;
}

const char *
fx_problem_get_title (FxProblem *problem)
{
  return problem->title;
}

const char *
fx_problem_get_detail (FxProblem *problem)
{
  return problem->detail;
}

FxSeverity
fx_problem_get_severity (FxProblem *problem)
{
  return problem->severity;
}

guint
fx_problem_get_count (FxProblem *problem)
{
  return problem->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (problem->children)) : 0;
}

const char *
fx_problem_get_node (FxProblem *problem)
{
  return problem->node;
}

const char *
fx_problem_get_input (FxProblem *problem)
{
  return problem->input;
}

const char *
fx_problem_get_fix_rule (FxProblem *problem)
{
  return problem->fix_rule;
}

const char *
fx_problem_get_fix_title (FxProblem *problem)
{
  const FxFix *fix = problem->fix_rule != NULL ? fx_fix_find (problem->fix_rule) : NULL;

  return fix != NULL ? _ (fix->title) : NULL;
}

GListModel *
fx_problem_get_children (FxProblem *problem)
{
  return (GListModel *)problem->children;
}

static void
fx_problem_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxProblem *problem = FX_PROBLEM (object);

  switch (id)
    {
    case PROP_TITLE: g_value_set_string (value, problem->title); break;
    case PROP_DETAIL: g_value_set_string (value, problem->detail); break;
    case PROP_SEVERITY: g_value_set_uint (value, problem->severity); break;
    case PROP_COUNT: g_value_set_uint (value, fx_problem_get_count (problem)); break;
    case PROP_NODE: g_value_set_string (value, problem->node); break;
    case PROP_FIX_RULE: g_value_set_string (value, problem->fix_rule); break;
    case PROP_FIX_TITLE: g_value_set_string (value, fx_problem_get_fix_title (problem)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_problem_finalize (GObject *object)
{
  FxProblem *problem = FX_PROBLEM (object);

  g_free (problem->title);
  g_free (problem->detail);
  g_free (problem->node);
  g_free (problem->input);
  g_clear_object (&problem->children);
  G_OBJECT_CLASS (fx_problem_parent_class)->finalize (object);
}

static void
fx_problem_class_init (FxProblemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = fx_problem_get_property;
  object_class->finalize = fx_problem_finalize;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  props[PROP_SEVERITY] = g_param_spec_uint ("severity", NULL, NULL, 0, FX_SEVERITY_ERROR, 0, flags);
  props[PROP_COUNT] = g_param_spec_uint ("count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_NODE] = g_param_spec_string ("node", NULL, NULL, NULL, flags);
  props[PROP_FIX_RULE] = g_param_spec_string ("fix-rule", NULL, NULL, NULL, flags);
  props[PROP_FIX_TITLE] = g_param_spec_string ("fix-title", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fx_problem_init (G_GNUC_UNUSED FxProblem *problem)
{
}
