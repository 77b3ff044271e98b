/* Start-up for the emulated Cortex-M4F: FPU on, memory initialised, constructors run, main called, its result reported.
   An emulator that runs single functions (training/convert/cortexm.py) calls InitialiseMemory and RunConstructors itself. */

#include <stdint.h>

extern uint32_t __data_start, __data_end, __data_load, __bss_start, __bss_end, __stack_top;
extern void (*__init_array_start[])(void);
extern void (*__init_array_end[])(void);
extern int main(void);

void* __dso_handle = 0;

/* Semihosting: SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit and the exit code. */
__attribute__((noreturn)) static void Exit(int code) {
  const uint32_t block[2] = {0x20026u, (uint32_t)code};
  __asm volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" : : "r"(block) : "r0", "r1", "memory");
  for (;;) {
  }
}

/* A fault ends the program at once with a code of its own: an emulator that hangs tells nothing. */
static void Fault(void) { Exit(125); }

void EnableFpu(void) {
  *(volatile uint32_t*)0xE000ED88u |= 0xFu << 20; /* CPACR: full access to CP10 and CP11 */
  __asm volatile("dsb\n isb");
}

/* Not turned into memset and memcpy by the compiler: they are nobody's to call before memory is there. */
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void InitialiseMemory(void) {
  const uint32_t* from = &__data_load;
  for (uint32_t* to = &__data_start; to < &__data_end;) *to++ = *from++;
  for (uint32_t* to = &__bss_start; to < &__bss_end;) *to++ = 0;
}

void RunConstructors(void) {
  for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end; ++constructor) (*constructor)();
}

/* newlib's, called by its own start-up and never by ours. */
void _init(void) {}
void _fini(void) {}

void Reset_Handler(void) {
  EnableFpu();
  InitialiseMemory();
  RunConstructors();
  Exit(main());
}

__attribute__((section(".vectors"), used)) static void* const kVectors[16] = {
    &__stack_top, (void*)Reset_Handler, (void*)Fault, (void*)Fault, (void*)Fault, (void*)Fault, (void*)Fault,
};
