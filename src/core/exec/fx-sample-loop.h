/* Running an engine over many samples on several threads, with results that do not depend on how many.
 *
 * Each sample runs on one thread into a state of that thread; finished samples are then handed over one at a time, in
 * their order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-engine.h"

G_BEGIN_DECLS

/* Gives sample i: new tensors for all inputs of the model, in order, of their types and shapes. Called from several
 * threads at once. FALSE and *error if the sample cannot be had; nothing is given then. */
typedef gboolean (*FxSampleSource) (guint i, FxTensor **inputs, gpointer user_data, GError **error);

typedef struct
{
  FxEngine *engine; /* best made with n_threads = 1 */
  guint first, end; /* samples first … end − 1 */
  guint n_threads;  /* samples that are worked on at once; 0: all processors */
  FxSampleSource source;
  gpointer source_data;

  /* What one thread needs; the strings and pointers behind `user_data` are shared by all. NULL: nothing. */
  gpointer (*state_new) (gpointer user_data);
  void (*state_free) (gpointer state);
  /* Sample i is about to run into `state`. NULL: nothing to do. */
  void (*begin) (gpointer state, guint i);
  /* `user_data` of this one is the state. NULL: nobody looks at values. */
  FxObserver observe;
  FxBlockObserver observe_blocks; /* NULL: `observe` gets everything */
  /* Sample i is done: called in the order of the samples and never twice at once. Outputs are borrowed. */
  gboolean (*finish) (gpointer state, guint i, FxTensor *const *outputs, gpointer user_data, GError **error);
  gpointer user_data;
} FxSampleLoop;

/* FALSE and *error: what the callbacks or fx_run_execute() say of the first sample that fails, in the order of samples;
 * the ones before it were finished. G_IO_ERROR_CANCELLED. */
gboolean fx_sample_loop_run (const FxSampleLoop *loop, GCancellable *cancellable, GError **error);

G_END_DECLS
