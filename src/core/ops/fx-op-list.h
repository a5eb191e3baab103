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
  OP (relu) \
  /* end of the list */
/* clang-format on */
