/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-upgrade.h"

#include "core/fx-error.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME 4096

typedef Fx__Caffe__LayerParameter Layer;
typedef Fx__Caffe__V1LayerParameter V1Layer;
typedef Fx__Caffe__NetStateRule Rule;

/* Members that hold the same messages in both versions. */
#define MEMBER(name)                                                                                                   \
  {                                                                                                                    \
    G_STRUCT_OFFSET (V1Layer, name), G_STRUCT_OFFSET (Layer, name)                                                     \
  }
static const struct
{
  gsize v1, v2;
} members[] = {
  MEMBER (name),
  MEMBER (argmax_param),
  MEMBER (concat_param),
  MEMBER (convolution_param),
  MEMBER (data_param),
  MEMBER (dummy_data_param),
  MEMBER (eltwise_param),
  MEMBER (exp_param),
  MEMBER (hdf5_data_param),
  MEMBER (image_data_param),
  MEMBER (inner_product_param),
  MEMBER (lrn_param),
  MEMBER (memory_data_param),
  MEMBER (mvn_param),
  MEMBER (pooling_param),
  MEMBER (power_param),
  MEMBER (relu_param),
  MEMBER (slice_param),
  MEMBER (softmax_param),
  MEMBER (threshold_param),
  MEMBER (transform_param),
  MEMBER (window_data_param),
};

#define V1(type) FX__CAFFE__V1_LAYER_PARAMETER__LAYER_TYPE__##type
static const char *const v1_types[] = {
  [V1 (NONE)] = "",
  [V1 (ABSVAL)] = "AbsVal",
  [V1 (ACCURACY)] = "Accuracy",
  [V1 (ARGMAX)] = "ArgMax",
  [V1 (BNLL)] = "BNLL",
  [V1 (CONCAT)] = "Concat",
  [V1 (CONTRASTIVE_LOSS)] = "ContrastiveLoss",
  [V1 (CONVOLUTION)] = "Convolution",
  [V1 (DATA)] = "Data",
  [V1 (DECONVOLUTION)] = "Deconvolution",
  [V1 (DROPOUT)] = "Dropout",
  [V1 (DUMMY_DATA)] = "DummyData",
  [V1 (ELTWISE)] = "Eltwise",
  [V1 (EUCLIDEAN_LOSS)] = "EuclideanLoss",
  [V1 (EXP)] = "Exp",
  [V1 (FLATTEN)] = "Flatten",
  [V1 (HDF5_DATA)] = "HDF5Data",
  [V1 (HDF5_OUTPUT)] = "HDF5Output",
  [V1 (HINGE_LOSS)] = "HingeLoss",
  [V1 (IM2COL)] = "Im2col",
  [V1 (IMAGE_DATA)] = "ImageData",
  [V1 (INFOGAIN_LOSS)] = "InfogainLoss",
  [V1 (INNER_PRODUCT)] = "InnerProduct",
  [V1 (LRN)] = "LRN",
  [V1 (MEMORY_DATA)] = "MemoryData",
  [V1 (MULTINOMIAL_LOGISTIC_LOSS)] = "MultinomialLogisticLoss",
  [V1 (MVN)] = "MVN",
  [V1 (POOLING)] = "Pooling",
  [V1 (POWER)] = "Power",
  [V1 (RELU)] = "ReLU",
  [V1 (SIGMOID)] = "Sigmoid",
  [V1 (SIGMOID_CROSS_ENTROPY_LOSS)] = "SigmoidCrossEntropyLoss",
  [V1 (SILENCE)] = "Silence",
  [V1 (SLICE)] = "Slice",
  [V1 (SOFTMAX)] = "Softmax",
  [V1 (SOFTMAX_LOSS)] = "SoftmaxWithLoss",
  [V1 (SPLIT)] = "Split",
  [V1 (TANH)] = "TanH",
  [V1 (THRESHOLD)] = "Threshold",
  [V1 (WINDOW_DATA)] = "WindowData",
};

#define MOVE_LIST(to, from, list)                                                                                      \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    (to)->n_##list = (from)->n_##list;                                                                                 \
    (to)->list = (from)->list;                                                                                         \
    (from)->n_##list = 0;                                                                                              \
    (from)->list = NULL;                                                                                               \
  }                                                                                                                    \
  G_STMT_END

/* Moves what `v1` holds; NULL if there is no memory. */
static Layer *
upgrade_layer (V1Layer *v1)
{
  guint type = v1->has_type ? (guint)v1->type : 0;
  const char *name = type < G_N_ELEMENTS (v1_types) && v1_types[type] != NULL ? v1_types[type] : "";
  Layer *layer = calloc (1, sizeof *layer);

  if (layer == NULL)
    return NULL;
  fx__caffe__layer_parameter__init (layer);
  layer->type = strdup (name);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      gpointer *from = (gpointer *)((guint8 *)v1 + members[i].v1);

      *(gpointer *)((guint8 *)layer + members[i].v2) = *from;
      *from = NULL;
    }
  MOVE_LIST (layer, v1, bottom);
  MOVE_LIST (layer, v1, top);
  MOVE_LIST (layer, v1, include);
  MOVE_LIST (layer, v1, exclude);
  return layer;
}

