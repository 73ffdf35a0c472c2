// Leaks 1000 blocks of 40 bytes, then ends in the way that the argument names.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "known.h"

static void* keep_allocating(void* unused) {
  (void)unused;
  for (;;) churn(100, 64);
  return NULL;
}

static void* leave(void* unused) {
  (void)unused;
  exit(5);
}

static void start(void* (*body)(void*)) {
  pthread_t thread;
  require(pthread_create(&thread, NULL, body, NULL) == 0, "pthread_create");
}

static void end_with_running_threads(void) {
  for (int i = 0; i < 4; ++i) start(keep_allocating);
  usleep(20000);
  exit(4);
}

static void end_from_thread(void) {
  start(leave);
  for (;;) pause();
}

static void crash(void) {
  volatile int* nowhere = NULL;
  *nowhere = 1;
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: endings WAY");
  const char* way = argv[1];
  leak_known(1000, 40);
  puts("before the end");
  fflush(stdout);
  if (strcmp(way, "exit") == 0) exit(3);
  if (strcmp(way, "_exit") == 0) _exit(6);
  if (strcmp(way, "_Exit") == 0) _Exit(7);
  if (strcmp(way, "quick_exit") == 0) quick_exit(8);
  if (strcmp(way, "abort") == 0) abort();
  if (strcmp(way, "segv") == 0) crash();
  if (strcmp(way, "sigterm") == 0) kill(getpid(), SIGTERM);
  if (strcmp(way, "sigkill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(way, "running_threads") == 0) end_with_running_threads();
  if (strcmp(way, "from_thread") == 0) end_from_thread();
  return 0;
}
