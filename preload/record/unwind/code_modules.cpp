#include "record/unwind/code_modules.h"

#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <cstring>

#include "record/pc_table.h"

namespace leak::hook::unwind {

namespace {

#ifdef DLFO_EH_SEGMENT_TYPE  // built on glibc 2.35 or later; it may run on an older one
using FindObject = int (*)(void*, dl_find_object*);
constinit std::atomic<FindObject> g_find_object{nullptr};
#endif

// What was seen so far, in order of first sight. Entries are added under `adding` (try-lock: who does not get it
// leaves the object unremembered, it is met again); `count` publishes them. A replaced object overwrites its
// entry; a reader that sees it half-written takes it for another replacement, and one bump too many is harmless.
struct Remembered {
  std::atomic<std::uintptr_t> start;
  std::atomic<std::uintptr_t> end;
  std::atomic<std::uint64_t> fingerprint;
};
constexpr std::uint32_t kMaxRemembered = 1024;
constinit Remembered g_seen[kMaxRemembered];
constinit std::atomic<std::uint32_t> g_seen_count{0};
constinit std::atomic<bool> g_adding{false};

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ hash >> 32;
}

// Address range and loader's record may be the same for two objects that follow each other; path and head of the
// unwind table (section distance, number of functions, first entries) hardly are.
std::uint64_t fingerprint_of(const CodeModule& module) noexcept {
  std::uint64_t hash = mix(module.map_start, module.map_end);
  hash = mix(hash, reinterpret_cast<std::uintptr_t>(module.identity));
  const std::uintptr_t table = reinterpret_cast<std::uintptr_t>(module.eh_frame_hdr);
  hash = mix(hash, table);
  std::uint64_t head[3];
  if (table >= module.map_start && table + sizeof(head) <= module.map_end) {
    std::memcpy(head, module.eh_frame_hdr, sizeof(head));
    for (const std::uint64_t word : head) hash = mix(hash, word);
  }
  if (module.path == nullptr) return hash;
  for (const char* at = module.path; *at != '\0'; ++at) hash = mix(hash, static_cast<unsigned char>(*at));
  return hash;
}

void write_entry(Remembered& entry, const CodeModule& module, std::uint64_t fingerprint) noexcept {
  entry.start.store(module.map_start, std::memory_order_relaxed);
  entry.end.store(module.map_end, std::memory_order_relaxed);
  entry.fingerprint.store(fingerprint, std::memory_order_relaxed);
}

void add_entry(const CodeModule& module, std::uint64_t fingerprint, std::uint32_t seen_before) noexcept {
  if (g_adding.exchange(true, std::memory_order_acquire)) return;
  const std::uint32_t count = g_seen_count.load(std::memory_order_relaxed);
  if (count == seen_before && count != kMaxRemembered) {
    write_entry(g_seen[count], module, fingerprint);
    g_seen_count.store(count + 1, std::memory_order_release);  // pairs with the load in notice()
  }
  g_adding.store(false, std::memory_order_release);
}

void notice(const CodeModule& module) noexcept {
  const std::uint64_t fingerprint = fingerprint_of(module);
  const std::uint32_t count = g_seen_count.load(std::memory_order_acquire);
  bool known = false;
  bool replaced = false;
  for (std::uint32_t i = 0; i != count; ++i) {
    Remembered& entry = g_seen[i];
    if (entry.start.load(std::memory_order_relaxed) >= module.map_end) continue;
    if (entry.end.load(std::memory_order_relaxed) <= module.map_start) continue;
    if (entry.fingerprint.load(std::memory_order_relaxed) == fingerprint) {
      known = true;
      continue;
    }
    // The first overlapping entry becomes the new object's, further ones are blanked.
    if (known) {
      entry.end.store(0, std::memory_order_relaxed);
    } else {
      write_entry(entry, module, fingerprint);
    }
    known = replaced = true;
  }
  if (!known) add_entry(module, fingerprint, count);
  if (replaced) g_code_generation.fetch_add(1, std::memory_order_acq_rel);  // pairs with code_generation()
}

struct Search {
  std::uintptr_t pc;
  CodeModule found;
  bool done;
};

int match_object(dl_phdr_info* info, std::size_t, void* argument) noexcept {
  Search& search = *static_cast<Search*>(argument);
  CodeModule module{UINTPTR_MAX, 0, nullptr, info->dlpi_phdr, info->dlpi_name};
  bool covers = false;
  for (unsigned i = 0; i != info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t start = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_GNU_EH_FRAME) module.eh_frame_hdr = reinterpret_cast<const std::uint8_t*>(start);
    if (header.p_type != PT_LOAD) continue;
    covers |= search.pc - start < header.p_memsz;
    if (start < module.map_start) module.map_start = start;
    if (start + header.p_memsz > module.map_end) module.map_end = start + header.p_memsz;
  }
  if (!covers) return 0;
  search.found = module;
  search.done = true;
  return 1;
}

bool search_objects(std::uintptr_t pc, CodeModule& out) noexcept {
  Search search{pc, {}, false};
  dl_iterate_phdr(&match_object, &search);
  out = search.found;
  return search.done;
}

bool look_up(std::uintptr_t pc, CodeModule& out) noexcept {
#ifdef DLFO_EH_SEGMENT_TYPE
  if (const FindObject find = g_find_object.load(std::memory_order_relaxed); find != nullptr) {
    dl_find_object found;
    if (find(reinterpret_cast<void*>(pc), &found) != 0) return false;
    out = {reinterpret_cast<std::uintptr_t>(found.dlfo_map_start),
           reinterpret_cast<std::uintptr_t>(found.dlfo_map_end),
           static_cast<const std::uint8_t*>(found.dlfo_eh_frame), found.dlfo_link_map,
           found.dlfo_link_map != nullptr ? found.dlfo_link_map->l_name : nullptr};
    return true;
  }
#endif
  return search_objects(pc, out);
}

}  // namespace

void prepare_code_modules() noexcept {
  g_adding.store(false, std::memory_order_relaxed);  // a forked child: the holder may be gone
#ifdef DLFO_EH_SEGMENT_TYPE
  if (g_find_object.load(std::memory_order_relaxed) != nullptr) return;
  g_find_object.store(reinterpret_cast<FindObject>(dlsym(RTLD_DEFAULT, "_dl_find_object")),
                      std::memory_order_relaxed);
#endif
}

bool find_code_module(std::uintptr_t pc, CodeModule& out) noexcept {
  if (!look_up(pc, out)) return false;
  notice(out);
  return true;
}

}  // namespace leak::hook::unwind
