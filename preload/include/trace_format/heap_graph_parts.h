// Parts of a heap graph: the writer collects items until a part is full and hands it on; the reader takes one
// body apart. Pure: where parts go and come from is the caller's.
#pragma once

#include <cstring>

#include "trace_format/heap_graph_codec.h"

namespace leak::trace {

// `Sink` is called as bool(const std::uint8_t* body, std::size_t bytes, const GraphPart& part) for each
// finished part; after it returned false nothing more is handed on and ok() says so.
template <class Sink>
class GraphPartWriter {
 public:
  // `memory` has kGraphPartBytes and outlives the writer.
  GraphPartWriter(std::uint64_t graph_id, std::uint8_t* memory, Sink sink) noexcept
      : memory_(memory), at_(memory + sizeof(GraphPart)), sink_(sink) {
    part_ = {graph_id, 0, GraphSection::kHeader, kGraphVersion, 0, 0, 0};
  }

  void header(GraphHeader header, const char* label) noexcept {
    begin(GraphSection::kHeader);
    if (header.label_bytes > kGraphMaxText) header.label_bytes = kGraphMaxText;
    append(&header, sizeof(header));
    append(label, header.label_bytes);
    part_.item_count = 1;
  }

  void begin(GraphSection section) noexcept {
    flush();
    part_.section = section;
    part_.first_index = 0;
  }

  template <class Item>
  void put(const Item& item) noexcept {
    if (static_cast<std::size_t>(at_ - memory_) > kGraphPartBytes - kGraphItemBytesBound) [[unlikely]]
      flush();
    at_ = put_item(at_, state_, item);
    ++part_.item_count;
  }

  // What was put so far is a part.
  void flush() noexcept {
    if (part_.item_count != 0) {
      std::memcpy(memory_, &part_, sizeof(part_));
      hand_on(memory_, static_cast<std::size_t>(at_ - memory_));
      part_.item_count = 0;
    }
    at_ = memory_ + sizeof(GraphPart);
    state_ = GraphCodecState{};
  }

  // A part of this section, made by another writer, comes next: it gets its number and its place. Requires: nothing
  // was put since the last flush.
  void append_part(std::uint8_t* body, std::size_t bytes) noexcept {
    GraphPart part;
    std::memcpy(&part, body, sizeof(part));
    part_.item_count = part.item_count;
    std::memcpy(body, &part_, sizeof(part_));
    hand_on(body, bytes);
    part_.item_count = 0;
  }

  // The rest is lost: nothing more is handed on, and ok() says so.
  void refuse() noexcept { ok_ = false; }

  // Nothing may follow. Fills in totals.parts.
  bool end(GraphTotals totals) noexcept {
    begin(GraphSection::kEnd);
    totals.parts = part_.part + 1;
    append(&totals, sizeof(totals));
    part_.item_count = 1;
    flush();
    return ok_;
  }

  bool ok() const noexcept { return ok_; }

 private:
  void append(const void* bytes, std::size_t size) noexcept {
    std::memcpy(at_, bytes, size);
    at_ += size;
  }

  void hand_on(const std::uint8_t* body, std::size_t bytes) noexcept {
    ok_ = ok_ && sink_(body, bytes, part_);
    part_.part += 1;
    part_.first_index += part_.item_count;
  }

  std::uint8_t* memory_;
  std::uint8_t* at_;
  Sink sink_;
  GraphPart part_{};
  GraphCodecState state_;
  bool ok_ = true;
};

// Reads one body. The bytes must outlive the reader and the texts it gives out.
class GraphPartReader {
 public:
  // False: not a part, or of a newer major version (part().version then says which).
  bool open(const std::uint8_t* body, std::size_t bytes) noexcept {
    if (bytes < sizeof(part_)) return false;
    std::memcpy(&part_, body, sizeof(part_));
    at_ = body + sizeof(part_);
    end_ = body + bytes;
    left_ = part_.item_count;
    state_ = GraphCodecState{};
    // Every item has at least one byte: a count beyond that would make a caller reserve memory for nothing.
    return part_.version >> 8 <= kGraphMajor && left_ <= bytes - sizeof(part_);
  }

  const GraphPart& part() const noexcept { return part_; }
  std::uint32_t items_left() const noexcept { return left_; }

  // Requires: the part's section holds items of this type. False at the end, and at bytes that make no sense
  // (items_left() is then not 0).
  template <class Item>
  bool next(Item& item) noexcept {
    if (left_ == 0 || !get_item(at_, end_, state_, item)) return false;
    --left_;
    return true;
  }

  // For kHeader and kEnd.
  bool header(GraphHeader& header, GraphText& label) noexcept {
    if (!take(header) || header.label_bytes > static_cast<std::size_t>(end_ - at_)) return false;
    label = {reinterpret_cast<const char*>(at_), header.label_bytes};
    return header.label_bytes <= kGraphMaxText;
  }
  bool totals(GraphTotals& totals) noexcept { return take(totals); }

 private:
  template <class Whole>
  bool take(Whole& whole) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < sizeof(whole)) return false;
    std::memcpy(&whole, at_, sizeof(whole));
    at_ += sizeof(whole);
    return true;
  }

  const std::uint8_t* at_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint32_t left_ = 0;
  GraphPart part_{};
  GraphCodecState state_;
};

}  // namespace leak::trace
