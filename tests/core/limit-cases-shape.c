/* SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define RELU(x) ONE ("Relu", x, "")
#define CONV(x, w, attrs) TWO ("Conv", x, w, attrs)
#define AXES_NCHW "'axes': <{'N': <[1,128]>, 'C': <[1,64]>, 'H': <[1,32]>, 'W': <[1,32]>}>"
#define FIRST_OTHERS "'axes': <{'first': <[1,2]>, 'others': <[1,64]>}>"
#define SIGMOID                                                                                                        \
  "'alignments': <[<{'C': <4>, 'W': <8>, 'name': <'8W4C'>}>, <{'C': <32>, 'name': <'32C'>}>]>, 'batch': <1>, "         \
  "'expr': <'min(align(C,4)*H*align(W,8), align(C,32)*H*W) <= 8192'>, 'max': <8192>, 'reduce': <'min'>"
#define LET "'expr': <'area >= 1 && area <= 9'>, 'let': <[<[<'side'>, <'kh - 1 + 1'>]>, <[<'area'>, <'side * kw'>]>]>"
#define GATHER(x, i, attrs)                                                                                            \
  "opset \"\" 11\ninput %x " x "\ninput %i " i "\n%y f32[*] = GatherElements(%x, %i) {" attrs "}\noutput %y\n"
#define SPLIT(parts)                                                                                                   \
  "opset \"\" 11\ninput %x f32[1,8,4,4]\n%y f32[*], %z f32[*] = Split(%x) {axis=1, split=" parts "}\n"                 \
  "output %y\noutput %z\n"
#define EXPAND(x, to) WITH ("Expand", x, "s64[4] = " to, "")

const LimitCase limit_shape_cases[] = {
  { "rank", "in", "'in': <[4,5]>, 'tensor': <'input'>", RELU ("f32[1,8,14,14]"), HOLDS, "input of rank 4",
    "rank 4 or 5" },
  { "rank", "in", "'in': <[4]>, 'tensor': <'io'>", RELU ("f32[8,14]"), BROKEN, "input of rank 2", "rank 4" },
  { "rank", "in", "'in': <[4]>, 'tensor': <'io'>", RELU ("f32[*]"), UNKNOWN },
  { "rank", "in", "'in': <[4]>, 'tensor': <'all'>", CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", ""), HOLDS },
  { "rank", "in", "'in': <[1,4]>, 'tensor': <'all'>", ONE ("NonZero", "f32[1,8,14,14]", ""), HOLDS },
  { "rank", "in", "'in': <[4]>, 'tensor': <'roi'>", RELU ("f32[1,8,14,14]"), UNKNOWN },
  { "rank", "in", "'in': <[4]>", RELU ("f32[1,8,14,14]"), UNKNOWN },
  { "rank", "range", "'min': <1>, 'max': <4>, 'tensor': <'input,indices,output'>", GATHER ("f32[8,8]", "s64[8,8]", ""),
    HOLDS },
  { "rank", "range", "'max': <1>, 'tensor': <'input,output,indices'>", GATHER ("f32[8,8]", "s64[8,8]", ""), BROKEN,
    "input of rank 2", "rank at most 1" },
  { "rank", "range", "'min': <2>, 'max': <5>, 'ranks_may_differ': <true>, 'tensor': <'io'>",
    TWO ("Add", "f32[1,8,14,14]", "f32[14]", ""), BROKEN, "second input of rank 1", "rank 2 to 5" },
  { "rank", "range", "'min': <2>, 'max': <5>, 'tensor': <'io'>", WITH ("Mul", "f32[1,8]", "f32[] = [2]", ""), HOLDS },
  { "rank", "range", "'min': <2>, 'max': <5>, 'tensor': <'io'>", WITH ("Mul", "f32[1,2]", "f32[2] = [2,3]", ""), BROKEN,
    "constant second input of rank 1", "rank 2 to 5" },
  { "rank", "range", "'min': <1>, 'max': <5>, 'tensor': <'io'>", TWO ("Pow", "f32[1,2]", "f32[]", ""), HOLDS },
  { "rank", "default", "'applies_to': <'bpu_ops'>, 'in': <[4]>, 'tensor': <'io'>", RELU ("f32[1,8,14,14]"), HOLDS },
  { "rank", "default", "'applies_to': <'bpu_ops'>, 'in': <[4]>, 'tensor': <'io'>", RELU ("f32[8,14,14]"), BROKEN },
  { "rank", "default", "'applies_to': <'bpu_ops'>, 'in': <[4]>, 'tensor': <'io'>",
    "opset \"\" 11\ninput %x f32[7,1,4]\ninput %w f32[1,12,4]\ninput %r f32[1,12,3]\n"
    "%y f32[*] = LSTM(%x, %w, %r) {hidden_size=3}\noutput %y\n",
    HOLDS },
  { "rank", "any", "'tensor': <'io'>", RELU ("f32[8,14,14]"), HOLDS },
  { "rank", "equal", "'tensors': <['A','B']>", TWO ("MatMul", "f32[1,4,8]", "f32[1,8,4]", ""), HOLDS },
  { "rank", "equal", "'tensors': <['A','B']>", TWO ("MatMul", "f32[1,4,8]", "f32[8,4]", ""), BROKEN, "ranks 3 and 2",
    "the same rank" },
  { "rank", "equal", "'tensors': <['A','B']>", TWO ("MatMul", "f32[1,4,8]", "f32[*]", ""), UNKNOWN },

  { "dim_range", "", AXES_NCHW ", 'tensor': <'io'>", RELU ("f32[1,64,32,32]"), HOLDS, "input [1,64,32,32]",
    "N 1 to 128, C 1 to 64, H 1 to 32, W 1 to 32" },
  { "dim_range", "", AXES_NCHW ", 'tensor': <'input'>", RELU ("f32[1,65,32,32]"), BROKEN, "input [1,65,32,32]" },
  { "dim_range", "", AXES_NCHW ", 'tensor': <'input'>", RELU ("f32[1,32,32,64]"), HOLDS, NULL, NULL, TRUE },
  { "dim_range", "", AXES_NCHW ", 'tensor': <'input'>", RELU ("f32[n,64,32,32]"), UNKNOWN },
  { "dim_range", "", "'axes': <{'C': <[1,4]>, 'N': <[1,4]>}>, 'tensor': <'weight'>",
    CONV ("f32[1,8,14,14]", "f32[4,8,3,3]", ""), BROKEN, "weight [4,8,3,3]" },
  { "dim_range", "", FIRST_OTHERS ", 'tensor': <'io'>", RELU ("f32[2,64,64]"), HOLDS, NULL,
    "first axis 1 to 2, others 1 to 64" },
  { "dim_range", "", FIRST_OTHERS ", 'tensor': <'io'>", RELU ("f32[3,64,64]"), BROKEN },
  { "dim_range", "", FIRST_OTHERS ", 'tensor': <'io'>", WITH ("Mul", "f32[1,3,1,1]", "f32[3,1,1] = [2,3,4]", ""),
    HOLDS },
  { "dim_range", "", "'axes': <[-2,-1]>, 'range': <[1,8]>, 'tensor': <'A,B'>",
    TWO ("MatMul", "f32[99,4,8]", "f32[99,8,4]", ""), HOLDS },
  { "dim_range", "", "'axes': <[-2,-1]>, 'range': <[1,8]>, 'tensor': <'A,B'>",
    TWO ("MatMul", "f32[99,4,9]", "f32[99,9,4]", ""), BROKEN, "first input [99,4,9]", "axes -2 and -1 1 to 8" },
  { "dim_range", "", "'axes': <'all_but_last_2'>, 'range': <[1,8]>, 'tensor': <'A,B'>",
    TWO ("MatMul", "f32[99,4,9]", "f32[99,9,4]", ""), BROKEN, NULL, "all axes but the last two 1 to 8" },
  { "dim_range", "", "'tensor': <'io'>", RELU ("f32[2]"), UNKNOWN },

  { "batch", "in", "'in': <[1]>", RELU ("f32[1,8,14,14]"), HOLDS, "batch 1", "1" },
  { "batch", "in", "'in': <[1]>", RELU ("f32[2,8,14,14]"), BROKEN, "batch 2", "1" },
  { "batch", "in", "'in': <[1]>",
    "opset \"\" 11\ninput %x f32[7,2,4]\ninput %w f32[1,12,4]\ninput %r f32[1,12,3]\n"
    "%y f32[*] = LSTM(%x, %w, %r) {hidden_size=3}\noutput %y\n",
    BROKEN, "batch 2", "1" },
  { "batch", "in", "'in': <[1]>", RELU ("f32[n,8,14,14]"), UNKNOWN },
  { "batch", "max", "'applies_to': <'bpu_ops'>, 'max': <128>", RELU ("f32[128,8,14,14]"), HOLDS },
  { "batch", "max", "'applies_to': <'bpu_ops'>, 'max': <128>", RELU ("f32[129,8,14,14]"), BROKEN, "batch 129",
    "at most 128" },
  { "batch", "max", "'max': <2>", WITH ("Mul", "f32[1,3,1,1]", "f32[3,1,1] = [2,3,4]", ""), HOLDS, "batch 1" },
  { "batch", "config", "'yaml': <{'input_batch': <1>}>", RELU ("f32[1,8]"), HOLDS },

  { "channel_max", "", "'max': <8>, 'scope': <'total'>, 'tensors': <['input','output']>",
    CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", ""), HOLDS, "input of 8 channels", "at most 8" },
  { "channel_max", "", "'max': <8>, 'scope': <'total'>, 'tensors': <['input','output']>",
    CONV ("f32[1,8,14,14]", "f32[9,8,3,3]", ""), BROKEN, "output of 9 channels", "at most 8" },
  { "channel_max", "", "'max': <8>, 'scope': <'per_group'>, 'tensors': <['input','output']>",
    CONV ("f32[1,16,14,14]", "f32[16,8,3,3]", "group=2"), HOLDS, "input of 16 channels in 2 groups",
    "at most 8 in each group" },
  { "channel_max", "",
    "'max': <8>, 'relaxed_max': <16>, 'relaxed_when': <{'expr': <'group == 1 && dh == 1 && dw == 1'>}>, "
    "'scope': <'per_group'>, 'tensors': <['input']>",
    CONV ("f32[1,16,14,14]", "f32[16,16,3,3]", ""), HOLDS, NULL, "at most 16 in each group" },
  { "channel_max", "",
    "'max': <8>, 'relaxed_max': <16>, 'relaxed_when': <{'expr': <'group == 1 && dh == 1 && dw == 1'>}>, "
    "'scope': <'per_group'>, 'tensors': <['input']>",
    CONV ("f32[1,16,14,14]", "f32[16,16,3,3]", "dilations=[2,2]"), BROKEN, NULL, "at most 8 in each group" },
  { "channel_max", "", "'max': <8>, 'scope': <'total'>, 'tensors': <['input']>", RELU ("f32[1,14,14,8]"), HOLDS, NULL,
    NULL, TRUE },
  { "channel_max", "", "'max': <8>, 'scope': <'total'>, 'tensors': <['input']>", RELU ("f32[*]"), UNKNOWN },

  { "layout", "", "'tensor': <'input'>, 'value': <'NCHW'>", RELU ("f32[1,8,14,14]"), HOLDS },
  { "layout", "", "'tensor': <'input'>, 'value': <'NCHW'>", RELU ("f32[1,14,14,8]"), BROKEN, "layout NHWC", "NCHW",
    TRUE },
  { "layout", "", "'tensor': <'input'>, 'channel_axis': <1>", RELU ("f32[1,14,14,8]"), BROKEN, "layout NHWC", "NCHW",
    TRUE },
  { "layout", "", "'tensor': <'input'>, 'value': <'CHW'>", RELU ("f32[1,14,14,8]"), UNKNOWN },

  { "size", "", "'dims': <['C','H','W']>, 'max': <1568>, 'tensor': <'input'>, 'unit': <'elements'>",
    RELU ("f32[2,8,14,14]"), HOLDS, "C×H×W of input = 1568", "at most 1568" },
  { "size", "", "'dims': <['C','H','W']>, 'max': <1567>, 'tensor': <'input'>, 'unit': <'elements'>",
    RELU ("f32[2,8,14,14]"), BROKEN, "C×H×W of input = 1568", "at most 1567" },
  { "size", "", "'max': <3135>, 'tensor': <'io'>, 'unit': <'bytes'>", RELU ("f32[2,8,14,14]"), BROKEN,
    "input of 3136 elements", "at most 3135 bytes as int8" },
  { "size", "", "'dims': <'unspecified'>, 'max': <13>, 'tensors': <['input','output']>, 'unit': <'elements'>",
    RELU ("f32[99,8,14,14]"), BROKEN, "largest dimension of input = 14", "at most 13" },
  { "size", "", "'dims': <['H','W']>, 'max': <13>, 'tensor': <'input'>", RELU ("f32[1,8,?,?]"), UNKNOWN },

  { "reduced_size", "", "'range': <[1,14]>, 'what': <'axis_length'>", ONE ("ReduceMax", "f32[1,8,14,14]", "axes=[2]"),
    HOLDS, "axis 2 of length 14", "1 to 14" },
  { "reduced_size", "", "'range': <[1,13]>, 'what': <'axis_length'>", ONE ("ReduceMax", "f32[1,8,14,14]", "axes=[-1]"),
    BROKEN, "axis 3 of length 14", "1 to 13" },
  { "reduced_size", "", "'range': <[1,100]>, 'what': <'elements'>", ONE ("ReduceMax", "f32[1,8,14,14]", "axes=[2,3]"),
    BROKEN, "196 elements for each result", "1 to 100" },
  { "reduced_size", "", "'range': <[1,8]>, 'what': <'axis_length'>", ONE ("ArgMax", "f32[1,8,14,14]", "axis=1"),
    HOLDS },
  { "reduced_size", "", "'range': <[1,8]>, 'what': <'axis_length'>", ONE ("ArgMax", "f32[1,14,14,8]", "axis=3"), HOLDS,
    "axis 3 of length 8", NULL, TRUE },
  { "reduced_size", "", "'range': <[1,8]>, 'what': <'elements'>", ONE ("ReduceMax", "f32[*]", ""), UNKNOWN },

  { "single_dim_change", "", "'max_changed_dims': <1>", EXPAND ("f32[1,8,1,4]", "[1,8,5,4]"), HOLDS, "1 changed axes",
    "at most 1" },
  { "single_dim_change", "", "'max_changed_dims': <1>", EXPAND ("f32[1,8,1,1]", "[1,8,5,4]"), BROKEN, "2 changed axes",
    "at most 1" },
  { "single_dim_change", "", "'max_changed_dims': <1>", EXPAND ("f32[*]", "[1,8,5,4]"), UNKNOWN },

  { "formula", "relation", "'expr': <'dh <= dw'>", CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", "dilations=[1,2]"), HOLDS,
    "dh = 1, dw = 2", "dh <= dw" },
  { "formula", "relation", "'expr': <'dh <= dw'>", CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", "dilations=[2,1]"), BROKEN,
    "dh = 2, dw = 1", "dh <= dw" },
  { "formula", "relation", "'expr': <'dh <='>", CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", ""), UNKNOWN },
  { "formula", "divisible", "'expr': <'in_axis_len % part_len == 0'>", SPLIT ("[4,4]"), HOLDS },
  { "formula", "divisible", "'expr': <'in_axis_len % part_len == 0'>", SPLIT ("[3,5]"), BROKEN,
    "in_axis_len = 8, part_len = 3" },
  { "formula", "divisible", "'expr': <'H % 2 == 0'>", RELU ("f32[1,8,?,?]"), UNKNOWN },
  { "formula", "size", LET, CONV ("f32[1,8,14,14]", "f32[8,8,3,3]", ""), HOLDS, "kh = 3, kw = 3" },
  { "formula", "size", LET, CONV ("f32[1,8,14,14]", "f32[8,8,5,3]", ""), BROKEN, "kh = 5, kw = 3" },
  { "formula", "size", LET, RELU ("f32[1,8,14,14]"), UNKNOWN },
  { "formula", "aligned_size", SIGMOID, ONE ("Sigmoid", "f32[1,8,14,14]", ""), HOLDS },
  { "formula", "aligned_size", SIGMOID, ONE ("Sigmoid", "f32[1,64,14,14]", ""), BROKEN, "C = 64, H = 14, W = 14" },
  { "formula", "aligned_size", SIGMOID, ONE ("Sigmoid", "f32[2,64,14,14]", ""), HOLDS },
  { "formula", "aligned_size", SIGMOID, ONE ("Sigmoid", "f32[*]", ""), UNKNOWN },
  { "formula", "per_axis", "'expr': <'for i != axis: indices.shape[i] <= input.shape[i]'>",
    GATHER ("f32[8,4]", "s64[8,9]", "axis=1"), HOLDS },
  { "formula", "per_axis", "'expr': <'for i != axis: indices.shape[i] <= input.shape[i]'>",
    GATHER ("f32[8,4]", "s64[9,4]", "axis=1"), BROKEN, "axis 0: 9 indices for 8 elements",
    "indices no longer than the data" },
  { "formula", "per_axis", "'expr': <'for i != axis: indices.shape[i] <= input.shape[i]'>",
    GATHER ("f32[*]", "s64[9,4]", "axis=1"), UNKNOWN },
  { NULL },
};
