/* Samples for verbs that run models, from options that are given once for each input, in order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "io/fx-sample-set.h"

G_BEGIN_DECLS

typedef struct
{
  char **datasets;   /* of the inputs, in order */
  char **preprocess; /* likewise; one serves all inputs if there are no more */
  int samples, seed;
} FxCliSamples;

void fx_cli_samples_clear (FxCliSamples *options);

/* The rows "dataset", "preprocess", "samples" and "seed" of a verb's options. */
#define FX_CLI_SAMPLES_ENTRIES(options)                                                                                     \
  { "dataset",                                                                                                              \
    0,                                                                                                                      \
    0,                                                                                                                      \
    G_OPTION_ARG_FILENAME_ARRAY,                                                                                            \
    &(options)->datasets,                                                                                                   \
    N_ ("Folder with the samples, or a list of them; once for each input"),                                                 \
    "DIR" },                                                                                                                \
      { "preprocess",                                                                                                       \
        0,                                                                                                                  \
        0,                                                                                                                  \
        G_OPTION_ARG_STRING_ARRAY,                                                                                          \
        &(options)->preprocess,                                                                                             \
        N_ ("Steps from picture to input, such as \"resize-short 256; center-crop 224x224; bgr; mean 104,117,123\""),       \
        "PIPELINE" },                                                                                                       \
      { "samples", 0, 0, G_OPTION_ARG_INT, &(options)->samples, N_ ("Use so many samples, spread over the folders"), "N" }, \
  {                                                                                                                         \
    "seed", 0, 0, G_OPTION_ARG_INT, &(options)->seed, N_ ("Which samples --samples picks"), "N"                             \
  }

/* The samples for a graph with shapes inferred; skipped files are listed on standard error. NULL and *error. */
FxSampleSet *fx_cli_samples_open (const FxGraph *graph, const FxCliSamples *options, GError **error);

G_END_DECLS
