#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::tool {

/// Which characters a terminal is sent: UTF-8 where its locale is of it, else ASCII alone.
enum class Charset { Ascii, Utf8 };

enum class Align { Left, Right };

/// How many columns fit() takes for all of a text, and at most `limit`.
std::size_t columns_of(std::string_view text, Charset charset, std::size_t limit = 1000);

/// `text` in exactly `width` columns, cut or padded with blanks. Made for texts that others chose: nothing in it can
/// drive the terminal, as control characters, what is not UTF-8 and what changes how its neighbours look (such as the
/// controls of bidirectional text) become U+FFFD, or ? in ASCII. Of the marks on one character two are kept.
/// Cost: of the columns that are shown, whatever the text's length. REQUIRES: setlocale(LC_CTYPE) was called for UTF-8.
std::string fit(std::string_view text, std::size_t width, Charset charset, Align align = Align::Left);

/// Whether each character is one code point in one column, about which all terminals agree.
bool is_simple(std::string_view text);

}  // namespace vitals::tool
