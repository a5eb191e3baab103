/* Every operator, one line each, sorted. OP (id) stands for `fx_op_<id>`; the table and the externs come from here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clang-format off */
#define FX_OP_LIST(OP) \
  OP (arg_max) \
  OP (arg_min) \
  OP (average_pool) \
  OP (center_crop_pad) \
  OP (compress) \
  OP (concat) \
  OP (constant) \
  OP (constant_of_shape) \
  OP (conv) \
  OP (cum_sum) \
  OP (depth_to_space) \
  OP (dequantize_linear) \
  OP (dynamic_quantize_linear) \
  OP (expand) \
  OP (eye_like) \
  OP (flatten) \
  OP (gather) \
  OP (gather_elements) \
  OP (gather_nd) \
  OP (gemm) \
  OP (hardmax) \
  OP (log_softmax) \
  OP (lp_pool) \
  OP (matmul) \
  OP (matmul_integer) \
  OP (max_pool) \
  OP (non_zero) \
  OP (one_hot) \
  OP (pad) \
  OP (qlinear_matmul) \
  OP (quantize_linear) \
  OP (range) \
  OP (reduce_l1) \
  OP (reduce_l2) \
  OP (reduce_log_sum) \
  OP (reduce_log_sum_exp) \
  OP (reduce_max) \
  OP (reduce_mean) \
  OP (reduce_min) \
  OP (reduce_prod) \
  OP (reduce_sum) \
  OP (reduce_sum_square) \
  OP (relu) \
  OP (reshape) \
  OP (reverse_sequence) \
  OP (scatter) \
  OP (scatter_elements) \
  OP (scatter_nd) \
  OP (shape) \
  OP (size) \
  OP (slice) \
  OP (softmax) \
  OP (space_to_depth) \
  OP (split) \
  OP (squeeze) \
  OP (tile) \
  OP (top_k) \
  OP (transpose) \
  OP (trilu) \
  OP (unique) \
  OP (unsqueeze) \
  /* end of the list */
/* clang-format on */
