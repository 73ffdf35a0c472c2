// Starts /bin/echo in the way that the argument names: vfork, spawn, system or popen; leaks before and after.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

extern char** environ;

static char* const kEcho[] = {"echo", "from the child", NULL};

static int wait_for(pid_t child) {
  int status = 0;
  require(waitpid(child, &status, 0) == child, "waitpid");
  return WEXITSTATUS(status);
}

static int by_vfork(void) {
  const pid_t child = vfork();
  if (child == 0) {
    execv("/bin/echo", kEcho);
    _exit(127);
  }
  return wait_for(child);
}

static int by_spawn(void) {
  pid_t child;
  require(posix_spawn(&child, "/bin/echo", NULL, NULL, kEcho, environ) == 0, "posix_spawn");
  return wait_for(child);
}

static int by_popen(void) {
  FILE* pipe = popen("/bin/echo from the child", "r");
  char line[100] = "";
  require(fgets(line, sizeof line, pipe) != NULL, "fgets");
  fputs(line, stdout);
  return WEXITSTATUS(pclose(pipe));
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: start_programs WAY");
  leak_known(10, 344);
  int status = -1;
  if (strcmp(argv[1], "vfork") == 0) status = by_vfork();
  if (strcmp(argv[1], "spawn") == 0) status = by_spawn();
  if (strcmp(argv[1], "system") == 0) status = WEXITSTATUS(system("/bin/echo from the child"));
  if (strcmp(argv[1], "popen") == 0) status = by_popen();
  leak_known(10, 344);
  printf("status %d\n", status);
  return 0;
}
