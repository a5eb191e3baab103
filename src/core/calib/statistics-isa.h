/* The tables of the instruction sets, for fx-statistics-kernel.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics-kernel.h"

G_BEGIN_DECLS

extern const FxStatisticsIsa fx_statistics_plain, fx_statistics_avx2;

gboolean fx_statistics_has_plain (void);
gboolean fx_statistics_has_avx2 (void);

G_END_DECLS
