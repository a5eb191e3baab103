/* The two files of a Caffe model: the net (prototxt) and its weights (caffemodel).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* Loads a model of which one file is at hand. The other one is `other_path`, or is looked for in the same folder: the
 * file of the same name, with or without "_deploy", then deploy.prototxt, then the only one there is. A caffemodel
 * without a prototxt is read as the net that it describes itself; a prototxt without a caffemodel is a net without
 * weights (see fx_caffe_translate()). The metadata "weights_file" or "network_file" names the other file.
 * A finding of rule "partner" (info) says which file was found. */
FxGraph *
fx_caffe_load (const char *path, GBytes *bytes, const char *other_path, GPtrArray *diagnostics, GError **error);

/* The other file of a Caffe model as fx_caffe_load() would find it beside this one, a prototxt or caffemodel by its
 * contents; NULL: none. Free it. */
char *fx_caffe_find_other (const char *path);

G_END_DECLS
