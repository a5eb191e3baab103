/* Every operator, one line each, sorted. OP (id) stands for `fx_op_<id>`; the table and the externs come from here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* clang-format off */
#define FX_OP_LIST(OP) \
  OP (arg_max) \
  OP (arg_min) \
  OP (average_pool) \
  OP (concat) \
  OP (conv) \
  OP (cum_sum) \
  OP (dequantize_linear) \
  OP (dynamic_quantize_linear) \
  OP (gemm) \
  OP (gru) \
  OP (hardmax) \
  OP (log_softmax) \
  OP (lp_pool) \
  OP (lstm) \
  OP (matmul) \
  OP (matmul_integer) \
  OP (max_pool) \
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
  OP (rnn) \
  OP (softmax) \
  OP (top_k) \
  /* end of the list */
/* clang-format on */
