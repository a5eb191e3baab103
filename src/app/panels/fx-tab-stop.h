/* One stop of the Tab key: around a list of any length, in which the arrow keys move. Tab goes through what the row
 * with the focus holds, a button for example, and then leaves the list.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_TAB_STOP (fx_tab_stop_get_type ())
G_DECLARE_FINAL_TYPE (FxTabStop, fx_tab_stop, FX, TAB_STOP, AdwBin)

G_END_DECLS
