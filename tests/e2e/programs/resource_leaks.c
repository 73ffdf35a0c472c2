// Leaks of descriptors and threads, each with a twin that cleans up: resource_leaks KIND leak|fixed.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fixed;
static struct sockaddr_in address;

static int listen_somewhere(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t length = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr*)&address, length) != 0 || listen(listener, 64) != 0) abort();
  getsockname(listener, (struct sockaddr*)&address, &length);
  return listener;
}

struct connection {
  int socket;
  char buffer[4092];
};

static void leak_connection(void) {
  struct connection* connection = malloc(sizeof *connection);
  connection->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection->socket, (struct sockaddr*)&address, sizeof address) != 0) abort();
  if (!fixed) return;
  close(connection->socket);
  free(connection);
}

static void leak_file(void) {
  FILE* file = fopen("/dev/null", "r");
  if (fixed) fclose(file);
}

static void* tell_id(void* tid) {
  __atomic_store_n((int*)tid, gettid(), __ATOMIC_RELEASE);
  return NULL;
}

// Not by joining it: until the kernel has forgotten it.
static void wait_for_end(const int* tid) {
  int id;
  while ((id = __atomic_load_n(tid, __ATOMIC_ACQUIRE)) == 0) sched_yield();
  while (syscall(SYS_tgkill, getpid(), id, 0) == 0) sched_yield();
}

static void leak_zombie(void) {
  pthread_t thread;
  int tid = 0;
  pthread_create(&thread, NULL, tell_id, &tid);
  if (fixed) {
    pthread_join(thread, NULL);
  } else {
    wait_for_end(&tid);
  }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int stopped;

static void* wait_for_work(void* argument) {
  pthread_mutex_lock(&mutex);
  while (!stopped) pthread_cond_wait(&wake, &mutex);
  pthread_mutex_unlock(&mutex);
  return argument;
}

static void run_pool(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, wait_for_work, NULL);
  if (!fixed) return;
  pthread_mutex_lock(&mutex);
  stopped = 1;
  pthread_cond_broadcast(&wake);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  fixed = strcmp(argv[2], "fixed") == 0;
  if (strcmp(argv[1], "connections") == 0) {
    listen_somewhere();
    for (int i = 0; i < 50; ++i) leak_connection();
  } else if (strcmp(argv[1], "files") == 0) {
    for (int i = 0; i < 20; ++i) leak_file();
  } else if (strcmp(argv[1], "zombies") == 0) {
    for (int i = 0; i < 10; ++i) leak_zombie();
  } else if (strcmp(argv[1], "pool") == 0) {
    run_pool();
  } else {
    return 2;
  }
  return 0;
}
