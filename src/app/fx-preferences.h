/* The preferences window: a view of the settings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_PREFERENCES (fx_preferences_get_type ())
G_DECLARE_FINAL_TYPE (FxPreferences, fx_preferences, FX, PREFERENCES, AdwPreferencesWindow)

GtkWidget *fx_preferences_new (void);

G_END_DECLS
