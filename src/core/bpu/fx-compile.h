/* The compiler: from the integer network to a program (fx-program.h).
 *
 *   partition   who runs on the BPU, in how many pieces                        fx-partition.c
 *   lower       nodes to layers: how each can be cut, on which unit, how long  compile-layers.c
 *   group       layers that are computed together, stripe by stripe            compile-groups.c, compile-walk.c
 *   residency   values that stay in SRAM between groups                        compile-residency.c
 *   emit        commands over places                                           compile-emit.c
 *   place       addresses in SRAM and DDR                                      compile-place.c
 *   order       who waits for whom                                             compile-order.c
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/bpu/fx-program.h"

G_BEGIN_DECLS

/* What a choice between two ways of computing something looks at. */
typedef enum
{
  FX_COMPILE_LATENCY,
  FX_COMPILE_BANDWIDTH,
  FX_COMPILE_BALANCE,
} FxCompileMode;

extern const char *const fx_compile_mode_names[]; /* NULL-terminated: "latency", … */

#define FX_COMPILE_MAX_LEVEL 3
#define FX_COMPILE_DEFAULT_LEVEL 2

typedef struct
{
  guint level; /* 0: a layer at a time, all results through DDR; 1: results stay in SRAM where they fit; 2: layers
                  are computed together in stripes; 3: the same with longer searches */
  FxCompileMode mode;
  guint64 sram_bytes; /* 0: what the target has */
} FxCompileOptions;

/* "O0" … "O3", or the digit; "latency", "bandwidth", "balance". FALSE and *error (BAD_DATA) for anything else. */
gboolean fx_compile_parse_level (const char *text, guint *level, GError **error);
gboolean fx_compile_parse_mode (const char *text, FxCompileMode *mode, GError **error);

/* Compiles an integer network: sorted, shapes inferred, no node removed. The same input gives the same program.
 * NULL and *error: UNSUPPORTED if the target has no machine, TOO_LARGE if the SRAM cannot hold the least that a command
 * needs, G_IO_ERROR_CANCELLED. */
FxProgram *fx_compile (const FxGraph *integer, const FxTarget *target, const FxCompileOptions *options,
                       const FxProgress *progress, GCancellable *cancellable, GError **error);

G_END_DECLS
