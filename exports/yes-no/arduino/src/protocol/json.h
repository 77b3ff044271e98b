#ifndef NESTLING_PROTOCOL_JSON_H_
#define NESTLING_PROTOCOL_JSON_H_

#include <stdint.h>

namespace nestling {

// One member of a flat object. text is what stands in the line: a string without its quotes, a number, true, false, null.
struct JsonMember {
  enum Kind { kString, kNumber, kTrue, kFalse, kNull };
  Kind kind;
  const char* name;
  int name_length;
  const char* text;
  int text_length;
};

// Reads the JSON of commands, and no more than that: one flat object in one line, strings of printable ASCII without
// escapes, numbers as JSON writes them. Points into the line and copies nothing.
class JsonReader {
 public:
  static constexpr int kMaxMembers = 8;

  // Returns whether the line is such an object, with at most kMaxMembers members and no name twice.
  bool Read(const char* line, int length);

  int n_members() const { return n_members_; }
  const JsonMember& member(int i) const { return members_[i]; }

  // Null when there is none of this name.
  const JsonMember* Find(const char* name) const;

  // Each returns whether the member is there and is what is asked for; else *value stays as it is.
  bool GetUint32(const char* name, uint32_t* value) const;
  bool GetBool(const char* name, bool* value) const;
  bool GetFloat(const char* name, float* value) const;
  bool IsString(const char* name, const char* text) const;

 private:
  bool ReadMember();
  bool ReadString(const char** text, int* length);
  bool ReadValue(JsonMember* member);
  bool ReadNumber(JsonMember* member);
  bool ReadWord(const char* word, JsonMember::Kind kind, JsonMember* member);
  bool Take(char c);
  int TakeDigits();

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  int n_members_ = 0;
  JsonMember members_[kMaxMembers];
};

}  // namespace nestling

#endif  // NESTLING_PROTOCOL_JSON_H_
