// Pointers in packed structures lie at odd addresses.
#include <cstdint>
#include <cstdlib>

#include "truth.h"

namespace {

struct [[gnu::packed]] Entry {
  std::uint8_t kind;
  void* block;
};

[[gnu::used]] alignas(16) Entry g_entries[7];

void work(bool fixed) {
  for (Entry& entry : g_entries) {
    entry.kind = 1;
    entry.block = std::malloc(100);
    if (fixed) std::free(entry.block);
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
