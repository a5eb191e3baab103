/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 axis, stash_type;
  float epsilon;
} FxLayerNormParams;
