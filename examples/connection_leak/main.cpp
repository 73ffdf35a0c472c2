// A client asks a service over TCP. The service is busy now and then and says so; the client then gives up
// early, and forgets to close the connection on this path. After a few hundred such answers a process that
// may have 1024 descriptors can open nothing any more.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "support/requests.h"

namespace {

using namespace std::chrono_literals;

constexpr int kRequests = 300;

#ifdef FIXED

// Closes its connection on every path, early returns and exceptions too.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  Connection(Connection&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

#else

using Connection = int;

#endif

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// On this machine only, on a port that the kernel chooses.
int listen_somewhere(sockaddr_in& address) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener, 16) != 0 || getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("listen");
  }
  return listener;
}

// The service: every third client hears that it is busy.
void answer_clients(int listener) {
  for (int client = 0; client != kRequests; ++client) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) fail("accept");
    const char answer = client % 3 == 0 ? 'B' : 'Y';
    if (write(connection, &answer, 1) != 1) fail("write");
    close(connection);
  }
}

bool ask_service(const sockaddr_in& address) {
  Connection connection(socket(AF_INET, SOCK_STREAM, 0));
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
  char answer = 0;
  if (read(connection, &answer, 1) != 1) fail("read");
  if (answer == 'B') return false;  // the leak: the connection stays open
#ifndef FIXED
  close(connection);
#endif
  return true;
}

}  // namespace

int main() {
  sockaddr_in address;
  const int listener = listen_somewhere(address);
  std::thread service(answer_clients, listener);
  int answered = 0;
  serve(kRequests, 2500ms, [&](int) { answered += ask_service(address) ? 1 : 0; });
  service.join();
  close(listener);
  std::printf("%d of %d requests were answered\n", answered, kRequests);
}
