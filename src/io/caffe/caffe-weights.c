/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-weights.h"

#include "core/fx-error.h"
#include "io/caffe/caffe-blob.h"
#include "io/fx-wire.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME 4096
#define MAX_LAYERS 100000
#define MAX_BLOBS 64                      /* of one layer */
#define MAX_DEFINITION 65536              /* bytes of a layer beside its weights */
#define MAX_DEFINITIONS ((gsize)16 << 20) /* of all layers together */
#define FIRST_FORK_FIELD 147              /* of LayerParameter: from here on forks gave numbers twice */

/* Field numbers. */
enum
{
  NET_V1_LAYER = 2,
  NET_LAYER = 100,
  V0_IN_V1 = 1,
  V1_NAME = 4,
  V1_TYPE = 5,
  V1_BLOBS = 6,
  LAYER_NAME = 1,
  LAYER_BLOBS = 7,
};

typedef struct
{
  char *name;
  FxWireSpan span; /* LayerParameter or V1LayerParameter */
  gboolean v1;
  guint n_blobs;
} Layer;

struct _FxCaffeWeights
{
  GBytes *file;
  GArray *layers;      /* of Layer, as in the file */
  GHashTable *by_name; /* name → index + 1, of layers with blobs */
};

static guint32
blobs_field (const Layer *layer)
{
  return layer->v1 ? V1_BLOBS : LAYER_BLOBS;
}

static void
layer_clear (gpointer data)
{
  g_free (((Layer *)data)->name);
}

/* A file that ends in its first layer: a name, and soon the tag of field 100 with bytes, which is a2 06. */
static gboolean
is_cut_in_layer (const guint8 *data, gsize size)
{
  if (size < 3 || data[0] != (LAYER_NAME << 3 | FX_WIRE_BYTES))
    return FALSE;
  for (gsize i = 2; i < MIN (size, 4096); i++)
    if (data[i - 1] == 0xa2 && data[i] == 0x06)
      return TRUE;
  return FALSE;
}

gboolean
fx_caffe_weights_sniff (const guint8 *data, gsize size)
{
  FxWire wire = fx_wire ((FxWireSpan){ data, size });
  FxWireField field;

  for (guint n = 0; n < 64 && fx_wire_next (&wire, &field); n++)
    {
      if (field.number == NET_LAYER)
        return field.type == FX_WIRE_BYTES;
      if (field.number == NET_V1_LAYER && field.type == FX_WIRE_BYTES)
        {
          /* an ONNX graph of old has its name here */
          FxWire layer = fx_wire (field.bytes);

          while (fx_wire_next (&layer, &field))
            if (field.number == V1_TYPE || field.number == V0_IN_V1)
              return field.type == (field.number == V1_TYPE ? FX_WIRE_VARINT : FX_WIRE_BYTES);
          return FALSE;
        }
      /* name, input, input_dim, force_backward, state, debug_info, input_shape */
      if (field.number > 8 || ((field.number == 1 || field.number == 3) && field.type != FX_WIRE_BYTES))
        return FALSE;
    }
  return wire.problem != NULL && is_cut_in_layer (data, size);
}

static gboolean
scan_layer (Layer *layer, GError **error)
{
  FxWire wire = fx_wire (layer->span);
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if (field.number == (layer->v1 ? V1_NAME : LAYER_NAME) && field.type == FX_WIRE_BYTES)
      {
        g_free (layer->name);
        layer->name = fx_wire_dup_string (field.bytes, MAX_NAME);
        if (layer->name == NULL)
          return fx_fail (error, FX_ERROR_BAD_DATA, "the name of a layer is damaged or longer than %d bytes", MAX_NAME);
      }
    else if (field.number == blobs_field (layer) && field.type == FX_WIRE_BYTES)
      layer->n_blobs++;
    else if (layer->v1 && field.number == V0_IN_V1)
      return fx_fail (error, FX_ERROR_UNSUPPORTED,
                      "is in Caffe's format of 2013 (V0); convert it with Caffe's upgrade_net_proto_binary");
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "layer \"%s\": %s", layer->name != NULL ? layer->name : "", wire.problem);
  if (layer->n_blobs > MAX_BLOBS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "layer \"%s\" has %u blobs, wanted at most %d",
                    layer->name != NULL ? layer->name : "", layer->n_blobs, MAX_BLOBS);
  if (layer->name == NULL)
    layer->name = g_strdup ("");
  return TRUE;
}

static gboolean
scan_file (FxCaffeWeights *weights, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (weights->file, &size);
  FxWire wire = fx_wire ((FxWireSpan){ data, size });
  FxWireField field;

  while (fx_wire_next (&wire, &field))
    if ((field.number == NET_LAYER || field.number == NET_V1_LAYER) && field.type == FX_WIRE_BYTES)
      {
        Layer layer = { .span = field.bytes, .v1 = field.number == NET_V1_LAYER };
        gboolean ok = scan_layer (&layer, error);

        g_array_append_val (weights->layers, layer);
        if (!ok)
          return FALSE;
        if (weights->layers->len > MAX_LAYERS)
          return fx_fail (error, FX_ERROR_TOO_LARGE, "the file has more than %d layers", MAX_LAYERS);
        if (layer.n_blobs > 0)
          g_hash_table_insert (weights->by_name, layer.name, GUINT_TO_POINTER (weights->layers->len));
      }
  if (wire.problem != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s", wire.problem);
  return TRUE;
}

FxCaffeWeights *
fx_caffe_weights_new (GBytes *file, GError **error)
{
  FxCaffeWeights *weights = g_new0 (FxCaffeWeights, 1);

  weights->file = g_bytes_ref (file);
  weights->layers = g_array_new (FALSE, FALSE, sizeof (Layer));
  g_array_set_clear_func (weights->layers, layer_clear);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!scan_file (weights, error))
    g_clear_pointer (&weights, fx_caffe_weights_free);
  return weights;
}

