/* What becomes of files that are dropped or opened together: models are opened, samples are added, and what is neither
 * is told. Only looks; the window does it (fx-window-drop.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *weights; /* the other file of a Caffe model, if it was there, too; NULL */
} FxIntakeModel;

typedef struct
{
  GPtrArray *models; /* of FxIntakeModel: models, projects and configurations */
  GPtrArray *data;   /* of char *: calibration samples */
  guint n_left_out;  /* files that are neither */
  char *text;        /* what will happen, or why nothing can: for people */
} FxIntake;

/* `has_model`: one is open that samples can be added to. Never NULL. */
FxIntake *fx_intake_new (const char *const *paths, gboolean has_model);
void fx_intake_free (FxIntake *intake); /* accepts NULL */
gboolean fx_intake_is_refused (const FxIntake *intake);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxIntake, fx_intake_free)

G_END_DECLS
