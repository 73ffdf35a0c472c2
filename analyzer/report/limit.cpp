#include "report/limit.h"

#include <algorithm>

#include "base/units.h"
#include "report/findings.h"

namespace leak::scan {

namespace {

constexpr double kLongestNs = 1e18;  // thirty years: "never", as far as memory goes

std::uint64_t time_to(double bytes, double bytes_per_s) {
  return static_cast<std::uint64_t>(std::min(bytes / bytes_per_s * 1e9, kLongestNs));
}

std::optional<ReportForecast> forecast_of(const ReportRate& rate, const ReportLimit& limit) {
  if (!(rate.bytes_per_s > 0)) return std::nullopt;
  ReportForecast forecast;
  if (limit.used_bytes >= limit.bytes) return forecast;
  const double room = static_cast<double>(limit.bytes - limit.used_bytes);
  forecast.in_ns = time_to(room, rate.bytes_per_s);
  if (rate.low_bytes_per_s > 0) {
    forecast.earliest_ns = time_to(room, rate.high_bytes_per_s);
    forecast.latest_ns = time_to(room, rate.low_bytes_per_s);
  }
  return forecast;
}

std::string when_text(std::uint64_t time_ns) {
  return static_cast<double>(time_ns) >= kLongestNs ? "decades" : format_duration(time_ns);
}

}  // namespace

std::optional<ReportLimit> limit_of(const ReportProcess& process, std::uint64_t recorded_bytes,
                                    const LimitChoice& choice) {
  ReportLimit limit;
  limit.bytes = choice.bytes.value_or(recorded_bytes);
  if (limit.bytes == 0) return std::nullopt;
  limit.source = choice.bytes ? "option" : "cgroup";
  limit.horizon_ns = choice.horizon_ns;
  const std::vector<std::uint64_t>& rss = process.timeline.rss_bytes;
  const bool is_sampled = !rss.empty() && rss.back() != 0;
  limit.used = is_sampled ? "rss" : "heap";
  limit.used_bytes = is_sampled ? rss.back() : process.totals.live_bytes + process.mappings.live_bytes;
  return limit;
}

void forecast(ReportProcess& process) {
  if (!process.limit) return;
  ReportLimit& limit = *process.limit;
  bool has_intervals = true;
  for (ReportFinding& finding : process.findings) {
    if (!is_alarm(finding) || !finding.growth) continue;
    finding.limit_met = forecast_of(*finding.growth, limit);
    if (!finding.limit_met) continue;
    finding.evidence.emplace_back("alone meets the limit of " + format_bytes(limit.bytes),
                                  forecast_text(*finding.limit_met));
    limit.growth.bytes_per_s += finding.growth->bytes_per_s;
    limit.growth.low_bytes_per_s += finding.growth->low_bytes_per_s;
    limit.growth.high_bytes_per_s += finding.growth->high_bytes_per_s;
    limit.growth.share = std::min(limit.growth.share + finding.growth->share, 1.0);
    has_intervals = has_intervals && finding.growth->low_bytes_per_s > 0;
  }
  if (!has_intervals) limit.growth.low_bytes_per_s = limit.growth.high_bytes_per_s = 0;
  limit.met = forecast_of(limit.growth, limit);
  limit.is_met = limit.met && limit.met->in_ns <= limit.horizon_ns;
}

std::string forecast_text(const ReportForecast& forecast) {
  return forecast.in_ns == 0 ? "now" : "in " + when_text(forecast.in_ns);
}

std::string limit_sentence(const ReportLimit& limit) {
  const std::string what = std::string(limit.source == "cgroup" ? "its control group's" : "the") +
                           " limit of " + format_bytes(limit.bytes);
  if (limit.met->in_ns == 0) return "It uses " + format_bytes(limit.used_bytes) + ", more than " + what + ".";
  std::string sentence = "At this rate it meets " + what + " " + forecast_text(*limit.met);
  if (limit.met->earliest_ns) {
    sentence += " (95 %: between " + when_text(*limit.met->earliest_ns) + " and " +
                when_text(*limit.met->latest_ns) + ")";
  }
  return sentence + ".";
}

}  // namespace leak::scan
