#include "unit/record/fake_pc_table.h"

#include <atomic>

#include "record/pc_table.h"

namespace leak::hook {

std::atomic<std::uint32_t> g_code_generation{1};

}  // namespace leak::hook

namespace leak::test {
namespace {

// Signal handlers come here too: no lock, no allocation. Ids are places in the table, so that they last.
constexpr std::uint32_t kCapacity = 1U << 17;
std::atomic<std::uint64_t> g_table[kCapacity];
constexpr unsigned kFlagShift = 48;

}  // namespace

KnownPc known_pc(std::uint32_t id) {
  const std::uint64_t entry = g_table[(id - 1) % kCapacity].load();
  return {static_cast<std::uintptr_t>(entry & ((std::uint64_t{1} << kFlagShift) - 1)),
          static_cast<std::uint16_t>(entry >> kFlagShift)};
}

}  // namespace leak::test

namespace leak::hook {

std::uint32_t pc_id(std::uintptr_t pc, std::uint16_t flags) noexcept {
  using namespace leak::test;
  const std::uint64_t wanted = pc | std::uint64_t{flags} << kFlagShift;
  for (std::uint64_t at = wanted * 0x9e3779b97f4a7c15ULL >> 47;; ++at) {
    std::atomic<std::uint64_t>& entry = g_table[at % kCapacity];
    std::uint64_t found = entry.load();
    if (found == 0 && entry.compare_exchange_strong(found, wanted)) found = wanted;
    if (found == wanted) return static_cast<std::uint32_t>(at % kCapacity) + 1;
  }
}

}  // namespace leak::hook
