#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

void Columns::Truncate(size_t count) {
  fields.resize(count);
  definitions.resize(count);
}

void ReplySummary::Add(const ReplySummary& other) {
  warnings += other.warnings;
  status |= other.status;
  affected_rows += other.affected_rows;
  if (last_insert_id == 0) last_insert_id = other.last_insert_id;
  ended += other.ended;
}

}  // namespace keyspan::vtgate
