/* Forward declarations of the core's types, so that headers rarely include headers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Index of a value or a node in its graph; ids survive edits and copies, fx_graph_compact() renumbers. */
typedef guint32 FxId;

/* "No value here": an omitted optional input or output. */
#define FX_NONE G_MAXUINT32

typedef struct _FxShape FxShape;
typedef struct _FxArray FxArray;
typedef struct _FxTensor FxTensor;
typedef struct _FxAttr FxAttr;
typedef struct _FxValue FxValue;
typedef struct _FxNode FxNode;
typedef struct _FxGraph FxGraph;
typedef struct _FxOp FxOp;
typedef struct _FxInfer FxInfer;
typedef struct _FxEval FxEval;
typedef struct _FxDiagnostic FxDiagnostic;
typedef struct _FxProgress FxProgress;

G_END_DECLS
