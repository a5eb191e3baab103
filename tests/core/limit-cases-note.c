/* Kinds that judge nothing: they hold, and are there to be described.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define ANY ONE ("Relu", "f32[2]", "")

const LimitCase limit_note_cases[] = {
  { "rewrite", "convert", "'ops': <['Conv']>", ANY, HOLDS },
  { "rewrite", "decompose", "'ops': <['Less','Not']>", ANY, HOLDS },
  { "rewrite", "fuse", "'ops': <['Conv']>, 'position': <'previous'>, 'required': <true>", ANY, HOLDS },
  { "rewrite", "fold", "", ANY, HOLDS },
  { "rewrite", "remove", "", ANY, HOLDS },
  { "rewrite", "maybe_fuse", "'required': <false>", ANY, HOLDS },
  { "exporter", "", "'function': <'a.export'>, 'replaces': <'torch.onnx.export'>, 'opset_equivalent': <16>", ANY,
    HOLDS },
  { "no_limits", "", "'documented': <true>", ANY, HOLDS },
  { "target_limits", "", "'ref': <'general_rules'>", ANY, HOLDS },
  { "note", "", "'meaning': <'second_input_is_min'>", ANY, HOLDS },
  { "requires_override", "", "'default_device': <'cpu'>, 'option': <'run_on_bpu'>", ANY, HOLDS },
  { "same_as", "", "'op': <'Conv'>, 'aspect': <'all'>", ANY, HOLDS },
  { "model", "format", "'caffe': <'1.0'>, 'onnx_ir_version_max': <7>, 'onnx_opset_in': <[10,11]>", ANY, HOLDS },
  { "model", "input_shape", "'rank': <4>, 'layouts': <['NCHW','NHWC']>, 'batch': <1>, 'dynamic': <false>", ANY, HOLDS },
  { "model", "output_count", "'max': <32>", ANY, HOLDS },
  { "model", "no_postprocess", "'examples': <['NonMaxSuppression']>", ANY, HOLDS },
  { "model", "needs_bpu_node", "'op': <'Conv'>", ANY, HOLDS },
  { "model", "input_batch", "'range': <[1,128]>, 'single_input': <true>, 'first_axis': <1>", ANY, HOLDS },
  { "model", "fallback", "", ANY, HOLDS },
  { "model", "not_native_on_bpu", "'ops': <['Cast','Shape']>", ANY, HOLDS },
  { "model", "runtime_input_even", "", ANY, HOLDS },
  { "model", "runtime_input_layout", "'forbid_layout': <'NCHW'>", ANY, HOLDS },
  { "model", "layout_kept", "", ANY, HOLDS },
  { "model", "optimize_level", "'in': <['O0','O1','O2']>", ANY, HOLDS },
  { "model", "march_option", "'in': <['nash-e','nash-m']>", ANY, HOLDS },
  { "model", "fast_perf", "'strip_ops': <['Quantize','Cast']>", ANY, HOLDS },
  { NULL },
};
