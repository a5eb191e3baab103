/* The program of an abstract BPU: the integer network as commands over memory.
 *
 * A program is a list of segments in the order in which they run: nodes on the CPU, or commands of one BPU subgraph.
 * Commands work on rows of *places*, rings of rows in the BPU's SRAM or in DDR (fx-rows.h). There are two units that
 * copy, and two that compute for each core; each takes its commands in order, and a command waits for those of other
 * units that it names. What is not ordered by that may happen in any order, and the result is the same:
 * fx_program_verify() proves it. A segment of the BPU is one function call: nothing is in SRAM when it begins.
 *
 * The instructions of the boards' BPUs are not public. This program checks placement, tiling, memory and cost, and
 * computes the network bit by bit (fx-simulate.h); a board cannot run it. docs/program-format.md describes it and its
 * file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-rows.h"
#include "core/graph/fx-graph.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* X (id, name, what it does); for people the name is translated */
#define FX_UNIT_LIST(X)                                                                                                \
  X (LOAD, N_ ("load"), "copies rows from DDR to SRAM")                                                                \
  X (STORE, N_ ("store"), "copies rows from SRAM to DDR")                                                              \
  X (TENSOR, N_ ("tensor"), "convolutions and products of matrices")                                                   \
  X (VECTOR, N_ ("vector"), "everything else")                                                                         \
  X (TENSOR_2, N_ ("tensor2"), "the tensor unit of the second core")                                                   \
  X (VECTOR_2, N_ ("vector2"), "the vector unit of the second core")                                                   \
  X (TENSOR_3, N_ ("tensor3"), "the tensor unit of the third core")                                                    \
  X (VECTOR_3, N_ ("vector3"), "the vector unit of the third core")                                                    \
  X (TENSOR_4, N_ ("tensor4"), "the tensor unit of the fourth core")                                                   \
  X (VECTOR_4, N_ ("vector4"), "the vector unit of the fourth core")

typedef enum
{
#define FX_UNIT_ID(id, name, doc) FX_UNIT_##id,
  FX_UNIT_LIST (FX_UNIT_ID)
#undef FX_UNIT_ID
      FX_N_UNITS
} FxUnit;

extern const char *const fx_unit_names[]; /* NULL-terminated */

#define FX_MAX_CORES 4

/* The units that a BPU with so many cores has are the first ones. */
static inline int
fx_n_units (guint cores)
{
  return FX_UNIT_TENSOR + 2 * (int)cores;
}
static inline gboolean
fx_unit_computes (FxUnit unit)
{
  return unit >= FX_UNIT_TENSOR;
}
/* The unit of another core that does the same. */
static inline FxUnit
fx_unit_of_core (FxUnit unit, guint core)
{
  return fx_unit_computes (unit) ? FX_UNIT_TENSOR + (unit - FX_UNIT_TENSOR) % 2 + 2 * core : unit;
}

typedef enum
{
  FX_MEMORY_SRAM,
  FX_MEMORY_DDR,
  FX_N_MEMORIES
} FxMemory;

extern const char *const fx_memory_names[]; /* NULL-terminated */

/* Room for `slots` rows of a value, of which row r lies at offset + r % slots × layout.row_bytes. */
typedef struct
{
  FxId value;
  FxMemory memory;
  guint64 offset;       /* bytes, a multiple of FX_PLACE_ALIGNMENT */
  gint64 slots;         /* 1 … n_rows */
  gint16 constant_axis; /* of a constant: the axis of its rows; -1: an activation */
  FxRowLayout layout;   /* follows from the value, the axis and the program's channel_align */
} FxPlace;

#define FX_PLACE_ALIGNMENT 64

/* Rows of a place; place FX_NONE: an operand that is omitted or a part of the instruction. */
typedef struct
{
  FxId place;
  FxRowRange rows;
} FxPlaceRows;

typedef struct
{
  FxUnit unit;
  FxId node;                   /* TENSOR, VECTOR: computes rows of it. LOAD, STORE: the node it is done for */
  guint n_operands, n_results; /* STORE: one of each, with the same rows; LOAD: as many of each as it copies */
  FxPlaceRows *operands;       /* [n_operands], as the node's inputs */
  FxPlaceRows *results;        /* [n_results], as its outputs; all have the same rows */
  FxRowRange channels;         /* of the results, where the node is cut by channels (fx-tile.h); 0 … 1 elsewhere */
  gint64 after[FX_N_UNITS];    /* the command of each other unit that has to be over, with all before it; -1: none */
  double ms;                   /* how long it takes */
} FxCommand;

typedef struct
{
  gboolean on_bpu;
  guint first, n; /* commands of the BPU */
  FxId *nodes;    /* [n] of the CPU, in order */
} FxSegment;

typedef struct
{
  FxGraph *graph;                      /* the integer network, with what was fed and is given back */
  char *target;                        /* id */
  guint64 memory_bytes[FX_N_MEMORIES]; /* SRAM: what the target has; DDR: what the program uses */
  guint channel_align;
  guint cores;      /* 1 … FX_MAX_CORES */
  GArray *places;   /* of FxPlace */
  GArray *commands; /* of FxCommand */
  GArray *segments; /* of FxSegment */
} FxProgram;

FxProgram *fx_program_new (void);
void fx_program_free (FxProgram *program); /* accepts NULL */

static inline FxPlace *
fx_program_place (const FxProgram *program, FxId id)
{
  return &g_array_index (program->places, FxPlace, id);
}
static inline FxCommand *
fx_program_command (const FxProgram *program, guint i)
{
  return &g_array_index (program->commands, FxCommand, i);
}
static inline FxSegment *
fx_program_segment (const FxProgram *program, guint i)
{
  return &g_array_index (program->segments, FxSegment, i);
}

/* Adds one and returns its number. */
FxId fx_program_add_place (FxProgram *program, FxPlace place);
guint fx_program_add_command (FxProgram *program, FxCommand command); /* takes its arrays over */
guint fx_program_add_segment (FxProgram *program, FxSegment segment); /* likewise */

/* The layout of a place of that value; fills place->layout. FALSE if the value has no static shape or the axis is none
 * of it. */
gboolean fx_place_resolve (FxPlace *place, const FxGraph *graph, guint channel_align);

/* Bytes a place takes. */
static inline guint64
fx_place_bytes (const FxPlace *place)
{
  return (guint64)place->slots * place->layout.row_bytes;
}

/* Where the places in a memory end: bytes that a program uses, of all that the memory has. */
guint64 fx_program_used_bytes (const FxProgram *program, FxMemory memory);

/* Calls `visit` for the runs of bytes of a memory that rows of a place are. */
typedef void (*FxByteVisitor) (FxMemory memory, guint64 begin, guint64 end, gpointer user_data);
void fx_place_rows_visit (const FxProgram *program, const FxPlaceRows *rows, FxByteVisitor visit, gpointer user_data);

/* Every invariant in one place: numbers in range, places inside their memories, commands that fit their nodes, every
 * two commands that touch the same bytes, one of them writing, in a fixed order. FALSE and *error (BAD_DATA) name the
 * first that is broken. A program from a file is verified before anything else looks at it. */
gboolean fx_program_verify (const FxProgram *program, GCancellable *cancellable, GError **error);

/* One line a command, for people. */
void fx_program_print (const FxProgram *program, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxProgram, fx_program_free)

G_END_DECLS
