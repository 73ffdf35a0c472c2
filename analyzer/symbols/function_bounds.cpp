#include "symbols/function_bounds.h"

#include <cstring>

#include "symbols/elf_segments.h"

namespace leak::scan {

namespace {

// version 1; .eh_frame's place relative to its own; the number of rows; rows relative to the table: the only
// form that linkers make, all numbers of 4 bytes.
constexpr std::uint8_t kForm[] = {1, 0x1b, 0x03, 0x3b};
constexpr std::uint64_t kCountAt = 8;
constexpr std::uint64_t kHeaderBytes = 12;
constexpr std::uint64_t kRowBytes = 8;  // a function's start, and its entry in .eh_frame

// In an entry of .eh_frame whose addresses are relative to their own place and have 4 bytes.
constexpr std::uint64_t kEntryStartAt = 8;
constexpr std::uint64_t kEntryLengthAt = 12;

}  // namespace

FunctionBounds::FunctionBounds(Dwfl_Module* module) {
  elf_ = dwfl_module_getelf(module, &bias_);
  if (elf_ == nullptr) return;
  file_ = reinterpret_cast<const std::uint8_t*>(elf_rawfile(elf_, &file_bytes_));
  const std::optional<GElf_Phdr> table = segment_of_type(elf_, PT_GNU_EH_FRAME);
  if (file_ == nullptr || !table) return;
  table_ = table->p_vaddr;
  const std::uint8_t* const header = bytes_at(table_, kHeaderBytes);
  if (header == nullptr || std::memcmp(header, kForm, sizeof kForm) != 0) return;
  const auto rows = static_cast<std::uint32_t>(number_at(table_ + kCountAt));
  if (bytes_at(table_ + kHeaderBytes, std::uint64_t{rows} * kRowBytes) != nullptr) rows_ = rows;
}

const std::uint8_t* FunctionBounds::bytes_at(std::uint64_t address, std::uint64_t size) const {
  const std::optional<GElf_Phdr> segment = find_segment(elf_, [&](const GElf_Phdr& one) {
    const std::uint64_t offset = address - one.p_vaddr;
    return one.p_type == PT_LOAD && address >= one.p_vaddr && offset < one.p_filesz &&
           size <= one.p_filesz - offset;
  });
  if (!segment) return nullptr;
  const std::uint64_t place = segment->p_offset + (address - segment->p_vaddr);
  return place <= file_bytes_ && size <= file_bytes_ - place ? file_ + place : nullptr;
}

std::int64_t FunctionBounds::number_at(std::uint64_t address) const {
  std::int32_t number = 0;
  const std::uint8_t* const bytes = bytes_at(address, sizeof number);
  if (bytes != nullptr) std::memcpy(&number, bytes, sizeof number);
  return number;
}

std::uint64_t FunctionBounds::row_address(std::size_t row) const {
  return table_ + kHeaderBytes + row * kRowBytes;
}

std::uint64_t FunctionBounds::start_of_row(std::size_t row) const {
  return table_ + static_cast<std::uint64_t>(number_at(row_address(row)));
}

std::optional<std::uint64_t> FunctionBounds::start_of(std::uint64_t address) const {
  const std::uint64_t wanted = address - bias_;
  std::size_t low = 0;  // rows below begin at or before `wanted`
  std::size_t high = rows_;
  while (low != high) {
    const std::size_t middle = low + (high - low) / 2;
    if (start_of_row(middle) <= wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return std::nullopt;
  const std::uint64_t start = start_of_row(low - 1);
  const std::uint64_t entry = table_ + static_cast<std::uint64_t>(number_at(row_address(low - 1) + 4));
  const std::uint64_t stated =
      entry + kEntryStartAt + static_cast<std::uint64_t>(number_at(entry + kEntryStartAt));
  const auto length = static_cast<std::uint32_t>(number_at(entry + kEntryLengthAt));
  if (stated != start || wanted - start >= length) return std::nullopt;
  return start + bias_;
}

}  // namespace leak::scan
