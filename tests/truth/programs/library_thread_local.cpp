// Only a thread-local variable of a library that was loaded at run time knows the blocks: one of the main
// thread, one of a thread that waits. The memory of such variables is libc's, and found by way of each
// thread's own table.
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "truth.h"

namespace {

void (*g_keep)();
std::atomic<bool> g_kept;

void* keep_and_wait(void*) {
  g_keep();
  wipe_dead_frames();
  g_kept = true;
  for (;;) pause();
  return nullptr;
}

void work(bool fixed) {
  if (fixed) return;
  void* plugin = dlopen("libtruth_plugin.so", RTLD_NOW);
  if (plugin == nullptr) std::abort();
  g_keep = reinterpret_cast<void (*)()>(dlsym(plugin, "plugin_keep_in_thread"));
  g_keep();
  pthread_t thread;
  pthread_create(&thread, nullptr, keep_and_wait, nullptr);
  while (!g_kept) sched_yield();
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
