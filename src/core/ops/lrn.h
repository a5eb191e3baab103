/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

typedef struct
{
  float alpha, beta, bias;
  gint64 size;
} FxLrnParams;
