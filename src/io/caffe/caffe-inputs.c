/* Layers that feed a net become its inputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-layers.h"

#include <string.h>

void
fx_caffe_input (FxCaffeBuilder *builder, guint i, const FxShape *shape)
{
  FxId id = fx_caffe_top (builder, i);
  FxValue *value = fx_graph_value (builder->graph, id);
  FxShape fixed = *shape;

  for (int k = 0; k < fixed.rank; k++)
    if (k == 0 || (fixed.rank == 4 && k != 1))
      fixed.dims[k] = FX_DIM_UNKNOWN;
  value->dtype = FX_DTYPE_FLOAT;
  value->shape = *shape;
  g_array_index (builder->declared, FxShape, id) = *shape;
  g_array_index (builder->fixed, FxShape, id) = fixed;
  fx_graph_add_input (builder->graph, id);
}

static gboolean
shape_of (const Fx__Caffe__BlobShape *blob, FxShape *shape, GError **error)
{
  if (blob->n_dim > FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "its shape has %zu dimensions, wanted at most %d", blob->n_dim,
                    FX_MAX_RANK);
  *shape = fx_shape_of_rank ((int)blob->n_dim);
  for (gsize i = 0; i < blob->n_dim; i++)
    {
      if (blob->dim[i] < 1 || blob->dim[i] > G_MAXINT32)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "dimension %zu of its shape is %" PRId64 ", wanted 1 or more", i,
                        (gint64)blob->dim[i]);
      shape->dims[i] = blob->dim[i];
    }
  return TRUE;
}

gboolean
fx_caffe_layer_input (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__InputParameter *param = layer->input_param;
  gsize n = param != NULL ? param->n_shape : 0;

  if (n > 1 && n != layer->n_top)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %zu shapes for %zu tops", n, layer->n_top);
  for (guint i = 0; i < layer->n_top; i++)
    {
      FxShape shape = fx_shape_of_rank (4);

      if (n > 0 && !shape_of (param->shape[n > 1 ? i : 0], &shape, error))
        return FALSE;
      fx_caffe_input (builder, i, &shape);
    }
  return TRUE;
}

/* A positive size, or unknown. */
static gint64
size_of (guint32 size)
{
  return size > 0 && size <= G_MAXINT32 ? (gint64)size : FX_DIM_UNKNOWN;
}

/* What a data layer says about the pictures that it would read: [batch, channels, height, width]. */
static FxShape
data_shape (const FxCaffeLayer *layer)
{
  const Fx__Caffe__TransformationParameter *transform = layer->transform_param;
  FxShape shape = fx_shape_of_rank (4);
  guint32 crop = transform != NULL ? transform->crop_size : 0, batch = 0;

  if (layer->data_param != NULL)
    {
      batch = layer->data_param->batch_size;
      crop = crop > 0 ? crop : layer->data_param->crop_size;
    }
  if (layer->hdf5_data_param != NULL)
    batch = layer->hdf5_data_param->batch_size;
  if (layer->window_data_param != NULL)
    {
      batch = layer->window_data_param->batch_size;
      crop = crop > 0 ? crop : layer->window_data_param->crop_size;
      shape.dims[1] = 3;
    }
  if (transform != NULL && (transform->n_mean_value > 1 || transform->force_color || transform->force_gray))
    shape.dims[1] = transform->n_mean_value > 1 ? (gint64)transform->n_mean_value : transform->force_color ? 3 : 1;
  if (layer->image_data_param != NULL)
    {
      batch = layer->image_data_param->batch_size;
      crop = crop > 0 ? crop : layer->image_data_param->crop_size;
      shape.dims[1] = layer->image_data_param->is_color ? 3 : 1;
      shape.dims[2] = size_of (layer->image_data_param->new_height);
      shape.dims[3] = size_of (layer->image_data_param->new_width);
    }
  if (layer->memory_data_param != NULL)
    {
      batch = layer->memory_data_param->batch_size;
      shape.dims[1] = size_of (layer->memory_data_param->channels);
      shape.dims[2] = size_of (layer->memory_data_param->height);
      shape.dims[3] = size_of (layer->memory_data_param->width);
    }
  shape.dims[0] = size_of (batch);
  if (crop > 0)
    shape.dims[2] = shape.dims[3] = size_of (crop);
  return shape;
}

/* DummyData says all, in one of two ways, once or for each top. */
static gboolean
dummy_shape (const Fx__Caffe__DummyDataParameter *param, guint i, FxShape *shape, GError **error)
{
  const gsize counts[] = { param->n_num, param->n_channels, param->n_height, param->n_width };
  const guint32 *const lists[] = { param->num, param->channels, param->height, param->width };

  if (param->n_shape > 0)
    return shape_of (param->shape[MIN (i, param->n_shape - 1)], shape, error);
  for (guint k = 0; k < 4; k++)
    if (counts[k] > 0)
      shape->dims[k] = size_of (lists[k][MIN (i, counts[k] - 1)]);
  return TRUE;
}

/* The layers that read a training or test set. Their second top has the labels, which only losses read. */
gboolean
fx_caffe_layer_data (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  for (guint i = 0; i < layer->n_top; i++)
    {
      FxShape shape = i == 0 ? data_shape (layer) : FX_SHAPE_UNKNOWN;
      FxDiagnostic *diagnostic;

      if (i > 0 && builder->top_reads[i] == 0)
        continue;
      if (layer->dummy_data_param != NULL)
        {
          shape = fx_shape_of_rank (4);
          if (!dummy_shape (layer->dummy_data_param, i, &shape, error))
            return FALSE;
        }
      fx_caffe_input (builder, i, &shape);
      diagnostic = fx_caffe_note (builder, FX_SEVERITY_WARNING, "training-net",
                                  fx_shape_is_static (&shape)
                                      ? N_ ("%s reads the data of training; \"%s\" became an input")
                                      : N_ ("%s reads the data of training; \"%s\" became an input, whose shape is "
                                            "not given"),
                                  layer->type, layer->top[i]);
      if (diagnostic != NULL && !fx_shape_is_static (&shape))
        diagnostic->fix = g_strdup (_ ("set the shape of the input"));
    }
  return TRUE;
}
