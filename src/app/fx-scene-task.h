/* Making the drawing of a graph on a worker.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "scene/fx-scene.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* `graph` is an FxGraph, `report` an FxCheckReport of it or NULL. `like` is a drawing of the same graph to be colored
 * anew; NULL: it is laid out, `expanded` being the scopes of the open groups, NULL: nothing is grouped. */
void
fx_scene_task_start (gpointer source, FxShared *graph, FxShared *report, FxScene *like, const char *const *expanded,
                     GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data);
FxScene *fx_scene_task_finish (GAsyncResult *result, GError **error);

G_END_DECLS
