#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/units.h"
#include "patterns/all.h"
#include "patterns/type_names.h"
#include "report/findings.h"

namespace leak::scan {

namespace {

const ReportPatternPage kTasksNeverAwaitedPage = {
    "tasks-never-awaited",
    "Tasks never awaited",
    "Futures, promises or tasks are started and kept, but nobody ever asks for their results. Deferred work "
    "is "
    "then never done at all; finished work keeps its result and all that it captured.",
    "The shared states of futures (of std::async, std::promise, std::packaged_task and their kin in Boost "
    "and "
    "folly, tasks of tokio) pile up or are lost; or, as a note, deferred tasks of one place are still there "
    "at "
    "the end of the program, nearly all that were ever made, which means that none of them ran.",
    R"(std::vector<std::future<Report>> reports;
for (const Day& day : days)
  reports.push_back(std::async(std::launch::deferred, make_report, day));
// nobody calls get(): not one report is made)",
    R"(for (std::future<Report>& report : reports) publish(report.get());
reports.clear();)",
    "Await each task (get(), wait(), co_await) or do not start it. Drop futures from the list once their "
    "result was taken; use std::launch::async where the work itself matters.",
    {"thread-pool-never-joined", "global-accumulation"}};

constexpr std::uint64_t kLeastTasks = 10;

bool is_task(std::string_view type) {
  static constexpr std::array<std::string_view, 9> kPrefixes = {"std::__future_base::_",
                                                                "std::__1::__assoc_state<",
                                                                "std::__1::__deferred_assoc_state<",
                                                                "std::__assoc_state<",
                                                                "boost::detail::future_",
                                                                "boost::detail::shared_state<",
                                                                "folly::futures::detail::Core<",
                                                                "tokio::runtime::task::core::Cell<",
                                                                "std::future<"};
  return starts_with_any(type, kPrefixes);
}

bool is_deferred(std::string_view type) {
  static constexpr std::array<std::string_view, 3> kPrefixes = {"std::__future_base::_Deferred_state<",
                                                                "std::__1::__deferred_assoc_state<",
                                                                "std::__deferred_assoc_state<"};
  return starts_with_any(type, kPrefixes);
}

class TasksNeverAwaited : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kTasksNeverAwaitedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "task" && !evidence.is_growth() && !evidence.is_lost()) return std::nullopt;
    const std::vector<std::string>& types = evidence.types();
    const auto task = std::find_if(types.begin(), types.end(), is_task);
    if (task == types.end()) return std::nullopt;
    Recognition found;
    found.is_mistake = true;
    found.confidence = .92;
    found.evidence = {"The blocks are states of futures, or hang from them: " + plain_type(*task) + ".",
                      evidence.kept_sentence()};
    if (std::any_of(types.begin(), types.end(), is_deferred))
      found.evidence.emplace_back("They were deferred: a deferred task that is still there has not run.");
    if (!evidence.holder_sentence().empty()) found.evidence.push_back(evidence.holder_sentence());
    return found;
  }

  void discover(ReportProcess& process, const std::vector<ReportFrame>& frames) const override {
    for (const ReportSite& site : process.sites) {
      const auto task = std::find_if(site.types.begin(), site.types.end(),
                                     [](const ReportTypeCount& type) { return is_deferred(type.name); });
      if (task == site.types.end() || task->lost_blocks != 0 || task->blocks < kLeastTasks) continue;
      if (task->blocks < site.allocations - site.allocations / 10 || is_told(process, site.id)) continue;
      ReportFinding note;
      note.kind = "task";
      note.severity = Severity::kGood;
      note.title =
          format_count(task->blocks) + " deferred tasks made in " + place_of(site, frames) + " never ran";
      note.bytes = task->bytes;
      note.blocks = task->blocks;
      note.site = site.id;
      note.evidence = {{"made", format_count(site.allocations)}, {"never run", format_count(task->blocks)}};
      process.findings.push_back(std::move(note));
    }
  }

 private:
  static bool is_told(const ReportProcess& process, std::uint32_t site) {
    return std::any_of(process.findings.begin(), process.findings.end(),
                       [site](const ReportFinding& finding) { return finding.site == site; });
  }
};

}  // namespace

const Pattern& tasks_never_awaited() {
  static const TasksNeverAwaited pattern;
  return pattern;
}

}  // namespace leak::scan
