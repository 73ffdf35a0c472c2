#include "decode/column_batch.h"

#include <algorithm>
#include <cstring>

#include "decode/varint_block.h"
#include "trace_format/raw_codec.h"

namespace leak::scan {

namespace {

using trace::Column;

constexpr std::uint8_t kImpossible = 8;
constexpr std::uint8_t kResize = 16;
constexpr std::uint8_t kModelled = 32;  // with an address model, its address is a code of it

// What to do with an event, by its byte in kOp.
constexpr std::array<std::uint8_t, 256> kFlagsOfOp = [] {
  std::array<std::uint8_t, 256> flags{};
  for (std::size_t byte = 0; byte != flags.size(); ++byte) {
    const trace::Op op = static_cast<trace::Op>(byte & ~std::size_t{trace::kNoStackBit});
    const trace::OpKind kind = trace::kind_of(op);
    if ((byte & trace::kNoStackBit) == 0) flags[byte] |= ColumnBatch::kHasStack;
    if (kind == trace::OpKind::kInvalid) flags[byte] |= kImpossible;
    if (kind == trace::OpKind::kFree) flags[byte] |= ColumnBatch::kFree;
    if (kind == trace::OpKind::kResize) flags[byte] |= kResize;
    if (kind == trace::OpKind::kFree || kind == trace::OpKind::kAlloc) flags[byte] |= kModelled;
    if (kind > trace::OpKind::kAlloc && kind != trace::OpKind::kFree) flags[byte] |= ColumnBatch::kSpecial;
    if (trace::has_extra(op)) flags[byte] |= ColumnBatch::kSpecial;
  }
  return flags;
}();

}  // namespace

std::size_t ColumnBatch::take(trace::ColumnDecoder& decoder, std::size_t wanted) {
  Cursors cursors;
  for (std::size_t i = 0; i != cursors.size(); ++i) cursors[i] = decoder.range(static_cast<Column>(i));
  trace::ColumnDecoder::Range& ops = cursors[static_cast<std::size_t>(Column::kOp)];
  std::size_t count = std::min({kEvents, wanted, static_cast<std::size_t>(ops.end - ops.cursor)});
  trace::AddressModel* const model = decoder.address_model();
  if (model != nullptr) count = count_before_resize(ops.cursor, count);
  trace::SectionState state = decoder.state();
  refused_ = !sort_operations(ops.cursor, count) ||
             !read_times(cursors, count, decoder.has_time_runs(), state) || !read_columns(cursors, count) ||
             !read_stacks(cursors, state.depth);
  if (refused_ || count == 0) return 0;
  ops.cursor += count;
  pad(count);
  if (model != nullptr) {
    follow_model(count, *model, state);
  } else {
    add_up(count, state);
  }
  for (std::size_t i = 0; i != cursors.size(); ++i) decoder.range(static_cast<Column>(i)) = cursors[i];
  decoder.state() = state;
  return count;
}

std::size_t ColumnBatch::count_before_resize(const std::uint8_t* ops, std::size_t count) const {
  const auto is_resize = [](std::uint8_t op) { return (kFlagsOfOp[op] & kResize) != 0; };
  return static_cast<std::size_t>(std::find_if(ops, ops + count, is_resize) - ops);
}

bool ColumnBatch::read_times(Cursors& cursors, std::size_t count, bool has_runs, trace::SectionState& state) {
  trace::ColumnDecoder::Range& times = cursors[static_cast<std::size_t>(Column::kTime)];
  trace::ColumnDecoder::Range& runs = cursors[static_cast<std::size_t>(Column::kTimeRuns)];
  if (!has_runs) {
    if (!get_varints(times.cursor, times.end, times_.data(), count)) return false;
    for (std::size_t i = 0; i != count; ++i) {
      times_[i] = state.time += static_cast<std::uint64_t>(trace::unzigzag(times_[i]));
    }
    return true;
  }
  for (std::size_t i = 0;;) {
    const std::size_t same = static_cast<std::size_t>(std::min<std::uint64_t>(state.run, count - i));
    for (const std::size_t end = i + same; i != end; ++i) times_[i] = state.time;
    state.run -= same;
    if (i == count) return true;
    std::uint64_t quanta = 0;
    if (!trace::get_varint(times.cursor, times.end, quanta)) return false;
    if (!trace::get_varint(runs.cursor, runs.end, state.run)) return false;
    state.time += static_cast<std::uint64_t>(trace::unzigzag(quanta));
    times_[i++] = state.time;
  }
}

bool ColumnBatch::sort_operations(const std::uint8_t* ops, std::size_t count) {
  std::memcpy(ops_.data(), ops, count);
  unsigned seen = 0;
  unsigned frees = 0;
  unsigned stacks = 0;
  for (std::size_t i = 0; i != count; ++i) {
    const unsigned flags = kFlagsOfOp[ops_[i]];
    flags_[i] = static_cast<std::uint8_t>(flags);
    seen |= flags;
    frees += flags & kFree;
    stacks += (flags & kHasStack) / kHasStack;
  }
  free_count_ = frees;
  stack_count_ = stacks;
  return (seen & kImpossible) == 0;
}

bool ColumnBatch::read_columns(Cursors& cursors, std::size_t count) {
  const auto read = [&](Column column, std::uint64_t* out, std::size_t integers) {
    trace::ColumnDecoder::Range& range = cursors[static_cast<std::size_t>(column)];
    return get_varints(range.cursor, range.end, out, integers);
  };
  return read(Column::kSize, made_sizes_.data(), count - free_count_) &&
         read(Column::kAddress, made_addresses_.data(), count - free_count_) &&
         read(Column::kFreeAddress, freed_addresses_.data(), free_count_) &&
         read(Column::kStack, stacks_.data(), 2 * stack_count_);
}

bool ColumnBatch::read_stacks(Cursors& cursors, std::uint32_t& depth) {
  trace::ColumnDecoder::Range& range = cursors[static_cast<std::size_t>(Column::kPcs)];
  const std::uint64_t most =
      static_cast<std::uint64_t>(range.end - range.cursor);  // a pc takes a byte at least
  std::uint64_t pushes = 0;
  for (std::size_t i = 0; i != stack_count_; ++i) {
    const std::uint64_t dropped = stacks_[2 * i];
    const std::uint64_t pushed = stacks_[2 * i + 1];
    if (dropped > depth || pushed > trace::kMaxStackDepth) return false;
    depth = depth - static_cast<std::uint32_t>(dropped) + static_cast<std::uint32_t>(pushed);
    pushes += pushed;
    if (depth > trace::kMaxStackDepth || pushes > most) return false;
  }
  if (pc_ids_.size() < pushes) pc_ids_.resize(static_cast<std::size_t>(pushes));
  if (!get_varints(range.cursor, range.end, pc_ids_.data(), static_cast<std::size_t>(pushes))) return false;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i != pushes; ++i) all |= pc_ids_[i];
  return all >> 32 == 0;
}

