#include "scan/type_names.h"

#include <algorithm>
#include <cstring>

namespace leak::hook {

namespace {

constexpr std::size_t kWord = sizeof(std::uintptr_t);

bool contains(const trace::GraphText& text, const char* part) noexcept {
  return memmem(text.bytes, text.size, part, std::strlen(part)) != nullptr;
}

// libstdc++ and Boost, libc++.
bool names_control_block(const trace::GraphText& name) noexcept {
  return contains(name, "_Sp_counted_") || contains(name, "sp_counted_impl") ||
         contains(name, "__shared_ptr_pointer") || contains(name, "__shared_ptr_emplace");
}

}  // namespace

std::uint32_t TypeNames::type_of(std::uint64_t word) noexcept {
  if (word % kWord != 0 || !in_module(word)) return 0;
  if (2 * used_ >= slots_.size() && !grow()) return 0;
  Slot& slot = slot_for(word);
  if (slot.word == word) return slot.type;
  const std::uint32_t type = examine(word);
  slot = {word, type, 0};
  ++used_;
  return type;
}

bool TypeNames::is_vtable_of_base(std::uint64_t word, std::uint64_t distance) const noexcept {
  std::uintptr_t offset_to_top = 0;
  return word % kWord == 0 && in_module(word) && read_word(word - 2 * kWord, offset_to_top) &&
         offset_to_top == std::uintptr_t{0} - distance && name_of_vtable(word).size != 0;
}

bool TypeNames::in_module(std::uintptr_t address) const noexcept {
  const Module* const above =
      std::upper_bound(modules_.begin(), modules_.end(), address,
                       [](std::uintptr_t value, const Module& module) { return value < module.begin; });
  return above != modules_.begin() && address < above[-1].end;
}

std::uint32_t TypeNames::examine(std::uint64_t word) noexcept {
  const trace::GraphText name = name_of_vtable(word);
  if (name.size == 0) return 0;
  if (!types_.push({word, name}) || !control_block_.push(names_control_block(name))) return 0;
  return static_cast<std::uint32_t>(control_block_.size());
}

// A vtable pointer points behind two words: the distance to the whole object, and the type_info. What the
// latter's own vtable leads to must be a class of the C++ runtime: nothing else in a program passes for that.
trace::GraphText TypeNames::name_of_vtable(std::uint64_t word) const noexcept {
  std::uintptr_t info = 0, info_vtable = 0, info_type = 0;
  if (!read_word(word - kWord, info) || !read_word(info, info_vtable)) return {};
  if (!read_word(info_vtable - kWord, info_type)) return {};
  constexpr char kRuntimeClass[] = "N10__cxxabiv1";
  const trace::GraphText runtime_class = name_of_type_info(info_type);
  if (runtime_class.size < sizeof(kRuntimeClass) - 1 ||
      std::memcmp(runtime_class.bytes, kRuntimeClass, sizeof(kRuntimeClass) - 1) != 0) {
    return {};
  }
  return name_of_type_info(info);
}

trace::GraphText TypeNames::name_of_type_info(std::uintptr_t info) const noexcept {
  std::uintptr_t name = 0;
  if (!read_word(info + kWord, name)) return {};
  // A star marks names that are compared by address.
  constexpr std::size_t kStep = 64;
  std::size_t size = 0;
  for (std::size_t known = 0; size < trace::kGraphMaxText; ++size) {
    if (size == known) {
      std::size_t step = kStep;
      while (step != 0 && !(in_module(name + known) && map_.can_read(name + known, step))) step /= 2;
      if (step == 0) return {};
      known += step;
    }
    const char c = reinterpret_cast<const char*>(name)[size];
    if (c == '\0') break;
    if (c <= ' ' || c > '~') return {};
  }
  const bool starred = size != 0 && *reinterpret_cast<const char*>(name) == '*';
  return {reinterpret_cast<const char*>(name) + (starred ? 1 : 0), size - (starred ? 1 : 0)};
}

bool TypeNames::read_word(std::uintptr_t address, std::uintptr_t& word) const noexcept {
  if (address % kWord != 0 || !in_module(address) || !map_.can_read(address, kWord)) return false;
  word = *reinterpret_cast<const std::uintptr_t*>(address);
  return true;
}

bool TypeNames::grow() noexcept {
  constexpr std::size_t kFirst = 1024;
  GrowingArray<Slot> old;
  if (!old.resize(slots_.empty() ? kFirst : 2 * slots_.size())) return false;
  slots_.swap(old);
  for (const Slot& slot : old) {
    if (slot.word != 0) slot_for(slot.word) = slot;
  }
  return true;
}

// The word's slot, or the free one where it belongs.
TypeNames::Slot& TypeNames::slot_for(std::uint64_t word) noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (word * 0x9e3779b97f4a7c15) >> 40 & mask;
  while (slots_[at].word != 0 && slots_[at].word != word) at = (at + 1) & mask;
  return slots_[at];
}

}  // namespace leak::hook
