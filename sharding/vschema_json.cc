#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "sharding/vschema_def.h"

namespace keyspan::sharding {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// Reads the fields of one JSON object. The first problem is kept and later reads do nothing, so a
// caller reads all fields in a row and asks Finish() once. A field that is absent or null keeps its
// default.
class ObjectReader {
 public:
  // `object` must outlive this.
  ObjectReader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object.is_object()) Fail("", "is not an object");
  }

  const Json* Take(const char* field) {
    known_.insert(field);
    if (!status_.ok()) return nullptr;
    const auto found = object_.find(field);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  void String(const char* field, std::string* out) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_string()) return Fail(field, "is not a string");
    *out = value->get<std::string>();
  }

  void Bool(const char* field, bool* out) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_boolean()) return Fail(field, "is not true or false");
    *out = value->get<bool>();
  }

  void Int(const char* field, int* out) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_number_integer() || value->get<int64_t>() < 0 ||
        value->get<int64_t>() > 0x7fffffff) {
      return Fail(field, "is not a number from 0 to 2147483647");
    }
    *out = value->get<int>();
  }

  void Strings(const char* field, std::vector<std::string>* out) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_array()) return Fail(field, "is not a list");
    for (const Json& item : *value) {
      if (!item.is_string()) return Fail(field, "is not a list of strings");
      out->push_back(item.get<std::string>());
    }
  }

  // Calls `read(item, path, &out)` for each item of a list.
  template <typename T>
  void List(const char* field, std::vector<T>* out,
            Status (*read)(const Json&, const std::string&, T*)) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_array()) return Fail(field, "is not a list");
    for (size_t i = 0; i < value->size() && status_.ok(); ++i) {
      T item;
      status_ = read((*value)[i], fmt::format("{}[{}]", Path(field), i), &item);
      out->push_back(std::move(item));
    }
  }

  // Calls `read(value, path, &out)` for each value of an object.
  template <typename Map>
  void Members(const char* field, Map* out,
               Status (*read)(const Json&, const std::string&, typename Map::mapped_type*)) {
    const Json* value = Take(field);
    if (value == nullptr) return;
    if (!value->is_object()) return Fail(field, "is not an object");
    for (const auto& [key, item] : value->items()) {
      if (!status_.ok()) return;
      status_ = read(item, fmt::format("{}.{}", Path(field), key), &(*out)[key]);
    }
  }

  void Fail(std::string_view field, std::string_view problem) {
    if (status_.ok()) status_ = InvalidArgument(fmt::format("{} {}", Path(field), problem));
  }

  void Set(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  // The first problem; otherwise whether all fields of the object were asked for.
  Status Finish() {
    if (!status_.ok()) return std::move(status_);
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key)) {
        return InvalidArgument(path_.empty() ? fmt::format("unknown field '{}'", key)
                                             : fmt::format("{}: unknown field '{}'", path_, key));
      }
    }
    return Status();
  }

  std::string Path(std::string_view field) const {
    if (field.empty()) return path_.empty() ? "VSchema" : path_;
    return path_.empty() ? std::string(field) : fmt::format("{}.{}", path_, field);
  }

 private:
  const Json& object_;
  const std::string path_;
  std::set<std::string, std::less<>> known_;
  Status status_;
};

Status ReadText(const Json& json, const std::string& path, std::string* out) {
  if (!json.is_string()) return InvalidArgument(path + " is not a string");
  *out = json.get<std::string>();
  return Status();
}

Status ReadVindex(const Json& json, const std::string& path, VindexDef* out) {
  ObjectReader reader(json, path);
  reader.String("type", &out->type);
  reader.Members("params", &out->params, ReadText);
  reader.String("owner", &out->owner);
  return reader.Finish();
}

Status ReadColumnVindex(const Json& json, const std::string& path, ColumnVindexDef* out) {
  ObjectReader reader(json, path);
  std::string column;
  reader.String("column", &column);
  reader.Strings("columns", &out->columns);
  reader.String("name", &out->name);
  if (!column.empty() && !out->columns.empty()) reader.Fail("", "has both column and columns");
  if (!column.empty()) out->columns = {column};
  if (out->columns.empty()) reader.Fail("", "names no column");
  if (out->name.empty()) reader.Fail("", "has no name of a vindex");
  return reader.Finish();
}

Status ReadColumn(const Json& json, const std::string& path, ColumnDef* out) {
  ObjectReader reader(json, path);
  reader.String("name", &out->name);
  reader.String("type", &out->type);
  reader.Bool("invisible", &out->invisible);
  reader.String("default", &out->default_value);
  reader.String("collation_name", &out->collation_name);
  reader.Int("size", &out->size);
  reader.Int("scale", &out->scale);
  if (reader.Take("nullable") != nullptr) {
    bool nullable = false;
    reader.Bool("nullable", &nullable);
    out->nullable = nullable;
  }
  reader.Strings("values", &out->values);
  if (out->name.empty()) reader.Fail("", "has no name");
  return reader.Finish();
}

Status ReadTable(const Json& json, const std::string& path, TableDef* out) {
  ObjectReader reader(json, path);
  reader.String("type", &out->type);
  reader.List("column_vindexes", &out->column_vindexes, ReadColumnVindex);
  if (const Json* value = reader.Take("auto_increment")) {
    out->auto_increment.emplace();
    ObjectReader inner(*value, reader.Path("auto_increment"));
    inner.String("column", &out->auto_increment->column);
    inner.String("sequence", &out->auto_increment->sequence);
    reader.Set(inner.Finish());
  }
  reader.List("columns", &out->columns, ReadColumn);
  reader.String("pinned", &out->pinned);
  reader.Bool("column_list_authoritative", &out->column_list_authoritative);
  reader.String("source", &out->source);
  return reader.Finish();
}

