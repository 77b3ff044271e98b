#include "json.h"

#include <string.h>

namespace nestling {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool Equals(const char* text, int length, const char* word) {
  return static_cast<int>(strlen(word)) == length && memcmp(text, word, length) == 0;
}

}  // namespace

bool JsonReader::Read(const char* line, int length) {
  at_ = line;
  end_ = line + length;
  n_members_ = 0;
  if (!Take('{')) return false;
  do {
    if (!ReadMember()) return false;
  } while (Take(','));
  return Take('}') && at_ == end_;
}

const JsonMember* JsonReader::Find(const char* name) const {
  for (int i = 0; i < n_members_; ++i) {
    if (Equals(members_[i].name, members_[i].name_length, name)) return &members_[i];
  }
  return nullptr;
}

bool JsonReader::GetUint32(const char* name, uint32_t* value) const {
  const JsonMember* member = Find(name);
  if (member == nullptr || member->kind != JsonMember::kNumber || member->text_length > 10) return false;
  uint64_t number = 0;
  for (int i = 0; i < member->text_length; ++i) {
    if (!IsDigit(member->text[i])) return false;
    number = number * 10 + static_cast<uint64_t>(member->text[i] - '0');
  }
  if (number > UINT32_MAX) return false;
  *value = static_cast<uint32_t>(number);
  return true;
}

bool JsonReader::GetBool(const char* name, bool* value) const {
  const JsonMember* member = Find(name);
  if (member == nullptr || (member->kind != JsonMember::kTrue && member->kind != JsonMember::kFalse)) return false;
  *value = member->kind == JsonMember::kTrue;
  return true;
}

bool JsonReader::GetFloat(const char* name, float* value) const {
  const JsonMember* member = Find(name);
  if (member == nullptr || member->kind != JsonMember::kNumber) return false;
  const char* at = member->text;
  const char* const end = at + member->text_length;
  const bool is_negative = *at == '-';
  if (is_negative) ++at;
  float number = 0.0f;
  for (; at < end && IsDigit(*at); ++at) number = number * 10.0f + static_cast<float>(*at - '0');
  if (at < end && *at == '.') {
    float unit = 1.0f;
    float fraction = 0.0f;
    for (++at; at < end && IsDigit(*at) && unit < 1e9f; ++at) {
      fraction = fraction * 10.0f + static_cast<float>(*at - '0');
      unit *= 10.0f;
    }
    number += fraction / unit;
    while (at < end && IsDigit(*at)) ++at;
  }
  if (at != end) return false;  // an exponent: no sender needs one
  *value = is_negative ? -number : number;
  return true;
}

bool JsonReader::IsString(const char* name, const char* text) const {
  const JsonMember* member = Find(name);
  return member != nullptr && member->kind == JsonMember::kString && Equals(member->text, member->text_length, text);
}

bool JsonReader::ReadMember() {
  if (n_members_ == kMaxMembers) return false;
  JsonMember member;
  if (!ReadString(&member.name, &member.name_length) || !Take(':') || !ReadValue(&member)) return false;
  for (int i = 0; i < n_members_; ++i) {
    const bool is_same_length = members_[i].name_length == member.name_length;
    if (is_same_length && memcmp(members_[i].name, member.name, member.name_length) == 0) return false;
  }
  members_[n_members_++] = member;
  return true;
}

bool JsonReader::ReadString(const char** text, int* length) {
  if (!Take('"')) return false;
  *text = at_;
  while (at_ < end_ && *at_ != '"') {
    const unsigned char c = static_cast<unsigned char>(*at_);
    if (c < 0x20 || c > 0x7E || c == '\\') return false;
    ++at_;
  }
  *length = static_cast<int>(at_ - *text);
  return Take('"');
}

bool JsonReader::ReadValue(JsonMember* member) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '"':
      member->kind = JsonMember::kString;
      return ReadString(&member->text, &member->text_length);
    case 't':
      return ReadWord("true", JsonMember::kTrue, member);
    case 'f':
      return ReadWord("false", JsonMember::kFalse, member);
    case 'n':
      return ReadWord("null", JsonMember::kNull, member);
    default:
      return ReadNumber(member);
  }
}

bool JsonReader::ReadNumber(JsonMember* member) {
  member->kind = JsonMember::kNumber;
  member->text = at_;
  Take('-');
  const char first = at_ < end_ ? *at_ : '\0';
  const int n_digits = TakeDigits();
  if (n_digits == 0 || (first == '0' && n_digits > 1)) return false;
  if (Take('.') && TakeDigits() == 0) return false;
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    if (TakeDigits() == 0) return false;
  }
  member->text_length = static_cast<int>(at_ - member->text);
  return true;
}

bool JsonReader::ReadWord(const char* word, JsonMember::Kind kind, JsonMember* member) {
  const int length = static_cast<int>(strlen(word));
  if (end_ - at_ < length || memcmp(at_, word, length) != 0) return false;
  member->kind = kind;
  member->text = at_;
  member->text_length = length;
  at_ += length;
  return true;
}

bool JsonReader::Take(char c) {
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

int JsonReader::TakeDigits() {
  int n_digits = 0;
  for (; at_ < end_ && IsDigit(*at_); ++at_) ++n_digits;
  return n_digits;
}

}  // namespace nestling
