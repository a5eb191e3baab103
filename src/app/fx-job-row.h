/* One job in the list of jobs: what it does, how far it is, how much longer, and a button that stops it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-job.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *fx_job_row_new (FxJob *job);

G_END_DECLS
