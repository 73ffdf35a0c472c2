// Turns the events of one section, one after the other, into steps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "decode/column_batch.h"
#include "decode/event_batch.h"
#include "decode/sample_weights.h"
#include "decode/stack_cursor.h"
#include "decode/stack_threads.h"
#include "trace_format/record.h"

namespace leak::scan {

class SectionWriter {
 public:
  struct Options {
    SamplePeriods sampling;
    std::uint32_t time_quantum_shift = 0;
    bool whole_events = false;
  };

  // Starts with an empty stack. All arguments must outlive the writer.
  SectionWriter(const Options& options, StackCursor& stack, StackThreads& threads, DecodedChunk& chunk,
                Section& section);

  // False when the event's stack does not follow from the one before.
  bool put(const trace::Event& event, const std::uint32_t* pc_ids);

  // Puts the events of `batch`.
  void put(const ColumnBatch& batch);

  void finish();

 private:
  std::size_t put_plain(const ColumnBatch& batch, std::size_t begin);
  trace::Event whole_event(const ColumnBatch& batch, std::size_t i) const;
  void put_event(const trace::Event& event, std::uint32_t stack);
  void put_alloc(std::uint64_t time, const trace::Event& event, std::uint32_t stack);
  void put_free(std::uint64_t time, trace::Op op, std::uint64_t address);
  void put_heap_step(std::uint64_t time, std::uint64_t address_and_code, std::uint32_t size,
                     std::uint32_t stack);
  std::uint32_t put_wide(const trace::Event& event, std::uint32_t stack);
  std::uint64_t next_time(std::uint64_t time);

  const Options& options_;
  StackCursor& stack_;
  StackThreads& threads_;
  DecodedChunk& chunk_;
  Section& section_;
  std::uint64_t last_time_ = 0;
  std::uint64_t open_allocation_ = 0;
  StackCursor::BatchIds stack_ids_;  // by event of the batch that has a stack
  std::size_t stacks_used_ = 0;
  std::array<std::uint64_t, kOpCount> plain_by_op_{};  // by put_plain(), frees too
};

}  // namespace leak::scan
