#pragma once

#include <string>
#include <string_view>

/// The path of a file under tests/.
std::string test_path(std::string_view name);
