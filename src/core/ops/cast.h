/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-attr.h"
#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

typedef struct
{
  const FxAttr *to; /* a number, or before opset 6 a name such as "FLOAT" */
} FxCastParams;

/* The type that attribute "to" of a Cast means, in either form; UNDEFINED and *error if it is none that is stored. */
FxDType fx_cast_target (const FxAttr *to, GError **error);

G_END_DECLS
