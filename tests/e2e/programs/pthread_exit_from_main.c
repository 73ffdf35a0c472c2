// main leaves by pthread_exit; a thread goes on and ends the process by returning.
#include <pthread.h>
#include <unistd.h>

#include "known.h"

DEFINE_LEAK(leak_after_main)

static void* outlive_main(void* main_thread) {
  pthread_join(*(pthread_t*)main_thread, NULL);
  leak_after_main(14, 152);
  puts("main has left");
  return NULL;
}

int main(void) {
  static pthread_t main_thread;
  pthread_t thread;
  main_thread = pthread_self();
  require(pthread_create(&thread, NULL, outlive_main, &main_thread) == 0, "pthread_create");
  leak_known(13, 152);
  pthread_exit(NULL);
}
