#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/status.h"
#include "mysql/protocol/auth.h"

namespace keyspan::mysql {

// Users from a JSON file (the format is known from Vitess):
//   {"app": [{"Password": "app"}], "old": [{"MysqlNativePassword": "*6C38..."}]}
// A user may have several entries (password rotation); "SourceHost": "localhost" admits only the
// unix socket; "UserData" names the principal and is kept. Thread-safe: users are immutable, the
// cache of proven passwords (only for entries that have nothing but the native hash) is locked.
class FileCredentials : public Credentials {
 public:
  static Result<std::shared_ptr<FileCredentials>> Load(const std::string& path);
  static Result<std::shared_ptr<FileCredentials>> Parse(std::string_view json);

  std::vector<PasswordVerifier> Find(const std::string& user,
                                     const std::string& host) const override;
  void RememberSha2(const std::string& user, const PasswordVerifier& proven,
                    const Sha256Digest& digest) const override;
  size_t size() const { return users_.size(); }

 private:
  struct Entry {
    PasswordVerifier verifier;
    std::string source_host;
    std::string user_data;
  };
  std::unordered_map<std::string, std::vector<Entry>> users_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::string, Sha1Digest>, Sha256Digest> proven_;
};

}  // namespace keyspan::mysql
