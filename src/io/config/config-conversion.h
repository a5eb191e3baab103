/* From the vendor's configuration to a conversion.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/config/fx-config.h"
#include "io/fx-conversion.h"

G_BEGIN_DECLS

/* A conversion that does what the configuration asks for. The methods are our own: `default`, `mix` and what nothing
 * corresponds to become `auto`. Keys about files of the boards' compiler (cache, jobs …) have no effect.
 *
 * NULL and *error (BAD_DATA, with line and key): something that cannot be done, such as calibration_type load. */
FxConversionOptions *fx_config_to_conversion (const FxConfig *config, GError **error);

G_END_DECLS
