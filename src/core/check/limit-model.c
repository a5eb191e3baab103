/* Rules about whole models: described here, judged where the model is (the check of the rules for models).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/limit-groups.h"
#include "core/check/fx-limit-fields.h"
#include "core/fx-i18n.h"

static char *
describe_format (const FxLimit *limit)
{
  g_autofree char *caffe = fx_field_list_text (limit->fields, "caffe", "or");
  g_autofree char *opsets = fx_field_list_text (limit->fields, "onnx_opset_in", "or");
  g_autofree char *ir_version = fx_field_list_text (limit->fields, "onnx_ir_version_max", "or");
  g_autofree char *min = fx_field_list_text (limit->fields, "onnx_opset_min", "or");
  g_autofree char *max = fx_field_list_text (limit->fields, "onnx_opset_max", "or");

  if (g_str_equal (ir_version, "?"))
    return g_strdup_printf (_ ("Caffe %s"), caffe);
  if (g_str_equal (opsets, "?"))
    return g_strdup_printf (_ ("Caffe %s, or ONNX of opset %s to %s and ir_version up to %s"), caffe, min, max,
                            ir_version);
  return g_strdup_printf (_ ("Caffe %s, or ONNX of opset %s and ir_version up to %s"), caffe, opsets, ir_version);
}

static char *
describe_input_shape (const FxLimit *limit)
{
  g_autofree char *rank = fx_field_list_text (limit->fields, "rank", "or");
  g_autofree char *layouts = fx_field_list_text (limit->fields, "layouts", "or");
  g_autofree char *batch = fx_field_list_text (limit->fields, "batch", "or");

  return g_strdup_printf (fx_field_boolean (limit->fields, "dynamic", FALSE)
                              ? _ ("Model inputs have %s axes in the order %s, batch %s and any sizes")
                              : _ ("Model inputs have %s axes in the order %s, batch %s and fixed sizes"),
                          rank, layouts, batch);
}

static char *
describe_output_count (const FxLimit *limit)
{
  g_autofree char *max = fx_field_list_text (limit->fields, "max", "or");

  return g_strdup_printf (_ ("At most %s model outputs"), max);
}

static char *
describe_no_postprocess (const FxLimit *limit)
{
  g_autofree char *examples = fx_field_list_text (limit->fields, "examples", "or");

  return g_strdup_printf (_ ("No post-processing in the model, such as %s"), examples);
}

static char *
describe_needs_bpu_node (const FxLimit *limit)
{
  g_autofree char *op = fx_field_list_text (limit->fields, "op", "or");

  return g_strdup_printf (_ ("At least one node runs on the BPU, in practice a %s"), op);
}

static char *
describe_input_batch (const FxLimit *limit)
{
  FxFieldRange range;
  g_autofree char *sizes = fx_field_range (limit->fields, "range", &range) ? fx_range_text (&range) : g_strdup ("?");

  return g_strdup_printf (_ ("Option input_batch %s, for models with one input of batch 1"), sizes);
}

static char *
describe_fallback (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("A node that breaks a limit of the BPU runs on the CPU where that can run it; operators that are "
                      "not listed are unsupported"));
}

static char *
describe_not_native (const FxLimit *limit)
{
  g_autofree char *ops = fx_field_list_text (limit->fields, "ops", "and");

  return g_strdup_printf (_ ("%s do not run on the BPU as such, but may be folded away"), ops);
}

static char *
describe_even (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("Even height and width where the board feeds nv12 or yuv444"));
}

static char *
describe_input_layout (const FxLimit *limit)
{
  g_autofree char *layout = fx_field_list_text (limit->fields, "forbid_layout", "or");

  return g_strdup_printf (_ ("No layout %s where the board feeds yuv444"), layout);
}

static char *
describe_layout_kept (G_GNUC_UNUSED const FxLimit *limit)
{
  return g_strdup (_ ("The converter keeps the layout of the model's inputs"));
}

static char *
describe_optimize_level (const FxLimit *limit)
{
  g_autofree char *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("Optimization level of the compiler %s"), in);
}

static char *
describe_march_option (const FxLimit *limit)
{
  g_autofree char *in = fx_field_list_text (limit->fields, "in", "or");

  return g_strdup_printf (_ ("The compiler's march option %s"), in);
}

static char *
describe_fast_perf (const FxLimit *limit)
{
  g_autofree char *ops = fx_field_list_text (limit->fields, "strip_ops", "and");

  return g_strdup_printf (_ ("The compiler's fast-perf mode strips %s at both ends of the model"), ops);
}

const FxLimitKind fx_limit_kinds_model[] = {
  { "model", "format", fx_limit_judge_nothing, describe_format },
  { "model", "input_shape", fx_limit_judge_nothing, describe_input_shape },
  { "model", "output_count", fx_limit_judge_nothing, describe_output_count },
  { "model", "no_postprocess", fx_limit_judge_nothing, describe_no_postprocess },
  { "model", "needs_bpu_node", fx_limit_judge_nothing, describe_needs_bpu_node },
  { "model", "input_batch", fx_limit_judge_nothing, describe_input_batch },
  { "model", "fallback", fx_limit_judge_nothing, describe_fallback },
  { "model", "not_native_on_bpu", fx_limit_judge_nothing, describe_not_native },
  { "model", "runtime_input_even", fx_limit_judge_nothing, describe_even },
  { "model", "runtime_input_layout", fx_limit_judge_nothing, describe_input_layout },
  { "model", "layout_kept", fx_limit_judge_nothing, describe_layout_kept },
  { "model", "optimize_level", fx_limit_judge_nothing, describe_optimize_level },
  { "model", "march_option", fx_limit_judge_nothing, describe_march_option },
  { "model", "fast_perf", fx_limit_judge_nothing, describe_fast_perf },
  { NULL },
};
