// Only the kernel knows the blocks: they are the values that timers will deliver.
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "truth.h"

namespace {

void work(bool fixed) {
  for (int i = 0; i < 10; ++i) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 8;
    event.sigev_value.sival_ptr = std::malloc(100);
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    if (!fixed) continue;
    timer_delete(timer);
    std::free(event.sigev_value.sival_ptr);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
