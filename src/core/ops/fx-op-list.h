/* Every operator, one line each, sorted. OP (id) stands for `fx_op_<id>`; the table and the externs come from here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clang-format off */
#define FX_OP_LIST(OP) \
  OP (arg_max) \
  OP (arg_min) \
  OP (average_pool) \
  OP (batch_normalization) \
  OP (concat) \
  OP (conv) \
  OP (conv_integer) \
  OP (conv_transpose) \
  OP (crop) \
  OP (cum_sum) \
  OP (dequantize_linear) \
  OP (dynamic_quantize_linear) \
  OP (gemm) \
  OP (global_average_pool) \
  OP (global_lp_pool) \
  OP (global_max_pool) \
  OP (group_normalization) \
  OP (hardmax) \
  OP (image_scaler) \
  OP (instance_normalization) \
  OP (layer_normalization) \
  OP (log_softmax) \
  OP (lp_normalization) \
  OP (lp_pool) \
  OP (lrn) \
  OP (matmul) \
  OP (matmul_integer) \
  OP (max_pool) \
  OP (max_roi_pool) \
  OP (max_unpool) \
  OP (mean_variance_normalization) \
  OP (qlinear_conv) \
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
  OP (roi_align) \
  OP (softmax) \
  OP (top_k) \
  /* end of the list */
/* clang-format on */
