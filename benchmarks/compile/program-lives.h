/* When a compiled program needs which bytes of its memories: what the compiler planned, found again from the program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"

/* How long each place lives, as FxArenaItem, of a step for every command and every segment on the CPU; offsets are not
 * set. Constants in DDR, which always live, are left out. In SRAM a block that one command loads is one item, and each
 * begins to live `early` steps before its first. */
GArray *program_lives (const FxProgram *program, FxMemory memory, guint early);

/* Bytes of constants in DDR. */
guint64 program_constant_bytes (const FxProgram *program);
