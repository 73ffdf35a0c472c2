#include "decode/trace_meta.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace leak::scan {

namespace {

// Takes fixed structs and counted strings off the front of a record; once something is missing, everything
// is.
class RecordCursor {
 public:
  explicit RecordCursor(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (rest_.size() < sizeof value) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }

  std::span<const std::uint8_t> take_bytes(std::size_t count) {
    if (rest_.size() < count) {
      ok_ = false;
      return {};
    }
    const std::span<const std::uint8_t> bytes = rest_.first(count);
    rest_ = rest_.subspan(count);
    return bytes;
  }

  std::string take_text(std::size_t count) {
    const std::span<const std::uint8_t> bytes = take_bytes(count);
    return {bytes.begin(), bytes.end()};
  }

  std::string take_counted_text() { return take_text(take<std::uint32_t>()); }

  bool ok() const { return ok_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool ok_ = true;
};

template <class T>
bool take_whole(std::span<const std::uint8_t> record, T& out) {
  RecordCursor cursor(record);
  out = cursor.take<T>();
  return cursor.ok();
}

// Running totals: the newest count.
template <class T>
bool take_newest(std::span<const std::uint8_t> record, std::optional<T>& newest) {
  T value{};
  if (!take_whole(record, value)) return false;
  if (!newest || newest->header.ticks <= value.header.ticks) newest = value;
  return true;
}

template <class T>
bool append(std::span<const std::uint8_t> record, std::vector<T>& list) {
  T value{};
  if (!take_whole(record, value)) return false;
  list.push_back(value);
  return true;
}

}  // namespace

std::optional<ProcessMeta> parse_process(std::span<const std::uint8_t> record) {
  RecordCursor cursor(record);
  ProcessMeta process;
  process.record = cursor.take<trace::ProcessRecord>();
  if (process.record.header.kind != trace::MetaKind::kProcess) return std::nullopt;
  if (process.record.time_quantum_shift > 40) return std::nullopt;
  process.exe = cursor.take_counted_text();
  process.working_directory = cursor.take_counted_text();
  process.parent_trace = cursor.take_counted_text();
  process.allocator = cursor.take_counted_text();
  process.hook_version = cursor.take_counted_text();
  process.settings = cursor.take_counted_text();
  const std::uint32_t argc = cursor.take<std::uint32_t>();
  // Each argument takes at least its length field, so a nonsense argc ends with the record.
  for (std::uint32_t i = 0; i != argc && cursor.ok(); ++i) process.argv.push_back(cursor.take_counted_text());
  if (!cursor.ok()) return std::nullopt;
  return process;
}

bool MetaParser::parse(std::span<const std::uint8_t> body) {
  while (!body.empty()) {
    trace::MetaHeader header{};
    if (body.size() < sizeof header) return false;
    std::memcpy(&header, body.data(), sizeof header);
    if (header.record_bytes < sizeof header || header.record_bytes % 8 != 0) return false;
    if (header.record_bytes > body.size()) return false;
    if (!parse_record(body.first(header.record_bytes), header)) return false;
    body = body.subspan(header.record_bytes);
  }
  return true;
}

bool MetaParser::parse_record(std::span<const std::uint8_t> record, const trace::MetaHeader& header) {
  switch (header.kind) {
    case trace::MetaKind::kProcess: {
      std::optional<ProcessMeta> process = parse_process(record);
      if (!process) return false;
      if (!meta_.process) meta_.process = std::move(process);
      return true;
    }
    case trace::MetaKind::kModule:
      return parse_module(record);
    case trace::MetaKind::kModuleGone: {
      trace::ModuleGoneRecord gone{};
      if (!take_whole(record, gone)) return false;
      const auto found = module_index_.find(gone.module_id);
      if (found != module_index_.end()) meta_.modules[found->second].gone_ticks = header.ticks;
      return true;
    }
    case trace::MetaKind::kPc:
      return append(record, meta_.pcs);
    case trace::MetaKind::kThread:
      return parse_thread(record);
    case trace::MetaKind::kSample:
      return append(record, meta_.samples);
    case trace::MetaKind::kMarker:
      return parse_marker(record);
    case trace::MetaKind::kCounters:
      return take_newest(record, meta_.counters);
    case trace::MetaKind::kBackPressure:
      return take_newest(record, meta_.back_pressure);
    case trace::MetaKind::kEnd: {
      trace::EndRecord end{};
      if (!take_whole(record, end)) return false;
      meta_.end = end;
      return true;
    }
    case trace::MetaKind::kChild:
      return append(record, meta_.children);
    case trace::MetaKind::kStackCheck:
      return take_newest(record, meta_.stack_checks);
    case trace::MetaKind::kStackMismatch:
      return append(record, meta_.stack_mismatches);
    case trace::MetaKind::kSampling:
      return parse_sampling(record);
    case trace::MetaKind::kUnreported:
      return append(record, meta_.unreported);
    case trace::MetaKind::kDescriptor:
      return parse_descriptor(record);
    case trace::MetaKind::kLiveThread:
      return parse_live_thread(record);
    case trace::MetaKind::kMemoryLimit: {
      trace::MemoryLimitRecord limit{};
      if (!take_whole(record, limit)) return false;
      if (limit.bytes != 0) meta_.memory_limit_bytes = limit.bytes;
      return true;
    }
  }
  ++diagnostics_.unknown_records;
  return true;
}

bool MetaParser::parse_module(std::span<const std::uint8_t> record) {
  RecordCursor cursor(record);
  ModuleMeta module;
  module.record = cursor.take<trace::ModuleRecord>();
  const std::span<const std::uint8_t> build_id = cursor.take_bytes(module.record.build_id_bytes);
  module.build_id.assign(build_id.begin(), build_id.end());
  module.path = cursor.take_text(module.record.path_bytes);
  if (!cursor.ok()) return false;
  module_index_.emplace(module.record.module_id, meta_.modules.size());
  meta_.modules.push_back(std::move(module));
  return true;
}

bool MetaParser::parse_thread(std::span<const std::uint8_t> record) {
  RecordCursor cursor(record);
  const trace::ThreadRecord thread = cursor.take<trace::ThreadRecord>();
  std::string name = cursor.take_text(thread.name_bytes);
  if (!cursor.ok()) return false;
  const auto [found, is_new] = thread_index_.emplace(thread.tid, meta_.threads.size());
  if (is_new) meta_.threads.emplace_back().tid = thread.tid;
  ThreadMeta& meta = meta_.threads[found->second];
  if ((thread.header.flags & trace::kThreadNamed) != 0) meta.name = std::move(name);
  if ((thread.header.flags & trace::kThreadStarted) != 0 && !meta.started_ticks) {
    meta.started_ticks = thread.header.ticks;
  }
  if ((thread.header.flags & trace::kThreadEnded) != 0) meta.ended_ticks = thread.header.ticks;
  return true;
}

bool MetaParser::parse_marker(std::span<const std::uint8_t> record) {
  RecordCursor cursor(record);
  MarkerMeta marker;
  marker.record = cursor.take<trace::MarkerRecord>();
  marker.label = cursor.take_text(marker.record.label_bytes);
  if (!cursor.ok()) return false;
  meta_.markers.push_back(std::move(marker));
  return true;
}

bool MetaParser::parse_sampling(std::span<const std::uint8_t> record) {
  if (record.size() < trace::kShortSamplingBytes) return false;
  trace::SamplingRecord sampling{};
  std::memcpy(&sampling, record.data(), std::min(record.size(), sizeof sampling));
  meta_.sampling.push_back(sampling);
  return true;
}

bool MetaParser::parse_descriptor(std::span<const std::uint8_t> record) {
  RecordCursor cursor(record);
  const trace::DescriptorRecord descriptor = cursor.take<trace::DescriptorRecord>();
  std::string what = cursor.take_text(descriptor.text_bytes);
  if (!cursor.ok()) return false;
  const std::uint16_t flags = descriptor.header.flags;
  const bool at_end = (flags & trace::kDescriptorAtEnd) != 0;
  std::vector<DescriptorMeta>& list = at_end ? unfinished_at_end_ : unfinished_at_start_;
  if ((flags & trace::kDescriptorListEnd) == 0) {
    list.push_back({descriptor.number, (flags & trace::kDescriptorListening) != 0, std::move(what)});
    return true;
  }
  // Parts of it may be lost.
  if (list.size() == descriptor.number) {
    (at_end ? meta_.descriptors_at_end : meta_.descriptors_at_start) = std::move(list);
  }
  list.clear();
  return true;
}

bool MetaParser::parse_live_thread(std::span<const std::uint8_t> record) {
  trace::LiveThreadRecord thread{};
  if (!take_whole(record, thread)) return false;
  if (thread.tid != 0) {
    unfinished_threads_.push_back(thread);
  } else {
    meta_.live_threads = std::move(unfinished_threads_);
    unfinished_threads_.clear();
  }
  return true;
}

void MetaParser::finish() {
  std::stable_sort(meta_.samples.begin(), meta_.samples.end(),
                   [](const auto& a, const auto& b) { return a.header.ticks < b.header.ticks; });
  std::stable_sort(meta_.markers.begin(), meta_.markers.end(), [](const auto& a, const auto& b) {
    return a.record.header.ticks < b.record.header.ticks;
  });
  std::stable_sort(meta_.sampling.begin(), meta_.sampling.end(),
                   [](const auto& a, const auto& b) { return a.header.ticks < b.header.ticks; });
  std::stable_sort(meta_.unreported.begin(), meta_.unreported.end(),
                   [](const auto& a, const auto& b) { return a.header.ticks < b.header.ticks; });
}

}  // namespace leak::scan
