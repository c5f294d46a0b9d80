#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/protocol/ok_packet.h"

namespace keyspan::vtgate {

struct Session;

// session_track_system_variables: the variables that a client wants to hear of.
class TrackedNames {
 public:
  // `list` as the variable has it: names with commas between, or `*`.
  static TrackedNames Parse(std::string_view list);

  // The name as the list spells it, which is how it is reported; `name` is in lower case. Empty
  // when it is not wanted.
  std::string SpellingOf(std::string_view name) const;
  // In lower case; without `*`.
  std::vector<std::string> Names() const;
  void Remove(std::string_view name) { spellings_.erase(std::string(name)); }

 private:
  bool all_ = false;
  std::map<std::string, std::string, std::less<>> spellings_;  // by lower-case name
};

// What the client of a session that has CLIENT_SESSION_TRACK is still to be told in an OK packet
// (MySQL manual, "Server Tracking of Client Session State"). Part of a Session; the transaction and
// the schema are read from it when a packet is made.
class SessionTracker {
 public:
  enum class TransactionInfo : uint8_t { kOff, kState, kCharacteristics };

  // The session_track_* variables of the session, which may have just been set.
  void set_names(TrackedNames names) { names_ = std::move(names); }
  void set_schema(bool on) { schema_ = on; }
  void set_state_change(bool on) {
    state_change_ = on;
    state_pending_ &= on;
  }
  // MySQL 9.7 reports the state also when it is OFF: what the variable decides is whether the
  // characteristics are told, too.
  void set_transaction_info(TransactionInfo info);

  const TrackedNames& names() const { return names_; }

  // Something has happened; what the client does not want to hear of is dropped.
  void NoteVariable(const std::string& name, std::string value);
  void NoteSchema() { schema_pending_ |= schema_; }
  void NoteStateChange() { state_pending_ |= state_change_; }
  // BEGIN, also within a transaction; SET TRANSACTION.
  void NoteCharacteristics();
  // The statement is over: a state that has come and gone leaves a trace, too.
  void NoteTransaction(const Session& session);

  // What the next OK packet of the session must tell; empty: nothing.
  std::optional<mysql::SessionChanges> Pending(const Session& session) const;
  // That packet has been made.
  void Reported(const Session& session);

 private:
  TrackedNames names_ = TrackedNames::Parse(
      "time_zone,autocommit,character_set_client,character_set_results,character_set_connection");
  bool schema_ = true;
  bool state_change_ = false;
  TransactionInfo transaction_info_ = TransactionInfo::kOff;

  std::map<std::string, std::string> variables_;  // spelled name to value
  bool schema_pending_ = false;
  bool state_pending_ = false;
  bool transaction_marked_ = false;
  bool characteristics_pending_ = false;
  std::string reported_state_ = "________";
  std::string reported_characteristics_;
};

}  // namespace keyspan::vtgate
