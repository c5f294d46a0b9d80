#include "mysql/net/credentials_file.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace keyspan::mysql {

Result<std::shared_ptr<FileCredentials>> FileCredentials::Load(const std::string& path) {
  std::ifstream file(path);
  if (!file) return NotFound(fmt::format("cannot read the users file {}", path));
  std::stringstream text;
  text << file.rdbuf();
  Result<std::shared_ptr<FileCredentials>> users = Parse(text.str());
  if (!users.ok()) return std::move(users).status().WithPrefix(path);
  return users;
}

Result<std::shared_ptr<FileCredentials>> FileCredentials::Parse(std::string_view json) {
  auto document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) return InvalidArgument("users: not a JSON object of user names");
  auto credentials = std::make_shared<FileCredentials>();
  for (const auto& [user, entries] : document.items()) {
    if (!entries.is_array()) {
      return InvalidArgument(fmt::format("users: '{}' is not a list of entries", user));
    }
    for (const auto& item : entries) {
      if (!item.is_object()) {
        return InvalidArgument(fmt::format("users: an entry of '{}' is not an object", user));
      }
      Entry entry;
      auto text = [&item](const char* key) {
        auto it = item.find(key);
        return it != item.end() && it->is_string() ? it->get<std::string>() : std::string();
      };
      std::string hash = text("MysqlNativePassword");
      if (item.contains("Password") && item["Password"].is_string()) {
        entry.verifier = PasswordVerifier::FromPassword(text("Password"));
      } else if (!hash.empty()) {
        Result<PasswordVerifier> verifier = PasswordVerifier::FromNativeHash(hash);
        if (!verifier.ok()) {
          return std::move(verifier).status().WithPrefix(fmt::format("users: '{}'", user));
        }
        entry.verifier = *verifier;
      } else {
        return InvalidArgument(fmt::format(
            "users: an entry of '{}' has neither Password nor MysqlNativePassword", user));
      }
      entry.source_host = text("SourceHost");
      entry.user_data = text("UserData");
      credentials->users_[user].push_back(std::move(entry));
    }
  }
  return credentials;
}

std::vector<PasswordVerifier> FileCredentials::Find(const std::string& user,
                                                    const std::string& host) const {
  std::vector<PasswordVerifier> verifiers;
  auto it = users_.find(user);
  if (it == users_.end()) return verifiers;
  for (const Entry& entry : it->second) {
    if (!entry.source_host.empty() && entry.source_host != host) continue;
    verifiers.push_back(entry.verifier);
    if (entry.verifier.sha2 || !entry.verifier.native) continue;
    std::lock_guard lock(mutex_);
    auto known = proven_.find({user, *entry.verifier.native});
    if (known != proven_.end()) verifiers.back().sha2 = known->second;
  }
  return verifiers;
}

void FileCredentials::RememberSha2(const std::string& user, const PasswordVerifier& proven,
                                   const Sha256Digest& digest) const {
  if (!proven.native) return;
  std::lock_guard lock(mutex_);
  proven_[{user, *proven.native}] = digest;
}

}  // namespace keyspan::mysql
