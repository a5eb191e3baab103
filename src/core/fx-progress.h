/* Progress of a blocking core call: a callback plus the part of the whole that the call accounts for.
 *
 * Core functions that take long end in (const FxProgress *progress, GCancellable *cancellable, GError **error).
 * `progress` may be NULL. The callback runs on the thread that does the work.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* `fraction` is in 0…1 of the whole job; `message` says what is being done now and is valid during the call only. */
typedef void (*FxProgressFunc) (double fraction, const char *message, gpointer user_data);

struct _FxProgress
{
  FxProgressFunc func;
  gpointer user_data;
  double begin, end; /* this stage's share of the whole, 0…1 */
};

/* The share begin…end (0…1 of `whole`) of a progress, to hand to one stage; `whole` may be NULL. */
FxProgress fx_progress_part (const FxProgress *whole, double begin, double end);

/* Report that `fraction` (0…1) of this stage is done. */
void fx_progress_report (const FxProgress *progress, double fraction, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
