/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-shared.h"

struct _FxShared
{
  gatomicrefcount ref_count;
  gpointer data;
  GDestroyNotify free_data; /* NULL: the whole frees it */
  FxShared *whole;          /* owned, or NULL */
};

FxShared *
fx_shared_new (gpointer data, GDestroyNotify free_data)
{
  FxShared *shared;

  if (data == NULL)
    return NULL;
  shared = g_new0 (FxShared, 1);
  g_atomic_ref_count_init (&shared->ref_count);
  shared->data = data;
  shared->free_data = free_data;
  return shared;
}

FxShared *
fx_shared_new_part (FxShared *whole, gpointer part)
{
  FxShared *shared = fx_shared_new (part, NULL);

  if (shared != NULL)
    shared->whole = fx_shared_ref (whole);
  return shared;
}

FxShared *
fx_shared_ref (FxShared *shared)
{
  if (shared != NULL)
    g_atomic_ref_count_inc (&shared->ref_count);
  return shared;
}

void
fx_shared_unref (FxShared *shared)
{
  if (shared == NULL || !g_atomic_ref_count_dec (&shared->ref_count))
    return;
  if (shared->free_data != NULL)
    shared->free_data (shared->data);
  fx_shared_unref (shared->whole);
  g_free (shared);
}

gpointer
fx_shared_get (FxShared *shared)
{
  return shared != NULL ? shared->data : NULL;
}

gboolean
fx_shared_set (FxShared **place, FxShared *shared)
{
  FxShared *old = *place;

  if (old == shared)
    return FALSE;
  *place = fx_shared_ref (shared);
  fx_shared_unref (old);
  return TRUE;
}
