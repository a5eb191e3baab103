/* The parts of a .fxb file: 64 bytes that say where the others are, the header (program.proto), the network as an ONNX
 * model. All numbers are little-endian.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FX_PROGRAM_MAGIC                                                                                               \
  "\x89"                                                                                                               \
  "FXB\r\n\x1a\n"
#define FX_PROGRAM_MAGIC_SIZE 8
#define FX_PROGRAM_ALIGNMENT 64

typedef struct
{
  guint8 magic[FX_PROGRAM_MAGIC_SIZE];
  guint32 version, flags;
  guint64 header_offset, header_size;
  guint64 network_offset, network_size;
  guint64 reserved[2];
} FxProgramParts;

G_STATIC_ASSERT (sizeof (FxProgramParts) == FX_PROGRAM_ALIGNMENT);

G_END_DECLS
