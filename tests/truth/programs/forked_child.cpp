// A child of fork leaks; its parent does not.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  const pid_t child = fork();
  if (child == 0) {
    void* block = escape(std::malloc(100));
    if (fixed) std::free(block);
    block = nullptr;
    wipe_dead_frames();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
