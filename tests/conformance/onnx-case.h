/* One case of the ONNX project's backend tests: a folder with model.onnx and test_data_set_N/{input,output}_N.pb.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_CASE_PASS,
  FX_CASE_NO_OPERATOR, /* an operator is not in the table; `reason` is its name */
  FX_CASE_NO_TYPE,     /* strings, sequences and the like */
  FX_CASE_FAIL,
} FxCaseOutcome;

typedef struct
{
  FxCaseOutcome outcome;
  char *reason;    /* NULL for a pass */
  char *operators; /* of the model, sorted, comma-separated; NULL if it could not be read */
} FxCaseResult;

const char *fx_case_outcome_name (FxCaseOutcome outcome);

/* Runs the case in `folder` on `model`, a file name in it, with the tolerance of ONNX's own runner. */
FxCaseResult fx_case_run (const char *folder, const char *model);
void fx_case_result_clear (FxCaseResult *result);

G_END_DECLS
