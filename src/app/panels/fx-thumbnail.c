/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-thumbnail.h"

#include "app/fx-texture.h"
#include "app/fx-workers.h"
#include "io/image.h"

#define SIDE 128 /* pixels that are kept; shown at half of it on ordinary screens */
#define SHOWN 64

struct _FxThumbnail
{
  AdwBin parent_instance;

  char *path;
  GCancellable *loading;
  GtkImage *image;
};

G_DEFINE_FINAL_TYPE (FxThumbnail, fx_thumbnail, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_PATH,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
load (GTask *task, G_GNUC_UNUSED gpointer source, gpointer path, G_GNUC_UNUSED GCancellable *cancellable)
{
  g_autoptr (FxImage) image = NULL;
  GError *error = NULL;
  GdkTexture *texture = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  image = fx_image_load (path, NULL, &error);
  if (image != NULL)
    texture = fx_texture_thumbnail (image, SIDE, &error);
  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxThumbnail *thumbnail = FX_THUMBNAIL (source);
  g_autoptr (GdkTexture) texture = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != thumbnail->loading)
    return;
  g_clear_object (&thumbnail->loading);
  texture = g_task_propagate_pointer (G_TASK (result), NULL);
  if (texture != NULL)
    gtk_image_set_from_paintable (thumbnail->image, GDK_PAINTABLE (texture));
  else
    gtk_image_set_from_icon_name (thumbnail->image, "image-missing-symbolic");
}

static void
stop (FxThumbnail *thumbnail)
{
  g_cancellable_cancel (thumbnail->loading);
  g_clear_object (&thumbnail->loading);
}

static void
set_path (FxThumbnail *thumbnail, const char *path)
{
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;
  g_autoptr (GTask) task = NULL;

  if (g_strcmp0 (thumbnail->path, path) == 0)
    return;
  stop (thumbnail);
  g_free (thumbnail->path);
  thumbnail->path = g_strdup (path);
  gtk_image_set_from_icon_name (thumbnail->image, "image-x-generic-symbolic");
  if (path == NULL)
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (thumbnail->image), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  thumbnail->loading = g_cancellable_new ();
  task = g_task_new (thumbnail, thumbnail->loading, loaded_cb, NULL);
  g_task_set_task_data (task, g_strdup (path), g_free);
  fx_workers_run_few (task, load); /* a strip of pictures must not keep all processors busy */
}

static void
fx_thumbnail_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_PATH: set_path (FX_THUMBNAIL (object), g_value_get_string (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_thumbnail_dispose (GObject *object)
{
  stop (FX_THUMBNAIL (object));
  G_OBJECT_CLASS (fx_thumbnail_parent_class)->dispose (object);
}

static void
fx_thumbnail_finalize (GObject *object)
{
  g_free (FX_THUMBNAIL (object)->path);
  G_OBJECT_CLASS (fx_thumbnail_parent_class)->finalize (object);
}

static void
fx_thumbnail_class_init (FxThumbnailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fx_thumbnail_set_property;
  object_class->dispose = fx_thumbnail_dispose;
  object_class->finalize = fx_thumbnail_finalize;
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fx_thumbnail_init (FxThumbnail *thumbnail)
{
  thumbnail->image = GTK_IMAGE (gtk_image_new ());
  gtk_image_set_pixel_size (thumbnail->image, SHOWN);
  gtk_widget_add_css_class (GTK_WIDGET (thumbnail->image), "thumbnail");
  gtk_widget_set_overflow (GTK_WIDGET (thumbnail->image), GTK_OVERFLOW_HIDDEN);
  adw_bin_set_child (ADW_BIN (thumbnail), GTK_WIDGET (thumbnail->image));
}
