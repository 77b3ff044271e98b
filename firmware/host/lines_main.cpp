// The protocol's reader on a PC: bytes from standard input; of each whole line its number and how many members it has; at
// the end how many lines were dropped and how many gaps there were.

#include <inttypes.h>
#include <stdio.h>

#include "protocol/line_reader.h"

int main() {
  static nestling::LineReader reader;
  for (int byte = getchar(); byte != EOF; byte = getchar()) {
    if (reader.Push(static_cast<char>(byte))) printf("%" PRIu32 " %d\n", reader.seq(), reader.json().n_members());
  }
  printf("dropped %" PRIu32 " gaps %" PRIu32 "\n", reader.n_dropped(), reader.n_gaps());
  return 0;
}
