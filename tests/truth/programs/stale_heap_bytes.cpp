// Recycled blocks still hold pointers of their former owners. Only wiping freed blocks (LEAKHOOK_SCRUB)
// tells that the blocks behind these are lost.
#include <cstdlib>

#include "truth.h"

namespace {

struct Request {
  long unused[2];  // where the allocator keeps its own links
  void* body;
  long length;
};

[[gnu::used]] void* g_reused[20];

void work(bool fixed) {
  Request* requests[20];
  for (Request*& request : requests) {
    request = escape(static_cast<Request*>(std::malloc(sizeof(Request))));
    request->body = std::malloc(500);
  }
  if (fixed) {
    for (Request* request : requests) std::free(request->body);
  }
  for (Request* request : requests) std::free(request);
  for (void*& block : g_reused) block = escape(std::malloc(sizeof(Request)));
  if (!fixed) return;
  for (void* block : g_reused) std::free(block);
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
