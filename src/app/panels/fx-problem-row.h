/* A row of the list of problems.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-problem.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_PROBLEM_ROW (fx_problem_row_get_type ())
G_DECLARE_FINAL_TYPE (FxProblemRow, fx_problem_row, FX, PROBLEM_ROW, AdwBin)

G_END_DECLS
