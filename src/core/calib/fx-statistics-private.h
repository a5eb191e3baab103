/* Making statistics tensor by tensor, for the other files of fx-statistics-*.c and readers of files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"

G_BEGIN_DECLS

FxStatistics *fx_statistics_new_empty (guint n_values);
/* `value` < n_values. */
void fx_statistics_add_tensor (FxStatistics *statistics, FxId value, const char *name, int axis);

/* Makes room for that many channels and sets them to "nothing seen". */
void fx_tensor_statistics_set_channels (FxTensorStatistics *tensor, guint n_channels);
/* TRUE if the tensor has these channels, now or already. */
gboolean fx_tensor_statistics_use_channels (FxTensorStatistics *tensor, guint n_channels);

G_END_DECLS
