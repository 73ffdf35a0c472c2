#include "render/json_renderer.h"

#include <string>
#include <string_view>
#include <utility>

#include "render/json_page.h"
#include "render/json_parts.h"

namespace leak::scan {

namespace {

// Bytes of file names and arguments that are no UTF-8 become U+FFFD instead of ending the report.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

enum class Form { kReport, kPage };

// Writes the members of one object, a line each.
class ObjectWriter {
 public:
  ObjectWriter(std::ostream& out, std::string_view indent) : out_(out), indent_(indent) { out_ << "{"; }
  ~ObjectWriter() { out_ << "\n" << indent_ << "}"; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void member(std::string_view name, const Json& value) { begin(name) << text_of(value); }

  // Adds all members of an object to this one.
  void members(const Json& object) {
    for (const auto& [name, value] : object.items()) member(name, value);
  }

  template <class Items, class ToJson>
  void list(std::string_view name, const Items& items, ToJson to_json) {
    begin(name) << "[";
    std::size_t position = 0;
    for (const auto& item : items) {
      out_ << (position == 0 ? "\n" : ",\n") << indent_ << "    " << text_of(to_json(item, position));
      ++position;
    }
    out_ << "]";
  }

  std::ostream& begin(std::string_view name) {
    out_ << (first_ ? "\n" : ",\n") << indent_ << "  \"" << name << "\": ";
    first_ = false;
    return out_;
  }

 private:
  std::ostream& out_;
  std::string_view indent_;
  bool first_ = true;
};

constexpr auto kPlain = [](const auto& item, std::size_t) { return json_of(item); };

void write_mappings(ObjectWriter& process_object, const ReportProcess::Mappings& mappings) {
  ObjectWriter object(process_object.begin("mappings"), "      ");
  object.member("maps", mappings.maps);
  object.member("unmaps", mappings.unmaps);
  object.member("live_bytes", mappings.live_bytes);
  object.member("peak_bytes", mappings.peak_bytes);
  object.member("brk_bytes", mappings.brk_bytes);
  object.list("sites", mappings.sites, kPlain);
}

void write_sites(ObjectWriter& object, const ReportProcess& process) {
  object.list("sites", process.sites, kPlain);
  object.member("sites_total", process.sites_total);
  object.member("top", json_of(process.top));
}

void write_site_columns(ObjectWriter& object, const ReportProcess& process) {
  SiteColumns columns;
  for (const ReportSite& site : process.sites) columns.add(json_of(site));
  object.member("site_columns", std::move(columns).finish());
  object.member("sites_total", process.sites_total);
  object.member("top", page_top_of(json_of(process.top)));
}

void write_snapshots(ObjectWriter& object, const ReportProcess& process, Form form) {
  object.list("snapshots", process.snapshots, [form](const ReportSnapshot& snapshot, std::size_t) {
    return form == Form::kPage ? page_snapshot_of(json_of(snapshot)) : json_of(snapshot);
  });
  if (process.comparison && form == Form::kReport) object.member("comparison", json_of(*process.comparison));
}

void write_process(const ReportProcess& process, Form form, std::ostream& out) {
  ObjectWriter object(out, "    ");
  object.members(json_head_of(process));
  if (!process.sampling.empty()) object.member("sampling", json_of(process.sampling));
  object.member("totals", json_of(process.totals));
  write_mappings(object, process.mappings);
  if (process.truth) {
    object.member("truth", json_of(*process.truth));
    object.list("cycles", process.cycles, kPlain);
    object.list("structural_cycles", process.rings, kPlain);
    object.list("types", process.types, kPlain);
    object.list("retained", process.retained, kPlain);
    object.list("weakly_held", process.weakly_held, kPlain);
  }
  if (process.graph_delta) object.member("graph_delta", json_of(*process.graph_delta));
  if (!process.spikes.empty()) object.list("spikes", process.spikes, kPlain);
  if (process.residency) object.member("residency", json_of(*process.residency));
  if (process.limit) object.member("limit", json_of(*process.limit));
  object.member("severity", json_name(process.severity));
  object.member("verdict", process.verdict);
  object.list("findings", process.findings, kPlain);
  if (form == Form::kPage) {
    write_site_columns(object, process);
  } else {
    write_sites(object, process);
  }
  object.member("bucket_end_ns", process.bucket_end_ns);
  object.member("timeline", json_of(process.timeline));
  write_snapshots(object, process, form);
  if (process.resources.has_descriptors || process.resources.has_threads) {
    object.member("resources", json_of(process.resources));
  }
  object.list("modules", process.modules, kPlain);
  object.list("threads", process.threads, kPlain);
  object.list("allocations_by_function", process.allocations_by_function, kPlain);
  object.list("deallocations_by_function", process.deallocations_by_function, kPlain);
  object.list("size_classes", process.size_classes, kPlain);
  if (!process.lifetimes.empty()) {
    object.list("lifetimes", process.lifetimes, kPlain);
    object.member("lifetime_resolution_ns", process.lifetime_resolution_ns);
  }
  object.member("diagnostics", json_of(process.diagnostics));
}

void write_report(const ReportModel& model, Form form, std::ostream& out) {
  {
    ObjectWriter object(out, "");
    object.member("schema_version", kReportSchemaVersion);
    object.member("tool", {{"name", "leakscan"}, {"version", model.tool_version}});
    object.member("severity", json_name(model.severity));
    std::ostream& list = object.begin("processes");
    list << "[";
    for (std::size_t i = 0; i != model.processes.size(); ++i) {
      list << (i == 0 ? "\n    " : ",\n    ");
      write_process(model.processes[i], form, list);
    }
    list << "]";
    if (!model.patterns.empty()) object.list("patterns", model.patterns, kPlain);
    object.list("frames", model.frames,
                [](const ReportFrame& frame, std::size_t id) { return json_of(frame, id); });
  }
  out << "\n";
}

}  // namespace

void JsonRenderer::render(const ReportModel& model, std::ostream& out) const {
  write_report(model, Form::kReport, out);
}

void render_page_data(const ReportModel& model, std::ostream& out) { write_report(model, Form::kPage, out); }

}  // namespace leak::scan
