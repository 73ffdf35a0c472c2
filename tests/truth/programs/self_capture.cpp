// A session keeps a callback that keeps the session.
#include <functional>
#include <memory>

#include "truth.h"

struct Session : std::enable_shared_from_this<Session> {
  std::function<void()> on_read;
  char buffer[256];
};

namespace {

void work(bool fixed) {
  for (int i = 0; i < 10; ++i) {
    auto session = std::make_shared<Session>();
    session->on_read = [self = session->shared_from_this()] { self->buffer[0] = 'r'; };
    session->on_read();
    if (fixed) session->on_read = nullptr;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
