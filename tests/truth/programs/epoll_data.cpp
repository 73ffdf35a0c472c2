// Only the kernel knows the blocks: they are the user data of an epoll instance.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <cstdlib>

#include "truth.h"

namespace {

void work(bool fixed) {
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < 10; ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = std::malloc(100);
    epoll_ctl(poller, EPOLL_CTL_ADD, eventfd(0, EFD_CLOEXEC), &event);
    if (fixed) std::free(event.data.ptr);
  }
  if (fixed) close(poller);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
