/* The thread behind the tiles: paints one job after the other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-tile-painter.h"

#include "fx-tiles.h"

#define MAP_SIZE 1024.0

struct _FxTilePainter
{
  GThread *thread;
  GMutex mutex;
  GCond changed;
  GQueue waiting, finished; /* of FxTileJob */
  FxTileJob *current;
  gboolean stop;
  void (*done) (gpointer user_data);
  gpointer user_data;
};

FxTilePicture *
fx_tile_picture_new (FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay)
{
  FxTilePicture *picture = g_new0 (FxTilePicture, 1);

  g_atomic_ref_count_init (&picture->ref_count);
  picture->scene = fx_scene_ref (scene);
  picture->style = style;
  picture->overlay = overlay != NULL ? fx_overlay_ref (overlay) : NULL;
  return picture;
}

FxTilePicture *
fx_tile_picture_ref (FxTilePicture *picture)
{
  g_atomic_ref_count_inc (&picture->ref_count);
  return picture;
}

void
fx_tile_picture_unref (FxTilePicture *picture)
{
  if (picture == NULL || !g_atomic_ref_count_dec (&picture->ref_count))
    return;
  fx_scene_unref (picture->scene);
  fx_overlay_unref (picture->overlay);
  g_free (picture);
}

void
fx_tile_job_free (FxTileJob *job)
{
  fx_tile_picture_unref (job->picture);
  g_clear_pointer (&job->surface, cairo_surface_destroy);
  g_free (job);
}

static cairo_surface_t *
paint_tile (const FxTileJob *job)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, FX_TILE_SIZE, FX_TILE_SIZE);
  cairo_t *cr = cairo_create (surface);
  const FxView view = { job->column * (FX_TILE_SIZE / job->zoom), job->row * (FX_TILE_SIZE / job->zoom), job->zoom };
  const FxRect clip = { 0, 0, FX_TILE_SIZE, FX_TILE_SIZE };

  fx_scene_paint (job->picture->scene, cr, &view, &clip, job->picture->style, job->picture->overlay);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static cairo_surface_t *
paint_map (const FxTileJob *job)
{
  FxRect bounds = fx_scene_bounds (job->picture->scene);
  int width = (int)CLAMP (bounds.width, 1.0, MAP_SIZE), height = (int)CLAMP (bounds.height, 1.0, MAP_SIZE);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);

  fx_scene_paint_map (job->picture->scene, cr, width, height, job->picture->style, job->picture->overlay);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static gpointer
run (gpointer data)
{
  FxTilePainter *painter = data;

  g_mutex_lock (&painter->mutex);
  while (!painter->stop)
    {
      painter->current = g_queue_pop_head (&painter->waiting);
      if (painter->current == NULL)
        {
          g_cond_wait (&painter->changed, &painter->mutex);
          continue;
        }
      g_mutex_unlock (&painter->mutex);
      painter->current->surface
          = painter->current->is_map ? paint_map (painter->current) : paint_tile (painter->current);
      g_mutex_lock (&painter->mutex);
      g_queue_push_tail (&painter->finished, g_steal_pointer (&painter->current));
      g_cond_broadcast (&painter->changed);
      if (painter->done != NULL && !painter->stop)
        painter->done (painter->user_data);
    }
  g_mutex_unlock (&painter->mutex);
  return NULL;
}

FxTilePainter *
fx_tile_painter_new (void (*done) (gpointer user_data), gpointer user_data)
{
  FxTilePainter *painter = g_new0 (FxTilePainter, 1);

  g_mutex_init (&painter->mutex);
  g_cond_init (&painter->changed);
  painter->done = done;
  painter->user_data = user_data;
  painter->thread = g_thread_new ("canvas", run, painter);
  return painter;
}

void
fx_tile_painter_free (FxTilePainter *painter)
{
  g_mutex_lock (&painter->mutex);
  painter->stop = TRUE;
  g_cond_broadcast (&painter->changed);
  g_mutex_unlock (&painter->mutex);
  g_thread_join (painter->thread);
  g_queue_clear_full (&painter->waiting, (GDestroyNotify)fx_tile_job_free);
  g_queue_clear_full (&painter->finished, (GDestroyNotify)fx_tile_job_free);
  g_mutex_clear (&painter->mutex);
  g_cond_clear (&painter->changed);
  g_free (painter);
}

void
fx_tile_painter_set_jobs (FxTilePainter *painter, GQueue *jobs)
{
  FxTileJob *job;

  g_mutex_lock (&painter->mutex);
  g_queue_clear_full (&painter->waiting, (GDestroyNotify)fx_tile_job_free);
  while ((job = g_queue_pop_head (jobs)) != NULL)
    g_queue_push_tail (&painter->waiting, job);
  g_cond_broadcast (&painter->changed);
  g_mutex_unlock (&painter->mutex);
}

static gboolean
is_same (const FxTileJob *a, const FxTileJob *b)
{
  return a->picture == b->picture && a->is_map == b->is_map && a->zoom == b->zoom && a->column == b->column
         && a->row == b->row;
}

gboolean
fx_tile_painter_is_busy_with (FxTilePainter *painter, const FxTileJob *job)
{
  gboolean busy;

  g_mutex_lock (&painter->mutex);
  busy = painter->current != NULL && is_same (painter->current, job);
  for (GList *l = painter->finished.head; l != NULL && !busy; l = l->next)
    busy = is_same (l->data, job);
  g_mutex_unlock (&painter->mutex);
  return busy;
}

FxTileJob *
fx_tile_painter_pop (FxTilePainter *painter, gboolean wait)
{
  FxTileJob *job;

  g_mutex_lock (&painter->mutex);
  while ((job = g_queue_pop_head (&painter->finished)) == NULL && wait
         && (painter->current != NULL || painter->waiting.length > 0))
    g_cond_wait (&painter->changed, &painter->mutex);
  g_mutex_unlock (&painter->mutex);
  return job;
}
