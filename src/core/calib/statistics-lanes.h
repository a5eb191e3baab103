/* Eight floats at a time, which the compiler makes registers of. What an instruction set does better than the compiler
 * would, its file defines before it includes the loops:
 *
 *   SMALLER (a, b), LARGER (a, b)    of Lanes: a < b ? a : b, a > b ? a : b
 *   gsize keep_others (guint32 *kept, const Masks *bins, const Masks *zeros)
 *                                    the bins of lanes that are not zeros, in their order; writes LANES of them, tells
 *                                    how many count
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/statistics-isa.h"

#define LANES 8

typedef float Lanes __attribute__ ((vector_size (32)));
typedef gint32 Masks __attribute__ ((vector_size (32)));
typedef double Doubles __attribute__ ((vector_size (64)));
typedef float Unaligned __attribute__ ((vector_size (32), aligned (4), may_alias));

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))
#define SPLAT(x) ((Lanes){ (x), (x), (x), (x), (x), (x), (x), (x) })
#define SELECT(mask, a, b) ((Lanes)(((mask) & (Masks)(a)) | (~(mask) & (Masks)(b))))
