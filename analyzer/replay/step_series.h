// A value at each of a fixed number of moments, kept as its changes: most sites rest most of the time, and
// there may be hundreds of thousands of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leak::scan {

class StepSeries {
 public:
  StepSeries() = default;
  // Implicit: a series is its values.
  StepSeries(const std::vector<std::uint64_t>& values) {  // NOLINT(google-explicit-constructor)
    for (const std::uint64_t value : values) set(size_, value);
    extend(values.size());
  }

  // From `moment` on the value is `value`; it was 0 before the first. Requires: moments do not decrease.
  void set(std::size_t moment, std::uint64_t value) {
    extend(moment + 1);
    const std::uint32_t at = static_cast<std::uint32_t>(moment);
    if (!steps_.empty() && steps_.back().moment == at) {
      steps_.back().value = value;
    } else if (value != (steps_.empty() ? 0 : steps_.back().value)) {
      steps_.push_back({at, value});
    }
  }

  // There are at least `size` moments; at the new ones the value is the last one.
  void extend(std::size_t size) {
    if (size > size_) size_ = static_cast<std::uint32_t>(size);
  }

  std::size_t size() const { return size_; }

  std::vector<std::uint64_t> values() const {
    std::vector<std::uint64_t> values(size_);
    for (std::size_t i = 0; i != steps_.size(); ++i) {
      const std::size_t end = i + 1 == steps_.size() ? size_ : steps_[i + 1].moment;
      for (std::size_t moment = steps_[i].moment; moment != end; ++moment) values[moment] = steps_[i].value;
    }
    return values;
  }

  friend bool operator==(const StepSeries& a, const StepSeries& b) { return a.values() == b.values(); }

 private:
  struct Step {
    std::uint32_t moment;
    std::uint64_t value;
  };
  std::vector<Step> steps_;
  std::uint32_t size_ = 0;
};

}  // namespace leak::scan
