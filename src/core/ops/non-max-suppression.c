/* NonMaxSuppression: the best boxes of every class that do not overlap much.
 * https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  BOXES,
  SCORES,
  MAX_OUTPUT,
  IOU_THRESHOLD,
  SCORE_THRESHOLD,
};

typedef struct
{
  gint64 center_point_box;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, center_point_box, 0, "0: boxes are y1, x1, y2, x2; 1: x center, y center, width, height"),
  FX_ATTR_END,
};

static gboolean
check_shapes (const FxShape *boxes, const FxShape *scores, GError **error)
{
  const FxShape wanted_boxes = FX_SHAPE (FX_DIM_UNKNOWN, FX_DIM_UNKNOWN, 4);
  FxShape merged = wanted_boxes;
  g_autofree char *found = fx_shape_to_string (boxes), *other = fx_shape_to_string (scores);

  if (!fx_shape_merge (&merged, boxes))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "boxes has shape %s, wanted [batch, n, 4]", found);
  if (scores->rank >= 0
      && (scores->rank != 3 || (merged.dims[0] >= 0 && scores->dims[0] >= 0 && merged.dims[0] != scores->dims[0])
          || (merged.dims[1] >= 0 && scores->dims[2] >= 0 && merged.dims[1] != scores->dims[2])))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "scores has shape %s, which does not go with boxes of shape %s", other,
                    found);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape y = FX_SHAPE (FX_DIM_UNKNOWN, 3);
  gint64 most;
  gboolean known;

  if (!fx_infer_check_type (infer, BOXES, "boxes", FX_TYPES_F32, error)
      || !fx_infer_check_type (infer, SCORES, "scores", FX_TYPES_F32, error)
      || !fx_infer_get_scalar (infer, MAX_OUTPUT, "max_output_boxes_per_class", &most, &known, error)
      || !fx_infer_check_type (infer, IOU_THRESHOLD, "iou_threshold", FX_TYPES_F32, error)
      || !fx_infer_check_count (infer, IOU_THRESHOLD, "iou_threshold", 1, error)
      || !fx_infer_check_type (infer, SCORE_THRESHOLD, "score_threshold", FX_TYPES_F32, error)
      || !fx_infer_check_count (infer, SCORE_THRESHOLD, "score_threshold", 1, error)
      || !check_shapes (&infer->inputs[BOXES].shape, &infer->inputs[SCORES].shape, error))
    return FALSE;
  fx_infer_set (infer, 0, FX_DTYPE_INT64, &y);
  return TRUE;
}

typedef struct
{
  float score;
  gint64 index;
} Candidate;

typedef struct
{
  float x1, y1, x2, y2;
} Box;

static Box
read_box (const float *box, gboolean center)
{
  if (center)
    return (Box){ box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2 };
  /* any two opposite corners, in any order */
  return (Box){ MIN (box[1], box[3]), MIN (box[0], box[2]), MAX (box[1], box[3]), MAX (box[0], box[2]) };
}

/* Intersection over union; 0 for boxes without an area. */
static float
overlap (const Box *a, const Box *b)
{
  float width = MIN (a->x2, b->x2) - MAX (a->x1, b->x1), height = MIN (a->y2, b->y2) - MAX (a->y1, b->y1);
  float area_a = (a->x2 - a->x1) * (a->y2 - a->y1), area_b = (b->x2 - b->x1) * (b->y2 - b->y1);

  if (!(width > 0 && height > 0 && area_a > 0 && area_b > 0))
    return 0;
  return width * height / (area_a + area_b - width * height);
}

static int
by_score (const void *a, const void *b)
{
  const Candidate *left = a, *right = b;

  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;
  return left->index < right->index ? -1 : 1;
}

typedef struct
{
  gboolean center, has_score_threshold;
  gint64 most; /* per class */
  float iou_threshold, score_threshold;
  gsize n; /* boxes */
  Candidate *candidates;
  Box *kept;
} Search;

