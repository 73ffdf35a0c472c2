#include "patterns/all.h"
#include "patterns/descriptors.h"

namespace leak::scan {

namespace {

const ReportPatternPage kConnectionsNeverClosedPage = {
    "connections-never-closed",
    "Connections never closed",
    "Sockets are opened or accepted and forgotten: on an error path, when the peer goes away, or because the "
    "object that holds the descriptor has no destructor. The process runs into its limit of descriptors, and "
    "the other side waits.",
    "Sockets of one place (socket, accept, socketpair) that were still open at the end, while their number "
    "had "
    "risen to the end of the run; in a run of less than a second, many of which few were closed. Sockets "
    "that "
    "listen are not counted. The report names their peers.",
    R"(int fd = connect_to(backend);
if (!send_all(fd, request)) return false;   // fd is lost
close(fd);)",
    R"(class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { if (fd_ >= 0) close(fd_); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  int get() const { return fd_; }
 private:
  int fd_;
};
Socket socket(connect_to(backend));         // closed on every path)",
    "Let an object own each descriptor and close it in its destructor, so that early returns and exceptions "
    "close it too. Close idle connections after a timeout, and when the peer has closed its side.",
    {"file-handles-never-closed", "lost-memory"}};

class ConnectionsNeverClosed : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kConnectionsNeverClosedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    return recognise_descriptors(evidence, DescriptorKind::kSocket);
  }
};

}  // namespace

const Pattern& connections_never_closed() {
  static const ConnectionsNeverClosed pattern;
  return pattern;
}

}  // namespace leak::scan
