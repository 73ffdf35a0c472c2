// Connections are forgotten: memory is lost, and so are the sockets.
#include <sys/socket.h>
#include <unistd.h>

#include "truth.h"

struct Conn {
  int descriptor;
  char buffer[4092];
};

namespace {

void work(bool fixed) {
  for (int i = 0; i < 50; ++i) {
    Conn* conn = escape(new Conn);
    conn->descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (!fixed) continue;
    close(conn->descriptor);
    delete conn;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
