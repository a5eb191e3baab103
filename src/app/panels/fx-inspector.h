/* What there is to know about the selected node, or about the model while none is selected.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_INSPECTOR (fx_inspector_get_type ())
G_DECLARE_FINAL_TYPE (FxInspector, fx_inspector, FX, INSPECTOR, AdwBin)

/* Once, before it is shown. */
void fx_inspector_set_document (FxInspector *inspector, FxDocument *document);

/* FxLatency of the document's graph; NULL: not known. */
void fx_inspector_set_latency (FxInspector *inspector, FxShared *latency);

/* Name of a node of the document's graph; NULL or a name that is not there: the model. */
void fx_inspector_set_node (FxInspector *inspector, const char *name);

G_END_DECLS
