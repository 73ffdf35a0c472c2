#include "gate/evaluate.h"

#include <algorithm>

#include "base/command_error.h"
#include "base/text.h"
#include "base/units.h"
#include "gate/facts.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

std::string name_of(const ReportProcess& process) {
  return std::string(base_name(process.exe)) + " (pid " + std::to_string(process.pid) + ")";
}

GateProcess process_of(const ReportProcess& from, std::size_t index, const std::vector<GateLeak>& leaks) {
  GateProcess to;
  to.name = base_name(from.exe);
  to.pid = from.pid;
  to.depth = from.depth;
  to.duration_ns = from.duration_ns;
  to.end = end_phrase(from);
  to.verdict = from.verdict;
  to.peak_bytes = from.totals.peak_bytes;
  to.live_bytes = from.totals.live_bytes;
  if (from.truth) {
    const ReportCount lost = lost_that_counts(from, index, leaks);
    to.lost_blocks = lost.blocks;
    to.lost_bytes = lost.bytes;
  }
  return to;
}

// An image that exec replaced has nothing to say about the end: its successor does.
bool must_be_known(const ReportProcess& process) { return !process.parent && process.end_kind != "exec"; }

class Evaluation {
 public:
  Evaluation(const ReportModel& model, const GateInput& input) : model_(model), input_(input) {}

  GateReport run() {
    report_.tool_version = model_.tool_version;
    FoundLeaks found = find_leaks(model_, input_.search);
    report_.leaks = std::move(found.leaks);
    for (SuppressionUse& use : found.uses) {
      if (use.problem == "unused" && use.built_in) continue;
      report_.suppressions.push_back(std::move(use));
    }
    report_.has_baseline = input_.baseline.has_value();
    if (input_.baseline) report_.fixed = apply_baseline(*input_.baseline, report_.leaks);
    std::stable_sort(report_.leaks.begin(), report_.leaks.end(),
                     [](const GateLeak& a, const GateLeak& b) { return a.state < b.state; });
    for (std::size_t i = 0; i != model_.processes.size(); ++i) judge(i);
    refuse_unknown();
    forget_replaced_images();
    report_.verdict = verdict();
    return std::move(report_);
  }

 private:
  void judge(std::size_t index) {
    GateProcess process = process_of(model_.processes[index], index, report_.leaks);
    for (const Rule& rule : input_.rules) {
      const FactValue fact = fact_of(rule, model_, index, report_.leaks, report_.has_baseline);
      RuleOutcome outcome{rule.text, index, RuleOutcome::Kind::kPassed, {}, fact.unknown_because};
      if (!fact.value) {
        outcome.kind = RuleOutcome::Kind::kUnknown;
      } else {
        outcome.value = format_fact(rule.fact->unit, *fact.value);
        if (rule.fails(*fact.value)) outcome.kind = RuleOutcome::Kind::kFailed;
      }
      process.failed = process.failed || outcome.kind == RuleOutcome::Kind::kFailed;
      report_.outcomes.push_back(std::move(outcome));
    }
    report_.failed = report_.failed || process.failed;
    report_.processes.push_back(std::move(process));
  }

  // A gate that could not look must not look closed.
  void refuse_unknown() const {
    for (std::size_t r = 0; r != input_.rules.size(); ++r) {
      if (input_.rules[r].if_known) continue;
      const RuleOutcome* unknown = nullptr;
      bool known_of_any = false;
      for (std::size_t p = 0; p != model_.processes.size(); ++p) {
        const RuleOutcome& outcome = report_.outcomes[p * input_.rules.size() + r];
        if (outcome.kind != RuleOutcome::Kind::kUnknown) {
          known_of_any = true;
        } else if (unknown == nullptr || must_be_known(model_.processes[p])) {
          unknown = &outcome;
        }
      }
      if (unknown == nullptr || (known_of_any && !must_be_known(model_.processes[unknown->process])))
        continue;
      throw CommandError("rule '" + unknown->rule + "' cannot be judged for " +
                         name_of(model_.processes[unknown->process]) + ": " + unknown->explanation +
                         "; write '" + unknown->rule + " if known' to let that pass");
    }
  }

  // Each test of a suite is such an image first, between fork and exec: there is nothing to tell of it.
  void forget_replaced_images() {
    std::erase_if(report_.outcomes, [this](const RuleOutcome& outcome) {
      return outcome.kind == RuleOutcome::Kind::kUnknown &&
             model_.processes[outcome.process].end_kind == "exec";
    });
  }

  std::string verdict() const {
    const auto failed = std::count_if(report_.processes.begin(), report_.processes.end(),
                                      [](const GateProcess& process) { return process.failed; });
    const std::size_t count = report_.processes.size();
    const std::string of_all = count == 1 ? "the process" : "all " + format_count(count) + " processes";
    std::string sentence;
    if (input_.rules.empty()) {
      sentence = "No rule was given";
    } else if (failed == 0) {
      sentence = "All rules hold for " + of_all;
    } else {
      sentence = count == 1
                     ? "The process breaks a rule"
                     : format_count(static_cast<std::uint64_t>(failed)) + " of " + format_count(count) +
                           (failed == 1 ? " processes breaks a rule" : " processes break a rule");
    }
    const auto in_state = [this](LeakState state) {
      return static_cast<std::uint64_t>(
          std::count_if(report_.leaks.begin(), report_.leaks.end(),
                        [state](const GateLeak& leak) { return leak.state == state; }));
    };
    const auto add = [&sentence](std::uint64_t number, const std::string& what) {
      if (number != 0) sentence += "; " + format_count(number) + " " + what;
    };
    const std::uint64_t open = in_state(LeakState::kOpen);
    add(open, std::string(report_.has_baseline ? "new " : "") + (open == 1 ? "leak" : "leaks"));
    add(in_state(LeakState::kGrown), "known and grown");
    add(in_state(LeakState::kKnown), "known");
    add(in_state(LeakState::kSuppressed), "suppressed");
    add(report_.fixed.size(), "fixed");
    return sentence + ".";
  }

  const ReportModel& model_;
  const GateInput& input_;
  GateReport report_;
};

}  // namespace

GateReport evaluate_gates(const ReportModel& model, const GateInput& input) {
  return Evaluation(model, input).run();
}

}  // namespace leak::scan
