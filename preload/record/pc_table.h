// Program counters to the small ids that traces use, and the code generation that says when a pc may have come
// to mean something else.
//
// Thread rules: any thread inside a hook. The hit path takes no lock; the first sight of a pc takes a short
// spin lock of our own (never held across a call out of the library) and writes a PcRecord, and a ModuleRecord for
// a module not seen before.
#pragma once

#include <atomic>
#include <cstdint>

namespace leak::hook {

// Bumped whenever code may have been mapped or unmapped (dlopen, dlclose, or a module found replaced).
// Whatever was derived from code addresses under an older generation must be thrown away.
extern std::atomic<std::uint32_t> g_code_generation;

inline std::uint32_t code_generation() noexcept {
  return g_code_generation.load(std::memory_order_acquire);  // pairs with the bump in interpose/loader.cpp
}

// The id of `pc`; flags are trace::kPcGuessed, trace::kPcExact or 0. Never 0.
std::uint32_t pc_id(std::uintptr_t pc, std::uint16_t flags) noexcept;

// A forked child writes a pc table and modules of its own. Everything derived from ids becomes void with the code
// generation.
void forget_pcs() noexcept;

}  // namespace leak::hook
