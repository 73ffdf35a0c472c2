# cmake -D IN=page.html -D OUT=report_template.cpp -P embed_templates.cmake
# Turns the built page into the definition of leak::scan::report_template() (analyzer/render/report_template.h).
file(READ ${IN} hex HEX)
# Lines of 32 bytes: a compiler reads one line of half a megabyte slowly, and so does a person.
string(REGEX REPLACE "(................................................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUT} "// Generated from the HTML report by scripts/embed_templates.cmake.
#include \"render/report_template.h\"

namespace leak::scan {

namespace {
constexpr unsigned char kPage[] = {
${hex}
};
}  // namespace

std::string_view report_template() {
  return {reinterpret_cast<const char*>(kPage), sizeof kPage};
}

}  // namespace leak::scan
")
