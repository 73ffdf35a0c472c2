// Names program counters from a list, for tests of what is made of the names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "symbols/symbolizer.h"

namespace leak::test {

class FakeSymbolizer final : public scan::Symbolizer {
 public:
  // Innermost first, as frames_at() returns them.
  void name(std::uint64_t address, std::vector<scan::SourceFrame> frames) {
    frames_[address] = std::move(frames);
  }
  void name(std::uint64_t address, const std::string& function, const std::string& file = {},
            std::uint32_t line = 0) {
    name(address, {{function, file, line, false}});
  }
  void name_data(std::uint64_t address, scan::DataSymbol symbol) { data_[address] = std::move(symbol); }
  // `distance`: of its begin below the thread pointer.
  void name_thread_local(std::uint64_t distance, scan::DataSymbol symbol) {
    thread_locals_[distance] = std::move(symbol);
  }
  void warn(std::string sentence) { warnings_.push_back(std::move(sentence)); }

  std::vector<scan::SourceFrame> frames_at(const scan::ProgramCounter& pc, const scan::Module*) override {
    ++lookups;
    const auto known = frames_.find(pc.address);
    if (known != frames_.end()) return known->second;
    return {{"unnamed", {}, 0, false}};
  }
  std::optional<scan::DataSymbol> data_at(std::uint64_t address, const scan::Module&) override {
    const auto after = data_.upper_bound(address);
    if (after == data_.begin()) return std::nullopt;
    scan::DataSymbol symbol = std::prev(after)->second;
    symbol.offset = address - std::prev(after)->first;
    return symbol.offset < symbol.size ? std::optional(symbol) : std::nullopt;
  }
  std::optional<scan::DataSymbol> thread_local_at(std::uint64_t distance, const scan::Module&) override {
    const auto known = thread_locals_.lower_bound(distance);
    if (known == thread_locals_.end()) return std::nullopt;
    scan::DataSymbol symbol = known->second;
    symbol.offset = known->first - distance;
    return symbol.offset < symbol.size ? std::optional(symbol) : std::nullopt;
  }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  int lookups = 0;

 private:
  std::map<std::uint64_t, std::vector<scan::SourceFrame>> frames_;
  std::map<std::uint64_t, scan::DataSymbol> data_;
  std::map<std::uint64_t, scan::DataSymbol> thread_locals_;
  std::vector<std::string> warnings_;
};

}  // namespace leak::test
