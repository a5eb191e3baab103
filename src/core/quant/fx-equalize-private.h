/* What cross-layer equalization knows of a network, and the noise that it expects with given factors.
 *
 * The noise model. A channel c of an activation t with largest magnitude M[c] is divided by s[c]. With the one scale of
 * the tensor, the rounding noise of its elements that are not 0, seen at the old size, is proportional to s[c] · max
 * over channels of (M / s). The weights of a layer behind it are multiplied by s; output channel o rounds in steps of
 * max over c of |w[o][c]| · s[c], and that noise comes with the deviation of the activation at the old size over s[c]:
 * what comes with its mean is corrected in the bias. Both are summed as noise power at the channels of the layer's
 * output, each times the power that a unit of noise in that channel has further on: where the network ends, or comes to
 * something that factors do not pass, over the signal's power there. On its way noise is taken as independent.
 *
 * M is more than what was observed. A channel that is made to just fit the range of its tensor is clipped on samples
 * that reach further, which before was only true of the largest channel.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"
#include "core/quant/fx-channel-groups.h"

G_BEGIN_DECLS

/* An activation with one scale. */
typedef struct
{
  guint n;
  const guint32 *groups;
  double *max;      /* [n] largest magnitude to expect */
  double *variance; /* [n] */
  double *alive;    /* [n] share of the elements that are not 0 */
  guint set;
} FxEqualTensor;

/* A layer that reads channels. */
typedef struct
{
  guint n_out, n_in, per_row;
  gboolean depthwise;
  const FxChannelUse *use;
  float *largest;     /* [n_out][n_in / group] over the taps */
  double *squares;    /* [n_in] sum over the output channels of weight² × importance */
  double *inputs;     /* [n_in] variance of the activation, for each weight of the channel in a row */
  double *importance; /* [n_out] noise power further on of noise power 1 in the channel */
} FxEqualReader;

typedef struct
{
  FxGraph *graph;
  const FxStatistics *statistics;
  FxChannelGroups *groups;
  GArray *tensors; /* of FxEqualTensor */
  GArray *readers; /* of FxEqualReader */
  guint *set;      /* [n_groups] groups that must be looked at together; 0: fixed */
  guint n_sets;
  double *factor;     /* [n_groups] what there is so far */
  double *trial;      /* [n_groups] what is being tried */
  double *least;      /* [n_groups] below this a Clip would act; G_MAXDOUBLE: fixed */
  double *variance;   /* [n_groups] largest of its channels */
  double *importance; /* [n_groups] noise power that all readers make further on of noise power 1 in the group */
  double *size;       /* [n_groups] of the activation, relative to the largest */
  double *weight;     /* [n_groups] of the weights behind it, relative to the largest */
} FxEqualizer;

#define FX_EQUAL_TENSOR(e, i) (&g_array_index ((e)->tensors, FxEqualTensor, (i)))
#define FX_EQUAL_READER(e, i) (&g_array_index ((e)->readers, FxEqualReader, (i)))

/* Reads activations and layers, with factors of 1. The graph and the statistics stay the caller's. */
void fx_equalizer_init (FxEqualizer *e, FxGraph *graph, const FxStatistics *statistics);
void fx_equalizer_clear (FxEqualizer *e);

/* What the noise of a set of groups is further on; `factor` has one for each group. */
double fx_equalizer_set_noise (const FxEqualizer *e, guint set, const double *factor);

/* The largest magnitude to expect of the activation. */
double fx_equal_tensor_max (const FxEqualTensor *tensor, const double *factor);
/* Of output channel `o`: its first input channel, and the largest magnitude of its weights. */
guint fx_equal_reader_first_input (const FxEqualReader *reader, guint o);
float fx_equal_reader_row_max (const FxEqualReader *reader, guint o, const double *factor);

G_END_DECLS
