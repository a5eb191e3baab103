/* How long the main loop is kept from turning: the time between two polls, in which no event is answered and no frame
 * is drawn.
 *
 * What counts is the processor time of the main thread, which hardly depends on what else the machine does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* On the main thread, once. */
void watchdog_start (void);
/* Begins anew: what took long before now is forgotten, the turn under way too. */
void watchdog_forget (void);
/* Around what a test does on its own account between two turns. Nothing before the start. */
void watchdog_pause (void);
void watchdog_resume (void);
/* Fails the test if a turn took more than 100 ms of processor time, after saying where it was meanwhile (addresses for
 * addr2line); prints the longest, and begins anew. */
void watchdog_check (const char *during);

G_END_DECLS
