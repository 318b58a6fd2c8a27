// The one source that knows where the tests lie: the others compile alike in every clone, so that a compiler cache
// serves all.
#include "support/test_path.hpp"

std::string test_path(std::string_view name) { return std::string{VITALS_TEST_DIR "/"}.append(name); }
