/* What the engine asks of a kernel library, so that another release or library can stand in, and several can work side
 * by side.
 *
 * A backend looks at one node (with what was fused behind it) and either prepares a kernel or declines, and then the
 * operator's plain kernel runs. A kernel says in which layout it wants each operand and gives each result; the planner
 * puts a reorder where what is there and what is wanted differ.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/exec/fx-activation.h"
#include "core/graph/fx-dtype.h"
#include "core/graph/fx-shape.h"

G_BEGIN_DECLS

typedef struct _FxBackend FxBackend;
typedef struct _FxKernel FxKernel;

typedef struct _FxBackendFuncs FxBackendFuncs;

/* How a backend arranges the elements of a value. NULL stands for dense row-major everywhere. Immutable, shared; the
 * beginning of the backend's own struct. */
typedef struct
{
  const FxBackendFuncs *funcs;
  gatomicrefcount ref_count;
} FxLayout;

typedef struct
{
  FxDType dtype; /* UNDEFINED: omitted operand */
  FxShape shape;
  const FxLayout *layout; /* what exists already; the kernel may ask for another */
  FxTensor *constant;     /* borrowed; NULL if it is computed */
} FxOperand;

/* Something fused behind the main node: an activation, or the sum with another value. */
typedef struct
{
  gboolean is_sum;
  FxActivation activation;
} FxPost;

#define FX_MAX_POSTS 3

typedef struct
{
  const FxNode *node;
  gconstpointer params; /* the operator's params struct */
  guint n_inputs;       /* node->n_inputs, and one more behind them for the other operand of a fused sum */
  const FxOperand *inputs;
  FxDType dtype; /* of output 0 */
  FxShape shape; /* of output 0 */
  guint n_posts;
  FxPost posts[FX_MAX_POSTS];
} FxKernelRequest;

typedef struct
{
  /* What an execution changes, for one run; `context` is the backend's own of that run. */
  gpointer (*state_new) (const FxKernel *kernel, gpointer context);
  void (*state_free) (gpointer state);
  gboolean (*run) (const FxKernel *kernel, gpointer state, void *const *inputs, void *const *outputs, void *scratch,
                   GError **error);
  void (*free) (FxKernel *kernel);
} FxKernelFuncs;

#define FX_NO_INPUT (-1)

struct _FxKernel
{
  const FxKernelFuncs *funcs;
  guint backend; /* index of the engine's; set by the engine */
  char *name;
  guint n_inputs;           /* those of the request */
  FxLayout **input_layouts; /* owned references */
  guint8 *packed; /* [n_inputs] 1: the kernel keeps what it needs of this constant; it is not passed to run() */
  FxLayout *output_layout; /* of output 0, the only one backends give */
  int over_input;          /* output 0 may lie over this operand (same bytes, same layout), or FX_NO_INPUT */
  gboolean must_be_over;   /* … and must, because the operand is part of the result */
  gsize scratch_bytes;
  gsize packed_bytes;
};

struct _FxBackendFuncs
{
  const char *name;
  FxBackend *(*new) (GError **error);
  void (*free) (FxBackend *backend);

  /* Activations that can be fused behind `node` (bit 1 << FxActivationKind), exactly as the operator defines them;
   * *sum: whether a sum can. */
  guint32 (*posts) (FxBackend *backend, const FxNode *node, gboolean *sum);

  /* NULL without *error: not a case for this backend. */
  FxKernel *(*prepare) (FxBackend *backend, const FxKernelRequest *request, GError **error);
  FxKernel *(*reorder) (FxBackend *backend, FxDType dtype, const FxShape *shape, const FxLayout *from,
                        const FxLayout *to, GError **error);

  void (*layout_free) (FxLayout *layout);
  /* Of two layouts of this backend. */
  gboolean (*layout_equal) (const FxLayout *a, const FxLayout *b);
  /* Bytes including padding. */
  gsize (*layout_bytes) (const FxLayout *layout);
  /* TRUE if the elements with indices begin … end - 1 of `axis` of a value in `layout` are one run of bytes which is
   * that part of the value in `part`; its place is *offset. */
  gboolean (*layout_slice) (const FxLayout *layout, const FxLayout *part, int axis, gint64 begin, gsize *offset);
  /* How many channels (axis 1) lie side by side if a value of floats is arranged as FxBlockObserver has it; 0: it is
   * not. NULL: none of this backend is. */
  gsize (*layout_block) (const FxLayout *layout);

  gpointer (*context_new) (FxBackend *backend, GError **error);
  void (*context_free) (gpointer context);
};

struct _FxBackend
{
  const FxBackendFuncs *funcs;
};

extern const FxBackendFuncs fx_backend_dnnl; /* floats */
extern const FxBackendFuncs fx_backend_int8; /* the integer network */

/* A new layout's beginning: one reference. */
void fx_layout_init (FxLayout *layout, const FxBackendFuncs *funcs);
FxLayout *fx_layout_ref (FxLayout *layout); /* these accept NULL */
void fx_layout_unref (FxLayout *layout);
gboolean fx_layout_equal (const FxLayout *a, const FxLayout *b);

/* A kernel with room for `n_inputs` operands, all plain; `size` is that of the backend's struct around it. */
FxKernel *fx_kernel_alloc (gsize size, const FxKernelFuncs *funcs, guint n_inputs);
void fx_kernel_free (FxKernel *kernel); /* accepts NULL */

G_END_DECLS
