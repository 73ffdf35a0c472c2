#include "decode/column_batch.h"

#include <algorithm>

#include "decode/varint_block.h"
#include "trace_format/event_dictionary.h"

namespace leak::scan {

namespace {

using trace::Column;
using trace::OpKind;
using trace::ResizeForm;

bool is_plain(trace::Op op) {
  const OpKind kind = trace::kind_of(op);
  return kind == OpKind::kFree || (kind == OpKind::kAlloc && !trace::has_extra(op));
}

bool read(trace::ColumnDecoder& decoder, Column column, std::uint64_t* out, std::size_t count) {
  trace::ColumnDecoder::Range& range = decoder.range(column);
  return get_varints(range.cursor, range.end, out, count);
}

}  // namespace

bool ColumnBatch::take(trace::ColumnDecoder& decoder, std::size_t wanted) {
  count_ = std::min(kEvents, wanted);
  dictionary_ = decoder.dictionary();
  // What is special comes before the addresses, because how many there are depends on it.
  if (!read(decoder, Column::kEntry, codes_.data(), count_) || !read_entries(decoder) ||
      !read_times(decoder) || !read_specials(decoder) || !read_addresses(decoder)) {
    return false;
  }
  if (decoder.address_model() != nullptr) {
    follow_model(*decoder.address_model(), decoder.state());
  } else {
    add_up(decoder.state());
  }
  finish_specials();
  return true;
}

bool ColumnBatch::read_entries(trace::ColumnDecoder& decoder) {
  stack_count_ = 0;
  pc_ids_.clear();
  specials_.clear();
  special_at_.clear();
  trace::ColumnDecoder::Range& sizes = decoder.range(Column::kSize);
  std::uint32_t& depth = decoder.state().depth;
  for (std::size_t i = 0; i != count_; ++i) {
    const std::uint64_t code = codes_[i];
    if (code <= trace::kNewEntryCode) [[unlikely]] {
      if (!read_spelled_out(decoder, i, code == trace::kNewEntryCode)) return false;
      continue;
    }
    trace::DictionaryReader::Entry* const entry = dictionary_->find(code);
    if (entry == nullptr) return false;
    if (trace::has_own_size(code)) {
      if (!entry->has_stack || !trace::get_varint(sizes.cursor, sizes.end, entry->size)) return false;
    }
    ops_[i] = entry->op;
    flags_[i] = entry->has_stack ? kHasStack : kFree;
    sizes_[i] = entry->size;
    if (entry->dropped > depth) return false;
    depth += entry->push - entry->dropped;
    if (depth > trace::kMaxStackDepth) return false;
    // Those of a free are nothing, and are written over.
    stacks_[stack_count_] = {dictionary_->number_of(*entry), entry->dropped, entry->push, 0};
    stack_count_ += entry->has_stack ? 1 : 0;
  }
  return true;
}

bool ColumnBatch::read_spelled_out(trace::ColumnDecoder& decoder, std::size_t i, bool becomes_entry) {
  trace::Event event{};
  const std::uint32_t depth = decoder.state().depth;
  if (!decoder.get_spelled_out(event, becomes_entry)) return false;
  const bool is_free = trace::kind_of(event.op) == OpKind::kFree;
  ops_[i] = event.op;
  sizes_[i] = event.size;
  flags_[i] = static_cast<std::uint8_t>((is_free ? kFree : 0) | (event.has_stack ? kHasStack : 0));
  if (event.has_stack) {
    const std::uint32_t dropped = depth - event.keep;
    const std::uint32_t first_pc = static_cast<std::uint32_t>(pc_ids_.size());
    stacks_[stack_count_++] = {becomes_entry ? dictionary_->count() : 0, dropped, event.push, first_pc};
    if (!becomes_entry) {
      pc_ids_.resize(first_pc + event.push);  // at most kMaxStackDepth
      if (!decoder.get_pcs(pc_ids_.data() + first_pc, event.push)) return false;
    }
  }
  if (!is_plain(event.op)) {
    flags_[i] |= kSpecial;
    specials_.push_back(event);
    special_at_.push_back(i);
  }
  return true;
}

bool ColumnBatch::read_times(trace::ColumnDecoder& decoder) {
  trace::ColumnDecoder::Range& times = decoder.range(Column::kTime);
  trace::ColumnDecoder::Range& runs = decoder.range(Column::kTimeRuns);
  trace::SectionState& state = decoder.state();
  for (std::size_t i = 0;;) {
    const std::size_t same = static_cast<std::size_t>(std::min<std::uint64_t>(state.run, count_ - i));
    for (const std::size_t end = i + same; i != end; ++i) times_[i] = state.time;
    state.run -= same;
    if (i == count_) return true;
    std::uint64_t quanta = 0;
    if (!trace::get_varint(times.cursor, times.end, quanta)) return false;
    if (!trace::get_varint(runs.cursor, runs.end, state.run)) return false;
    state.time += static_cast<std::uint64_t>(trace::unzigzag(quanta));
    times_[i++] = state.time;
  }
}

// Their addresses are not known yet: finish_specials() adds them.
bool ColumnBatch::read_specials(trace::ColumnDecoder& decoder) {
  resize_forms_.clear();
  for (std::size_t special = 0; special != specials_.size(); ++special) {
    trace::Event& event = specials_[special];
    event.ticks = times_[special_at_[special]] << decoder.time_quantum_shift();
    event.begin_ticks = event.ticks;
    if (decoder.is_modelled_resize(event.op)) {
      if (!decoder.get_resize_form(resize_forms_.emplace_back())) return false;
    }
    if (!decoder.get_extra(event)) return false;
  }
  return true;
}

bool ColumnBatch::read_addresses(trace::ColumnDecoder& decoder) {
  std::size_t freed = 0;
  for (std::size_t i = 0; i != count_; ++i) freed += std::size_t{flags_[i]} & kFree;
  std::size_t made = count_ - freed;
  for (const ResizeForm form : resize_forms_) {
    freed += form == ResizeForm::kFromNothing ? 0 : 1;
    made -= form == ResizeForm::kInPlace ? 1 : 0;
  }
  made_addresses_[made] = 0;
  freed_addresses_[freed] = 0;
  return read(decoder, Column::kAddress, made_addresses_.data(), made) &&
         read(decoder, Column::kFreeAddress, freed_addresses_.data(), freed);
}

// The model's codes to addresses; what it has no say in are distances.
void ColumnBatch::follow_model(trace::AddressModel& model, trace::SectionState& state) {
  const std::uint64_t* made = made_addresses_.data();
  const std::uint64_t* freed = freed_addresses_.data();
  std::size_t special = 0;
  const ResizeForm* form = resize_forms_.data();
  for (std::size_t i = 0; i != count_; ++i) {
    if ((flags_[i] & kFree) != 0) {
      addresses_[i] = model.decode_free(*freed++);
      continue;
    }
    if ((flags_[i] & kSpecial) == 0) {
      addresses_[i] = model.decode_allocation(*made++, sizes_[i]);
      continue;
    }
    trace::Event& event = specials_[special++];
    const OpKind kind = trace::kind_of(event.op);
    if (kind == OpKind::kResize) {
      if (*form == ResizeForm::kInPlace) {
        addresses_[i] = event.old_address = model.decode_resized(*freed++, event.size);
      } else {
        if (*form == ResizeForm::kMoved) event.old_address = model.decode_free(*freed++);
        addresses_[i] = model.decode_allocation(*made++, event.size);
      }
      ++form;
    } else if (kind == OpKind::kAlloc) {
      addresses_[i] = model.decode_allocation(*made++, event.size);
    } else {
      addresses_[i] = state.address += static_cast<std::uint64_t>(trace::unfold_distance(*made++));
    }
  }
}

// Differences to values, and two address columns to one. Both candidates are read and one is kept, because
// which it is cannot be predicted.
void ColumnBatch::add_up(trace::SectionState& state) {
  std::size_t made = 0;
  std::size_t freed = 0;
  for (std::size_t i = 0; i != count_; ++i) {
    const std::size_t is_free = (flags_[i] & kFree) != 0 ? 1 : 0;
    const std::uint64_t freed_code = freed_addresses_[freed];
    const std::uint64_t made_code = made_addresses_[made];
    state.address +=
        static_cast<std::uint64_t>(trace::unfold_distance(is_free != 0 ? freed_code : made_code));
    addresses_[i] = state.address;
    made += 1 - is_free;
    freed += is_free;
  }
}

void ColumnBatch::finish_specials() {
  const bool has_forms = !resize_forms_.empty();  // then the model knows the old blocks
  for (std::size_t special = 0; special != specials_.size(); ++special) {
    trace::Event& event = specials_[special];
    const OpKind kind = trace::kind_of(event.op);
    if (kind == OpKind::kResource) continue;  // theirs stands in kExtra
    event.address = addresses_[special_at_[special]];
    if (trace::has_old_address(event.op) && !(has_forms && kind == OpKind::kResize)) {
      event.old_address += event.address;  // so far it is the distance
    }
  }
}

}  // namespace leak::scan
