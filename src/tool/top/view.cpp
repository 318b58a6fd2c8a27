#include "tool/top/view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "tool/top/table_lines.hpp"

namespace vitals::tool {
namespace {

using Kind = Key::Kind;

constexpr std::size_t kMaxFilter = 200;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool has(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool is_unknown(const Cell& cell) { return cell.number && std::isnan(*cell.number); }

bool is_before(const Cell& a, const Cell& b) { return a.number && b.number ? *a.number < *b.number : a.text < b.text; }

}  // namespace

View::Sort View::sort(const Model& model) const {
  const auto own = sorts.find(table);
  if (own != sorts.end()) return own->second;
  if (table >= model.tables.size()) return {0, false};
  return {model.tables[table].sorted_by, model.tables[table].is_descending};
}

void View::show(std::size_t number, const Model& model) {
  if (number >= model.tables.size()) return;
  table = number;
  first_row = 0;
}

void View::sort_by_next(const Model& model, bool is_right) {
  if (table >= model.tables.size()) return;
  const auto& columns = model.tables[table].columns;
  const auto n = columns.size();
  const auto next = (sort(model).column + (is_right ? 1 : n - 1)) % n;
  sorts.insert_or_assign(table, Sort{next, columns[next].is_number});
  first_row = 0;
}

void View::take_typed(const Key& key) {
  first_row = 0;
  if (key.kind == Kind::Text && filter.size() + key.text.size() <= kMaxFilter) filter += key.text;
  if (key.kind == Kind::Enter) is_typing = false;
  if (key.kind == Kind::Escape) {
    is_typing = false;
    filter.clear();
  }
  if (key.kind != Kind::Backspace) return;
  while (!filter.empty() && is_continuation(filter.back())) filter.pop_back();
  if (!filter.empty()) filter.pop_back();
}

void View::take_letter(char letter, const Model& model) {
  if (letter >= '1' && letter <= '9') return show(static_cast<std::size_t>(letter - '1'), model);
  switch (letter) {
    case 'q':
      is_over = true;
      return;
    case '/':
      is_typing = true;
      return;
    case 'p':
    case ' ':
      is_paused = !is_paused;
      return;
    case '?':
    case 'h':
      shows_help = true;
      return;
    case 't':
      shows_tiles = !shows_tiles;
      return;
    case '<':
    case '>':
      return sort_by_next(model, letter == '>');
    case 's':
      return sort_by_next(model, true);
    case 'r': {
      const auto now = sort(model);
      sorts.insert_or_assign(table, Sort{now.column, !now.is_descending});
      return;
    }
    case 'k':
      return move(Kind::Up, 1);
    case 'j':
      return move(Kind::Down, 1);
    default:
      return;
  }
}

// How far down there are rows is known when they are drawn.
void View::move(Kind kind, std::size_t page) {
  const auto up = [this](std::size_t by) { first_row -= std::min(first_row, by); };
  if (kind == Kind::Up) up(1);
  if (kind == Kind::PageUp) up(page);
  if (kind == Kind::Down) first_row += 1;
  if (kind == Kind::PageDown) first_row += page;
  if (kind == Kind::Home) first_row = 0;
  if (kind == Kind::End) first_row = std::numeric_limits<std::size_t>::max() / 2;
}

void View::take(const Key& key, const Model& model, std::size_t page) {
  if (shows_help) {
    shows_help = false;
    is_over = key.text == "q";
    return;
  }
  if (is_typing) return take_typed(key);
  const auto n = std::max<std::size_t>(model.tables.size(), 1);
  switch (key.kind) {
    case Kind::Text:
      if (key.text.size() == 1) take_letter(key.text.front(), model);
      break;
    case Kind::Escape:
      filter.clear();
      break;
    case Kind::Tab:
      show((table + 1) % n, model);
      break;
    case Kind::BackTab:
      show((table + n - 1) % n, model);
      break;
    case Kind::Left:
    case Kind::Right:
      sort_by_next(model, key.kind == Kind::Right);
      break;
    default:
      move(key.kind, std::max<std::size_t>(page, 1));
  }
  first_row = first_shown(*this, shown_rows(model, *this).size(), page);
}

std::vector<const TableRow*> shown_rows(const Model& model, const View& view) {
  std::vector<const TableRow*> rows;
  if (view.table >= model.tables.size()) return rows;
  for (const auto& row : model.tables[view.table].rows) {
    const bool is_shown = view.filter.empty() || std::ranges::any_of(row.cells, [&](const Cell& cell) {
                            return !cell.number && has(cell.text, view.filter);
                          });
    if (is_shown) rows.push_back(&row);
  }
  const auto own = view.sorts.find(view.table);
  if (own == view.sorts.end()) return rows;
  const auto sort = own->second;
  std::ranges::stable_sort(rows, [sort](const TableRow* a, const TableRow* b) {
    const auto& one = a->cells[sort.column];
    const auto& other = b->cells[sort.column];
    if (is_unknown(one) || is_unknown(other)) return !is_unknown(one) && is_unknown(other);  // at the end, either way
    return sort.is_descending ? is_before(other, one) : is_before(one, other);
  });
  return rows;
}

}  // namespace vitals::tool
