/* The compiler: from the integer network to a program (fx-program.h).
 *
 *   partition   who runs on the BPU, in how many pieces                        fx-partition.c
 *   lower       nodes to layers: how each can be cut, on which unit, how long  compile-layers.c
 *   group       layers that are computed together, stripe by stripe            compile-groups.c, compile-walk.c
 *   call        groups that are one function call                              compile-calls.c
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
#define FX_COMPILE_DEFAULT_BALANCE 50
#define FX_COMPILE_LEAST_CALL_US 1000

#define FX_COMPILE_DEFAULTS                                                                                            \
  (FxCompileOptions)                                                                                                   \
  {                                                                                                                    \
    .level = FX_COMPILE_DEFAULT_LEVEL, .balance = FX_COMPILE_DEFAULT_BALANCE                                           \
  }

typedef struct
{
  guint level; /* 0: a layer at a time, all results through DDR; 1: results stay in SRAM where they fit; 2: layers
                  are computed together in stripes; 3: the same with longer searches */
  FxCompileMode mode;
  guint64 sram_bytes; /* 0: what the target has */
  guint balance;      /* of FX_COMPILE_BALANCE: 100 is latency, 0 bandwidth */
  guint cores;        /* that compute a frame together; 0: 1 */
  guint max_call_us;  /* how long a function call may take, which nothing can interrupt; 0: no limit */
  guint jobs;         /* threads of the search; 0: all processors. The program is the same */
} FxCompileOptions;

/* "O0" … "O3", or the digit; "latency", "bandwidth", "balance". FALSE and *error (BAD_DATA) for anything else. */
gboolean fx_compile_parse_level (const char *text, guint *level, GError **error);
gboolean fx_compile_parse_mode (const char *text, FxCompileMode *mode, GError **error);

/* Other options that must be in a range, for command lines and files. FALSE and *error (BAD_DATA) name the option as
 * the boards' configuration does. */
gboolean fx_compile_check_options (const FxCompileOptions *options, GError **error);

/* Prices of a frame that so many cores of the target's BPU compute together (0: 1): what the BPU computes is divided
 * among them; what passes through memory, and the set-up of layers, is not. FALSE and *error as fx_compile(): it has
 * fewer. */
gboolean fx_compile_use_cores (FxMachine *machine, const FxTarget *target, guint cores, GError **error);

/* How many cores of the target can be asked for: 1 if it does not say what its BPU has. */
guint fx_compile_most_cores (const FxTarget *target);

/* Compiles an integer network: sorted, shapes inferred, no node removed. The same input gives the same program.
 * Layers that cannot be cut into pieces of max_call_us are calls of their own, however long.
 * NULL and *error: UNSUPPORTED if the target has no machine or fewer cores, TOO_LARGE if the SRAM cannot hold the least
 * that a command needs, G_IO_ERROR_CANCELLED. */
FxProgram *fx_compile (const FxGraph *integer, const FxTarget *target, const FxCompileOptions *options,
                       const FxProgress *progress, GCancellable *cancellable, GError **error);

G_END_DECLS
