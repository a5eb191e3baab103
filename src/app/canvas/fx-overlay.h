/* Figures of nodes that color the boxes: error, latency, memory traffic, bits. Immutable once it is in use.
 *
 * Figures go by node name; a box that stands for several nodes (a fused one by its origins, a closed group) shows their
 * sum or their largest, as the kind says.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-style.h"
#include "scene/fx-scene.h"

G_BEGIN_DECLS

typedef enum
{
  FX_OVERLAY_ERROR,   /* 0: none; relative, such as 1 − cosine or the relative L2 norm */
  FX_OVERLAY_LATENCY, /* milliseconds */
  FX_OVERLAY_DDR,     /* bytes moved */
  FX_OVERLAY_BITS,    /* 8, 16, 32 */
} FxOverlayKind;

typedef struct _FxOverlay FxOverlay;

/* `title` names the figure in the legend ("1 − cosine"); NULL: that of the kind. */
FxOverlay *fx_overlay_new (FxOverlayKind kind, const char *title);
FxOverlay *fx_overlay_ref (FxOverlay *overlay);
void fx_overlay_unref (FxOverlay *overlay); /* accepts NULL */

/* Before it is handed to anyone. A figure that is not finite is ignored. */
void fx_overlay_set (FxOverlay *overlay, const char *node, double value);

const char *fx_overlay_title (const FxOverlay *overlay);

/* FALSE if there is no figure for anything in that box. */
gboolean fx_overlay_value (const FxOverlay *overlay, const FxScene *scene, guint32 box, double *value);
FxRgba fx_overlay_color (const FxOverlay *overlay, const FxSceneStyle *style, double value);
/* "0.31 ms" */
char *fx_overlay_format (const FxOverlay *overlay, double value);

/* The ends of the scale; FALSE if there are no figures. */
gboolean fx_overlay_range (const FxOverlay *overlay, double *low, double *high);
/* The figure at a place of the scale, 0 … 1. */
double fx_overlay_at (const FxOverlay *overlay, double share);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxOverlay, fx_overlay_unref)

G_END_DECLS
