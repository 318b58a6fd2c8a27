#include "tool/top/table_lines.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tool/top/line_maker.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kWide = 60;        // from here on there is room for more
constexpr std::size_t kLeastOfText = 8;  // and texts are twice as wide at least
constexpr std::size_t kMostOfText = 200;

std::string shown(const Cell& cell, Charset charset) {
  return cell.verdict ? sign_of(*cell.verdict, charset) + " " + cell.text.substr(0, kMostOfText) : std::string{};
}

std::size_t cell_columns(const Cell& cell, Charset charset) {
  return columns_of(cell.text, charset, kMostOfText) + (cell.verdict ? 2 : 0);
}

class Layout {
 public:
  Layout(const Table& table, const std::vector<const TableRow*>& rows, std::size_t sorted_by, std::size_t width,
         Charset charset)
      : table_(table),
        sorted_by_(sorted_by),
        gap_(width < kWide ? 1 : 2),
        least_of_text_(width < kWide ? kLeastOfText : 2 * kLeastOfText) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      std::size_t widest = columns_of(table.columns[i].title, charset) + 1;  // with the sign of sorting
      for (const auto* row : rows) widest = std::max(widest, cell_columns(row->cells[i], charset));
      // What no row has, such as budgets of a service without levels, takes no room.
      const bool is_unknown = !rows.empty() && i != sorted_by && std::ranges::all_of(rows, [i](const TableRow* row) {
        return row->cells[i].number && std::isnan(*row->cells[i].number);
      });
      widths_.push_back(is_unknown ? 0 : widest);
    }
    while (sum(true) > width && leave_one_out()) {
    }
    narrow(width);
  }

  [[nodiscard]] std::size_t gap() const { return gap_; }
  /// Of a column; 0 if it is left out.
  [[nodiscard]] std::size_t operator[](std::size_t i) const { return widths_[i]; }

 private:
  [[nodiscard]] std::size_t least(std::size_t i) const {
    return table_.columns[i].is_number ? widths_[i] : std::min(widths_[i], least_of_text_);
  }

  // Of all columns, as narrow as may be or as they are.
  [[nodiscard]] std::size_t sum(bool is_least) const {
    std::size_t all = 0;
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      if (widths_[i] > 0) all += (all > 0 ? gap_ : 0) + (is_least ? least(i) : widths_[i]);
    }
    return all;
  }

  bool leave_one_out() {
    std::size_t worst = widths_.size();
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      const bool may_go = widths_[i] > 0 && i != sorted_by_ && table_.columns[i].rank > 0;
      if (may_go && (worst == widths_.size() || table_.columns[i].rank > table_.columns[worst].rank)) worst = i;
    }
    if (worst == widths_.size()) return false;
    widths_[worst] = 0;
    return true;
  }

  // Texts give what is too much, the widest first.
  void narrow(std::size_t width) {
    for (auto too_much = sum(false); too_much > width;) {
      std::size_t widest = widths_.size();
      for (std::size_t i = 0; i < widths_.size(); ++i) {
        const bool may_give = !table_.columns[i].is_number && widths_[i] > least(i);
        if (may_give && (widest == widths_.size() || widths_[i] > widths_[widest])) widest = i;
      }
      if (widest == widths_.size()) return;  // the screen cuts the rest
      const auto by = std::min(too_much - width, widths_[widest] - least(widest));
      widths_[widest] -= by;
      too_much -= by;
    }
  }

  const Table& table_;
  std::size_t sorted_by_;  // its heading says so
  std::size_t gap_;
  std::size_t least_of_text_;
  std::vector<std::size_t> widths_;
};

Line heading(const Table& table, const View::Sort& sort, const Layout& layout, std::size_t width, Charset charset) {
  LineMaker maker(width, charset);
  const bool is_utf8 = charset == Charset::Utf8;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (layout[i] == 0) continue;
    if (maker.left() < width) maker.add("", layout.gap(), Paint::Reversed);
    std::string title = table.columns[i].title;
    if (i == sort.column) title += sort.is_descending ? (is_utf8 ? "\u25bc" : "v") : (is_utf8 ? "\u25b2" : "^");
    maker.add(title, layout[i], Paint::Reversed, table.columns[i].is_number ? Align::Right : Align::Left);
  }
  maker.add("", maker.left(), Paint::Reversed);
  return maker.take();
}

Line row_line(const Table& table, const TableRow& row, const Layout& layout, std::size_t width, Charset charset) {
  LineMaker maker(width, charset);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (layout[i] == 0) continue;
    if (maker.left() < width) maker.gap(layout.gap());
    const auto& cell = row.cells[i];
    const auto marked = shown(cell, charset);
    maker.add(cell.verdict ? marked : cell.text, layout[i], cell.verdict ? paint_of(*cell.verdict) : Paint::Plain,
              table.columns[i].is_number ? Align::Right : Align::Left);
  }
  return maker.take();
}

}  // namespace

std::size_t first_shown(const View& view, std::size_t all, std::size_t rows) {
  return std::min(view.first_row, all - std::min(all, std::max<std::size_t>(rows, 1)));
}

std::vector<Line> table_lines(const Model& model, const View& view, std::size_t width, std::size_t rows,
                              Charset charset) {
  const auto& table = model.tables[view.table];
  const auto all = shown_rows(model, view);
  const auto sort = view.sort(model);
  const Layout layout(table, all, sort.column, width, charset);
  std::vector<Line> lines{heading(table, sort, layout, width, charset)};
  const auto first = first_shown(view, all.size(), rows);
  for (std::size_t i = first; i < std::min(all.size(), first + rows); ++i)
    lines.push_back(row_line(table, *all[i], layout, width, charset));
  if (!all.empty() || rows == 0) return lines;
  const auto why = !table.rows.empty() ? std::string("no row has the filter's text") : table.note;
  lines.push_back(LineMaker(width, charset).rest(why.empty() ? "nothing yet" : why, Paint::Faint).take());
  return lines;
}

}  // namespace vitals::tool
