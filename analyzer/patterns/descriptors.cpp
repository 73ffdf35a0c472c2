#include "patterns/descriptors.h"

#include <string>
#include <string_view>

namespace leak::scan {

namespace {

// The finding's own words: "... sockets that accept() opened in ...".
std::string_view opening_function(const ReportFinding& finding) { return fact_of(finding, "opened by"); }

bool opens_sockets(std::string_view function) {
  return function == "socket" || function == "accept" || function == "socketpair";
}

}  // namespace

std::optional<Recognition> recognise_descriptors(const Evidence& evidence, DescriptorKind kind) {
  const ReportFinding& finding = evidence.finding();
  if (finding.kind != "fd") return std::nullopt;
  const std::string_view function = opening_function(finding);
  if (opens_sockets(function) != (kind == DescriptorKind::kSocket)) return std::nullopt;
  Recognition found;
  found.confidence = .9;
  found.evidence.push_back(std::string(fact_of(finding, "still open")) + " of " +
                           std::string(fact_of(finding, "opened")) + " descriptors that " +
                           std::string(function) + "() opened here were still open at the end.");
  if (const std::string_view examples = fact_of(finding, "such as"); !examples.empty()) {
    found.evidence.push_back("They lead to: " + std::string(examples) + ".");
  }
  return found;
}

}  // namespace leak::scan
