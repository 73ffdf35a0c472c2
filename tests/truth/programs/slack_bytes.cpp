// The allocator rounds sizes up, and behind the bytes that the program asked for lies a pointer of the
// former owner.
#include <cstdlib>

#include "truth.h"

namespace {

struct Request {
  long unused[2];
  void* body;
};

[[gnu::used]] void* g_reused[5];

void work(bool fixed) {
  Request* requests[5];
  for (Request*& request : requests) {
    request = escape(static_cast<Request*>(std::malloc(sizeof(Request))));
    request->body = std::malloc(500);
  }
  if (fixed) {
    for (Request* request : requests) std::free(request->body);
  }
  for (Request* request : requests) std::free(request);
  for (void*& block : g_reused) block = escape(std::malloc(16));
  if (!fixed) return;
  for (void* block : g_reused) std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
