/* The data that ranges are measured on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_CALIBRATION_PAGE (fx_calibration_page_get_type ())
G_DECLARE_FINAL_TYPE (FxCalibrationPage, fx_calibration_page, FX, CALIBRATION_PAGE, AdwBin)

/* Once, before it is shown. */
void fx_calibration_page_set_document (FxCalibrationPage *page, FxDocument *document);

G_END_DECLS
