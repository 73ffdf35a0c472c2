// A heap graph as the hook writes it: the bodies of its parts, for tests that put them into a trace.
#pragma once

#include <string>
#include <vector>

#include "support/trace_builder.h"
#include "trace_format/heap_graph_parts.h"

namespace leak::test {

struct GraphSpec {
  std::uint64_t id = 1;
  std::uint64_t ticks = 9000;
  trace::GraphTrigger trigger = trace::GraphTrigger::kAfterExit;
  std::string label;
  std::vector<std::pair<std::string, std::uint64_t>> types;  // name, vtable
  std::vector<trace::GraphNode> blocks;
  std::vector<trace::GraphNode> mappings;
  std::vector<trace::GraphEdge> edges;
  std::vector<trace::GraphEdge> encoded_edges;
  std::vector<trace::GraphRoot> roots;
  std::vector<trace::GraphContent> contents;
  std::uint32_t problems = 0;
};

inline std::vector<Bytes> graph_bodies(const GraphSpec& spec) {
  std::vector<Bytes> bodies;
  Bytes memory(trace::kGraphPartBytes);
  const auto sink = [&bodies](const std::uint8_t* body, std::size_t bytes, const trace::GraphPart&) {
    bodies.emplace_back(body, body + bytes);
    return true;
  };
  trace::GraphPartWriter writer(spec.id, memory.data(), sink);
  trace::GraphHeader header;
  header.ticks = spec.ticks;
  header.trigger = spec.trigger;
  header.stop = trace::StopMethod::kNotNeeded;
  header.label_bytes = static_cast<std::uint32_t>(spec.label.size());
  writer.header(header, spec.label.data());
  const auto section = [&writer](trace::GraphSection kind, const auto& items) {
    writer.begin(kind);
    for (const auto& item : items) writer.put(item);
  };
  writer.begin(trace::GraphSection::kTypes);
  for (const auto& [name, vtable] : spec.types) {
    writer.put(trace::GraphType{vtable, {name.data(), name.size()}});
  }
  section(trace::GraphSection::kBlocks, spec.blocks);
  section(trace::GraphSection::kMappings, spec.mappings);
  section(trace::GraphSection::kEdges, spec.edges);
  section(trace::GraphSection::kRoots, spec.roots);
  section(trace::GraphSection::kEncodedEdges, spec.encoded_edges);
  section(trace::GraphSection::kContents, spec.contents);
  trace::GraphTotals totals;
  totals.problems = spec.problems;
  writer.end(totals);
  return bodies;
}

inline void add_graph(TraceBuilder& builder, const GraphSpec& spec) {
  for (const Bytes& body : graph_bodies(spec)) builder.graph_part(spec.ticks, body);
}

}  // namespace leak::test
