#include "scan/memory_map.h"

#include <algorithm>
#include <cstring>

#include "scan/proc_file.h"
#include "sys/memory_probe.h"
#include "sys/pages.h"

namespace leak::hook {

namespace {

bool starts_with(const char* text, const char* prefix) noexcept {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

MappingKind kind_of(const char* path) noexcept {
  if (path[0] == '\0' || starts_with(path, "[anon")) return MappingKind::kAnonymous;
  if (starts_with(path, "[heap]")) return MappingKind::kBrk;
  if (starts_with(path, "[stack")) return MappingKind::kMainStack;
  if (starts_with(path, "anon_inode:[io_uring]")) return MappingKind::kIoUring;
  if (starts_with(path, "/dev/zero") || starts_with(path, "/dev/shm/")) return MappingKind::kFile;
  if (path[0] != '/' || starts_with(path, "/dev/") || starts_with(path, "/dmabuf"))
    return MappingKind::kUntouchable;
  return MappingKind::kFile;
}

}  // namespace

bool MemoryMap::load(PageQuestions questions) noexcept {
  questions_ = questions;
  if (!read_proc_file("/proc/self/maps", text_) || text_.empty()) return false;
  char* const end = text_.end();
  for (char* line = text_.begin(); line < end;) {
    char* const stop = static_cast<char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    if (stop == nullptr) break;
    *stop = '\0';
    parse_line(line, stop);
    line = stop + 1;
  }
  return !mappings_.empty();
}

// 7fb5aa215000-7fb5aa217000 rw-p 001d3000 fe:00 332835      /usr/lib/x86_64-linux-gnu/libc.so.6
void MemoryMap::parse_line(char* line, char* end) noexcept {
  Mapping mapping{};
  TextCursor cursor{line, end};
  mapping.begin = cursor.hex();
  cursor.skip('-');
  mapping.end = cursor.hex();
  cursor.skip(' ');
  if (end - cursor.at < 5) return;
  mapping.readable = cursor.at[0] == 'r';
  mapping.writable = cursor.at[1] == 'w';
  mapping.executable = cursor.at[2] == 'x';
  mapping.shared = cursor.at[3] == 's';
  cursor.at += 5;
  mapping.file_offset = cursor.hex();
  cursor.skip(' ');
  cursor.skip_word();
  mapping.inode = cursor.decimal();
  cursor.skip_spaces();
  mapping.path = cursor.at;
  mapping.kind = kind_of(mapping.path);
  if (mapping.kind == MappingKind::kUntouchable) mapping.readable = false;
  if (mapping.begin < mapping.end) mappings_.push(mapping);
}

const Mapping* MemoryMap::at_or_above(std::uintptr_t address) const noexcept {
  return std::upper_bound(mappings_.begin(), mappings_.end(), address,
                          [](std::uintptr_t value, const Mapping& mapping) { return value < mapping.end; });
}

const Mapping* MemoryMap::find(std::uintptr_t address) const noexcept {
  const Mapping* const found = at_or_above(address);
  return found != end() && found->begin <= address ? found : nullptr;
}

bool MemoryMap::can_read(std::uintptr_t address, std::size_t bytes) const noexcept {
  const std::uintptr_t end = address + bytes;
  if (end < address) return false;
  for (const Mapping* at = at_or_above(address); address < end; address = at++->end) {
    if (at == mappings_.end() || at->begin > address || !at->readable) return false;
    const std::uintptr_t stop = std::min(end, at->end);
    if (at->kind == MappingKind::kFile && sys::readable_end(address, stop) != stop) return false;
  }
  return true;
}

void MemoryMap::for_each_own_range(bool (*add)(void* context, AddressRange), void* context) const noexcept {
  const auto range_of = [](const auto& array) {
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(array.data());
    return AddressRange{begin, begin + sys::round_to_pages(array.capacity() * sizeof(*array.data()))};
  };
  add(context, range_of(mappings_));
  add(context, range_of(text_));
}

// The first readable piece at or after range.begin. What is left out is counted.
bool ReadableWalk::next_piece(AddressRange range, AddressRange& piece) noexcept {
  while (range.begin < range.end) {
    at_ = map_.at_or_above(range.begin);
    if (at_ == map_.end() || at_->begin >= range.end) break;
    const AddressRange inside = {std::max(range.begin, at_->begin), std::min(range.end, at_->end)};
    skipped_bytes_ += inside.begin - range.begin;
    range.begin = inside.begin;
    if (!at_->readable) {
      skipped_bytes_ += inside.bytes();
    } else if (at_->kind == MappingKind::kFile || at_->shared) {
      const std::uintptr_t end = sys::readable_end(inside.begin, inside.end);
      piece = {inside.begin, end};
      if (end > inside.begin) return true;
      // One page past the file's end: the next may be readable again where the file has grown in between.
      const std::uintptr_t next = (inside.begin & ~(sys::kPageBytes - 1)) + sys::kPageBytes;
      skipped_bytes_ += std::min(next, inside.end) - inside.begin;
      range.begin = std::min(next, inside.end);
      continue;
    } else if (inside.bytes() < kAskAboutTouch) {
      piece = inside;
      return true;
    } else if (touched_.first_piece(inside, piece)) {
      return true;
    }
    range.begin = inside.end;
  }
  if (range.begin < range.end) skipped_bytes_ += range.bytes();
  return false;
}

}  // namespace leak::hook
