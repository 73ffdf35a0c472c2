// The meta records of a TraceBuilder.
#include <algorithm>
#include <cstddef>

#include "support/byte_writer.h"
#include "support/trace_builder.h"

namespace leak::test {

namespace {

void put_text(Bytes& out, const std::string& text) { out.insert(out.end(), text.begin(), text.end()); }

void put_counted(Bytes& out, const std::string& text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  put_text(out, text);
}

// Pads a record and writes its length into its header.
Bytes finish_record(Bytes record) {
  record.resize(trace::padded_record_bytes(record.size()));
  put_at(record, offsetof(trace::MetaHeader, record_bytes), static_cast<std::uint32_t>(record.size()));
  return record;
}

trace::MetaHeader header_of(trace::MetaKind kind, std::uint64_t ticks, std::uint16_t flags = 0) {
  return {0, kind, flags, ticks};
}

}  // namespace

Bytes process_record(const ProcessSpec& spec) {
  trace::ProcessRecord record{};
  record.header = header_of(trace::MetaKind::kProcess, spec.start_ticks);
  record.ticks_per_second = spec.ticks_per_second;
  record.start_mono_ns = spec.start_mono_ns;
  record.start_realtime_ns = 1'700'000'000'000'000'000;
  record.parent_process_start = spec.parent_process_start;
  record.fork_ticks = spec.fork_ticks;
  record.pid = spec.pid;
  record.parent_pid = spec.parent_pid;
  record.clock_source = spec.clock_source;
  record.time_quantum_shift = spec.time_quantum_shift;
  record.page_bytes = 4096;
  Bytes bytes;
  put(bytes, record);
  for (const std::string* text : {&spec.exe, &spec.working_directory, &spec.parent_trace, &spec.allocator,
                                  &spec.hook_version, &spec.settings}) {
    put_counted(bytes, *text);
  }
  put(bytes, static_cast<std::uint32_t>(spec.argv.size()));
  for (const std::string& argument : spec.argv) put_counted(bytes, argument);
  return finish_record(std::move(bytes));
}

void TraceBuilder::module(std::uint32_t id, const std::string& path, std::uint64_t map_start,
                          std::uint64_t map_end, Bytes build_id, std::uint64_t ticks) {
  trace::ModuleRecord record{};
  record.header = header_of(trace::MetaKind::kModule, ticks == 0 ? spec_.start_ticks : ticks);
  record.module_id = id;
  record.build_id_bytes = static_cast<std::uint32_t>(build_id.size());
  record.map_start = map_start;
  record.map_end = map_end;
  record.path_bytes = static_cast<std::uint32_t>(path.size());
  Bytes bytes;
  put(bytes, record);
  bytes.insert(bytes.end(), build_id.begin(), build_id.end());
  put_text(bytes, path);
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::module_gone(std::uint32_t id, std::uint64_t ticks) {
  Bytes bytes;
  put(bytes, trace::ModuleGoneRecord{header_of(trace::MetaKind::kModuleGone, ticks), id, 0});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::pc(std::uint32_t id, std::uint64_t address, std::uint32_t module_id, std::uint16_t flags) {
  Bytes bytes;
  put(bytes,
      trace::PcRecord{header_of(trace::MetaKind::kPc, spec_.start_ticks, flags), id, module_id, address});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::thread(std::uint32_t tid, std::uint16_t flags, const std::string& name,
                          std::uint64_t ticks) {
  Bytes bytes;
  put(bytes, trace::ThreadRecord{header_of(trace::MetaKind::kThread, ticks, flags), tid,
                                 static_cast<std::uint32_t>(name.size())});
  put_text(bytes, name);
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::sample(std::uint64_t ticks, std::uint64_t mono_ns, std::uint64_t rss_bytes) {
  trace::SampleRecord record{};
  record.header = header_of(trace::MetaKind::kSample, ticks);
  record.mono_ns = mono_ns;
  record.rss_bytes = rss_bytes;
  Bytes bytes;
  put(bytes, record);
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::sampling(std::uint64_t ticks, std::uint64_t sample_bytes, std::uint32_t budget_permille,
                            std::uint32_t measured_permille) {
  Bytes bytes;
  put(bytes, trace::SamplingRecord{header_of(trace::MetaKind::kSampling, ticks), sample_bytes,
                                   budget_permille, measured_permille});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::marker(std::uint64_t ticks, const std::string& label, trace::MarkerKind kind) {
  Bytes bytes;
  put(bytes, trace::MarkerRecord{header_of(trace::MetaKind::kMarker, ticks), kind, 1,
                                 static_cast<std::uint32_t>(label.size()), 0});
  put_text(bytes, label);
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::unreported(std::uint64_t ticks, trace::UnreportedKind kind, std::uint32_t tid,
                              std::uint64_t address) {
  Bytes bytes;
  put(bytes, trace::UnreportedRecord{header_of(trace::MetaKind::kUnreported, ticks), kind, tid, address});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::memory_limit(std::uint64_t bytes) {
  Bytes record;
  put(record, trace::MemoryLimitRecord{header_of(trace::MetaKind::kMemoryLimit, spec_.start_ticks), bytes});
  append_record(finish_record(std::move(record)));
}

void TraceBuilder::counters(std::uint64_t ticks, std::uint64_t failed, std::vector<std::uint64_t> dropped) {
  trace::CountersRecord record{};
  record.header = header_of(trace::MetaKind::kCounters, ticks);
  record.failed_allocations = failed;
  std::copy(dropped.begin(), dropped.end(), record.dropped);
  Bytes bytes;
  put(bytes, record);
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::back_pressure(std::uint64_t ticks, std::uint64_t waits, std::uint64_t wait_ns,
                                 std::uint64_t cpu_ns) {
  Bytes bytes;
  put(bytes, trace::BackPressureRecord{header_of(trace::MetaKind::kBackPressure, ticks), waits, wait_ns, cpu_ns});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::end(std::uint64_t ticks, std::uint64_t mono_ns, trace::EndKind kind, std::uint32_t code) {
  Bytes bytes;
  put(bytes, trace::EndRecord{header_of(trace::MetaKind::kEnd, ticks), mono_ns, kind, code});
  append_record(finish_record(std::move(bytes)));
}

void TraceBuilder::meta_bytes(const Bytes& record) { append_record(record); }

}  // namespace leak::test
