#include "analyses/spikes.h"

#include <algorithm>
#include <cstddef>

namespace leak::scan {

namespace {

constexpr std::uint64_t kShortestRunNs = 1'000'000'000;
constexpr std::uint64_t kLeastBytes = 1U << 20;
constexpr std::uint64_t kPartOfTop = 4;
constexpr std::size_t kPartOfRun = 50;
constexpr std::size_t kLeastPoints = 2 * kPartOfRun;
constexpr std::size_t kRare = 6;      // so high no longer than this part of the run
constexpr std::size_t kStartUp = 20;   // this part of the run
constexpr std::size_t kShutDown = 20;  // likewise: what is freed then stayed to the end
constexpr std::size_t kMostSpikes = 10;

class Search {
 public:
  explicit Search(const std::vector<TimelinePoint>& points)
      : points_(points), window_(points.size() / kPartOfRun) {
    for (const TimelinePoint& point : points) highest_ = std::max(highest_, point.heap_max_bytes);
    least_ = std::max(kLeastBytes, highest_ / kPartOfTop);
  }

  std::vector<Spike> run() {
    std::vector<Spike> spikes;
    std::size_t first = 0;  // nothing before it is looked at again
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const Low low = lowest_before(i, first);
      if (points_[i].heap_max_bytes < low.bytes + least_) continue;
      const std::size_t top = top_from(i);
      std::optional<Spike> spike;
      first = judge(low, top, spike);
      if (spike) spikes.push_back(*spike);
      i = std::max(first, top);
      first = i + 1;
    }
    return spikes;
  }

 private:
  // The heap before point `next`.
  struct Low {
    std::size_t next = 0;
    std::uint64_t bytes = 0;
    std::uint64_t time_ns = 0;
  };

  Low lowest_before(std::size_t i, std::size_t first) const {
    const std::size_t from = std::max(first, i > window_ ? i - window_ : 0);
    Low low;
    bool is_known = from == 0;  // the heap is empty before the first point
    for (std::size_t k = from; k != i; ++k) {
      if (is_known && points_[k].heap.bytes > low.bytes) continue;
      low = {k + 1, points_[k].heap.bytes, points_[k].time_ns};
      is_known = true;
    }
    if (!is_known) low = {i, points_[i - 1].heap.bytes, points_[i - 1].time_ns};
    return low;
  }

  std::size_t top_from(std::size_t i) const {
    std::size_t top = i;
    for (std::size_t k = i + 1; k < points_.size() && k <= top + window_; ++k) {
      if (points_[k].heap_max_bytes > points_[top].heap_max_bytes) top = k;
    }
    return top;
  }

  // Returns the point at which it is over.
  std::size_t judge(const Low& low, std::size_t top, std::optional<Spike>& spike) const {
    const std::uint64_t top_bytes = points_[top].heap_max_bytes;
    const std::uint64_t half = low.bytes + (top_bytes - low.bytes) / 2;
    const auto is_high = [half](const TimelinePoint& point) { return point.heap_max_bytes > half; };
    const auto at = [this](std::size_t k) { return points_.begin() + static_cast<std::ptrdiff_t>(k); };
    const auto end = std::find_if(
        at(top), points_.end(), [half](const TimelinePoint& point) { return point.heap.bytes <= half; });
    Spike found{low.time_ns, points_[top].time_ns, std::nullopt, low.bytes, top_bytes, {}};
    const auto high = static_cast<std::size_t>(std::count_if(points_.begin(), points_.end(), is_high));
    const auto over = static_cast<std::size_t>(end - points_.begin());
    if (end != points_.end() && high * kRare <= points_.size()) {
      found.end_ns = end->time_ns;
      spike = found;
      return over;
    }
    if ((points_.size() - over) * kShutDown > points_.size()) return over;
    const bool is_first_time = std::none_of(points_.begin(), at(low.next), is_high);
    if (is_first_time && low.next * kStartUp > points_.size()) spike = found;
    return top;
  }

  const std::vector<TimelinePoint>& points_;
  std::size_t window_;
  std::uint64_t highest_ = 0;
  std::uint64_t least_ = 0;
};

std::uint64_t rise_of(const Spike& spike) { return spike.top_bytes - spike.from_bytes; }

}  // namespace

std::vector<Spike> find_spikes(const HeapHistory& history) {
  if (history.process.duration_ns < kShortestRunNs || history.timeline.size() < kLeastPoints) return {};
  std::vector<Spike> spikes = Search(history.timeline).run();
  if (spikes.size() > kMostSpikes) {
    std::stable_sort(spikes.begin(), spikes.end(),
                     [](const Spike& a, const Spike& b) { return rise_of(a) > rise_of(b); });
    spikes.resize(kMostSpikes);
    std::stable_sort(spikes.begin(), spikes.end(),
                     [](const Spike& a, const Spike& b) { return a.begin_ns < b.begin_ns; });
  }
  return spikes;
}

std::vector<TimeSpan> spans_of(const std::vector<Spike>& spikes) {
  std::vector<TimeSpan> spans;
  for (const Spike& spike : spikes) spans.push_back({spike.begin_ns, spike.top_ns});
  return spans;
}

void attribute_spikes(std::vector<Spike>& spikes, const HeapHistory& seen, const HeapHistory& history) {
  if (seen.rises.size() != spikes.size() || seen.sites.size() != history.sites.size()) return;
  for (std::size_t i = 0; i != spikes.size(); ++i) {
    spikes[i].sites = seen.rises[i];
    std::stable_sort(spikes[i].sites.begin(), spikes[i].sites.end(),
                     [](const SiteLive& a, const SiteLive& b) { return a.live.bytes > b.live.bytes; });
  }
}

}  // namespace leak::scan
