// Runs a command and says what it cost: CPU time of it and of everything that it started and left behind,
// wall time, and the peak resident set of its largest process. One line of JSON goes to a file, for
// scripts/bench.
//
//   process_cost RESULT_FILE ADDRESS_SPACE_BYTES|0 COMMAND ARGUMENTS...
//
// A program of its own, because the kernel counts the resident set of the process that forks towards the
// child's peak: under an interpreter no program would ever seem to need less than the interpreter. As the
// subreaper it inherits processes that outlive their parents, such as a tool's compressor.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static double now_s(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char* what) {
  fprintf(stderr, "process_cost: %s: %s\n", what, strerror(errno));
  exit(126);
}

static pid_t start(char** command, rlim_t address_space) {
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child != 0) return child;
  const struct rlimit limit = {address_space, address_space};
  if (address_space != 0 && setrlimit(RLIMIT_AS, &limit) != 0) fail("setrlimit");
  execvp(command[0], command);
  fail(command[0]);
  return -1;
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: process_cost RESULT_FILE ADDRESS_SPACE_BYTES|0 COMMAND ARGUMENTS...\n");
    return 126;
  }
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) fail("prctl");
  const double start_s = now_s();
  const pid_t child = start(argv + 3, strtoul(argv[2], NULL, 10));
  double cpu_s = 0;
  double wall_s = 0;
  long peak_kb = 0;
  int status = 0;
  for (;;) {
    int one_status = 0;
    struct rusage usage;
    const pid_t pid = wait4(-1, &one_status, 0, &usage);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) break;  // nobody is left
    cpu_s += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    if (usage.ru_maxrss > peak_kb) peak_kb = usage.ru_maxrss;
    if (pid == child) {
      status = WIFEXITED(one_status) ? WEXITSTATUS(one_status) : -WTERMSIG(one_status);
    }
    wall_s = now_s() - start_s;
  }
  FILE* result = fopen(argv[1], "w");
  if (result == NULL) fail(argv[1]);
  fprintf(result, "{\"cpu_s\": %.6f, \"wall_s\": %.6f, \"peak_kb\": %ld, \"status\": %d}\n", cpu_s, wall_s,
          peak_kb, status);
  if (fclose(result) != 0) fail(argv[1]);
  return 0;
}
