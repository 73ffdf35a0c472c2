// Every way to get a descriptor or a thread, and every way to end one: each must work as without us, with the same
// errors, in a child of vfork and in a signal handler, and when the thread is cancelled inside it.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static void must(int ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "%s failed: %s\n", what, strerror(errno));
  exit(1);
}

static void open_and_close(const char* name, int fd) {
  must(fd >= 0, name);
  must(close(fd) == 0, name);
}

static void open_descriptors(void) {
  char name[] = "/tmp/resource_calls.XXXXXX";
  char suffixed[] = "/tmp/resource_calls.XXXXXX.txt";
  const int file = mkstemp(name);
  must(file >= 0, "mkstemp");
  unlink(name);
  open_and_close("mkstemps", mkstemps(suffixed, 4));
  unlink(suffixed);
  open_and_close("open", open("/dev/null", O_RDONLY));
  open_and_close("openat", openat(AT_FDCWD, "/dev/null", O_RDONLY));
  open_and_close("creat", creat("/dev/null", 0600));
  open_and_close("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
  open_and_close("dup", dup(file));
  open_and_close("dup3", dup3(file, 90, O_CLOEXEC));
  open_and_close("fcntl", fcntl(file, F_DUPFD, 50));
  open_and_close("epoll_create1", epoll_create1(0));
  open_and_close("eventfd", eventfd(0, 0));
  open_and_close("timerfd_create", timerfd_create(CLOCK_MONOTONIC, 0));
  open_and_close("memfd_create", memfd_create("name", 0));
  open_and_close("inotify_init1", inotify_init1(0));
  sigset_t none;
  sigemptyset(&none);
  open_and_close("signalfd", signalfd(-1, &none, 0));
  open_and_close("posix_openpt", posix_openpt(O_RDWR | O_NOCTTY));
  int pair[2];
  must(pipe(pair) == 0, "pipe");
  must(dup2(pair[0], pair[1]) == pair[1], "dup2");
  must(dup2(pair[0], pair[0]) == pair[0], "dup2 to itself");
  must(close_range((unsigned)pair[0], (unsigned)pair[1], 0) == 0, "close_range");
  must(close(file) == 0, "close");
}

static void open_streams(void) {
  FILE* file = fopen("/dev/null", "r");
  must(file != NULL, "fopen");
  file = freopen("/dev/zero", "r", file);
  must(file != NULL && fclose(file) == 0, "freopen");
  file = fdopen(open("/dev/null", O_RDONLY), "r");
  must(file != NULL && fclose(file) == 0, "fdopen");
  file = tmpfile();
  must(file != NULL && fclose(file) == 0, "tmpfile");
  file = popen("true", "r");
  must(file != NULL && pclose(file) == 0, "popen");
  char* text = NULL;
  size_t size = 0;
  file = open_memstream(&text, &size);
  must(file != NULL && fclose(file) == 0, "open_memstream");
  free(text);
  DIR* directory = opendir("/");
  must(directory != NULL && closedir(directory) == 0, "opendir");
  directory = fdopendir(open("/", O_RDONLY | O_DIRECTORY));
  must(directory != NULL && closedir(directory) == 0, "fdopendir");
}

static void keep_errors(void) {
  errno = 0;
  must(close(-1) == -1 && errno == EBADF, "close of nothing");
  must(open("/nowhere/at/all", O_RDONLY) == -1 && errno == ENOENT, "open of nothing");
  must(dup2(900, 901) == -1 && errno == EBADF, "dup2 of nothing");
  must(fopen("/nowhere/at/all", "r") == NULL && errno == ENOENT, "fopen of nothing");
  must(opendir("/nowhere/at/all") == NULL && errno == ENOENT, "opendir of nothing");
  errno = 77;
  open_and_close("open", open("/dev/null", O_RDONLY));
  must(errno == 77, "a successful call leaves errno alone");
  must(pthread_join(pthread_self(), NULL) == EDEADLK, "join of oneself");
}

static void* detach_self(void* argument) {
  pthread_detach(pthread_self());
  return argument;
}
static void* nothing(void* argument) { return argument; }
static int nothing_c11(void* argument) { return argument != NULL; }

static void use_threads(void) {
  pthread_t thread;
  must(pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0, "join");
  must(pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_detach(thread) == 0, "detach");
  must(pthread_create(&thread, NULL, detach_self, NULL) == 0, "detach of oneself");
  must(pthread_create(&thread, NULL, nothing, NULL) == 0, "create");
  while (pthread_tryjoin_np(thread, NULL) == EBUSY) usleep(100);
  thrd_t c11;
  must(thrd_create(&c11, nothing_c11, NULL) == thrd_success && thrd_join(c11, NULL) == thrd_success, "thrd_create");
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  must(pthread_create(&thread, &detached, nothing, NULL) == 0, "a detached thread");
  pthread_attr_destroy(&detached);
}

// A child of vfork closes what is its own copy: in the parent all stays open.
static void close_in_vfork_child(void) {
  const int fd = open("/dev/null", O_RDONLY);
  const pid_t child = vfork();
  if (child == 0) {
    for (int i = 3; i < 256; ++i) close(i);
    dup2(0, fd);
    execl("/bin/true", "true", (char*)NULL);
    _exit(127);
  }
  int status = 0;
  must(child > 0 && waitpid(child, &status, 0) == child && status == 0, "vfork");
  must(fcntl(fd, F_GETFD) >= 0, "the parent's descriptor");
  must(close(fd) == 0, "close after vfork");
}

static void on_alarm(int number) {
  (void)number;
  const int saved = errno;
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int copy = dup(fd);
  close(copy);
  close(fd);
  errno = saved;
}

static void open_in_signal_handlers(void) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  for (int i = 0; i < 2000; ++i) {
    if (i % 10 == 0) raise(SIGALRM);
    if (i % 50 == 0) ualarm(100, 0);
    void* block = malloc(100);
    open_and_close("open beside a handler", open("/dev/null", O_RDONLY));
    free(block);
  }
  ualarm(0, 0);
}

static void* be_cancelled(void* argument) {
  // Blocks: nobody opens the other end of the queue.
  open((const char*)argument, O_RDONLY);
  return NULL;
}

// Whoever was cancelled inside a call leaves nothing of ours behind: its thread's clean-up still records.
static void cancel_inside_open(void) {
  char name[64];
  snprintf(name, sizeof name, "/tmp/resource_calls.%d", (int)getpid());
  must(mkfifo(name, 0600) == 0, "mkfifo");
  for (int i = 0; i < 20; ++i) {
    pthread_t thread;
    void* result = NULL;
    must(pthread_create(&thread, NULL, be_cancelled, name) == 0, "create");
    usleep(2000);
    pthread_cancel(thread);
    must(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED, "cancelled");
  }
  unlink(name);
}

int main(void) {
  open_descriptors();
  open_streams();
  keep_errors();
  use_threads();
  close_in_vfork_child();
  open_in_signal_handlers();
  cancel_inside_open();
  usleep(50000);
  puts("all as it should be");
  return 0;
}
