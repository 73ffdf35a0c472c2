// A program that is looked at: threads in all kinds of waits, blocks held by each of them, and the ways to end.
//   graph_capture THREADS MODE
// Prints what it sees of the world, which must be the same whether it is looked at or not.
#include <errno.h>
#include <leakhook/leakhook.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system_call_filter.h"

static volatile int g_children_seen;
static volatile int g_stop;
static int g_interrupted;
static pthread_mutex_t g_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t g_never = PTHREAD_COND_INITIALIZER;

static void on_child(int signal) {
  (void)signal;
  g_children_seen = 1;
}

static void count_interruption(int result) {
  if (result != 0 && errno == EINTR) __atomic_add_fetch(&g_interrupted, 1, __ATOMIC_RELAXED);
}

static void* wait_somehow(void* argument) {
  const long kind = (long)argument;
  void* held = malloc(1000 + (size_t)kind);
  while (!g_stop) {
    const struct timespec pause = {0, 50000000};
    switch (kind % 4) {
      case 0: count_interruption(nanosleep(&pause, NULL)); break;
      case 1: count_interruption(poll(NULL, 0, 50) < 0); break;
      case 2:
        pthread_mutex_lock(&g_mutex);
        struct timespec end;
        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_nsec += 50000000;
        if (end.tv_nsec >= 1000000000) end.tv_sec += 1, end.tv_nsec -= 1000000000;
        pthread_cond_timedwait(&g_never, &g_mutex, &end);
        pthread_mutex_unlock(&g_mutex);
        break;
      default:
        for (int i = 0; i != 1000; ++i) free(malloc(64));
        sched_yield();
        break;
    }
  }
  free(held);
  return NULL;
}

// Something that is said again and again about the program's own state.
static void report(const char* when) {
  printf("%s: wait says %d, errno %d, child signal %d\n", when, (int)waitpid(-1, NULL, WNOHANG), errno,
         g_children_seen);
  fflush(stdout);
}

int main(int argc, char** argv) {
  const int threads = argc > 1 ? atoi(argv[1]) : 0;
  const char* mode = argc > 2 ? argv[2] : "return";
  signal(SIGCHLD, on_child);
  if (strcmp(mode, "no-ptrace") == 0) filter(SYS_ptrace, SECCOMP_RET_ERRNO | EPERM);
  if (strcmp(mode, "ptrace-kills") == 0) filter(SYS_ptrace, SECCOMP_RET_KILL_PROCESS);
  if (strcmp(mode, "no-new-privileges") == 0) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (strcmp(mode, "not-dumpable") == 0) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (strcmp(mode, "blocked") == 0) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
  }
  pthread_t started[256];
  for (long i = 0; i != threads; ++i) pthread_create(&started[i], NULL, wait_somehow, (void*)i);
  void** leaked = malloc(4321);
  *leaked = malloc(1234);
  report("before");
  const int snapshots = argc > 3 ? atoi(argv[3]) : 0;
  for (int i = 0; i != snapshots; ++i) {
    const int taken = leakhook_snapshot("middle", LEAKHOOK_GRAPH);
    if (taken != leakhook_is_active()) printf("the snapshot said %d\n", taken);
  }
  report("after");
  if (strcmp(mode, "serve") == 0) {
    while (getchar() != EOF) {
    }
    report("served");
  }
  if (strcmp(mode, "join") == 0 || strcmp(mode, "serve") == 0) {
    g_stop = 1;
    for (int i = 0; i != threads; ++i) pthread_join(started[i], NULL);
    printf("interrupted waits: %d\n", g_interrupted);
  }
  fflush(stdout);
  if (strcmp(mode, "exit") == 0) exit(7);
  if (strcmp(mode, "_exit") == 0) _exit(8);
  if (strcmp(mode, "quick") == 0) quick_exit(9);
  if (strcmp(mode, "abort") == 0) abort();
  return 0;
}
