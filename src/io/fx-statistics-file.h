/* Calibration statistics in a file: what a run that was broken off has gathered so far.
 *
 * Little-endian: "FXSTATS\n", u32 version, then strings (u32 length and bytes) and numbers as fx-statistics-file.c
 * lists them; histograms as pairs of LEB128 numbers, the distance to the next bin that is not empty and its count. The
 * last 32 bytes are the SHA-256 of everything before. All numbers are kept bit for bit, so continuing gives what would
 * have come without a break.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-statistics.h"
#include "io/fx-dataset.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What statistics belong to, as text: a digest of the graph with its weights, of the pipeline, and of the samples in
 * their order: names, sizes and the first 64 KiB of each file. */
char *fx_statistics_identity (const FxGraph *graph, const FxDataset *dataset, const FxPreprocess *preprocess);

/* Replaces the file atomically. FALSE and *error, starting with the path. */
gboolean fx_statistics_save (const FxStatistics *statistics, const char *identity, const char *path, GError **error);

/* Fills statistics that are new and of the same graph. FALSE and *error, starting with the path: G_IO_ERROR (NOT_FOUND
 * if there is no file), BAD_DATA if the file is damaged or of another identity; nothing is changed then. */
gboolean fx_statistics_load (FxStatistics *statistics, const char *identity, const char *path, GError **error);

G_END_DECLS
