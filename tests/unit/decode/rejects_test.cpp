// Files that are no trace, in tests/golden/errors: each NAME.zst is refused with the sentence in NAME.txt, in
// which {path} stands for the file's path. LEAK_WRITE_GOLDEN=1 writes them anew.
#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "decode/trace_reader.h"
#include "support/refusal.h"
#include "support/trace_builder.h"

namespace leak::scan {
namespace {

using test::Bytes;

const std::filesystem::path kDirectory = LEAK_GOLDEN_DIR "/errors";

std::map<std::string, Bytes> rejects() {
  const std::string text = "Dear diary, today nobody leaked anything.\n";
  test::TraceBuilder newer;
  newer.set_version((trace::kFormatMajor + 1) << 8);
  Bytes foreign(ZSTD_compressBound(text.size()));
  foreign.resize(ZSTD_compress(foreign.data(), foreign.size(), text.data(), text.size(), 1));
  return {{"empty", {}},
          {"foreign_zstd", foreign},
          {"newer_version", newer.finished_trace()},
          {"text", {text.begin(), text.end()}},
          {"zeros", Bytes(5000, 0)}};
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string refusal(const std::filesystem::path& path) {
  Diagnostics diagnostics;
  std::string message = test::refusal_of([&] { TraceReader::open(open_trace_files(path), diagnostics); });
  const std::size_t found = message.find(path.string());
  if (found != std::string::npos) message.replace(found, path.string().size(), "{path}");
  return message + "\n";
}

TEST(Rejects, EachFileIsRefusedInItsOwnWords) {
  for (const auto& [name, bytes] : rejects()) {
    SCOPED_TRACE(name);
    const std::filesystem::path file = kDirectory / (name + ".zst");
    const std::filesystem::path sentence = kDirectory / (name + ".txt");
    if (std::getenv("LEAK_WRITE_GOLDEN") != nullptr) {
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
      std::ofstream(sentence) << refusal(file);
    }
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_EQ(refusal(file), read_text(sentence));
  }
}

}  // namespace
}  // namespace leak::scan
