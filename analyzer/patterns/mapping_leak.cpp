#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kMappingLeakPage = {
    "mapping-leak",
    "Mappings never unmapped",
    "Memory that the program asked of the kernel by itself (mmap) is not given back by munmap. It is no heap "
    "memory, so heap profilers do not see it, and each mapping also counts against vm.max_map_count.",
    "Mappings of the program's own that no pointer leads to, or mapped memory that rises steadily until the "
    "end "
    "of the run. Mappings of the loader and of the allocator are not counted.",
    R"(void* file = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
index(file, size);
close(fd);                                    // closes the file, not the mapping)",
    R"(struct Unmap {
  std::size_t size;
  void operator()(void* at) const { munmap(at, size); }
};
std::unique_ptr<void, Unmap> file(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0), Unmap{size});
index(file.get(), size);)",
    "Pair each mmap with a munmap of the same length: let an object own the mapping.",
    {"lost-memory", "file-handles-never-closed"}};

class MappingLeak : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kMappingLeakPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "mapping") return std::nullopt;
    if (evidence.is_lost())
      return Recognition{
          .95, {"Nothing pointed to them " + std::string(fact_of(finding, "nothing points to them")) + "."}};
    return Recognition{
        .75,
        {std::string(fact_of(finding, "maps")) + " mappings were made and " +
         std::string(fact_of(finding, "unmaps")) + " unmapped; mapped memory rose until the end."}};
  }
};

}  // namespace

const Pattern& mapping_leak() {
  static const MappingLeak pattern;
  return pattern;
}

}  // namespace leak::scan
