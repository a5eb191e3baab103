/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sanitizers make everything about three times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define MAX_TURN_MS 300.0
#else
#define MAX_TURN_MS 100.0
#endif

#define SAMPLE_MS 20
#define MAX_SAMPLES 12
#define MAX_DEPTH 48

typedef struct
{
  double cpu_ms;  /* processor time of the main thread */
  double wait_ms; /* for locks, files and the display: neither at work nor kept from it by other threads */
  volatile int n_samples;
  int depths[MAX_SAMPLES];
  void *stacks[MAX_SAMPLES][MAX_DEPTH];
} Turn;

static Turn turn, longest; /* the one under way, and the one kept */
static double cpu_begin, wait_begin;
static double longest_wait_ms;
static timer_t timer;
static gboolean started;

static double
now_ms (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Time on the clock without what the thread could have worked but had to leave the processor to others. */
static double
own_ms (void)
{
  g_autofree char *text = NULL;
  guint64 running = 0, queued = 0;

  /* "nanoseconds on a processor, nanoseconds in the queue for one, turns" */
  if (g_file_get_contents ("/proc/thread-self/schedstat", &text, NULL, NULL))
    sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &running, &queued);
  return now_ms (CLOCK_MONOTONIC) - (double)queued / 1e6;
}

/* backtrace() has been called before, so that it allocates nothing here. */
static void
sample (G_GNUC_UNUSED int number)
{
  if (turn.n_samples >= MAX_SAMPLES)
    return;
  turn.depths[turn.n_samples] = backtrace (turn.stacks[turn.n_samples], MAX_DEPTH);
  turn.n_samples++;
}

static void
set_timer (long interval_ms)
{
  const struct timespec interval = { 0, interval_ms * 1000000 };
  const struct itimerspec spec = { interval, interval };

  timer_settime (timer, 0, &spec, NULL);
}

static void
begin_turn (void)
{
  turn.n_samples = 0;
  cpu_begin = now_ms (CLOCK_THREAD_CPUTIME_ID);
  wait_begin = own_ms ();
  set_timer (SAMPLE_MS);
}

static void
end_turn (void)
{
  set_timer (0);
  turn.cpu_ms = now_ms (CLOCK_THREAD_CPUTIME_ID) - cpu_begin;
  turn.wait_ms = own_ms () - wait_begin - turn.cpu_ms;
  longest_wait_ms = MAX (longest_wait_ms, turn.wait_ms);
  if (turn.cpu_ms > longest.cpu_ms)
    longest = turn;
}

static int
poll_between_turns (GPollFD *fds, guint n_fds, int timeout)
{
  int n;

  end_turn ();
  n = g_poll (fds, n_fds, timeout);
  begin_turn ();
  return n;
}

void
watchdog_start (void)
{
  struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF };
  struct sigaction action = { .sa_handler = sample, .sa_flags = SA_RESTART };
  void *stack[1];

  backtrace (stack, 1);
  event._sigev_un._tid = (pid_t)syscall (SYS_gettid);
  sigaction (SIGPROF, &action, NULL);
  g_assert_cmpint (timer_create (CLOCK_THREAD_CPUTIME_ID, &event, &timer), ==, 0);
  g_main_context_set_poll_func (NULL, poll_between_turns);
  started = TRUE;
  watchdog_forget ();
}

void
watchdog_forget (void)
{
  memset (&longest, 0, sizeof longest);
  longest_wait_ms = 0;
  begin_turn ();
}

void
watchdog_pause (void)
{
  if (started)
    end_turn ();
}

void
watchdog_resume (void)
{
  if (started)
    begin_turn ();
}

static void
print_longest (void)
{
  for (int i = 0; i < longest.n_samples; i++)
    {
      fprintf (stderr, "after %d ms of %.0f:\n", (i + 1) * SAMPLE_MS, longest.cpu_ms);
      backtrace_symbols_fd (longest.stacks[i], longest.depths[i], STDERR_FILENO);
    }
}

void
watchdog_check (const char *during)
{
  end_turn ();
  g_test_message ("%s: the longest turn of the main loop took %.0f ms, the longest wait %.0f ms", during,
                  longest.cpu_ms, longest_wait_ms);
  if (longest.cpu_ms > MAX_TURN_MS || g_getenv ("FX_TEST_TURNS") != NULL)
    print_longest ();
  /* where whole call stacks are walked at every allocation, that is what takes the time */
  if (g_getenv ("FX_TEST_WHOLE_STACKS") == NULL)
    g_assert_cmpfloat (longest.cpu_ms, <=, MAX_TURN_MS);
  watchdog_forget ();
}
