/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-q.h"
#include "core/ops/resize.h"

#define FX_Q_RESIZE_BITS 11 /* of the weights along an axis */

typedef struct
{
  FxResizeParams resize; /* first: its attribute rows serve here as well */
  FxQIn x;
  FxQOut y;
} FxQResizeParams;
