/* The examples that the operator tables themselves give for shapes that can and cannot be joined are among these.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "limit-cases.h"

#define ADD(a, b) TWO ("Add", "f32" a, "f32" b, "")
#define MATMUL(a, b) TWO ("MatMul", "f32" a, "f32" b, "")
#define MATMUL_CONST(a, b) WITH ("MatMul", "f32" a, "f32" b, "")
#define PRELU(x, s) TWO ("PRelu", "f32" x, "f32" s, "")
#define WHERE(c, x)                                                                                                    \
  "opset \"\" 11\ninput %c bool" c "\ninput %a f32" x "\ninput %b f32" x "\n%y f32[*] = Where(%c, %a, %b)\noutput "    \
  "%y\n"

/* Ultra, arithmetic and comparison */
#define MERGE5                                                                                                         \
  "'target_rank': <4>, 'drop_output_ones': <false>, 'merge_broadcast_neighbours': <false>, "                           \
  "'merge_non_broadcast_neighbours': <true>"
/* X5 */
#define MERGE10                                                                                                        \
  "'target_rank': <4>, 'drop_output_ones': <true>, 'counts_batch_axis': <true>, 'merge_cross_operand': <false>, "      \
  "'merge_mixed': <false>, 'merge_non_broadcast_neighbours': <true>, "                                                 \
  "'merge_same_operand_broadcast_neighbours': <true>"
#define LEADING "'a_mixed': <false>, 'b_mixed': <'non_broadcast_axes_are_leading_prefix'>, 'one_sided': <true>"
#define FEATURE_CONSTANT                                                                                               \
  "'group': <'any_of'>, 'lhs': <'feature'>, 'rhs': <'constant'>, "                                                     \
  "'pairs': <[['K','KxN'],['1xMxK','1xKxN'],['AxBxMxK','KxN','A>1 && B>1']]>"
#define SLOPES                                                                                                         \
  "'operand': <'slope'>, 'forms': <[<{'form': <'same_shape'>}>, <{'form': <'single_value'>}>, "                        \
  "<{'equal_dims': <['N','C']>, 'form': <'nchw'>, 'slope_rank': <4>, 'spatial_in': <['1x1','Hx1','1xW']>, "            \
  "'x_rank': <4>}>, <{'form': <'per_channel_3d'>, 'x_rank': <4>}>]>"
#define CONDITIONS                                                                                                     \
  "'forms': <[<{'form': <'cond_equals_output'>}>, <{'cond_rank': <4>, 'cond_spatial_in': <['1x1','Hx1','1xW']>, "      \
  "'equal_dims': <['N','C']>, 'form': <'cond_4d'>, 'output_rank': <4>}>]>"

