// Only pthread_setspecific knows the blocks: the first keys lie in the thread's descriptor, later ones in
// blocks of libc's own.
#include <pthread.h>
#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  for (int i = 0; i < 100; ++i) {
    pthread_key_t key;
    pthread_key_create(&key, nullptr);
    void* block = std::malloc(100);
    pthread_setspecific(key, block);
    if (!fixed) continue;
    std::free(block);
    pthread_setspecific(key, nullptr);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
