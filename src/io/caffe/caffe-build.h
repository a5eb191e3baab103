/* Building a graph layer by layer: what the translations of layers share. Not for others.
 *
 * What a layer becomes must hold for any batch, height and width of the net's inputs, because these are only defaults
 * in a Caffe file and can be changed afterwards. So two shapes are known of each value: the declared one, for which the
 * weights must fit, and the fixed one, which lacks what follows from the batch, height and width of an input.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "caffe.pb-c.h"
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/caffe/caffe-weights.h"

G_BEGIN_DECLS

#define FX_CAFFE_OPSET 11
#define FX_CAFFE_DOMAIN "caffe" /* of layers that no operator stands for */

typedef Fx__Caffe__LayerParameter FxCaffeLayer;
typedef struct _FxCaffeBuilder FxCaffeBuilder;
typedef struct _FxCaffeRow FxCaffeRow;

/* What is to be done with a layer. */
typedef enum
{
  FX_CAFFE_TRANSLATE,
  FX_CAFFE_SOURCE,     /* feeds the net: becomes inputs */
  FX_CAFFE_TRAINING,   /* of no use after training: dropped; what it alone reads is an output */
  FX_CAFFE_SINK,       /* dropped, and what it reads is no output */
  FX_CAFFE_POST,       /* post-processing: kept as an unknown node, and said to be such */
  FX_CAFFE_UNSUPPORTED /* kept as an unknown node; `note` says why */
} FxCaffeKind;

struct _FxCaffeRow
{
  const char *type; /* as in the file */
  FxCaffeKind kind;
  guint8 min_bottoms, max_bottoms; /* max 255: any number */
  gboolean (*translate) (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error);
  const char *note;
};

/* Every layer type that is known. NULL if this one is not. */
const FxCaffeRow *fx_caffe_row_find (const char *type);
extern const FxCaffeRow fx_caffe_rows[];
extern const guint fx_caffe_n_rows;

/* A BatchNormalization that may still take in a Scale layer. */
typedef struct
{
  FxId value, node;
} FxCaffeOpenNorm;

struct _FxCaffeBuilder
{
  FxGraph *graph;
  const FxCaffeWeights *weights; /* NULL: none were found */
  GPtrArray *diagnostics;
  GArray *declared, *fixed; /* of FxShape, by value id */
  FxCaffeOpenNorm open_norm;
  gsize weight_bytes; /* that layers have read so far */
  GBytes *zeros;      /* what stands in for weights that are missing */

  /* of the current layer */
  const FxCaffeLayer *layer;
  guint n_bottoms, n_tops; /* that count */
  FxId *bottoms;           /* [n_bottoms] */
  FxId *tops;              /* [n_tops], FX_NONE until made */
  char **top_names;        /* [n_tops] */
  guint *top_reads;        /* [n_tops] layers that read it later */
  gboolean lacks_weights;
  gboolean rank_unknown; /* what made a translation fail */
};

/* Shapes of a value; borrowed until the next value is made. */
const FxShape *fx_caffe_declared (const FxCaffeBuilder *builder, FxId value);
const FxShape *fx_caffe_fixed (const FxCaffeBuilder *builder, FxId value);
/* Sets both where inference cannot tell. */
void fx_caffe_set_shape_like (FxCaffeBuilder *builder, FxId value, FxId like);

/* An axis of bottom i, in 0…rank-1, or in 0…rank with `past_end`. FALSE and *error. */
gboolean
fx_caffe_axis (FxCaffeBuilder *builder, guint i, gint64 axis, gboolean past_end, int *normalized, GError **error);
/* The rank of bottom i; FALSE and *error if it is not known or not in min…max. */
gboolean fx_caffe_rank (FxCaffeBuilder *builder, guint i, int min, int max, int *rank, GError **error);

/* Values. Names are "<layer>/<part>". */
FxId fx_caffe_value (FxCaffeBuilder *builder, const char *part);
FxId fx_caffe_constant (FxCaffeBuilder *builder, const char *part, FxTensor *tensor); /* takes it over */
FxId fx_caffe_floats (FxCaffeBuilder *builder, const char *part, const float *values, guint n);
FxId fx_caffe_float (FxCaffeBuilder *builder, const char *part, float value); /* a scalar */
FxId fx_caffe_ints (FxCaffeBuilder *builder, const char *part, const gint64 *values, guint n);
FxId fx_caffe_top (FxCaffeBuilder *builder, guint i); /* makes the value of top i, once */

/* Adds a node. `part` NULL: the main node, which has the layer's name; the others are "<layer>/<part>". Omitted inputs
 * are FX_NONE. The attributes are taken over; outputs' shapes are inferred. */
FxId fx_caffe_node (FxCaffeBuilder *builder, const char *op_type, const char *part, const FxId *inputs, guint n_inputs,
                    const FxId *outputs, guint n_outputs, const FxAttr *attrs, guint n_attrs);

/* The usual node: one result, which is top 0 if `part` is NULL and a new value otherwise. */
FxId fx_caffe_op (FxCaffeBuilder *builder, const char *op_type, const char *part, const FxId *inputs, guint n_inputs,
                  const FxAttr *attrs, guint n_attrs);
FxId fx_caffe_op1 (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x);
FxId fx_caffe_op2 (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x, FxId y);
/* With one attribute. */
FxId fx_caffe_op1_attr (FxCaffeBuilder *builder, const char *op_type, const char *part, FxId x, FxAttr attr);

/* The node of an earlier layer, which has one output, does the work of the current one as well. */
void fx_caffe_take_over (FxCaffeBuilder *builder, FxId node);

/* A layer that no operator stands for: its name, type, bottoms, blobs and tops in domain "caffe". */
gboolean fx_caffe_keep (FxCaffeBuilder *builder, GError **error);

/* The blobs that the current layer has; G_MAXUINT: the weights are missing. */
guint fx_caffe_n_blobs (FxCaffeBuilder *builder);

/* Blob k of the current layer as an f32 tensor of shape `wanted`, in which one size may be unknown. `what` says what it
 * is: "weights". NULL and *error if the file's has another number of elements; NULL without error if the weights are
 * missing and fx_caffe_stand_in() is to be used. */
FxTensor *fx_caffe_blob (FxCaffeBuilder *builder, guint k, const char *what, const FxShape *wanted, GError **error);

/* The same as a value named "<layer>/<what>"; a stand-in if the weights are missing. FX_NONE and *error. */
FxId fx_caffe_weight (FxCaffeBuilder *builder, guint k, const char *what, const FxShape *wanted, GError **error);

/* A value with the type and shape of weights that are missing: zeros, which are never to be computed with. */
FxId fx_caffe_stand_in (FxCaffeBuilder *builder, const char *what, const FxShape *shape, GError **error);

/* Makes top i an input of the net, of the declared shape (rank -1: not known). */
void fx_caffe_input (FxCaffeBuilder *builder, guint i, const FxShape *shape);

/* Adds a finding about the current layer. */
FxDiagnostic *fx_caffe_note (FxCaffeBuilder *builder, FxSeverity severity, const char *rule, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

G_END_DECLS
