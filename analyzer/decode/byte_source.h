// Random-access bytes that a trace or a journal is read from: a file, or memory in tests and in the fuzzer.
//
// Files are read with pread, never mapped: a traced process may still append to its trace, and a copy in
// progress may shrink it, which would turn a mapping into SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace leak::scan {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Now; a trace that is still being written grows.
  virtual std::uint64_t size() const = 0;

  // Copies what is there from `offset` on, at most out.size() bytes, and returns how many. Thread-safe.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

// Throws CommandError when `path` cannot be opened or is not a regular file; `what` names it in the message.
std::unique_ptr<ByteSource> open_file_bytes(const std::string& path, const std::string& what);

std::unique_ptr<ByteSource> memory_bytes(std::vector<std::uint8_t> bytes);

}  // namespace leak::scan
