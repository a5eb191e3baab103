/* Options of verbs that quantize a network, all but those for its samples.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cli/fx-cli.h"

#include "io/fx-conversion.h"

G_BEGIN_DECLS

typedef struct
{
  char *target, *preset, *method, *mixed, *fix;
  char **bpu, **int16, **cpu;
  double latency_budget;
  gboolean asymmetric, symmetric;
} FxCliQuantize;

void fx_cli_quantize_clear (FxCliQuantize *options);

/* Their rows among a verb's options. */
#define FX_CLI_QUANTIZE_ENTRIES(options)                                                                               \
  { "target",                                                                                                          \
    0,                                                                                                                 \
    0,                                                                                                                 \
    G_OPTION_ARG_STRING,                                                                                               \
    &(options)->target,                                                                                                \
    N_ ("rdk-x3, rdk-ultra, rdk-x5 (default), rdk-s100, or a file"),                                                   \
    "BOARD" },                                                                                                         \
      { "preset", 0, 0, G_OPTION_ARG_STRING, &(options)->preset, N_ ("fast, default or thorough"), "PRESET" },         \
      { "method",                                                                                                      \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_STRING,                                                                                           \
        &(options)->method,                                                                                            \
        N_ ("How ranges are found: auto (default), max, percentile=99.99, kl, mse, aciq"),                             \
        "METHOD" },                                                                                                    \
      { "asymmetric",                                                                                                  \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_NONE,                                                                                             \
        &(options)->asymmetric,                                                                                        \
        N_ ("Let zero points of activations differ from 0; tried by itself with --method auto, but for rdk-x3"),       \
        NULL },                                                                                                        \
      { "symmetric", 0, 0, G_OPTION_ARG_NONE, &(options)->symmetric, N_ ("Zero points of activations stay 0"), NULL }, \
      { "bpu", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(options)->bpu, FX_CLI_BPU_DOC, "NODE" },                             \
      { "int16", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(options)->int16, FX_CLI_INT16_DOC, "NODE" },                       \
      { "float", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(options)->cpu, FX_CLI_FLOAT_DOC, "NODE" },                         \
      { "mixed",                                                                                                       \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_STRING,                                                                                           \
        &(options)->mixed,                                                                                             \
        N_ ("Give 16 bits to as many of the nodes that can, where it helps most for its latency"),                     \
        "N%" },                                                                                                        \
      { "latency-budget",                                                                                              \
        0,                                                                                                             \
        0,                                                                                                             \
        G_OPTION_ARG_DOUBLE,                                                                                           \
        &(options)->latency_budget,                                                                                    \
        N_ ("The same, as far as the estimate stays within so many times that of 8 bits, such as 1.10"),               \
        "FACTOR" },                                                                                                    \
  {                                                                                                                    \
    "fix", 0, 0, G_OPTION_ARG_STRING, &(options)->fix, N_ ("\"all\": apply all fixes that need no decision first"),    \
        "all"                                                                                                          \
  }

/* Puts what was given into `conversion`; the rest stays as it is, but a target that is missing is the default one.
 * FALSE and *error for values that do not exist. */
gboolean fx_cli_quantize_apply (const FxCliQuantize *options, FxConversionOptions *conversion, GError **error);

/* The first of the options that was given, as "--method"; NULL: none was. For verbs that do not always quantize. */
const char *fx_cli_quantize_given (const FxCliQuantize *options);

/* Replaces a string or list by a copy of what was given; NULL: nothing was. */
void fx_cli_replace (char **place, const char *given);
void fx_cli_replace_list (char ***place, char **given);

G_END_DECLS
