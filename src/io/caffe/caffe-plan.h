/* Which value a blob's name means at which layer, and what is read how often: known before anything is translated.
 * Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/caffe/caffe-build.h"

G_BEGIN_DECLS

/* One writing of a blob. */
typedef struct
{
  const char *blob;
  char *name;  /* of its value; owned, NULL until named */
  FxId value;  /* FX_NONE until it is made */
  guint reads; /* layers that read it */
  gboolean is_input, is_last;
} FxCaffeVersion;

/* A layer before it is translated. */
typedef struct
{
  const FxCaffeRow *row;   /* NULL: an unknown type */
  guint n_bottoms, n_tops; /* that count: a loss has its labels behind the prediction, and may lack its top */
  guint *bottoms;          /* [n_bottoms] versions */
  guint first_top;         /* version of top 0 */
} FxCaffeStep;

typedef struct
{
  FxCaffeStep *steps; /* [n_steps], one for each layer */
  gsize n_steps;
  GArray *versions;    /* of FxCaffeVersion, in the order of the file: the net's own inputs first */
  GHashTable *current; /* blob → index of its last version + 1 */
  GHashTable *named;   /* blobs that are inputs: their name is the input's */
} FxCaffePlan;

/* Plans a net, which must outlive the plan. FALSE and *error, which names the layer (BAD_GRAPH). */
gboolean fx_caffe_plan_init (FxCaffePlan *plan, const Fx__Caffe__NetParameter *net, GError **error);
void fx_caffe_plan_clear (FxCaffePlan *plan);

FxCaffeVersion *fx_caffe_plan_version (FxCaffePlan *plan, guint i);

/* Names version i, the top of a layer. `prediction`: of a loss. Borrowed. */
char *fx_caffe_plan_name (FxCaffePlan *plan, guint i, const char *layer, gboolean prediction);

/* TRUE for layers that leave nothing in the graph, and for losses. */
gboolean fx_caffe_is_dropped (const FxCaffeRow *row);
gboolean fx_caffe_is_loss (const FxCaffeRow *row);

/* Puts the layer in front of *error; always FALSE. */
gboolean fx_caffe_layer_fail (const FxCaffeLayer *layer, GError **error);

G_END_DECLS
