/* Which channels of which activations can be rescaled together without changing what the network computes.
 *
 * If f (s·x) = s·f (x) for s > 0, a factor on a channel may be taken out behind one layer and put in again before the
 * next: Relu, PRelu, pooling, Add and everything that only moves elements let it pass. A group is a set of channels
 * that must have one factor. What nothing may be done to (inputs and outputs of the graph, what a Sigmoid sees, …) is
 * in group 0.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

/* The layer writes (`output`) or reads these channels. Its weights are fx_layer_is_linear(). */
typedef struct
{
  FxId node;
  gboolean output;
  guint n;
  guint32 *groups; /* [n] of each channel */
} FxChannelUse;

/* The groups of this value pass a Clip on the way to it, which lets a factor pass only where it does nothing. */
typedef struct
{
  FxId value;
  double low, high;
} FxChannelClip;

typedef struct
{
  guint n_groups; /* at least 1: group 0 stays as it is */
  guint n_values;
  guint *n_channels; /* [n_values] 0: no groups are known of it */
  guint32 **groups;  /* [n_values] of the channels on axis 1, or NULL */
  GArray *uses;      /* of FxChannelUse, in node order */
  GArray *clips;     /* of FxChannelClip */
  GArray *addends;   /* of FxChannelUse: nodes that add a constant per channel, which takes the factor as well */
} FxChannelGroups;

/* The graph is sorted, inferred and simplified. */
FxChannelGroups *fx_channel_groups_new (const FxGraph *graph);
void fx_channel_groups_free (FxChannelGroups *groups); /* accepts NULL */

/* The constant operand of a node of `addends`: its index among the inputs. */
guint fx_channel_addend (const FxGraph *graph, const FxNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxChannelGroups, fx_channel_groups_free)

G_END_DECLS
