#include "scan/module_list.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "sys/pages.h"

namespace leak::hook {

namespace {

// Mappings of one file, its first page first, with zero-filled memory in between.
struct FileRun {
  const Mapping* first;
  const Mapping* last;
  bool has_code;
};

FileRun run_of(const Mapping* first, const Mapping* end) noexcept {
  FileRun run{first, first, first->executable};
  for (const Mapping* next = first + 1; next != end; ++next) {
    const bool same_file = next->kind == MappingKind::kFile && next->inode == first->inode &&
                           std::strcmp(next->path, first->path) == 0;
    // A second load of the same file begins with its first page again.
    if (same_file && next->file_offset == 0 && !next->writable) break;
    if (same_file) {
      run.last = next;
      run.has_code = run.has_code || next->executable;
    } else if (next->kind != MappingKind::kAnonymous) {
      break;
    }
  }
  return run;
}

void add_data(Module& module, AddressRange data, AddressRange relro) noexcept {
  const auto add = [&module](std::uintptr_t begin, std::uintptr_t end) {
    begin = std::max(begin, module.begin);
    if (begin < end && module.data_count != std::size(module.data))
      module.data[module.data_count++] = {begin, end};
  };
  if (relro.begin >= data.end || relro.end <= data.begin) {
    add(data.begin, data.end);
    return;
  }
  add(data.begin, relro.begin);
  add(relro.end, data.end);
}

// Segments, from the file's own header at the start of its first mapping. False: not a loaded object.
bool read_segments(const MemoryMap& map, Module& module) noexcept {
  const auto* const header = reinterpret_cast<const ElfW(Ehdr)*>(module.begin);
  if (!map.can_read(module.begin, sizeof(*header)) || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
    return false;
  if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum > 512) return false;
  if (header->e_phoff > sys::kPageBytes ||
      !map.can_read(module.begin + header->e_phoff, header->e_phnum * sizeof(ElfW(Phdr)))) {
    return false;
  }
  const auto* const segments = reinterpret_cast<const ElfW(Phdr)*>(module.begin + header->e_phoff);
  const auto* const segments_end = segments + header->e_phnum;
  const ElfW(Phdr)* first_load = nullptr;
  AddressRange relro;
  for (const ElfW(Phdr)* segment = segments; segment != segments_end; ++segment) {
    if (segment->p_type == PT_LOAD && first_load == nullptr) first_load = segment;
    if (segment->p_type == PT_GNU_RELRO) relro = {segment->p_vaddr, segment->p_vaddr + segment->p_memsz};
  }
  if (first_load == nullptr) return false;
  const std::uintptr_t bias = module.begin - (first_load->p_vaddr & ~(sys::kPageBytes - 1));
  // The loader protects whole pages only.
  relro = {bias + relro.begin, (bias + relro.end) & ~(sys::kPageBytes - 1)};
  for (const ElfW(Phdr)* segment = segments; segment != segments_end; ++segment) {
    if (segment->p_type != PT_LOAD) continue;
    const AddressRange memory = {bias + segment->p_vaddr, bias + segment->p_vaddr + segment->p_memsz};
    module.end = std::max(module.end, memory.end);
    if ((segment->p_flags & PF_W) != 0) add_data(module, memory, relro);
  }
  return true;
}

}  // namespace

bool list_modules(const MemoryMap& map, GrowingArray<Module>& modules) noexcept {
  for (const Mapping* at = map.begin(); at != map.end();) {
    if (at->kind != MappingKind::kFile || at->file_offset != 0 || !at->readable) {
      ++at;
      continue;
    }
    const FileRun run = run_of(at, map.end());
    Module module{at->begin, run.last->end, at->path, {}, 0};
    if (run.has_code && read_segments(map, module) && !modules.push(module)) return false;
    at = run.last + 1;
  }
  return true;
}

// glibc's struct malloc_state holds 127 list heads of two words, each of which points at itself while its
// list is empty. No symbol names it, but nothing else looks like that.
AddressRange find_main_arena(const MemoryMap& map, const Module& module) noexcept {
  constexpr std::size_t kListsOffset = 112;
  constexpr std::size_t kListHeadBytes = 16;
  constexpr std::size_t kLists = 127;
  constexpr std::size_t kArenaBytes = 2200;
  constexpr std::size_t kEmptyListsExpected = 16;
  constexpr std::size_t kMostData = std::size_t{1} << 20;
  const auto words_at = [](std::uintptr_t at) { return reinterpret_cast<const std::uintptr_t*>(at); };
  // A head stands for a chunk whose links it holds: the chunk begins two words before.
  const auto is_empty_list = [&](std::uintptr_t at) {
    return words_at(at)[0] == at - kListHeadBytes && words_at(at)[1] == at - kListHeadBytes;
  };
  const auto is_list = [&](std::uintptr_t at) {
    const std::uintptr_t back_link = words_at(at)[0] + 24;
    return is_empty_list(at) || ((back_link & 7) == 0 && map.can_read(back_link, 8) &&
                                 *words_at(back_link) == at - kListHeadBytes);
  };
  for (const AddressRange& data : std::span(module.data, module.data_count)) {
    if (data.bytes() < kArenaBytes || data.bytes() > kMostData || !map.can_read(data.begin, data.bytes()))
      continue;
    const std::uintptr_t last = data.end - kListHeadBytes * kLists;
    for (std::uintptr_t at = ((data.begin + 7) & ~std::uintptr_t{7}) + kListsOffset; at <= last; at += 8) {
      if (!is_empty_list(at)) continue;
      std::size_t empty = 0;
      for (std::size_t list = 0; list != kLists / 2; ++list)
        empty += is_empty_list(at + list * kListHeadBytes) ? 1U : 0U;
      if (empty < kEmptyListsExpected) continue;
      std::uintptr_t first = at;
      while (first - kListHeadBytes >= data.begin + kListsOffset && is_list(first - kListHeadBytes)) {
        first -= kListHeadBytes;
      }
      return {first - kListsOffset, std::min(first - kListsOffset + kArenaBytes, data.end)};
    }
  }
  return {};
}

}  // namespace leak::hook