void
fx_caffe_weights_free (FxCaffeWeights *weights)
{
  if (weights == NULL)
    return;
  g_hash_table_unref (weights->by_name);
  g_array_unref (weights->layers);
  g_bytes_unref (weights->file);
  g_free (weights);
}

gsize
fx_caffe_weights_size (const FxCaffeWeights *weights)
{
  return g_bytes_get_size (weights->file);
}

static const Layer *
find_layer (const FxCaffeWeights *weights, const char *name)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (weights->by_name, name));

  return index > 0 ? &g_array_index (weights->layers, Layer, index - 1) : NULL;
}

guint
fx_caffe_weights_n_blobs (const FxCaffeWeights *weights, const char *name)
{
  const Layer *layer = find_layer (weights, name);

  return layer != NULL ? layer->n_blobs : 0;
}

FxTensor *
fx_caffe_weights_blob (const FxCaffeWeights *weights, const char *name, guint k, GError **error)
{
  const Layer *layer = find_layer (weights, name);
  FxWire wire = layer != NULL ? fx_wire (layer->span) : (FxWire){ NULL, NULL, NULL };
  FxWireField field;

  while (layer != NULL && fx_wire_next (&wire, &field))
    if (field.number == blobs_field (layer) && field.type == FX_WIRE_BYTES && k-- == 0)
      return fx_caffe_blob_read (weights->file, field.bytes, error);
  fx_fail (error, FX_ERROR_BAD_DATA, "has fewer blobs than wanted");
  return NULL;
}

/* The fields of a message without those of one number, and maybe without those from another number on. */
static gboolean
copy_fields (FxWireSpan span, guint32 without, guint32 below, gsize max, GByteArray *copy)
{
  FxWire wire = fx_wire (span);
  const guint8 *begin = wire.at;
  FxWireField field;

  for (; fx_wire_next (&wire, &field); begin = wire.at)
    if (field.number != without && field.number < below)
      {
        gsize size = (gsize)(wire.at - begin);

        if (size > max - copy->len)
          return FALSE;
        g_byte_array_append (copy, begin, (guint)size);
      }
  return wire.problem == NULL;
}

/* A layer without its blobs. What a fork put under a number that means something else here is left out. */
static ProtobufCMessage *
unpack_layer (const Layer *layer, gsize *budget, GError **error)
{
  const ProtobufCMessageDescriptor *descriptor
      = layer->v1 ? &fx__caffe__v1_layer_parameter__descriptor : &fx__caffe__layer_parameter__descriptor;
  const guint32 limits[] = { G_MAXUINT32, FIRST_FORK_FIELD };
  ProtobufCMessage *message = NULL;

  for (guint i = 0; message == NULL && i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GByteArray) copy = g_byte_array_new ();

      if (!copy_fields (layer->span, blobs_field (layer), limits[i], MAX_DEFINITION, copy) || copy->len > *budget)
        {
          fx_fail (error, FX_ERROR_TOO_LARGE, "layer \"%s\" has more than %d bytes beside its weights", layer->name,
                   MAX_DEFINITION);
          return NULL;
        }
      message = protobuf_c_message_unpack (descriptor, NULL, copy->len, copy->data);
      if (message != NULL)
        *budget -= copy->len;
    }
  if (message == NULL)
    fx_fail (error, FX_ERROR_BAD_DATA, "the description of layer \"%s\" is damaged", layer->name);
  return message;
}

/* What the file says beside its layers. */
static Fx__Caffe__NetParameter *
unpack_net (const FxCaffeWeights *weights, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (weights->file, &size);
  g_autoptr (GByteArray) copy = g_byte_array_new ();
  FxWire wire = fx_wire ((FxWireSpan){ data, size });
  const guint8 *begin = wire.at;
  Fx__Caffe__NetParameter *net = NULL;
  FxWireField field;

  for (; fx_wire_next (&wire, &field); begin = wire.at)
    if (field.number != NET_LAYER && field.number != NET_V1_LAYER)
      {
        if ((gsize)(wire.at - begin) > MAX_DEFINITION - copy->len)
          break;
        g_byte_array_append (copy, begin, (guint)(wire.at - begin));
      }
  if (wire.at == wire.end)
    net = fx__caffe__net_parameter__unpack (NULL, copy->len, copy->data);
  if (net == NULL)
    fx_fail (error, FX_ERROR_BAD_DATA, "the description of the network is damaged");
  return net;
}

Fx__Caffe__NetParameter *
fx_caffe_weights_definition (const FxCaffeWeights *weights, GError **error)
{
  Fx__Caffe__NetParameter *net = unpack_net (weights, error);
  gsize budget = MAX_DEFINITIONS;

  if (net == NULL)
    return NULL;
  /* protobuf-c frees these lists */
  net->layer = calloc (weights->layers->len + 1, sizeof *net->layer);
  net->layers = calloc (weights->layers->len + 1, sizeof *net->layers);
  for (guint i = 0; i < weights->layers->len; i++)
    {
      const Layer *layer = &g_array_index (weights->layers, Layer, i);
      ProtobufCMessage *message = unpack_layer (layer, &budget, error);

      if (message == NULL || net->layer == NULL || net->layers == NULL)
        {
          fx__caffe__net_parameter__free_unpacked (net, NULL);
          return NULL;
        }
      if (layer->v1)
        net->layers[net->n_layers++] = (Fx__Caffe__V1LayerParameter *)message;
      else
        net->layer[net->n_layer++] = (Fx__Caffe__LayerParameter *)message;
    }
  return net;
}
