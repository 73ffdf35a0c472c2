// Becomes a daemon: two forks, a new session, no open descriptors, another working directory. Then it leaks,
// and says so by creating the file that the argument names.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_in_daemon)

static void close_everything(void) {
  for (int fd = 0; fd < 1024; ++fd) close(fd);
  open("/dev/null", O_RDWR);
  if (dup(0) != 1 || dup(0) != 2) _exit(97);
}

static void run_daemon(const char* done_file) {
  umask(0);
  if (chdir("/") != 0) _exit(96);
  close_everything();
  leak_in_daemon(60, 392);
  churn(20000, 200);
  leak_in_daemon(60, 392);
  close(creat(done_file, 0600));
  exit(0);
}

int main(int argc, char** argv) {
  require(argc == 2, "usage: daemonize DONE_FILE");
  leak_known(5, 392);
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() == 0) run_daemon(argv[1]);
    _exit(0);
  }
  require(waitpid(child, NULL, 0) == child, "waitpid");
  puts("daemon started");
  return 0;
}
