/* The samples of a conversion as the vendor's configuration names them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/config/fx-config.h"
#include "io/fx-conversion.h"

G_BEGIN_DECLS

/* Names the samples in a configuration that has everything about the inputs already. Pictures that it prepares alike,
 * and folders of bare elements, are named where they are; other samples are written below the folder `data` as the
 * network takes them, or, where the board does arithmetic, as it gets them. FALSE and *error. */
gboolean fx_config_set_samples (FxConfig *config, const FxConversionOptions *options, const char *data,
                                const FxProgress *progress, GCancellable *cancellable, GError **error);

/* FALSE and *error (G_IO_ERROR): it is not there and cannot be made. */
gboolean fx_config_make_data_folder (const char *path, GError **error);

G_END_DECLS
