/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* GlobalLpPool; GlobalAveragePool and GlobalMaxPool have no attributes. */
typedef struct
{
  gint64 p;
} FxGlobalPoolParams;
