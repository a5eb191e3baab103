/* The thread behind the tiles. Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-paint.h"

G_BEGIN_DECLS

/* What tiles are painted of. Shared and immutable. */
typedef struct
{
  gatomicrefcount ref_count;
  FxScene *scene;
  const FxSceneStyle *style;
  FxOverlay *overlay; /* or NULL */
} FxTilePicture;

FxTilePicture *fx_tile_picture_new (FxScene *scene, const FxSceneStyle *style, FxOverlay *overlay);
FxTilePicture *fx_tile_picture_ref (FxTilePicture *picture);
void fx_tile_picture_unref (FxTilePicture *picture);

/* A square of the picture at a zoom, or the map of all of it. */
typedef struct
{
  FxTilePicture *picture; /* owned */
  gboolean is_map;
  double zoom; /* pixels for a unit of the drawing */
  int column, row;
  cairo_surface_t *surface; /* the result, owned */
} FxTileJob;

void fx_tile_job_free (FxTileJob *job);

typedef struct _FxTilePainter FxTilePainter;

/* `done` is called on the painting thread after each job. */
FxTilePainter *fx_tile_painter_new (void (*done) (gpointer user_data), gpointer user_data);
/* Waits for the job at work; drops the others. */
void fx_tile_painter_free (FxTilePainter *painter);

/* Replaces what is waiting by `jobs` (GQueue of FxTileJob), which is emptied. */
void fx_tile_painter_set_jobs (FxTilePainter *painter, GQueue *jobs);
/* Whether a job for that place is being painted at this moment. */
gboolean fx_tile_painter_is_busy_with (FxTilePainter *painter, const FxTileJob *job);
/* A finished job, NULL if there is none; with `wait` NULL only if there is nothing left to do. */
FxTileJob *fx_tile_painter_pop (FxTilePainter *painter, gboolean wait);

G_END_DECLS
