// Numbers as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leak::scan {

std::string format_bytes(std::uint64_t bytes);                       // 999 B, 1.5 KiB, 12.3 MiB
std::string format_count(std::uint64_t count);                       // 1,234,567
std::string format_blocks(std::uint64_t blocks);                     // 1 block, 2,345 blocks
std::string format_heap(std::uint64_t bytes, std::uint64_t blocks);  // 1.5 KiB in 12 blocks
std::string format_duration(std::uint64_t time_ns);  // 850 us, 12.3 ms, 4.56 s, 3m 07s, 2h 05m, 3d 04h
std::string format_bytes_per_second(double rate);    // +1.2 MiB/s, -3.0 KiB/s

// How many bytes "K", "MB", "GiB" or "B" are, all powers of 1024; nullopt: no unit of a size.
std::optional<double> bytes_of_unit(std::string_view unit);

}  // namespace leak::scan
