// A heap that is worth more than one thread to scan, at the end of a program that may forbid threads:
//   large_heap plain|one-processor|clone-kills
// Prints what it sees of its own threads, which must be the same before and after the heap is looked at.
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system_call_filter.h"

enum { kBlocks = 40000, kBytes = 1000 };

static void** g_blocks;
static int g_threads;

static int count_threads(void) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (readdir(tasks) != NULL) ++count;
  closedir(tasks);
  return count;
}

static void compare_threads(void) {
  const char* said = count_threads() == g_threads ? "threads as before\n" : "other threads than before\n";
  if (write(STDOUT_FILENO, said, strlen(said)) < 0) abort();  // no buffer: the heap stays as it was looked at
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "plain";
  if (strcmp(mode, "one-processor") == 0) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  if (strcmp(mode, "clone-kills") == 0) {
    filter(SYS_clone, SECCOMP_RET_KILL_PROCESS);
    filter(SYS_clone3, SECCOMP_RET_KILL_PROCESS);
  }
  g_blocks = malloc(kBlocks * sizeof(void*));
  for (int i = 0; i != kBlocks; ++i) {
    g_blocks[i] = calloc(1, kBytes);
    if (i != 0) *(void**)g_blocks[i] = g_blocks[i / 2];
  }
  g_threads = count_threads();
  atexit(compare_threads);  // runs after the look at the heap
  return 0;
}
