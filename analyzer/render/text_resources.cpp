// Descriptors and threads in the text report: what is still open by place, and who was never joined.
#include <map>
#include <string>
#include <utility>

#include "base/units.h"
#include "render/text_sections.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostThings = 3;

// "/var/log/a, /var/log/b, ..." for those of a site that are still open.
std::string things_of(const ReportResources& resources, const ReportDescriptorSite& site) {
  std::string text;
  std::size_t count = 0;
  for (const ReportDescriptor& open : resources.open_fds) {
    if (open.function != site.function || open.stack != site.stack || open.what.empty()) continue;
    if (count++ == kMostThings) return text + ", ...";
    text += (text.empty() ? "" : ", ") + open.what;
  }
  return text;
}

void write_descriptors(const TextContext& context, const ReportResources& resources) {
  std::uint64_t inherited = 0;
  for (const ReportDescriptor& open : resources.open_fds) inherited += open.inherited ? 1 : 0;
  std::string summary = format_count(resources.opened) + " opened, " + format_count(resources.closed) +
                        " closed, at most " + format_count(resources.most_open) + " at once; " +
                        format_count(resources.open_total) + " open at the end, " + format_count(inherited) +
                        " of them inherited";
  if (resources.unseen_opens + resources.unseen_closes != 0) {
    summary += "; " + format_count(resources.unseen_opens) + " appeared and " +
               format_count(resources.unseen_closes) + " went without a call that we saw";
  }
  write_heading(context, "Descriptors");
  context.out << context.style.wrap(summary, 2) << '\n';
  FigureTable table({"open", "opened"});
  std::vector<const ReportDescriptorSite*> shown;
  for (const ReportDescriptorSite& site : resources.fd_sites) {
    if (site.open == 0 || shown.size() == context.style.rows()) break;
    table.add({format_count(site.open), format_count(site.opened)});
    shown.push_back(&site);
  }
  if (shown.empty()) return;
  context.out << context.style.ink(table.heading() + "  place", Ink::kDim) << '\n';
  const std::size_t indent = table.heading().size() + 2;
  for (std::size_t i = 0; i != shown.size(); ++i) {
    const std::string place =
        shown[i]->function + "() in " + place_text(shown[i]->stack, shown[i]->blamed, context.frames);
    context.out << table.row(i) << "  " << context.style.fit(place, indent) << '\n';
    const std::string things = things_of(resources, *shown[i]);
    if (things.empty()) continue;
    context.out << std::string(indent, ' ') << context.style.ink(context.style.fit(things, indent), Ink::kDim)
                << '\n';
  }
}

void write_threads(const TextContext& context, const ReportResources& resources) {
  if (resources.threads_created == 0) return;
  write_heading(context, "Threads");
  context.out << context.style.wrap(format_count(resources.threads_created) + " created, " +
                                        format_count(resources.threads_joined) + " joined, " +
                                        format_count(resources.threads_detached) + " detached; " +
                                        format_count(resources.unjoined_total) + " neither at the end",
                                    2)
              << '\n';
  std::map<std::pair<std::string, std::string>, std::uint64_t> groups;
  for (const ReportUnjoinedThread& thread : resources.unjoined_threads) {
    ++groups[{place_text(thread.stack, thread.blamed, context.frames), thread.state}];
  }
  std::size_t rows = 0;
  for (const auto& [group, count] : groups) {
    if (rows++ == context.style.rows()) break;
    const std::string line = format_count(count) + " " +
                             (group.second == "unknown" ? "of unknown state" : group.second) +
                             ", created in " + group.first;
    context.out << "  " << context.style.fit(line, 2) << '\n';
  }
}

}  // namespace

void write_resources(const TextContext& context) {
  const ReportResources& resources = context.process.resources;
  if (context.style.rows() == 0) return;
  if (resources.has_descriptors && resources.opened != 0) write_descriptors(context, resources);
  if (resources.has_threads) write_threads(context, resources);
}

}  // namespace leak::scan
