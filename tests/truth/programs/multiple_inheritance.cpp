// An object is known only by its second base class.
#include "truth.h"

namespace {

struct Reader {
  virtual ~Reader() = default;
  virtual int read() { return 0; }
  long position = 0;
};

struct Writer {
  virtual ~Writer() = default;
  virtual int write() { return 0; }
  long written = 0;
};

struct Stream : Reader, Writer {
  char buffer[64] = {};
};

[[gnu::used]] Writer* g_writer;

void work(bool fixed) {
  g_writer = new Stream;
  if (fixed) delete g_writer;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