Status ReadKeyspace(const Json& json, KeyspaceDef* out) {
  ObjectReader reader(json, "");
  reader.Bool("sharded", &out->sharded);
  reader.Members("vindexes", &out->vindexes, ReadVindex);
  reader.Members("tables", &out->tables, ReadTable);
  reader.Bool("require_explicit_routing", &out->require_explicit_routing);
  reader.String("foreign_key_mode", &out->foreign_key_mode);
  if (const Json* value = reader.Take("multi_tenant_spec")) {
    out->multi_tenant_spec.emplace();
    ObjectReader inner(*value, "multi_tenant_spec");
    inner.String("tenant_id_column_name", &out->multi_tenant_spec->tenant_id_column_name);
    inner.String("tenant_id_column_type", &out->multi_tenant_spec->tenant_id_column_type);
    reader.Set(inner.Finish());
  }
  reader.Bool("prevent_cross_keyspace_reads", &out->prevent_cross_keyspace_reads);
  return reader.Finish();
}

// The parser itself lets the last of two equal keys win, which would hide a mistake.
class DuplicateKeys {
 public:
  bool operator()(int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key && !keys_.back().insert(parsed).second &&
        found_.empty()) {
      found_ = parsed.get<std::string>();
    }
    return true;
  }
  const std::string& found() const { return found_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string found_;
};

OrderedJson VindexJson(const VindexDef& def) {
  OrderedJson json = OrderedJson::object();
  json["type"] = def.type;
  if (!def.params.empty()) {
    for (const auto& [key, value] : def.params) json["params"][key] = value;
  }
  if (!def.owner.empty()) json["owner"] = def.owner;
  return json;
}

OrderedJson ColumnJson(const ColumnDef& def) {
  OrderedJson json = OrderedJson::object();
  json["name"] = def.name;
  if (!def.type.empty()) json["type"] = def.type;
  if (def.invisible) json["invisible"] = true;
  if (!def.default_value.empty()) json["default"] = def.default_value;
  if (!def.collation_name.empty()) json["collation_name"] = def.collation_name;
  if (def.size != 0) json["size"] = def.size;
  if (def.scale != 0) json["scale"] = def.scale;
  if (def.nullable) json["nullable"] = *def.nullable;
  if (!def.values.empty()) json["values"] = def.values;
  return json;
}

OrderedJson TableJson(const TableDef& def) {
  OrderedJson json = OrderedJson::object();
  if (!def.type.empty()) json["type"] = def.type;
  for (const ColumnVindexDef& use : def.column_vindexes) {
    OrderedJson item = OrderedJson::object();
    if (use.columns.size() == 1) {
      item["column"] = use.columns[0];
    } else {
      item["columns"] = use.columns;
    }
    item["name"] = use.name;
    json["column_vindexes"].push_back(std::move(item));
  }
  if (def.auto_increment) {
    json["auto_increment"]["column"] = def.auto_increment->column;
    json["auto_increment"]["sequence"] = def.auto_increment->sequence;
  }
  for (const ColumnDef& column : def.columns) json["columns"].push_back(ColumnJson(column));
  if (!def.pinned.empty()) json["pinned"] = def.pinned;
  if (def.column_list_authoritative) json["column_list_authoritative"] = true;
  if (!def.source.empty()) json["source"] = def.source;
  return json;
}

}  // namespace

Result<KeyspaceDef> ParseKeyspaceDef(std::string_view json) {
  DuplicateKeys duplicates;
  Json parsed;
  try {
    parsed = Json::parse(json, std::ref(duplicates));
  } catch (const Json::parse_error& error) {
    return InvalidArgument(fmt::format("the VSchema is not JSON: {}", error.what()));
  }
  if (!duplicates.found().empty()) {
    return InvalidArgument(
        fmt::format("the VSchema has the key '{}' twice in one object", duplicates.found()));
  }
  KeyspaceDef def;
  RETURN_IF_ERROR(ReadKeyspace(parsed, &def));
  return def;
}

std::string PrintKeyspaceDef(const KeyspaceDef& def) {
  OrderedJson json = OrderedJson::object();
  if (def.sharded) json["sharded"] = true;
  if (def.require_explicit_routing) json["require_explicit_routing"] = true;
  if (!def.foreign_key_mode.empty()) json["foreign_key_mode"] = def.foreign_key_mode;
  if (def.multi_tenant_spec) {
    const MultiTenantSpec& spec = *def.multi_tenant_spec;
    json["multi_tenant_spec"] = {{"tenant_id_column_name", spec.tenant_id_column_name},
                                 {"tenant_id_column_type", spec.tenant_id_column_type}};
  }
  if (def.prevent_cross_keyspace_reads) json["prevent_cross_keyspace_reads"] = true;
  for (const auto& [name, vindex] : def.vindexes) json["vindexes"][name] = VindexJson(vindex);
  for (const auto& [name, table] : def.tables) json["tables"][name] = TableJson(table);
  // Names that are not UTF-8 cannot come from JSON; they are replaced rather than thrown about.
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace keyspan::sharding
