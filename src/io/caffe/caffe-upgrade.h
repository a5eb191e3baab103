/* Brings a network to the form of Caffe 1.0 and keeps what runs in the test phase.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "caffe.pb-c.h"
#include <glib.h>

G_BEGIN_DECLS

/* In place: `layers` (V1) become `layer`, layers that the phase, level and stages of the net leave out go (if
 * `filter`), names are valid UTF-8 and never NULL. FALSE and *error for a file of 2013 (UNSUPPORTED) and for rules that
 * contradict each other. */
gboolean fx_caffe_upgrade (Fx__Caffe__NetParameter *net, gboolean filter, GError **error);

G_END_DECLS
