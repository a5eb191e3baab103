/* Programs of the BPU in files: .fxb. docs/program-format.md describes the format.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-compile.h"

G_BEGIN_DECLS

#define FX_PROGRAM_VERSION 2

/* Notes in the network's metadata how the program was made: model (without its folder), options, version. */
void fx_program_set_recipe (FxProgram *program, const char *model, const FxCompileOptions *options);

/* Writes the file at once and whole. The same program gives the same bytes. FALSE and *error as fx_onnx_write() and
 * fx_file_replace_bytes(), with the path in front. */
gboolean fx_program_save (const FxProgram *program, const char *path, GError **error);

/* Reads and verifies a program. NULL and *error, without the path: BAD_DATA for a damaged file and for what is no
 * program, UNSUPPORTED for another version, what fx_onnx_read() says of the network. */
FxProgram *fx_program_parse (GBytes *file, GCancellable *cancellable, GError **error);
/* The same for a file, with the path in front of errors. */
FxProgram *fx_program_load (const char *path, GCancellable *cancellable, GError **error);

/* TRUE if these bytes start like a program, whole or not. */
gboolean fx_program_sniff (const guint8 *data, gsize size);
/* The same for a file; FALSE if it cannot be read. */
gboolean fx_program_is_file (const char *path);

G_END_DECLS
