/* Samples for evaluation and calibration: pictures or tensors of a folder or a list, with labels if there are any.
 *
 * Opening only lists and sniffs the files; each sample is read when it is asked for, so memory does not grow with the
 * number of samples.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-preprocess.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name; /* relative to the folder, or as in the list */
  char *path;
  gboolean is_image;
  int label;        /* class index, -1: none known */
  char *class_name; /* NULL: none known */
} FxSample;

/* A file that is not a sample, and why; or a label without a file. */
typedef struct
{
  char *name;
  char *reason;
} FxSkipped;

typedef struct
{
  GPtrArray *samples; /* FxSample, in order */
  GPtrArray *skipped; /* FxSkipped */
  guint n_labeled;
  FxDType raw_dtype; /* UNDEFINED, or what files without a header hold, whatever their names */
} FxDataset;

/* Opens
 * - a folder: every picture and tensor file (.npy, .pb, .f32, .u8, .bin, .raw) in it and below, in bytewise order of
 *   their relative names. Hidden files and links to folders are skipped. Stray files are listed in `skipped`;
 * - a picture or tensor file: a set of one;
 * - any other file is a list in the form of a labels file, in its own order, relative to its folder.
 *
 * `labels_path` may be NULL: then "labels.txt" in the folder is used if it exists, and otherwise, if every sample is in
 * a folder below and there are at least two of these, each of them is a class, numbered from 0 in bytewise order. A
 * line of a labels file is `NAME INDEX CLASS NAME`, separated by blanks, or by tabs if there is one in the line; the
 * index and the class name may be absent; "#" begins a comment line. NAME is a sample, or a folder that holds the
 * samples of the class.
 * NULL and *error (starting with a path) if something cannot be read or there is no sample. */
FxDataset *fx_dataset_open (const char *path, const char *labels_path, GError **error);
/* The same for a file, or a folder in which every file holds bare elements of `raw_dtype` (or is a .npy file), whatever
 * its name, as calibration folders of the boards' converter do; pictures among them are skipped with the reason.
 * UNDEFINED: as above. */
FxDataset *fx_dataset_open_raw (const char *path, const char *labels_path, FxDType raw_dtype, GError **error);
void fx_dataset_free (FxDataset *dataset); /* accepts NULL */

/* Puts the samples of `more`, which was opened from `path` with the same `raw_dtype`, behind those of `dataset`, named
 * as of a folder. Takes `more` over. Classes keep the numbers that each source gives them. */
void fx_dataset_append (FxDataset *dataset, const char *path, FxDataset *more);

guint fx_dataset_n_samples (const FxDataset *dataset);
const FxSample *fx_dataset_sample (const FxDataset *dataset, guint i);

/* Keeps `count` samples (0 or more than there are: all), chosen at random but always the same ones for the same seed
 * and files: in turn from each class, or from each top folder where there are no labels. Their order stays. */
void fx_dataset_select (FxDataset *dataset, guint count, guint64 seed);

/* Sample i as the network's input, of which only type and shape are looked at. Pictures go through `preprocess`;
 * tensors are taken as they are, in the shape of the input if that is the same but for sizes of 1, as floats if the
 * input has floats. `input` may be NULL to skip all checks, or of type UNDEFINED; bare elements without a header need
 * its shape. May be called from several threads at once. FALSE and *error, starting with the path. */
gboolean fx_dataset_load (const FxDataset *dataset, guint i, const FxPreprocess *preprocess, const FxValue *input,
                          FxTensor **out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxDataset, fx_dataset_free)

G_END_DECLS