const LimitCase limit_broadcast_cases[] = {
  { "broadcast", "axes", "'axes': <'all_but_first'>, 'mutual': <true>", ADD ("[2,8,14,1]", "[2,1,1,14]"), HOLDS },
  { "broadcast", "axes", "'axes': <'all_but_first'>, 'mutual': <true>", ADD ("[2,8,14,14]", "[8,1,1]"), BROKEN,
    "[2,8,14,14] with [8,1,1]", "no broadcasting along the first axis" },
  { "broadcast", "axes", "'axes': <'all_but_first'>, 'mutual': <true>", ADD ("[1,8,14,14]", "[8,1,1]"), HOLDS },
  { "broadcast", "axes", "'axes': <'all'>, 'mutual': <false>", ADD ("[2,8,14,14]", "[1,8,1,1]"), HOLDS },
  { "broadcast", "axes", "'axes': <'all'>, 'mutual': <false>", ADD ("[2,8,14,1]", "[1,8,1,14]"), BROKEN,
    "[2,8,14,1] with [1,8,1,14]", "broadcasting of one operand only" },
  { "broadcast", "axes", "'axes': <'all'>, 'mutual': <true>", ADD ("[n,8,14,1]", "[1,8,1,14]"), HOLDS },
  { "broadcast", "axes", "'axes': <'all_but_first'>, 'mutual': <true>", ADD ("[n,8,14,1]", "[1,8,1,14]"), UNKNOWN },
  { "broadcast", "axes", "'axes': <'all_but_first'>, 'mutual': <true>", ADD ("[n,8,14,1]", "[n,8,1,14]"), HOLDS },
  { "broadcast", "axes", "'mutual': <true>", ADD ("[2]", "[2]"), UNKNOWN },
  { "broadcast", "elementwise", "'broadcast_max_rank': <3>, 'same_shape': <true>, 'scalar_operand': <'either'>",
    ADD ("[1,8,14,14]", "[1,8,14,14]"), HOLDS },
  { "broadcast", "elementwise", "'broadcast_max_rank': <3>, 'same_shape': <true>, 'scalar_operand': <'either'>",
    ADD ("[1,8,14,14]", "[]"), HOLDS },
  { "broadcast", "elementwise", "'broadcast_max_rank': <3>, 'same_shape': <true>, 'scalar_operand': <'either'>",
    ADD ("[1,8,14,14]", "[8,1,1]"), BROKEN, NULL, "equal shapes, a scalar, or at most rank 3" },
  { "broadcast", "elementwise", "'broadcast_max_rank': <3>", ADD ("[*]", "[8,1,1]"), UNKNOWN },

  { "merge_to_rank", "", MERGE5, ADD ("[2,3,4,5,1]", "[2,1,4,5,6]"), HOLDS },
  { "merge_to_rank", "", MERGE5, ADD ("[2,3,4,5,1]", "[2,1,1,5,6]"), BROKEN,
    "[2,3,4,5,1] with [2,1,1,5,6], which join to rank 5", "rank 4" },
  { "merge_to_rank", "", MERGE5, ADD ("[2,3,4,5,6]", "[2,3,1,5,1]"), HOLDS },
  { "merge_to_rank", "", MERGE5, ADD ("[2,3,4,5,6]", "[2,1,4,1,6]"), BROKEN },
  { "merge_to_rank", "", MERGE10, ADD ("[2,5,4,5,3]", "[2,5,1,5,3]"), HOLDS },
  { "merge_to_rank", "", MERGE10, ADD ("[2,5,4,5,2]", "[1,1,1,5,2]"), HOLDS },
  { "merge_to_rank", "", MERGE10, ADD ("[1,2,3,4]", "[1,2,1,4]"), HOLDS },
  { "merge_to_rank", "", MERGE10, ADD ("[2,5,4,5,2]", "[2,1,4,1,2]"), BROKEN },
  { "merge_to_rank", "", MERGE10, ADD ("[2,1,4,1,2]", "[1,5,1,5,1]"), BROKEN },
  { "merge_to_rank", "", MERGE10, ADD ("[2,?,4,5,2]", "[2,1,4,1,2]"), UNKNOWN },
  { "merge_to_rank", "", "", ADD ("[2,5,4,5,2]", "[2,1,4,1,2]"), UNKNOWN },

  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[2,3,4,5]", "[2,1,5,6]"), HOLDS },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[1,1,4,5]", "[2,3,5,6]"), HOLDS },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[7,2,3,4,5]", "[7,1,1,5,6]"), HOLDS },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[2,1,4,5]", "[1,3,5,6]"), BROKEN },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[2,1,4,5]", "[2,3,5,6]"), BROKEN },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[7,2,3,4,5]", "[7,1,3,5,6]"), BROKEN,
    "[7,2,3,4,5] with [7,1,3,5,6]" },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[4,5]", "[5,6]"), HOLDS },
  { "matmul_batch_broadcast", "", LEADING, MATMUL ("[*]", "[2,3,5,6]"), UNKNOWN },

  { "shape_forms", "pairs", "'pairs': <[['NCHW','NCHW'],['NCHW','NC11']]>", ADD ("[2,8,4,5]", "[2,8,1,1]"), HOLDS,
    "[2,8,4,5] with [2,8,1,1]", "NCHW with NCHW or NCHW with NC11" },
  { "shape_forms", "pairs", "'pairs': <[['NCHW','NCHW'],['NCHW','NC11']]>", ADD ("[2,8,1,1]", "[2,8,4,5]"), HOLDS },
  { "shape_forms", "pairs", "'pairs': <[['NCHW','NCHW'],['NCHW','NC11']]>", ADD ("[2,8,4,5]", "[2,8,4,1]"), BROKEN },
  { "shape_forms", "pairs", "'pairs': <[['1CHW','1C11']]>", ADD ("[2,8,4,5]", "[2,8,1,1]"), BROKEN },
  { "shape_forms", "pairs", "'pairs': <[['1CHW','1111']]>", ADD ("[1,8,4,5]", "[]"), HOLDS },
  { "shape_forms", "pairs", "'pairs': <[['NCHW','NCHW']]>", ADD ("[2,8,4,?]", "[2,8,4,1]"), UNKNOWN },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL_CONST ("[1,3,2]", "[1,2,1] = [1,2]"), HOLDS },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL_CONST ("[2]", "[2,1] = [1,2]"), HOLDS },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL_CONST ("[3,3,3,2]", "[2,1] = [1,2]"), HOLDS },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL_CONST ("[3,1,3,2]", "[2,1] = [1,2]"), BROKEN },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL ("[1,3,2]", "[1,2,1]"), BROKEN,
    "[1,3,2] with [1,2,1] (both computed)" },
  { "shape_forms", "matmul", FEATURE_CONSTANT, MATMUL ("[*]", "[1,2,1]"), UNKNOWN },
  { "shape_forms", "slope", SLOPES, PRELU ("[1,8,4,5]", "[8,1,1]"), HOLDS },
  { "shape_forms", "slope", SLOPES, PRELU ("[1,8,4,5]", "[1]"), HOLDS },
  { "shape_forms", "slope", SLOPES, PRELU ("[1,8,4,5]", "[1,8,4,1]"), HOLDS },
  { "shape_forms", "slope", SLOPES, PRELU ("[1,8,4,5]", "[1,1,4,1]"), BROKEN, "[1,8,4,5] with [1,1,4,1]" },
  { "shape_forms", "slope", SLOPES, PRELU ("[1,8,4,5]", "[*]"), UNKNOWN },
  { "shape_forms", "where", CONDITIONS, WHERE ("[1,8,4,5]", "[1,8,4,5]"), HOLDS },
  { "shape_forms", "where", CONDITIONS, WHERE ("[1,8,1,5]", "[1,8,4,5]"), HOLDS },
  { "shape_forms", "where", CONDITIONS, WHERE ("[1,1,4,5]", "[1,8,4,5]"), BROKEN, "[1,1,4,5] with [1,8,4,5]" },
  { "shape_forms", "where", CONDITIONS, WHERE ("[*]", "[1,8,4,5]"), UNKNOWN },
  { NULL },
};
