#include "yaml/yaml_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <istream>
#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"
#include "yaml/flow_faults.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxText = std::size_t{1} << 20;

YamlPlace place_at(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line_at = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, at - line_at + 1};
}

// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlValue take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw YamlError(place_of(mark), "aliases are not read; write the value out, or quote what begins with *");
  }
  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    throw YamlError(place_of(mark), "anchors are not read; leave it out, or quote what begins with &");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { add(YamlValue::Kind::Null, mark, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    const bool is_unreadable = value.size() == 1 && value.front() == kUnreadable;
    auto& scalar = add(is_unreadable ? YamlValue::Kind::Unreadable : YamlValue::Kind::Scalar, mark, tag);
    scalar.scalar = value;
    scalar.quoted = tag == "!";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(add(YamlValue::Kind::List, mark, tag));
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(add(YamlValue::Kind::Map, mark, tag));
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // "?" is the tag of what has none, "!" that of a quoted text.
  YamlValue& add(YamlValue::Kind kind, const YAML::Mark& mark, std::string_view tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw YamlError(place_of(mark), "tags are not read; leave it out, or quote what begins with !");
    auto& into = open_.empty() ? root_ : open_.back()->items.emplace_back();
    into.kind = kind;
    into.place = place_of(mark);
    return into;
  }

  // What is open is the last of its parent, so that no address changes before it is closed.
  void open(YamlValue& value) {
    if (open_.size() == kMaxYamlDepth)
      throw YamlError(value.place, "lists and maps stand in each other more than 16 deep; write it flatter");
    open_.push_back(&value);
  }

  YamlValue root_;
  std::vector<YamlValue*> open_;
};

// What the parser would take for something else: it ends at a byte 4, and reads UTF-16 where a byte order mark is.
void check_bytes(std::string_view text) {
  if (text.size() > kMaxText) throw YamlError({}, "the file is larger than 1 MiB; nobody writes so much by hand");
  if (const auto at = first_not_utf8(text); at != std::string_view::npos)
    throw YamlError(place_at(text, at), "a byte that is not UTF-8; save the file as UTF-8");
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t') || c == '\x7f';
  };
  if (const auto found = std::ranges::find_if(text, is_control); found != text.end())
    throw YamlError(place_at(text, static_cast<std::size_t>(found - text.begin())),
                    "the control character " + printable({found, found + 1}) + "; remove it");
}

bool is_indented_by_tab(std::string_view text, std::size_t line) {
  for (; line > 1; --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// Throws YamlError. `mended` is the text without its faults in brackets.
YamlValue tree_of(const std::string& mended, std::string_view text) {
  try {
    std::istringstream stream{mended};
    YAML::Parser parser(stream);
    TreeBuilder tree;
    if (!parser.HandleNextDocument(tree)) return {};
    auto root = tree.take();
    TreeBuilder second;
    if (parser.HandleNextDocument(second))
      throw YamlError(second.take().place, "a second document begins; put all into one, without ---");
    return root;
  } catch (const YAML::Exception& error) {
    const auto place = place_of(error.mark);
    throw YamlError(place, syntax_mistake(error.msg, is_indented_by_tab(text, place.line)));
  }
}

}  // namespace

YamlValue yaml_tree(std::string_view text, std::vector<YamlError>& mistakes) {
  try {
    check_bytes(text);
    auto mended = without_flow_faults(text);
    mistakes.insert(mistakes.end(), mended.mistakes.begin(), mended.mistakes.end());
    return tree_of(mended.text, text);
  } catch (const YamlError& error) {
    mistakes.push_back(error);
    return {.kind = YamlValue::Kind::Unreadable};
  }
}

YamlValue yaml_tree(std::string_view text) {
  std::vector<YamlError> mistakes;
  auto tree = yaml_tree(text, mistakes);
  if (!mistakes.empty()) throw YamlError(mistakes.front());
  return tree;
}

}  // namespace vitals::detail
