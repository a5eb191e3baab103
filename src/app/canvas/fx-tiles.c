/* The picture of a scene in square tiles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-tiles.h"

#include "fx-tile-painter.h"

#include <math.h>

/* Tiles beyond the edge of the view that are painted ahead, and kept. */
#define AHEAD 1
#define KEEP 2

typedef struct
{
  cairo_surface_t *surface;
  gpointer attached;
} Tile;

/* The tiles of one picture at one zoom. */
typedef struct
{
  FxTilePicture *picture;
  double zoom;       /* pixels for a unit of the drawing */
  GHashTable *tiles; /* place → Tile */
} Level;

struct _FxTiles
{
  FxTilePainter *painter;
  FxTilePicture *picture;  /* NULL: nothing to show */
  Level *current, *before; /* what is wanted, and what stands in for it; either may be NULL */
  Tile *map;               /* of everything, coarse: stands in where nothing else is there */
  FxTilePicture *map_picture;
  FxView view;
  double width, height;
  int scale;

  void (*ready) (gpointer user_data);
  gpointer user_data;
  GMainContext *context;
  GMutex mutex;    /* of `source` */
  GSource *source; /* that will call ready(), NULL if none is on its way */
};

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  cairo_surface_destroy (tile->surface);
  g_clear_object (&tile->attached);
  g_free (tile);
}

static void
level_free (Level *level)
{
  if (level == NULL)
    return;
  fx_tile_picture_unref (level->picture);
  g_hash_table_unref (level->tiles);
  g_free (level);
}

static Level *
level_new (FxTilePicture *picture, double zoom)
{
  Level *level = g_new0 (Level, 1);

  level->picture = fx_tile_picture_ref (picture);
  level->zoom = zoom;
  level->tiles = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, tile_free);
  return level;
}

static gint64
place_key (int column, int row)
{
  return ((gint64)row << 32) | (guint32)column;
}

/* ---- from the thread to the main context ---- */

static gboolean
arrived (gpointer data)
{
  FxTiles *tiles = data;

  g_mutex_lock (&tiles->mutex);
  g_clear_pointer (&tiles->source, g_source_unref);
  g_mutex_unlock (&tiles->mutex);
  fx_tiles_collect (tiles, FALSE);
  tiles->ready (tiles->user_data);
  return G_SOURCE_REMOVE;
}

