/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-tensor.h"

#define FX_Q_TABLE_ENTRIES 256 /* of an int8 function: one for each value */
#define FX_Q_TABLE_POINTS 513  /* of an int16 one: ends of 512 pieces … */
#define FX_Q_TABLE_PIECE 7     /* … of 2^7 values */

/* The value between two neighboring points, `at` of 2^FX_Q_TABLE_PIECE steps on the way, halves to even. */
static inline gint32
fx_q_table_between (gint32 from, gint32 to, gint32 at)
{
  gint32 value = from * (1 << FX_Q_TABLE_PIECE) + (to - from) * at;
  gint32 odd = (value >> FX_Q_TABLE_PIECE) & 1;

  return (value + (1 << (FX_Q_TABLE_PIECE - 1)) - 1 + odd) >> FX_Q_TABLE_PIECE;
}
