/* Protobuf messages under construction: a list of byte pieces, of which large ones are shared and not copied, so that
 * writing a model needs little more memory than its graph without the weights.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxRope FxRope;

FxRope *fx_rope_new (void);
void fx_rope_free (FxRope *rope); /* accepts NULL */

/* Bytes so far. */
guint64 fx_rope_size (const FxRope *rope);

/* One field each. Integers are written as ONNX has them: negative ones as ten bytes. */
void fx_rope_put_int (FxRope *rope, guint number, gint64 value);
void fx_rope_put_float (FxRope *rope, guint number, float value);
void fx_rope_put_data (FxRope *rope, guint number, gconstpointer data, gsize size);
void fx_rope_put_string (FxRope *rope, guint number, const char *text);
void fx_rope_put_bytes (FxRope *rope, guint number, GBytes *bytes); /* shared if it is large */
void fx_rope_take_message (FxRope *rope, guint number, FxRope *message);

/* All pieces in order to a stream. */
gboolean fx_rope_write (const FxRope *rope, GOutputStream *stream, GError **error);

/* All pieces in one block, which must fit the memory: for tests and small messages. */
GBytes *fx_rope_join (const FxRope *rope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxRope, fx_rope_free)

G_END_DECLS
