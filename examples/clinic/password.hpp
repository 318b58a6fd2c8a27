#pragma once

#include <string>
#include <string_view>

namespace clinic {

/// Whether the password is the one that was hashed. `hash` is "pbkdf2-sha256$<iterations>$<salt, hex>$<key, hex>".
/// Takes the same time for a wrong password as for the right one, and for the empty hash as for a real one, so that
/// nobody learns which users exist. Cost: tens of ms of CPU; that is its purpose.
bool password_matches(std::string_view password, std::string_view hash);

/// n random bytes in hex: fit for a salt or a token.
std::string random_hex(std::size_t n_bytes);

}  // namespace clinic
