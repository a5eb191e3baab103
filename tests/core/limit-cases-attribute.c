/* SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define CONV(attrs) TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,3,3]", attrs)
#define LSTM(attrs)                                                                                                    \
  "opset \"\" 11\ninput %x f32[7,1,4]\ninput %w f32[1,12,4]\ninput %r f32[1,12,3]\n"                                   \
  "%y f32[*] = LSTM(%x, %w, %r) {" attrs "}\noutput %y\n"
#define RESIZE(scales, attrs)                                                                                          \
  "opset \"\" 11\ninput %x f32[1,8,14,14]\nconst %roi f32[0] = []\nconst %s f32[4] = " scales "\n"                     \
  "%y f32[*] = Resize(%x, %roi, %s) {" attrs "}\noutput %y\n"
#define REDUCE(attrs) ONE ("ReduceMean", "f32[1,8,14,14]", attrs)
#define TRANSPOSE(attrs) ONE ("Transpose", "f32[1,8,14,14]", attrs)
#define FAST "'values': <[[0,3,1,2],[0,2,3,1]]>"

const LimitCase limit_attribute_cases[] = {
  { "attribute", "in", "'attribute': <'mode'>, 'values': <['nearest','linear']>",
    RESIZE ("[1,1,2,2]", "mode=\"linear\""), HOLDS, "mode = linear", "nearest or linear" },
  { "attribute", "in", "'attribute': <'mode'>, 'values': <['nearest','linear']>",
    RESIZE ("[1,1,2,2]", "mode=\"cubic\""), BROKEN, "mode = cubic", "nearest or linear" },
  { "attribute", "in", "'attribute': <'group'>, 'values': <[1]>", CONV (""), HOLDS, "group = 1", "1" },
  { "attribute", "in", "'attribute': <'group'>, 'values': <[2]>", CONV (""), BROKEN, "group = 1", "2" },
  { "attribute", "in", "'attribute': <'no_such'>, 'values': <[2]>", CONV (""), HOLDS },
  { "attribute", "in", "'attribute': <'operation'>, 'values': <['Add','Mul']>", TWO ("Sum", "f32[2]", "f32[2]", ""),
    HOLDS, "operation = Add", NULL },
  { "attribute", "in", "'attribute': <'operation'>, 'values': <['Add','Mul']>", TWO ("Max", "f32[2]", "f32[2]", ""),
    BROKEN, "operation = Max", "Add or Mul" },
  { "attribute", "in", "'attribute': <7>, 'values': <[2]>", CONV (""), UNKNOWN },
  { "attribute", "in", "'attribute': <'group'>", CONV (""), UNKNOWN },
  { "attribute", "range", "'attribute': <'axis'>, 'min': <-4>, 'max': <3>, 'default': <1>",
    ONE ("Flatten", "f32[1,8,14,14]", "axis=2"), HOLDS, "axis = 2", "-4 to 3" },
  { "attribute", "range", "'attribute': <'axis'>, 'min': <0>, 'max': <1>", ONE ("Flatten", "f32[1,8,14,14]", "axis=2"),
    BROKEN, "axis = 2", "0 to 1" },
  { "attribute", "range", "'attribute': <'axis'>, 'min': <-4>, 'max': <3>, 'exclude_axis': <'N'>",
    ONE ("Flatten", "f32[1,8,14,14]", "axis=0"), BROKEN },
  { "attribute", "range", "'attribute': <'axis'>", ONE ("Flatten", "f32[1,8]", ""), UNKNOWN },
  { "attribute", "unset", "'attribute': <'auto_pad'>", CONV ("auto_pad=\"NOTSET\""), HOLDS },
  { "attribute", "unset", "'attribute': <'auto_pad'>", CONV ("auto_pad=\"SAME_UPPER\""), BROKEN,
    "auto_pad = \"SAME_UPPER\"", "not set, or its default" },
  { "attribute", "unset", "", CONV (""), UNKNOWN },
  { "attribute", "required", "'attribute': <'axes'>", REDUCE ("axes=[2]"), HOLDS },
  { "attribute", "required", "'attribute': <'axes'>", REDUCE (""), BROKEN, "no axes", "set" },
  { "attribute", "required", "", REDUCE (""), UNKNOWN },
  { "attribute", "count", "'attribute': <'shape.dim'>, 'min': <1>, 'max': <4>",
    WITH ("Reshape", "f32[2,3]", "s64[1] = [6]", ""), HOLDS, "1 entries", "1 to 4" },
  { "attribute", "count", "'attribute': <'pads'>, 'min': <1>, 'max': <2>", CONV ("pads=[0,0,0,0]"), BROKEN, "4 entries",
    "1 to 2" },
  { "attribute", "count", "'attribute': <'shape.dim'>, 'min': <1>, 'max': <4>",
    TWO ("Reshape", "f32[2,3]", "s64[*]", ""), UNKNOWN },
  { "attribute", "only", "'attributes': <['strides','pads']>", CONV ("strides=[1,1], kernel_shape=[3,3], group=1"),
    HOLDS },
  { "attribute", "only", "'attributes': <['strides','pads']>", CONV ("strides=[1,1], dilations=[1,1]"), BROKEN,
    "dilations", "strides and pads" },
  { "attribute", "only", "", CONV (""), UNKNOWN },
  { "attribute", "none", "", LSTM ("hidden_size=3"), HOLDS },
  { "attribute", "none", "", LSTM ("hidden_size=3, clip=1.0"), BROKEN, "clip", "none" },
  { "attribute", "accepted", "'attributes': <['axis']>", CONV (""), HOLDS },

  { "opset", "in", "'in': <[10]>", OPSET (10, "Relu", "f32[2]", ""), HOLDS, "opset 10", "10" },
  { "opset", "in", "'in': <[10]>", OPSET (11, "Relu", "f32[2]", ""), BROKEN, "opset 11", "10" },
  { "opset", "in", "", OPSET (11, "Relu", "f32[2]", ""), UNKNOWN },
  { "opset", "form", "'rules': <[<{'input_count': <2>, 'opset': <10>}>, <{'input_count_min': <3>, 'opset': <11>}>]>",
    CONV (""), HOLDS },

  { "axis", "in", "'values': <[1]>", ONE ("ArgMax", "f32[1,8,14,14]", "axis=-3"), HOLDS, "axis 1", "1" },
  { "axis", "in", "'values': <[1]>", ONE ("ArgMax", "f32[1,8,14,14]", "axis=2"), BROKEN, "axis 2", "1" },
  { "axis", "in", "'values': <[1]>", ONE ("ArgMax", "f32[1,14,14,8]", "axis=3"), HOLDS, "axis 1", NULL, TRUE },
  { "axis", "in", "'values': <[3]>", OPSET (13, "Softmax", "f32[1,8,14,14]", ""), HOLDS },
  { "axis", "in", "'values': <[3]>", ONE ("Softmax", "f32[1,8,14,14]", ""), BROKEN, "axis 1", "3" },
  { "axis", "in", "'values': <[1]>", ONE ("ArgMax", "f32[*]", "axis=-1"), UNKNOWN },
  { "axis", "not_in", "'values': <[0]>", ONE ("Concat", "f32[1,8,14,14]", "axis=1"), HOLDS, "axis 1", "any but 0" },
  { "axis", "not_in", "'values': <[0]>", ONE ("Concat", "f32[1,8,14,14]", "axis=-4"), BROKEN, "axis 0", "any but 0" },

  { "axes", "count", "'min': <1>, 'max': <1>", REDUCE ("axes=[2]"), HOLDS, "1 axes", "1" },
  { "axes", "count", "'min': <1>, 'max': <1>", REDUCE ("axes=[2,3]"), BROKEN, "2 axes", "1" },
  { "axes", "count", "'in': <[<0>,<1>,<'rank'>]>", REDUCE (""), HOLDS, "all 4 axes", "0, 1 or rank" },
  { "axes", "count", "'in': <[<0>,<1>,<'rank'>]>", REDUCE ("axes=[2,3]"), BROKEN, "2 axes", "0, 1 or rank" },
  { "axes", "count", "'min': <1>, 'max': <1>", ONE ("ReduceMean", "f32[*]", ""), UNKNOWN },
  { "axes", "equal", "'values': <[[2,3]]>", REDUCE ("axes=[-1,2]"), HOLDS, "axes [2, 3]", "[2, 3]" },
  { "axes", "equal", "'values': <[[2,3]]>", REDUCE ("axes=[1]"), BROKEN, "axes [1]", "[2, 3]" },
  { "axes", "equal", "'values': <[[2,3]]>", REDUCE ("axes=[1,2]"), HOLDS, NULL, NULL, TRUE },
  { "axes", "also_allowed", "'axes': <[['H','W']]>", REDUCE ("axes=[2,3]"), HOLDS, "axes [2, 3]", "[H, W]" },
  { "axes", "also_allowed", "'axes': <[['H','W']]>", ONE ("ReduceMean", "f32[1,8,14]", "axes=[2]"), BROKEN },
  { "axes", "also_allowed", "'axes': <[['H','W']]>", REDUCE ("axes=[1,3]"), BROKEN, "axes [1, 3]", "[H, W]" },

  { "perm", "in", "'exclusive': <false>, " FAST, TRANSPOSE ("perm=[3,2,1,0]"), HOLDS },
  { "perm", "in", "'exclusive': <true>, " FAST, TRANSPOSE ("perm=[0,2,3,1]"), HOLDS },
  { "perm", "in", "'exclusive': <true>, " FAST, TRANSPOSE (""), BROKEN, "perm [3, 2, 1, 0]",
    "[0, 3, 1, 2] or [0, 2, 3, 1]" },
  { "perm", "in", FAST, ONE ("Transpose", "f32[*]", ""), UNKNOWN },
  { "perm", "fixed", "'fixed_axes': <[0]>", TRANSPOSE ("perm=[0,2,3,1]"), HOLDS },
  { "perm", "fixed", "'fixed_axes': <[0]>", TRANSPOSE ("perm=[1,0,2,3]"), BROKEN, "perm [1, 0, 2, 3]",
    "axis 0 in place" },

  { "spatial_axes", "resize", "'axes': <['H','W']>", RESIZE ("[1,1,2,2]", ""), HOLDS },
  { "spatial_axes", "resize", "'axes': <['H','W']>", RESIZE ("[1,2,2,2]", ""), BROKEN, "axis 1 scaled by 2",
    "H and W" },
  { "spatial_axes", "resize", "'axes': <['H','W']>", RESIZE ("[1,2,2,1]", ""), HOLDS, NULL, NULL, TRUE },
  { "spatial_axes", "resize", "'axes': <['H','W']>",
    "opset \"\" 11\ninput %x f32[1,8,14,14]\nconst %roi f32[0] = []\ninput %s f32[4]\n"
    "%y f32[*] = Resize(%x, %roi, %s)\noutput %y\n",
    UNKNOWN },
  { "spatial_axes", "rearrange", "'axes': <['H','W']>", CONV (""), HOLDS },
  { "scale", "power_of_two", "'power_of_two': <true>", RESIZE ("[1,1,2,4]", ""), HOLDS, "scale 2×4", "a power of two" },
  { "scale", "power_of_two", "'power_of_two': <true>", RESIZE ("[1,1,3,2]", ""), BROKEN, "scale 3×2",
    "a power of two" },
  { "scale", "power_of_two", "'power_of_two': <true>", RESIZE ("[1,1,0.3,1]", ""), HOLDS },
  { "scale", "power_of_two", "'power_of_two': <true>", ONE ("Relu", "f32[*]", ""), UNKNOWN },
  { "scale", "direction", "'up': <true>, 'down': <true>", RESIZE ("[1,1,2,2]", ""), HOLDS },
  { NULL },
};
