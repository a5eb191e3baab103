/* SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define CONV3 TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,3,3]", "")
#define CONV9 TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,9,9]", "")
#define CONV3D TWO ("Conv", "f32[1,8,6,14,14]", "f32[8,8,3,3,3]", "strides=[1,2,1]")
#define UNKNOWN_KERNEL TWO ("Conv", "f32[1,8,14,14]", "f32[*]", "")
#define STRIDED(h, w) TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,3,3]", "strides=[" #h "," #w "]")
#define DILATED(d, s)                                                                                                  \
  TWO ("Conv", "f32[1,8,28,28]", "f32[8,8,3,3]", "dilations=[" #d "," #d "], strides=[" #s "," #s "]")
#define PADDED(t, l, b, r) TWO ("Conv", "f32[1,8,14,14]", "f32[8,8,3,3]", "pads=[" #t "," #l "," #b "," #r "]")
#define RESIDUAL(s)                                                                                                    \
  "opset \"\" 11\ninput %x f32[1,8,14,14]\ninput %w f32[8,8,1,1]\ninput %z f32[1,8,14,14]\n"                           \
  "%y f32[*] = Conv(%x, %w) {strides=[" #s "," #s "]}\noutput %y\n"
#define TRANSPOSED(k, s, p)                                                                                            \
  TWO ("ConvTranspose", "f32[1,8,14,14]", "f32[8,4," #k "," #k "]",                                                    \
       "strides=[" #s "," #s "], pads=[" #p "," #p "," #p "," #p "]")
#define POOL(k, s) ONE ("AveragePool", "f32[1,8,28,28]", "kernel_shape=[" #k "," #k "], strides=[" #s "," #s "]")
#define PAD11(values) WITH ("Pad", "f32[1,8,14,14]", "s64[8] = " values, "")
#define PAD10(values) OPSET (10, "Pad", "f32[1,8,14,14]", "pads=" values)
#define RULES                                                                                                          \
  "'per_axis': <true>, 'rules': <[<{'expr': <'p >= 0 && p < k / s'>, 'when': <{'expr': <'s % 2 == 1'>}>}>, "           \
  "<{'expr': <'p >= 0 && p <= k / s'>, 'when': <{'expr': <'s % 2 == 0'>}>}>]>"
#define NEVER "'when': <{'input_rank': <int64 5>}>"
#define ALWAYS "'when': <{'input_rank': <int64 4>}>"

const LimitCase limit_window_cases[] = {
  { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,7]>", CONV3, HOLDS, "kernel 3×3", "1 to 7" },
  { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,7]>", CONV9, BROKEN, "kernel 9×9", "1 to 7" },
  { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,9]>", CONV9, BROKEN, "kernel 9×9", "height 1 to 7, width 1 to 9" },
  { "kernel_range", "", "'h': <[@mi nothing,7]>, 'w': <[@mi nothing,7]>", CONV3, HOLDS, NULL, "at most 7" },
  { "kernel_range", "", "'h': <[1,7]>, 'w': <[1,7]>", UNKNOWN_KERNEL, UNKNOWN },
  { "kernel_range", "", "'h': <[1,31]>, 'w': <[1,31]>, 'd': <[1,2]>", CONV3D, BROKEN, "kernel 3×3×3", NULL },
  { "kernel_range", "", "'h': <[1,14]>, 'w': <[1,14]>, 'forbid': <[[1,1]]>", TRANSPOSED (1, 1, 0), BROKEN, "kernel 1×1",
    "larger in at least one direction" },
  { "kernel_range", "", "'h': <[1,14]>, 'w': <[1,14]>, 'forbid': <[[1,1]]>", TRANSPOSED (2, 2, 0), HOLDS },
  { "kernel_range", "", "'h': <7>", CONV3, UNKNOWN },
  { "kernel_range", "", "", CONV3, UNKNOWN },
  { "kernel_range", "", "'h': <[1,7]>", ONE ("Relu", "f32[1,8,14,14]", ""), UNKNOWN },

  { "stride", "any", "", STRIDED (9, 9), HOLDS },
  { "stride", "any", "'exception': <{'in': <[1,2]>, " NEVER "}>", STRIDED (3, 3), HOLDS },
  { "stride", "any", "'exception': <{'in': <[1,2]>, " ALWAYS "}>", STRIDED (3, 3), BROKEN, "stride 3×3", "1 or 2" },
  { "stride", "any", "'exception': <{'in': <[1,2]>, " ALWAYS "}>", STRIDED (2, 2), HOLDS },
  { "stride", "range", "'h': <[1,2]>, 'w': <[1,2]>", STRIDED (1, 2), HOLDS, "stride 1×2", "1 to 2" },
  { "stride", "range", "'h': <[1,2]>, 'w': <[1,2]>", STRIDED (3, 1), BROKEN, "stride 3×1", "1 to 2" },
  { "stride", "range", "'h': <[1,2]>, 'w': <[1,2]>", UNKNOWN_KERNEL, UNKNOWN },
  { "stride", "range", "'h': <[1,9]>, 'w': <[1,9]>, 'exception': <{'in': <[1,2]>, " ALWAYS "}>", STRIDED (3, 3), BROKEN,
    "stride 3×3", "1 or 2" },
  { "stride", "range", "'h': <[1,14]>, 'w': <[1,14]>, 'forbid': <[[1,1]]>", STRIDED (1, 1), BROKEN },
  { "stride", "in", "'in': <[2,4]>", STRIDED (2, 4), HOLDS, "stride 2×4", "2 or 4" },
  { "stride", "in", "'in': <[2,4]>", STRIDED (2, 3), BROKEN, "stride 2×3", "2 or 4" },
  { "stride", "in", "'in': <'two'>", STRIDED (2, 3), UNKNOWN },
  { "stride", "pairs", "'pairs': <[[1,1],[2,2]]>, 'pair_axes': <['h','w']>", STRIDED (2, 2), HOLDS },
  { "stride", "pairs", "'pairs': <[[1,1],[2,2]]>, 'pair_axes': <['h','w']>", CONV3D, BROKEN, "stride 1×2×1",
    "1×1 or 2×2" },
  { "stride", "pairs", "'pairs': <[[1,1],[2,2]]>", ONE ("Relu", "f32[1,8,14,14]", ""), UNKNOWN },

  { "dilation", "exact", "'values': <[1,1]>", CONV3, HOLDS, "dilation 1×1", "1 by 1" },
  { "dilation", "exact", "'values': <[1,1]>", DILATED (2, 1), BROKEN, "dilation 2×2", NULL },
  { "dilation", "exact", "'values': <[1,1,1]>", DILATED (2, 1), BROKEN },
  { "dilation", "range", "'h': <[1,16]>, 'w': <[1,16]>", DILATED (2, 1), HOLDS },
  { "dilation", "range", "'h': <[1,4]>, 'w': <[1,4]>", DILATED (5, 1), BROKEN, "dilation 5×5", "1 to 4" },
  { "dilation", "power_of_two", "'multiple_of_stride': <true>", DILATED (4, 2), HOLDS },
  { "dilation", "power_of_two", "'multiple_of_stride': <true>", DILATED (1, 2), HOLDS },
  { "dilation", "power_of_two", "'multiple_of_stride': <true>", DILATED (3, 1), BROKEN, "dilation 3×3 with stride 1×1",
    "powers of two that are multiples of the stride" },
  { "dilation", "power_of_two", "'multiple_of_stride': <true>", DILATED (2, 4), BROKEN },
  { "dilation", "power_of_two", "", DILATED (2, 4), HOLDS },

  { "weight_size", "", "'dims': <['kc','kh','kw']>, 'max': <72>", CONV3, HOLDS, "8×3×3 = 72", "at most 72" },
  { "weight_size", "", "'dims': <['kc','kh','kw']>, 'max': <72>", CONV9, BROKEN, "8×9×9 = 648", "at most 72" },
  { "weight_size", "", "'dims': <['kh','kw']>, 'max': <8192>, 'min': <2>", POOL (1, 1), BROKEN, "1×1 = 1",
    "2 to 8192" },
  { "weight_size", "", "'dims': <'unspecified'>, 'max': <65535>, 'min': <1>", TRANSPOSED (3, 1, 0), HOLDS, "8×3×3 = 72",
    NULL },
  { "weight_size", "", "'dims': <['kc','kh','kw']>, 'max': <72>", UNKNOWN_KERNEL, UNKNOWN },

  { "pads", "range", "'h': <[0,1]>, 'w': <[0,1]>", PADDED (1, 1, 1, 1), HOLDS, "pads 1×1",
    "height 0 to 1, width 0 to 1" },
  { "pads", "range", "'h': <[0,1]>, 'w': <[0,1]>", PADDED (0, 0, 2, 0), BROKEN, "pads 0×0 in front, 2×0 behind" },
  { "pads", "range", "'h': <[<0>,<'(kh-1)/2'>]>, 'w': <[<0>,<'(kw-1)/2'>]>", PADDED (1, 1, 1, 1), HOLDS },
  { "pads", "range", "'h': <[<0>,<'(kh-1)/2'>]>, 'w': <[<0>,<'(kw-1)/2'>]>", PADDED (2, 1, 1, 1), BROKEN,
    "pads 2×1 in front, 1×1 behind", "height 0 to (kh-1)/2, width 0 to (kw-1)/2" },
  { "pads", "range", "'h': <[0,1]>, 'w': <[0,1]>",
    TWO ("Conv", "f32[1,8,?,?]", "f32[8,8,3,3]", "auto_pad=\"SAME_UPPER\""), UNKNOWN },
  { "pads", "axes", "'axes': <'all'>", PAD11 ("[1,1,0,0,0,0,0,0]"), HOLDS },
  { "pads", "axes", "'axes': <[2,3]>", PAD11 ("[0,0,1,1,0,0,1,1]"), HOLDS },
  { "pads", "axes", "'axes': <[2,3]>", PAD11 ("[0,1,1,1,0,0,1,1]"), BROKEN, "padding of axis 1 2 3", "2 and 3" },
  { "pads", "axes", "'axes': <[2,3]>", PAD10 ("[0,0,0,0,0,0,0,1]"), HOLDS },
  { "pads", "axes", "'axes': <[2,3]>", PAD11 ("[0,1,1,0,0,1,1,0]"), HOLDS, NULL, NULL, TRUE },
  { "pads", "axes", "'axes': <[2,3]>", TWO ("Pad", "f32[1,8,14,14]", "s64[8]", ""), UNKNOWN },
  { "pads", "symmetric", "'layout': <'h_begin,w_begin,h_end,w_end'>, 'length': <4>", PADDED (1, 2, 1, 2), HOLDS },
  { "pads", "symmetric", "'layout': <'h_begin,w_begin,h_end,w_end'>, 'length': <4>", CONV3, HOLDS },
  { "pads", "symmetric", "'layout': <'h_begin,w_begin,h_end,w_end'>, 'length': <4>", PADDED (1, 0, 2, 0), BROKEN,
    "pads 1×0 in front, 2×0 behind", "the same in front and behind" },
  { "pads", "symmetric", "'length': <6>", PADDED (1, 0, 1, 0), BROKEN, "4 pads", "6 pads" },
  { "pads", "symmetric", "'layout': <'x'>", PADDED (1, 0, 1, 0), UNKNOWN },
  { "pads", "form", "'length': <8>, 'min': <0>, 'zero_indices': <[0,1,4,5]>", PAD10 ("[0,0,1,1,0,0,1,1]"), HOLDS },
  { "pads", "form", "'length': <8>, 'min': <0>, 'zero_indices': <[0,1,4,5]>", PAD10 ("[0,1,1,1,0,0,1,1]"), BROKEN,
    "pads [0, 1, 1, 1, 0, 0, 1, 1]" },
  { "pads", "form", "'length': <8>, 'min': <0>, 'zero_indices': <[0,1,4,5]>", PAD10 ("[0,0,-1,1,0,0,1,1]"), BROKEN },
  { "pads", "form", "'length': <8>", TWO ("Pad", "f32[1,8,14,14]", "s64[8]", ""), UNKNOWN },
  { "pads", "formula", RULES, TRANSPOSED (4, 2, 2), HOLDS },
  { "pads", "formula", RULES, TRANSPOSED (4, 2, 3), BROKEN, "pads 3×3 with kernel 4×4 and stride 2×2" },
  { "pads", "formula", RULES, TRANSPOSED (3, 3, 1), BROKEN },
  { "pads", "formula", "'rules': <[<{'expr': <'p <'>}>]>", TRANSPOSED (3, 3, 1), UNKNOWN },
  { "output_padding", "", "'in': <[0,1]>", TRANSPOSED (4, 2, 1), HOLDS, "output padding [0]", "0 or 1" },
  { "output_padding", "", "'in': <[0,1]>",
    TWO ("ConvTranspose", "f32[1,8,14,14]", "f32[8,4,4,4]", "strides=[3,3], output_padding=[2,0]"), BROKEN,
    "output padding [2, 0]", "0 or 1" },
  { NULL },
};
