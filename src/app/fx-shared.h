/* A core structure that several threads and objects look at and that nobody changes any more: a reference count around
 * it. What the window shows is made on a worker, wrapped, handed over and replaced as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FxShared FxShared;

/* Takes `data` over; NULL gives NULL. */
FxShared *fx_shared_new (gpointer data, GDestroyNotify free_data);
/* Something inside of `whole`, which lives as long as this does. NULL gives NULL. */
FxShared *fx_shared_new_part (FxShared *whole, gpointer part);
FxShared *fx_shared_ref (FxShared *shared); /* accepts NULL */
void fx_shared_unref (FxShared *shared);    /* accepts NULL; from any thread */
gpointer fx_shared_get (FxShared *shared);  /* borrowed; NULL for NULL */
/* Makes *place refer to `shared`; TRUE if it did not before. */
gboolean fx_shared_set (FxShared **place, FxShared *shared);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxShared, fx_shared_unref)

G_END_DECLS