/* On the painting thread. */
static void
painted (gpointer data)
{
  FxTiles *tiles = data;

  g_mutex_lock (&tiles->mutex);
  if (tiles->source == NULL)
    {
      tiles->source = g_idle_source_new ();
      g_source_set_priority (tiles->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (tiles->source, arrived, tiles, NULL);
      g_source_attach (tiles->source, tiles->context);
    }
  g_mutex_unlock (&tiles->mutex);
}

FxTiles *
fx_tiles_new (void (*ready) (gpointer user_data), gpointer user_data)
{
  FxTiles *tiles = g_new0 (FxTiles, 1);

  tiles->ready = ready;
  tiles->user_data = user_data;
  tiles->context = g_main_context_ref_thread_default ();
  g_mutex_init (&tiles->mutex);
  tiles->painter = fx_tile_painter_new (ready != NULL ? painted : NULL, tiles);
  return tiles;
}

void
fx_tiles_free (FxTiles *tiles)
{
  if (tiles == NULL)
    return;
  fx_tile_painter_free (tiles->painter);
  if (tiles->source != NULL)
    {
      g_source_destroy (tiles->source);
      g_source_unref (tiles->source);
    }
  fx_tile_picture_unref (tiles->picture);
  fx_tile_picture_unref (tiles->map_picture);
  level_free (tiles->current);
  level_free (tiles->before);
  g_clear_pointer (&tiles->map, tile_free);
  g_main_context_unref (tiles->context);
  g_mutex_clear (&tiles->mutex);
  g_free (tiles);
}

/* ---- what is wanted ---- */

void
fx_tiles_set_picture (FxTiles *tiles, FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay)
{
  if (tiles->picture != NULL && tiles->picture->scene == scene && tiles->picture->style == style
      && tiles->picture->overlay == overlay)
    return;
  g_clear_pointer (&tiles->picture, fx_tile_picture_unref);
  if (scene != NULL)
    tiles->picture = fx_tile_picture_new (scene, style, overlay);
  else
    {
      g_clear_pointer (&tiles->current, level_free);
      g_clear_pointer (&tiles->before, level_free);
      g_clear_pointer (&tiles->map, tile_free);
    }
}

typedef struct
{
  int column0, row0, column1, row1; /* inclusive */
} Range;

/* The tiles of a zoom that the view shows, and `more` around it. Nothing lies outside of the drawing. */
static Range
visible_range (const FxTiles *tiles, const Level *level, int more)
{
  FxRect bounds = fx_scene_bounds (level->picture->scene);
  double edge = FX_TILE_SIZE / level->zoom;
  double right = tiles->view.x + tiles->width / tiles->view.zoom,
         low = tiles->view.y + tiles->height / tiles->view.zoom;

  return (Range){ MAX ((int)floor (tiles->view.x / edge) - more, 0), MAX ((int)floor (tiles->view.y / edge) - more, 0),
                  MIN ((int)floor (right / edge) + more, (int)floor (bounds.width / edge)),
                  MIN ((int)floor (low / edge) + more, (int)floor (bounds.height / edge)) };
}

static gboolean
is_complete (const FxTiles *tiles, const Level *level)
{
  Range range = visible_range (tiles, level, 0);

  for (int row = range.row0; row <= range.row1; row++)
    for (int column = range.column0; column <= range.column1; column++)
      {
        gint64 key = place_key (column, row);

        if (!g_hash_table_contains (level->tiles, &key))
          return FALSE;
      }
  return TRUE;
}

/* How much of the view stands in for something better is not worth counting: the fuller level is kept. */
static void
turn_to (FxTiles *tiles, double zoom)
{
  if (tiles->current != NULL && tiles->current->picture == tiles->picture && tiles->current->zoom == zoom)
    return;
  if (tiles->current != NULL
      && (tiles->before == NULL || g_hash_table_size (tiles->current->tiles) >= g_hash_table_size (tiles->before->tiles)
          || is_complete (tiles, tiles->current)))
    {
      level_free (tiles->before);
      tiles->before = tiles->current;
    }
  else
    level_free (tiles->current);
  tiles->current = level_new (tiles->picture, zoom);
}

typedef struct
{
  FxTiles *tiles;
  Range keep;
} Sweep;

static gboolean
is_far_away (gpointer key, gpointer value, gpointer data)
{
  const Range *keep = data;
  gint64 place = *(const gint64 *)key;
  int column = (int)(guint32)place, row = (int)(place >> 32);

  (void)value;
  return column < keep->column0 || column > keep->column1 || row < keep->row0 || row > keep->row1;
}

static void
add_job (FxTiles *tiles, GQueue *jobs, const Level *level, gboolean is_map, int column, int row)
{
  FxTileJob job = { .picture = tiles->picture, .is_map = is_map, .column = column, .row = row };
  FxTileJob *own;

  job.zoom = is_map ? 0.0 : level->zoom;
  if (fx_tile_painter_is_busy_with (tiles->painter, &job))
    return;
  own = g_memdup2 (&job, sizeof job);
  fx_tile_picture_ref (own->picture);
  g_queue_push_tail (jobs, own);
}

typedef struct
{
  double middle_column, middle_row;
  Range visible;
} Nearness;

static double
distance (const FxTileJob *job, const Nearness *nearness)
{
  gboolean outside = job->column < nearness->visible.column0 || job->column > nearness->visible.column1
                     || job->row < nearness->visible.row0 || job->row > nearness->visible.row1;

  return hypot (job->column + 0.5 - nearness->middle_column, job->row + 0.5 - nearness->middle_row)
         + (outside ? 1e6 : 0.0);
}

static int
compare_jobs (gconstpointer a, gconstpointer b, gpointer data)
{
  double left = distance (a, data), right = distance (b, data);

  return left < right ? -1 : left > right;
}

/* Visible tiles from the middle outwards, then the map if there is none, then those around. */
static void
ask_for_tiles (FxTiles *tiles)
{
  const Level *level = tiles->current;
  Range range = visible_range (tiles, level, AHEAD);
  double edge = FX_TILE_SIZE / level->zoom;
  GQueue jobs = G_QUEUE_INIT;
  Nearness nearness
      = { (tiles->view.x + tiles->width / tiles->view.zoom / 2) / edge,
          (tiles->view.y + tiles->height / tiles->view.zoom / 2) / edge, visible_range (tiles, level, 0) };

  for (int row = range.row0; row <= range.row1; row++)
    for (int column = range.column0; column <= range.column1; column++)
      {
        gint64 key = place_key (column, row);

        if (!g_hash_table_contains (level->tiles, &key))
          add_job (tiles, &jobs, level, FALSE, column, row);
      }
  g_queue_sort (&jobs, compare_jobs, &nearness);
  if (tiles->map_picture != tiles->picture)
    add_job (tiles, &jobs, level, TRUE, 0, 0);
  fx_tile_painter_set_jobs (tiles->painter, &jobs);
}

gboolean
fx_tiles_set_view (FxTiles *tiles, const FxView *view, double width, double height, int scale)
{
  Range keep;

  tiles->view = *view;
  tiles->width = width;
  tiles->height = height;
  tiles->scale = scale;
  if (tiles->picture == NULL || width < 1 || height < 1)
    return TRUE;
  turn_to (tiles, view->zoom * scale);
  keep = visible_range (tiles, tiles->current, KEEP);
  g_hash_table_foreach_remove (tiles->current->tiles, is_far_away, &keep);
  ask_for_tiles (tiles);
  if (!is_complete (tiles, tiles->current))
    return FALSE;
  g_clear_pointer (&tiles->before, level_free);
  return TRUE;
}

/* ---- what is there ---- */

static void
take_job (FxTiles *tiles, FxTileJob *job)
{
  Tile *tile = g_new0 (Tile, 1);
  gint64 key = place_key (job->column, job->row);

  tile->surface = g_steal_pointer (&job->surface);
  if (job->is_map && job->picture == tiles->picture)
    {
      g_clear_pointer (&tiles->map, tile_free);
      g_clear_pointer (&tiles->map_picture, fx_tile_picture_unref);
      tiles->map = tile;
      tiles->map_picture = fx_tile_picture_ref (job->picture);
    }
  else if (tiles->current != NULL && !job->is_map && job->picture == tiles->current->picture
           && job->zoom == tiles->current->zoom)
    g_hash_table_replace (tiles->current->tiles, g_memdup2 (&key, sizeof key), tile);
  else
    tile_free (tile);
  fx_tile_job_free (job);
}

void
fx_tiles_collect (FxTiles *tiles, gboolean wait)
{
  FxTileJob *job;

  while ((job = fx_tile_painter_pop (tiles->painter, wait)) != NULL)
    take_job (tiles, job);
}

static void
show_level (const FxTiles *tiles, const Level *level, FxTileFunc func, gpointer user_data)
{
  Range range = visible_range (tiles, level, 0);
  double edge = FX_TILE_SIZE / level->zoom, zoom = tiles->view.zoom;
  gboolean exact = level->zoom == zoom * tiles->scale;

  for (int row = range.row0; row <= range.row1; row++)
    for (int column = range.column0; column <= range.column1; column++)
      {
        gint64 key = place_key (column, row);
        Tile *tile = g_hash_table_lookup (level->tiles, &key);
        FxTile shown;

        if (tile == NULL)
          continue;
        shown = (FxTile){ tile->surface, { 0 }, exact, &tile->attached };
        shown.place = (FxRect){ (column * edge - tiles->view.x) * zoom, (row * edge - tiles->view.y) * zoom,
                                edge * zoom, edge * zoom };
        func (&shown, user_data);
      }
}

void
fx_tiles_foreach (FxTiles *tiles, FxTileFunc func, gpointer user_data)
{
  gboolean complete = tiles->current != NULL && is_complete (tiles, tiles->current);

  if (!complete && tiles->map != NULL && (tiles->before == NULL || !is_complete (tiles, tiles->before)))
    {
      FxRect bounds = fx_scene_bounds (tiles->map_picture->scene);
      const FxTile shown = { tiles->map->surface, fx_view_rect (&tiles->view, &bounds), FALSE, &tiles->map->attached };

      func (&shown, user_data);
    }
  if (!complete && tiles->before != NULL)
    show_level (tiles, tiles->before, func, user_data);
  if (tiles->current != NULL)
    show_level (tiles, tiles->current, func, user_data);
}
