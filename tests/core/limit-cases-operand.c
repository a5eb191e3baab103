/* SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define GATHER(x, i) "opset \"\" 11\ninput %x " x "\ninput %i " i "\n%y f32[*] = Gather(%x, %i)\noutput %y\n"
#define CROP(roi)                                                                                                      \
  "opset \"\" 11\ninput %x f32[1,8,5,5]\n" roi "\nconst %s f32[4] = [1,1,1,1]\n"                                       \
  "%y f32[*] = Resize(%x, %roi, %s) {coordinate_transformation_mode=\"tf_crop_and_resize\", mode=\"linear\"}\n"        \
  "output %y\n"
#define WHOLE "const %roi f32[8] = [0,0,0.25,0, 1,1,1,0.5]"
#define LSTM(inputs)                                                                                                   \
  "opset \"\" 11\ninput %x f32[7,1,4]\ninput %w f32[1,12,4]\ninput %r f32[1,12,3]\ninput %b f32[1,24]\n"               \
  "input %h f32[1,1,3]\ninput %c f32[1,1,3]\n"                                                                         \
  "%y f32[*] = LSTM(" inputs ") {hidden_size=3}\noutput %y\n"
#define RNN(outputs)                                                                                                   \
  "opset \"\" 11\ninput %x f32[7,1,4]\ninput %w f32[1,3,4]\ninput %r f32[1,3,3]\n" outputs                             \
  " = RNN(%x, %w, %r) {hidden_size=3}\noutput %y\n"
#define SETS                                                                                                           \
  "'empty_or_default': <['sequence_lens']>, 'io': <'input'>, 'sets': <[['X','W','R'],['X','W','R','B'],"               \
  "['X','W','R','B','sequence_lens','initial_h','initial_c']]>"
#define LUT "'qtype': <'int8'>, 'table': <'same_as_input'>, 'group': <'any_of'>, 'output': <'same_as_input'>"

const LimitCase limit_operand_cases[] = {
  { "operand", "source", "'allowed': <['feature']>, 'max_constants': <0>", TWO ("Div", "f32[2]", "f32[2]", ""), HOLDS,
    "0 of 2 operands constant", "no constants" },
  { "operand", "source", "'allowed': <['feature']>, 'max_constants': <0>", WITH ("Div", "f32[2]", "f32[2] = [1,2]", ""),
    BROKEN, "1 of 2 operands constant", "no constants" },
  { "operand", "source", "'allowed': <['feature','constant']>, 'max_constants': <1>",
    WITH ("Add", "f32[2]", "f32[2] = [1,2]", ""), HOLDS, NULL, "at most 1 constant" },
  { "operand", "source", "", TWO ("Div", "f32[2]", "f32[2]", ""), UNKNOWN },
  { "operand", "single_value", "'index': <1>, 'operand': <'exponent'>", WITH ("Pow", "f32[2]", "f32[1] = [2]", ""),
    HOLDS },
  { "operand", "single_value", "'index': <1>, 'operand': <'exponent'>", WITH ("Pow", "f32[2]", "f32[2] = [2,2]", ""),
    BROKEN, "exponent [2]", "one element" },
  { "operand", "single_value", "'operand': <'exponent'>", TWO ("Pow", "f32[2]", "f32[*]", ""), UNKNOWN },
  { "operand", "constant", "'axes': <['H','W']>, 'operand': <'roi'>", CROP (WHOLE), HOLDS },
  { "operand", "constant", "'axes': <['H','W']>, 'operand': <'roi'>", CROP ("input %roi f32[8]"), BROKEN,
    "roi is computed", "a constant" },
  { "operand", "constant", "'axes': <['H','W']>, 'operand': <'roi'>", CROP ("const %roi f32[8] = [0,0.5,0,0, 1,1,1,1]"),
    BROKEN, "roi crops other axes", "H and W" },
  { "operand", "constant", "'axes': <['H','W']>", CROP (WHOLE), UNKNOWN },

  { "io_set", "count", "'in': <[3,4,8]>, 'io': <'input'>", LSTM ("%x, %w, %r, %b"), HOLDS, "4 inputs", "3, 4 or 8" },
  { "io_set", "count", "'in': <[3,4,8]>, 'io': <'input'>", LSTM ("%x, %w, %r, %b, _, %h, %c"), BROKEN, "7 inputs",
    "3, 4 or 8" },
  { "io_set", "count", "'min': <1>, 'io': <'input'>", TWO ("Max", "f32[2]", "f32[2]", ""), HOLDS, NULL, "at least 1" },
  { "io_set", "count", "'in': <[2]>, 'io': <'output'>", RNN ("%y f32[*]"), BROKEN, "1 outputs", "2" },
  { "io_set", "count", "'in': <[2]>", RNN ("%y f32[*]"), UNKNOWN },
  { "io_set", "sets", SETS, LSTM ("%x, %w, %r"), HOLDS },
  { "io_set", "sets", SETS, LSTM ("%x, %w, %r, %b, _, %h, %c"), HOLDS },
  { "io_set", "sets", SETS, LSTM ("%x, %w, %r, %b, _, %h"), BROKEN, "5 inputs" },
  { "io_set", "sets", "'io': <'output'>, 'sets': <[['Y_h']]>", RNN ("_, %y f32[*]"), HOLDS },
  { "io_set", "sets", "'io': <'output'>, 'sets': <[['Y_h']]>", RNN ("%y f32[*]"), BROKEN, "1 outputs", "[Y_h]" },
  { "io_set", "sets", "'io': <'output'>", RNN ("%y f32[*]"), UNKNOWN },

  { "value", "forbid", "'forbid': <[0]>, 'tensor': <'input'>", WITH ("Mul", "f32[2]", "f32[2] = [1,2]", ""), HOLDS },
  { "value", "forbid", "'forbid': <[0]>, 'tensor': <'input'>", WITH ("Mul", "f32[2]", "f32[2] = [1,0]", ""), BROKEN,
    "second input contains 0", "not 0" },
  { "value", "forbid", "'tensor': <'input'>", WITH ("Mul", "f32[2]", "f32[2] = [1,0]", ""), UNKNOWN },
  { "value", "integer_box_edges", "'tensor': <'roi'>", CROP (WHOLE), HOLDS },
  { "value", "integer_box_edges", "'tensor': <'roi'>", CROP ("const %roi f32[8] = [0,0,0.3,0, 1,1,1,1]"), BROKEN,
    "roi edge at 1.2", "whole pixels" },
  { "value", "integer_box_edges", "'tensor': <'roi'>", CROP ("input %roi f32[8]"), UNKNOWN },

  { "position", "", "'must_be': <'model_output'>", ONE ("Softmax", "f32[1,8]", ""), HOLDS },
  { "position", "", "'must_be': <'model_output'>",
    "opset \"\" 11\ninput %x f32[1,8]\n%y f32[*] = Softmax(%x)\n%z f32[*] = Relu(%y)\noutput %z\n%u f32[*] = Abs(%y)\n",
    BROKEN, "inside of the model", "at the end of the model" },
  { "position", "", "'must_be': <'anywhere'>", ONE ("Softmax", "f32[1,8]", ""), UNKNOWN },

  { "dtype", "in", "'in': <['float']>, 'tensors': <['all']>", ONE ("ArgMax", "f32[1,8]", ""), HOLDS,
    "input of type float32", "float" },
  { "dtype", "in", "'in': <['float','int8']>, 'tensors': <['all']>", ONE ("Relu", "f16[1,8]", ""), BROKEN,
    "input of type float16", "float or int8" },
  { "dtype", "in", "'in': <['int8','int16']>, 'tensors': <['input']>", ONE ("Relu", "f32[1,8]", ""), HOLDS },
  { "dtype", "in", "'in': <['int32']>, 'tensors': <['indices']>", GATHER ("f32[4]", "s32[1]"), HOLDS },
  { "dtype", "in", "'in': <['int32']>, 'tensors': <['indices']>", GATHER ("f32[4]", "s64[1]"), BROKEN,
    "second input of type int64", "int32" },
  { "dtype", "in", "'in': <['int32']>", GATHER ("f32[4]", "s64[1]"), UNKNOWN },
  { "dtype", "equal", "'tensors': <['X','Y']>", TWO ("Pow", "f32[2]", "f32[2]", ""), HOLDS },
  { "dtype", "equal", "'tensors': <['X','Y']>",
    "opset \"\" 13\ninput %x f32[2]\ninput %y s64[2]\n%z f32[*] = Pow(%x, %y)\noutput %z\n", BROKEN,
    "float32 and int64", "one type" },
  { "dtype", "equal", "", TWO ("Pow", "f32[2]", "f32[2]", ""), UNKNOWN },
  { "dtype", "pairs", "'pairs': <[['int8','int8'],['float16','float16']]>", ONE ("Relu", "f16[2]", ""), HOLDS },
  { "dtype", "pairs", "'pairs': <[['int8','int8'],['float16','float16']]>", ONE ("Abs", "s32[2]", ""), BROKEN },
  { "dtype", "pairs", "", ONE ("Abs", "s32[2]", ""), UNKNOWN },
  { "dtype", "lut", "'input': <['int8','int16']>, " LUT, ONE ("Relu", "f32[2]", ""), HOLDS },
  { "dtype", "lut", "'input': <['int8','int16']>, " LUT, ONE ("Abs", "s32[2]", ""), BROKEN },
  { "dtype", "lut", LUT, ONE ("Relu", "f32[2]", ""), UNKNOWN },
  { "int16_io", "", "'io': <'input'>", ONE ("Relu", "f32[2]", ""), HOLDS },
  { NULL },
};
