// Where functions without a symbol begin and end: by the sorted table that stripped programs keep for their
// exceptions
// (.eh_frame_hdr and .eh_frame; Linux Standard Base, Core Specification, "Exception Frames").
#pragma once

#include <elfutils/libdwfl.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace leak::scan {

class FunctionBounds {
 public:
  // A module without the table, or with one in a form that no linker makes today, has no bounds. The module
  // must outlive this.
  explicit FunctionBounds(Dwfl_Module* module);

  // Where the function that covers `address` (of the file's program headers) begins.
  std::optional<std::uint64_t> start_of(std::uint64_t address) const;

 private:
  // The file's bytes at `address` of its program headers, `size` of them; nullptr: they are not in the file.
  const std::uint8_t* bytes_at(std::uint64_t address, std::uint64_t size) const;
  std::int64_t number_at(std::uint64_t address) const;  // signed, 32 bits; 0 where there is none
  std::uint64_t row_address(std::size_t row) const;
  std::uint64_t start_of_row(std::size_t row) const;

  Elf* elf_ = nullptr;
  const std::uint8_t* file_ = nullptr;
  std::size_t file_bytes_ = 0;
  std::uint64_t bias_ = 0;   // of the module's addresses over the file's
  std::uint64_t table_ = 0;  // .eh_frame_hdr
  std::size_t rows_ = 0;
};

}  // namespace leak::scan
