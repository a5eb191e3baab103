/* Running fixpoint-cli from tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

typedef struct
{
  int status;   /* exit status */
  char *out;    /* standard output */
  char *errors; /* standard error */
} CliResult;

/* Runs the program with the arguments, which end with NULL. The process must exit by itself, and not by a signal. */
CliResult cli_run (const char *program, ...) G_GNUC_NULL_TERMINATED;
void cli_clear (CliResult *result);

/* Standard output as a JSON object. */
JsonObject *cli_json (const CliResult *result, JsonParser *parser);

/* Removes the folder and everything in it. */
void cli_remove_folder (const char *path);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliResult, cli_clear)
