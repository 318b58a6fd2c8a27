#pragma once
#include <cstddef>
#include <map>
#include <string>

#include "tool/top/keys.hpp"
#include "tool/top/model.hpp"

namespace vitals::tool {

/// What somebody has chosen to see. Plain values, changed by keys.
struct View {
  struct Sort {
    std::size_t column;
    bool is_descending;
  };

  std::size_t table = 0;
  std::map<std::size_t, Sort> sorts{};  ///< by table; without one the order of the model
  std::string filter{};
  bool is_typing = false;  ///< the filter
  std::size_t first_row = 0;
  bool is_paused = false;
  bool shows_help = false;
  bool shows_tiles = true;
  bool is_over = false;  ///< somebody wants to leave

  /// `page` is how many rows are seen at once.
  void take(const Key& key, const Model& model, std::size_t page);

  /// How the rows of the table that is seen are sorted.
  [[nodiscard]] Sort sort(const Model& model) const;

 private:
  void take_typed(const Key& key);
  void take_letter(char letter, const Model& model);
  void move(Key::Kind kind, std::size_t page);
  void show(std::size_t number, const Model& model);
  void sort_by_next(const Model& model, bool is_right);
};

/// The rows of the table that is seen, filtered and sorted: a row is shown if one of its texts has the filter in it, in
/// letters of either case. Views of the model.
std::vector<const TableRow*> shown_rows(const Model& model, const View& view);

}  // namespace vitals::tool
