#include "decode/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/command_error.h"

namespace leak::scan {

namespace {

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(int descriptor) : descriptor_(descriptor) {}
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override { ::close(descriptor_); }

  std::uint64_t size() const override {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::size_t done = 0;
    while (done != out.size()) {
      const ssize_t count =
          ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0)
        break;  // an unreadable disk block ends the data there; the caller counts what is missing
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

 private:
  int descriptor_;
};

class MemoryBytes final : public ByteSource {
 public:
  explicit MemoryBytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const override { return bytes_.size(); }

  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t count = std::min(out.size(), bytes_.size() - static_cast<std::size_t>(offset));
    std::copy_n(bytes_.data() + offset, count, out.data());
    return count;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file_bytes(const std::string& path, const std::string& what) {
  // O_NONBLOCK: opening a FIFO by mistake must not wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error = errno;
    const std::string advice =
        error == ENOENT
            ? "; recordings are named leakhook.<exe>.<pid>.zst unless LEAKHOOK_OUTPUT says otherwise"
            : "";
    throw CommandError("cannot open " + what + " '" + path + "': " + std::strerror(error) + advice);
  }
  std::unique_ptr<ByteSource> source = std::make_unique<FileBytes>(descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    throw CommandError("cannot read " + what + " '" + path + "': " + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    throw CommandError("'" + path + "' is a directory, not a " + what + "; name a .zst file inside it");
  }
  if (!S_ISREG(status.st_mode)) {
    throw CommandError("'" + path + "' is not a regular file; save the " + what + " to a file first");
  }
  return source;
}

std::unique_ptr<ByteSource> memory_bytes(std::vector<std::uint8_t> bytes) {
  return std::make_unique<MemoryBytes>(std::move(bytes));
}

}  // namespace leak::scan
