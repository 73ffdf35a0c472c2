#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kGrowingBufferPage = {
    "growing-buffer",
    "Buffer that only grows",
    "One buffer (a string, a vector, an array made by realloc) is appended to and never emptied. There is "
    "only "
    "ever one block, so counting blocks shows nothing; and each time it moves, old and new exist side by "
    "side.",
    "A place that has few live blocks at any time, whose bytes are at least half as much again at each "
    "quarter "
    "of the run, up to its end.",
    R"(void Log::add(std::string_view line) {
  text_ = static_cast<char*>(std::realloc(text_, size_ + line.size()));
  std::memcpy(text_ + size_, line.data(), line.size());
  size_ += line.size();                        // who writes it out?
})",
    R"(void Log::add(std::string_view line) {
  text_ += line;
  if (text_.size() >= kFlushAt) {
    write_out(text_);
    text_.clear();                             // keeps its capacity, no more
  }
})",
    "Write the buffer out or cut it at a limit; keep a ring of the last N bytes where only the recent past "
    "matters.",
    {"global-accumulation", "steady-growth"}};

class GrowingBuffer : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kGrowingBufferPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (!evidence.is_growth() || fact_of(evidence.finding(), "buffer").empty()) return std::nullopt;
    Recognition found;
    found.confidence = .8;
    found.evidence = {"Few blocks that become ever larger: " +
                      std::string(fact_of(evidence.finding(), "survivors")) + " at the end."};
    add_holder(evidence, found);
    return found;
  }
};

}  // namespace

const Pattern& growing_buffer() {
  static const GrowingBuffer pattern;
  return pattern;
}

}  // namespace leak::scan
