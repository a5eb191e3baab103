/* Every operator, one line each, sorted. OP (id) stands for `fx_op_<id>`; the table and the externs come from here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clang-format off */
#define FX_OP_LIST(OP) \
  OP (average_pool) \
  OP (concat) \
  OP (conv) \
  OP (lp_pool) \
  OP (max_pool) \
  OP (arg_max) \
  OP (arg_min) \
  OP (concat) \
  OP (cum_sum) \
  OP (dequantize_linear) \
  OP (dynamic_quantize_linear) \
  OP (gemm) \
  OP (hardmax) \
  OP (log_softmax) \
  OP (matmul) \
  OP (matmul_integer) \
  OP (qlinear_matmul) \
  OP (quantize_linear) \
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
  OP (softmax) \
  OP (top_k) \
  OP (center_crop_pad) \
  OP (compress) \
  OP (concat) \
  OP (constant) \
  OP (constant_of_shape) \
  OP (depth_to_space) \
  OP (expand) \
  OP (eye_like) \
  OP (flatten) \
  OP (gather) \
  OP (gather_elements) \
  OP (gather_nd) \
  OP (non_zero) \
  OP (one_hot) \
  OP (pad) \
  OP (range) \
  OP (relu) \
  OP (reshape) \
  OP (reverse_sequence) \
  OP (scatter) \
  OP (scatter_elements) \
  OP (scatter_nd) \
  OP (shape) \
  OP (size) \
  OP (slice) \
  OP (space_to_depth) \
  OP (split) \
  OP (squeeze) \
  OP (tile) \
  OP (transpose) \
  OP (trilu) \
  OP (unique) \
  OP (unsqueeze) \
  /* end of the list */
/* clang-format on */
