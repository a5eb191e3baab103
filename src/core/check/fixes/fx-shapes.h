/* Changing the shapes of graph inputs. Private to fixes/.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fixes/fx-edit.h"

G_BEGIN_DECLS

/* A symbol becomes a number, in all values of the graph. */
void fx_shapes_replace_symbol (FxGraph *graph, gint64 symbol, gint64 size);

/* Sets the shape of an input, of the same rank unless it had none; its symbols are replaced in the whole graph. */
void fx_shapes_set_input (FxGraph *graph, FxId input, const FxShape *shape);

G_END_DECLS
