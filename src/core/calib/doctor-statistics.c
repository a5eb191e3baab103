/* What the activations show when calibration is done.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"

void
fx_doctor_check_statistics (const FxStatistics *statistics, GPtrArray *findings)
{
  for (guint i = 0; i < statistics->n_tensors; i++)
    {
      const FxTensorStatistics *tensor = &statistics->tensors[i];

      if (tensor->not_finite > 0)
        fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "calibration-not-finite", NULL, tensor->name,
                            "%" PRIu64 " values are NaN or infinite", tensor->not_finite);
      else if (tensor->count > 0 && tensor->zeros == tensor->count)
        fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-dead", NULL, tensor->name,
                            "is 0 everywhere in all samples: its range cannot be told");
    }
}