/* Appends [batch, class, box] of the boxes kept, best first. */
static void
search_class (const Search *search, const float *boxes, const float *scores, gint64 batch, gint64 class,
              GArray *selected)
{
  gsize n_candidates = 0, n_kept = 0;

  for (gsize i = 0; i < search->n; i++)
    if (!isnan (scores[i]) && (!search->has_score_threshold || scores[i] > search->score_threshold))
      search->candidates[n_candidates++] = (Candidate){ scores[i], (gint64)i };
  if (n_candidates > 1)
    qsort (search->candidates, n_candidates, sizeof *search->candidates, by_score);

  for (gsize i = 0; i < n_candidates && (gint64)n_kept < search->most; i++)
    {
      gint64 index = search->candidates[i].index;
      gint64 row[3] = { batch, class, index };
      Box box = read_box (boxes + index * 4, search->center);
      gboolean keep = TRUE;

      for (gsize k = 0; keep && k < n_kept; k++)
        keep = !(overlap (&box, &search->kept[k]) > search->iou_threshold);
      if (!keep)
        continue;
      search->kept[n_kept++] = box;
      g_array_append_vals (selected, row, 3);
    }
}

static gboolean
read_search (const FxEval *eval, Search *search, GError **error)
{
  const Params *params = eval->params;
  const float *iou = eval->inputs[IOU_THRESHOLD].data, *score = eval->inputs[SCORE_THRESHOLD].data;

  *search = (Search){ .center = params->center_point_box != 0, .n = (gsize)eval->inputs[BOXES].shape.dims[1] };
  if (eval->inputs[MAX_OUTPUT].data != NULL
      && !fx_eval_get_scalar (eval, MAX_OUTPUT, "max_output_boxes_per_class", &search->most, error))
    return FALSE;
  search->iou_threshold = iou != NULL ? iou[0] : 0.0f;
  search->has_score_threshold = score != NULL;
  search->score_threshold = score != NULL ? score[0] : 0.0f;
  if (!(search->iou_threshold >= 0 && search->iou_threshold <= 1))
    return fx_fail (error, FX_ERROR_BAD_DATA, "iou_threshold is %g, wanted 0 to 1", (double)search->iou_threshold);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const float *boxes = eval->inputs[BOXES].data, *scores = eval->inputs[SCORES].data;
  const FxShape *shape = &eval->inputs[SCORES].shape;
  g_autoptr (GArray) selected = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree Candidate *candidates = NULL;
  g_autofree Box *kept = NULL;
  FxShape y;
  Search search;
  gpointer to;

  if (!read_search (eval, &search, error))
    return FALSE;
  candidates = fx_scratch_new (search.n, sizeof *candidates, error);
  kept = candidates != NULL ? fx_scratch_new (search.n, sizeof *kept, error) : NULL;
  if (kept == NULL)
    return FALSE;
  search.candidates = candidates;
  search.kept = kept;
  for (gint64 batch = 0; batch < shape->dims[0]; batch++)
    for (gint64 class = 0; class < shape->dims[1]; class ++)
      search_class (&search, boxes + (gsize)batch * search.n * 4,
                    scores + (gsize)(batch * shape->dims[1] + class) * search.n, batch, class, selected);

  y = FX_SHAPE ((gint64)(selected->len / 3), 3);
  to = fx_eval_alloc (eval, 0, FX_DTYPE_INT64, &y, error);
  if (to == NULL)
    return FALSE;
  if (selected->len > 0)
    memcpy (to, selected->data, selected->len * sizeof (gint64));
  return TRUE;
}

const FxOp fx_op_non_max_suppression = {
  .name = "NonMaxSuppression",
  .doc = "The best boxes of every class that do not overlap more than a threshold",
  .since = 10,
  .min_inputs = 2,
  .max_inputs = 5,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_DYNAMIC,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
