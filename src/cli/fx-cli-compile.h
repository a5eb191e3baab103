/* Options of verbs that compile a program for the BPU.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/fx-cli.h"

#include "core/bpu/fx-compile.h"
#include "core/fx-i18n.h"

G_BEGIN_DECLS

#define FX_CLI_COMPILE_UNSET G_MININT /* of a number: it was not given */

typedef struct
{
  char *level, *mode;
  int balance, cores, max_call_us;
} FxCliCompile;

#define FX_CLI_COMPILE_INIT                                                                                            \
  {                                                                                                                    \
    .balance = FX_CLI_COMPILE_UNSET, .cores = FX_CLI_COMPILE_UNSET, .max_call_us = FX_CLI_COMPILE_UNSET                \
  }

void fx_cli_compile_clear (FxCliCompile *options);

/* Their rows among a verb's options. */
#define FX_CLI_COMPILE_ENTRIES(options)                                                                                \
  { "optimize-level",                                                                                                  \
    0,                                                                                                                 \
    0,                                                                                                                 \
    G_OPTION_ARG_STRING,                                                                                               \
    &(options)->level,                                                                                                 \
    N_ ("How much effort for the program: O0, O1, O2 (default), O3"),                                                  \
    "LEVEL" },                                                                                                         \
      { "mode",                                                                                                        \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_STRING,                                                                                           \
        &(options)->mode,                                                                                              \
        N_ ("What the program saves: latency (default), bandwidth, balance"),                                          \
        "MODE" },                                                                                                      \
      { "balance-factor",                                                                                              \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_INT,                                                                                              \
        &(options)->balance,                                                                                           \
        N_ ("For the mode balance: 0 (bandwidth) to 100 (latency); 50 if not given"),                                  \
        "N" },                                                                                                         \
      { "core-num",                                                                                                    \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_INT,                                                                                              \
        &(options)->cores,                                                                                             \
        N_ ("Cores of the BPU that compute a frame together; 1 if not given"),                                         \
        "N" },                                                                                                         \
  {                                                                                                                    \
    "max-time-per-fc", 0, 0, G_OPTION_ARG_INT, &(options)->max_call_us,                                                \
        N_ ("Microseconds that a function call may take, from 1000; 0 (default): no limit"), "US"                      \
  }

/* Puts what was given into `compile`; the rest stays as it is. FALSE and *error (BAD_DATA) for values that do not
 * exist. */
gboolean fx_cli_compile_apply (const FxCliCompile *options, FxCompileOptions *compile, GError **error);

G_END_DECLS
