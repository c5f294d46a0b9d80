// Reads lines "collation<TAB>text in hex" and prints the key of each in hex, "-" where there is
// none. For check_weights.
#include <iostream>
#include <string>

#include "sharding/collations/collation.h"
#include "sharding/keyspace_id.h"

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    const auto text = keyspan::sharding::KeyspaceId::FromHex(line.substr(tab + 1));
    if (tab == std::string::npos || !text.ok()) {
      std::cerr << "bad line: " << line << "\n";
      return 1;
    }
    const auto key = keyspan::sharding::CollationKey(line.substr(0, tab), text->bytes());
    std::cout << (key ? keyspan::sharding::KeyspaceId(*key).ToHex() : "-") << "\n";
  }
  return 0;
}
