/* What a frame costs on a board: milliseconds as a sum over the operators of the integer network, each so many units of
 * work at a price that the target states.
 *
 * There is one row for each kind of work. The prices are the member `machine` of data/targets/<march>.json:
 * {"NAME": {"value": N, "source": "…"}} for what somebody published, "fitted": true for what was fitted to measurements
 * of boards, "scaled": true for what was taken over from another board. docs/target-model.md explains the model and
 * says how far it can be trusted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check.h"

G_BEGIN_DECLS

/* X (id, name, unit, units, part, what it is); `units` is how many operations, bytes or elements a unit has */
/* clang-format off */
#define FX_COST_LIST(X) \
  X (DENSE, "dense", "GMAC", 1e9, BPU, N_ ("multiply-accumulates of convolutions and matrix products")) \
  X (DENSE16, "dense16", "GMAC", 1e9, BPU, N_ ("the same with 16-bit activations")) \
  X (DEPTHWISE, "depthwise", "GMAC", 1e9, BPU, N_ ("multiply-accumulates where each channel has its own filter")) \
  X (ELEMENTWISE, "elementwise", "MB", 1e6, BPU, N_ ("bytes, channels padded, of additions, products, pools and the like")) \
  X (TABLES, "tables", "MB", 1e6, BPU, N_ ("bytes, channels padded, of functions of one value, which are tables (SiLU, Sigmoid, Gelu)")) \
  X (MATRICES, "matrices", "MB", 1e6, BPU, N_ ("bytes, channels padded, of what is between products of activations (attention), and of Softmax")) \
  X (MOVES, "moves", "MB", 1e6, BPU, N_ ("bytes, channels padded, of Concat, Slice, Transpose and the like")) \
  X (LAYERS, "layers", "layers", 1, BPU, N_ ("of multiply-accumulates, whatever their size")) \
  X (WEIGHTS, "weights", "MB", 1e6, MEMORY, N_ ("bytes of weights and other parameters, read once a frame")) \
  X (ACTIVATIONS, "activations", "MB", 1e6, MEMORY, N_ ("bytes into and out of convolutions and matrix products")) \
  X (QUANTIZE, "quantize", "M", 1e6, CPU, N_ ("elements from float to integer")) \
  X (DEQUANTIZE, "dequantize", "M", 1e6, CPU, N_ ("elements from integer to float for operators on the CPU")) \
  X (OUTPUTS, "outputs", "M", 1e6, CPU, N_ ("elements of the model's outputs from integer to float")) \
  X (CPU_MACS, "cpu_macs", "GMAC", 1e9, CPU, N_ ("multiply-accumulates in float")) \
  X (CPU_FUNCTIONS, "cpu_functions", "M", 1e6, CPU, N_ ("elements of Softmax, Exp, norms and the like in float")) \
  X (CPU_SIMPLE, "cpu_simple", "M", 1e6, CPU, N_ ("elements of all other operators on the CPU")) \
  X (CALLS, "calls", "calls", 1, CPU, N_ ("of BPU subgraphs")) \
  X (FRAME, "frame", "frame", 1, CPU, N_ ("what every frame costs"))
/* clang-format on */

typedef enum
{
#define FX_COST_ID(id, name, unit, units, part, doc) FX_COST_##id,
  FX_COST_LIST (FX_COST_ID)
#undef FX_COST_ID
      FX_N_COSTS
} FxCostKind;

typedef enum
{
  FX_COST_PART_BPU,
  FX_COST_PART_CPU,
  FX_COST_PART_MEMORY,
  FX_N_COST_PARTS
} FxCostPart;

typedef struct
{
  const char *name, *unit, *doc; /* the last is for people, to be translated */
  double units;
  FxCostPart part;
} FxCostRow;

extern const FxCostRow fx_cost_rows[FX_N_COSTS];
extern const char *const fx_cost_titles[FX_N_COSTS]; /* "Reading weights", …, for people, to be translated */
extern const char *const fx_cost_part_titles[FX_N_COST_PARTS]; /* likewise */
extern const char *const fx_cost_part_names[];                 /* "bpu", "cpu", "memory" */

#define FX_MACHINE_MOST_MS 1e6 /* nothing costs more a unit, and no frame takes longer */

typedef struct
{
  double prices[FX_N_COSTS]; /* ms a unit */
  guint channels;    /* tensors of four axes have room for a multiple of so many in the BPU: channel_align of the
                        target's engines (fx-engines.h); 0: 1 */
  const char *basis; /* where the prices are from, for people; interned, "" if nobody says */
} FxMachine;

/* Sets the prices that `members` (a{sv}: numbers, or objects with a `value`) names. With
 * `complete` every price must be there, and all say where they are from. FALSE and *error (BAD_DATA): unknown name, no
 * number, out of range. */
gboolean fx_machine_read (FxMachine *machine, GVariant *members, gboolean complete, GError **error);

/* The machine of a target. FALSE and *error (UNSUPPORTED): it has none. */
gboolean fx_machine_of_target (FxMachine *machine, const FxTarget *target, GError **error);

typedef struct
{
  FxId node;      /* of the graph that was measured */
  int subgraph;   /* of the BPU, counted from 0; FX_NO_SUBGRAPH: on the CPU */
  gboolean sized; /* FALSE: a size is not known before it runs; costs nothing here */
  guint64 macs;
  double ms;
  double weights_ms; /* the part of `ms` for reading its parameters */
  FxCostKind bound;  /* the largest part of `ms` */
} FxNodeCost;

typedef struct
{
  FxNodeCost *nodes; /* [n_nodes], in order of the graph */
  guint n_nodes, n_subgraphs, n_unsized;
  guint64 macs;
  double amounts[FX_N_COSTS], ms[FX_N_COSTS]; /* units, milliseconds */
  double part_ms[FX_N_COST_PARTS], total_ms;
  guint64 least_bytes; /* through memory a frame: parameters, and what enters and leaves subgraphs */
  guint64 most_bytes;  /* the same if no activation stayed in the BPU's own memory */
} FxCostReport;

/* Costs of an integer network (sorted, shapes inferred). Pictures (graph inputs of 4 axes with 1 or 3 channels) come
 * from the camera as integers, so their QuantizeLinear is free. */
FxCostReport *fx_cost_measure (const FxGraph *integer, const FxMachine *machine);
void fx_cost_report_free (FxCostReport *report); /* accepts NULL */

/* Operators on the CPU that hand floats to one another, with the conversions around them: what would be gone if they
 * ran on the BPU, or were left to the user's program. */
typedef struct
{
  FxId node;         /* the dearest operator; the first one of equals */
  guint n_operators; /* conversions not counted */
  double ms;
} FxCostIsland;

/* All of them (of FxCostIsland), the dearest first. */
GArray *fx_cost_islands (const FxGraph *integer, const FxCostReport *report);
/* Which nodes are in an island, conversions too: 1 each, [n_nodes of the graph]; g_free() it. */
guint8 *fx_cost_island_nodes (const FxGraph *integer, const FxCostReport *report, const FxCostIsland *island);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxCostReport, fx_cost_report_free)

G_END_DECLS
