/* Pictures of whole scenes in files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "fx-scene-paint.h"

G_BEGIN_DECLS

/* .png (two pixels for a unit, less for drawings that would have more than 64 million), .svg or .pdf, by the ending of
 * `path`, with the legend below. The file is replaced when it is whole. FALSE and *error, starting with the path: an
 * ending that is none of these, G_IO_ERROR. May run on any thread. */
gboolean fx_scene_export (const FxScene *scene, const FxSceneStyle *style, const FxOverlay *overlay, const char *path,
                          GError **error);

G_END_DECLS
