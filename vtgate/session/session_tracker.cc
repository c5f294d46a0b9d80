#include "vtgate/session/session_tracker.h"

#include "common/ascii.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

TrackedNames TrackedNames::Parse(std::string_view list) {
  TrackedNames names;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (name == "*") {
      names.all_ = true;
    } else if (!name.empty()) {
      names.spellings_.emplace(AsciiLower(name), name);
    }
  }
  return names;
}

std::string TrackedNames::SpellingOf(std::string_view name) const {
  auto found = spellings_.find(name);
  if (found != spellings_.end()) return found->second;
  return all_ ? std::string(name) : std::string();
}

std::vector<std::string> TrackedNames::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, spelling] : spellings_) names.push_back(name);
  return names;
}

void SessionTracker::set_transaction_info(TransactionInfo info) {
  transaction_info_ = info;
  transaction_marked_ = info != TransactionInfo::kOff;
  characteristics_pending_ = info == TransactionInfo::kCharacteristics;
}

void SessionTracker::NoteVariable(const std::string& name, std::string value) {
  std::string spelling = names_.SpellingOf(name);
  if (!spelling.empty()) variables_.insert_or_assign(std::move(spelling), std::move(value));
}

void SessionTracker::NoteCharacteristics() {
  transaction_marked_ = true;
  characteristics_pending_ |= transaction_info_ == TransactionInfo::kCharacteristics;
}

void SessionTracker::NoteTransaction(const Session& session) {
  transaction_marked_ |= session.TransactionState() != reported_state_;
}

std::optional<mysql::SessionChanges> SessionTracker::Pending(const Session& session) const {
  mysql::SessionChanges changes;
  changes.system_variables.assign(variables_.begin(), variables_.end());
  if (schema_pending_) changes.schema = session.target.ToString();
  changes.state_changed = state_pending_;
  std::string state = session.TransactionState();
  if (state != reported_state_) changes.transaction_state = std::move(state);
  if (transaction_info_ == TransactionInfo::kCharacteristics) {
    std::string text = session.TransactionReplay();
    if (characteristics_pending_ || text != reported_characteristics_) {
      changes.transaction_characteristics = std::move(text);
    }
  }
  changes.even_if_empty = transaction_marked_;
  if (changes.empty()) return std::nullopt;
  return changes;
}

void SessionTracker::Reported(const Session& session) {
  variables_.clear();
  schema_pending_ = state_pending_ = transaction_marked_ = characteristics_pending_ = false;
  reported_state_ = session.TransactionState();
  reported_characteristics_ = session.TransactionReplay();
}

}  // namespace keyspan::vtgate