static gboolean
upgrade_v1 (Fx__Caffe__NetParameter *net, GError **error)
{
  if (net->n_layers == 0)
    return TRUE;
  if (net->n_layer > 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "has both \"layer\" and \"layers\", which do not mix");

  free (net->layer); /* an empty list may have memory */
  net->layer = calloc (net->n_layers, sizeof *net->layer);
  if (net->layer == NULL)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory");
  for (gsize i = 0; i < net->n_layers; i++)
    {
      if (net->layers[i]->layer != NULL)
        return fx_fail (error, FX_ERROR_UNSUPPORTED,
                        "is in Caffe's format of 2013 (V0); convert it with Caffe's upgrade_net_proto_text");
      net->layer[i] = upgrade_layer (net->layers[i]);
      if (net->layer[i] == NULL)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory");
      net->n_layer++;
    }
  return TRUE;
}

static gboolean
has_stage (const Fx__Caffe__NetState *state, const char *stage)
{
  for (gsize i = 0; state != NULL && i < state->n_stage; i++)
    if (strcmp (state->stage[i], stage) == 0)
      return TRUE;
  return FALSE;
}

/* A net is in the test phase, at level 0 and in no stage unless it says so; its phase is what it was trained in, so
 * only the others count. */
static gboolean
meets (const Fx__Caffe__NetState *state, const Rule *rule)
{
  gint32 level = state != NULL ? state->level : 0;

  if ((rule->has_phase && rule->phase != FX__CAFFE__PHASE__TEST) || (rule->has_min_level && level < rule->min_level)
      || (rule->has_max_level && level > rule->max_level))
    return FALSE;
  for (gsize i = 0; i < rule->n_stage; i++)
    if (!has_stage (state, rule->stage[i]))
      return FALSE;
  for (gsize i = 0; i < rule->n_not_stage; i++)
    if (has_stage (state, rule->not_stage[i]))
      return FALSE;
  return TRUE;
}

static gboolean
meets_any (const Fx__Caffe__NetState *state, Rule **rules, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (meets (state, rules[i]))
      return TRUE;
  return FALSE;
}

static gboolean
filter_layers (Fx__Caffe__NetParameter *net, GError **error)
{
  gsize n = 0;

  for (gsize i = 0; i < net->n_layer; i++)
    if (net->layer[i]->n_include > 0 && net->layer[i]->n_exclude > 0)
      return fx_fail (error, FX_ERROR_BAD_DATA, "layer \"%s\" has both include and exclude rules, wanted one kind",
                      net->layer[i]->name);
  for (gsize i = 0; i < net->n_layer; i++)
    {
      Layer *layer = net->layer[i];
      gboolean keep = layer->n_include > 0 ? meets_any (net->state, layer->include, layer->n_include)
                                           : !meets_any (net->state, layer->exclude, layer->n_exclude);

      if (keep)
        net->layer[n++] = layer;
      else
        fx__caffe__layer_parameter__free_unpacked (layer, NULL);
    }
  net->n_layer = n;
  return TRUE;
}

/* A name may come from a binary file, which promises nothing. */
static gboolean
clean_name (char **name, GError **error)
{
  g_autofree char *valid = NULL;

  if (*name != NULL && strlen (*name) > MAX_NAME)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a name is longer than %d bytes", MAX_NAME);
  if (*name != NULL && g_utf8_validate (*name, -1, NULL))
    return TRUE;
  valid = g_utf8_make_valid (*name != NULL ? *name : "", -1);
  free (*name);
  *name = strdup (valid);
  return *name != NULL || fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory");
}

static gboolean
clean_names (char **names, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!clean_name (&names[i], error))
      return FALSE;
  return TRUE;
}

gboolean
fx_caffe_upgrade (Fx__Caffe__NetParameter *net, gboolean filter, GError **error)
{
  if (!upgrade_v1 (net, error) || !clean_name (&net->name, error) || !clean_names (net->input, net->n_input, error))
    return FALSE;
  for (gsize i = 0; i < net->n_layer; i++)
    {
      Layer *layer = net->layer[i];

      if (!clean_name (&layer->name, error) || !clean_name (&layer->type, error)
          || !clean_names (layer->bottom, layer->n_bottom, error) || !clean_names (layer->top, layer->n_top, error))
        return FALSE;
    }
  return !filter || filter_layers (net, error);
}
