# Writes page_assets.cpp: cmake -DOUTPUT=… -DFILES=path=name|path=name -P embed.cmake. Each file is one gzip member
# without a time, so that the same files give the same text. No xxd and no Python: every build has CMake.
set(html "text/html; charset=utf-8")
set(js "text/javascript; charset=utf-8")
set(css "text/css; charset=utf-8")
set(arrays "")
set(rows "")
string(REPLACE "|" ";" files "${FILES}")
foreach(file IN LISTS files)
  string(REGEX REPLACE "=[^=]*$" "" path "${file}")
  string(REGEX REPLACE ".*=" "" name "${file}")
  string(REGEX REPLACE ".*[.]" "" kind "${path}")
  string(MAKE_C_IDENTIFIER "k_${name}" symbol)
  file(ARCHIVE_CREATE OUTPUT "${OUTPUT}.gz" PATHS "${path}" FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(READ "${OUTPUT}.gz" hex HEX)
  file(REMOVE "${OUTPUT}.gz")
  file(SIZE "${path}" plain_size)
  string(SUBSTRING "${hex}" 0 8 head)
  string(SUBSTRING "${hex}" 16 -1 rest)  # behind the time, which is left out
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${head}00000000${rest}")
  string(APPEND arrays "constexpr unsigned char ${symbol}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${name}\", \"${${kind}}\", bytes(${symbol}), ${plain_size}},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"http/page/page_assets.hpp\"

namespace vitals::detail {
namespace {

${arrays}
template <class Array>
std::string_view bytes(const Array& array) {
  return {reinterpret_cast<const char*>(array), sizeof array};
}

}  // namespace

std::span<const PageAsset> page_assets() noexcept {
  static const PageAsset assets[] = {
${rows}  };
  return assets;
}

}  // namespace vitals::detail
")
