// main() of a fuzz target where there is no libFuzzer: runs it over the files and folders given as arguments, and over
// a few thousand mutations of them, the same in every run.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutations = 5000;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::vector<std::string> read_corpus(int argc, char** argv) {
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      paths.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

std::string mutated(const std::vector<std::string>& corpus, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  auto input = corpus[below(corpus.size())];
  for (auto n = 1 + below(8); n > 0; --n) {
    const auto at = below(input.size() + 1);
    switch (below(5)) {
      case 0:
        input.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 1:
        input.erase(at, 1 + below(8));
        break;
      case 2:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        break;
      case 3:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      default: {
        const auto& other = corpus[below(corpus.size())];
        input.insert(at, other.substr(below(other.size() + 1), below(40)));
      }
    }
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const auto corpus = read_corpus(argc, argv);
  if (corpus.empty()) {
    std::fputs("no corpus: give its files or folders\n", stderr);
    return 1;
  }
  for (const auto& input : corpus) run(input);
  std::mt19937_64 random(1);
  for (int i = 0; i < kMutations; ++i) run(mutated(corpus, random));
  std::printf("%zu inputs and %d mutations\n", corpus.size(), kMutations);
  return 0;
}
