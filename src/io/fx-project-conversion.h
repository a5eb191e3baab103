/* From a project to a conversion.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-conversion.h"
#include "io/fx-project.h"

G_BEGIN_DECLS

/* The part of a project that keeps it from being converted. */
typedef enum
{
  FX_PROJECT_PART_DATASETS,
  FX_PROJECT_PART_INPUTS,
} FxProjectPart;

/* What the project decided about its model, of which `graph` is what its edits made; the graph is copied. Where the
 * results go is the project's `output`, NULL if it names none. What a board does not have is there still, see
 * fx_conversion_options_fit().
 *
 * NULL, *error, and in *part (may be NULL) what has to be mended: an input without samples, or with samples of
 * different types; steps that no board can do. */
FxConversionOptions *
fx_project_to_conversion (const FxProject *project, const FxGraph *graph, FxProjectPart *part, GError **error);

G_END_DECLS