// For who reads one behind the last.
void ColumnBatch::pad(std::size_t count) {
  made_sizes_[count - free_count_] = 0;
  made_addresses_[count - free_count_] = 0;
  freed_addresses_[free_count_] = 0;
}

// The model's codes to addresses.
void ColumnBatch::follow_model(std::size_t count, trace::AddressModel& model, trace::SectionState& state) {
  std::size_t made = 0;
  std::size_t freed = 0;
  for (std::size_t i = 0; i != count; ++i) {
    if ((flags_[i] & kFree) != 0) {
      addresses_[i] = model.decode_free(freed_addresses_[freed++]);
      sizes_[i] = 0;
      continue;
    }
    sizes_[i] = made_sizes_[made];
    const std::uint64_t code = made_addresses_[made++];
    if ((flags_[i] & kModelled) != 0) {
      addresses_[i] = model.decode_allocation(code, sizes_[i]);
    } else {
      state.address += static_cast<std::uint64_t>(trace::unfold_distance(code));
      addresses_[i] = state.address;
    }
  }
}

// Differences to values, and two address columns to one. Both candidates are read and one is kept, because
// which it is cannot be predicted.
void ColumnBatch::add_up(std::size_t count, trace::SectionState& state) {
  std::size_t made = 0;
  std::size_t freed = 0;
  for (std::size_t i = 0; i != count; ++i) {
    const std::size_t is_free = flags_[i] & kFree;
    const std::uint64_t freed_code = freed_addresses_[freed];
    const std::uint64_t made_code = made_addresses_[made];
    state.address +=
        static_cast<std::uint64_t>(trace::unfold_distance(is_free != 0 ? freed_code : made_code));
    addresses_[i] = state.address;
    sizes_[i] = made_sizes_[made] & (is_free - 1);
    made += 1 - is_free;
    freed += is_free;
  }
}

}  // namespace leak::scan
